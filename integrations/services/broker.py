"""The queue in the database, with two additions.

A cluster also takes the trial tasks addressed to itself: without an address a healthy cluster would answer for a frozen
one, and a frozen one would swallow the others' canaries. And a row that was taken names its taker, so that the watchdog
can give back what its cluster took and did not finish when it died, instead of leaving it for `retry` seconds.
"""

from __future__ import annotations

import os
import time
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django_q.brokers.orm import ORM
from django_q.conf import Conf
from django_q.models import OrmQ

BEAT_VARIABLE = "PORTAL_WORKER_BEAT"
"""Environment variable of a cluster's processes: primary key of their watchdog's WorkerBeat."""

CANARY = "canary-"
TAKEN = "taken-"


def canary_queue(beat_id: int | str) -> str:
    return f"{CANARY}{beat_id}"


def taken_queue(beat_id: int | str) -> str:
    return f"{TAKEN}{beat_id}"


class Broker(ORM):
    def dequeue(self) -> list[tuple[int, str]] | None:
        """Claims up to `bulk` rows, oldest first, as (row, payload); pauses and gives None when nothing waits."""
        waiting = self.get_connection().filter(self._mine(), lock__lt=timezone.now()).order_by("id")
        rows = list(waiting[: Conf.BULK])
        if not rows:
            time.sleep(Conf.POLL)
            return None
        return [(row.pk, row.payload) for row in rows if self._claim(row)]

    def _mine(self) -> Q:
        """Rows for everyone, our own canary, and rows whose taker did not finish them in all of `retry` seconds."""
        beat_id = os.environ.get(BEAT_VARIABLE)
        keys = [self.list_key, canary_queue(beat_id)] if beat_id else [self.list_key]
        return Q(key__in=keys) | Q(key__startswith=TAKEN)

    def _claim(self, row: Any) -> bool:
        """False when another cluster was faster."""
        beat_id = os.environ.get(BEAT_VARIABLE)
        key = taken_queue(beat_id) if beat_id and not row.key.startswith(CANARY) else row.key
        return bool(self.get_connection().filter(pk=row.pk, lock=row.lock).update(lock=self.timeout(row), key=key))


def give_back(beat_id: int) -> int:
    """Makes rows taken by a cluster that is surely dead available again, at once. Returns how many there were."""
    taken = OrmQ.objects.filter(key=taken_queue(beat_id))
    return int(taken.update(key=Conf.CLUSTER_NAME, lock=timezone.now()))
