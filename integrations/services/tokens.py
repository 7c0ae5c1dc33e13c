"""Where a connection's tokens live: one process at a time renews them, all others use what it stored."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from integrations.core.errors import TransientError
from integrations.models import Connection

TOKEN_LEASE = timedelta(seconds=60)


class StoredTokens:
    """`TokenStore` on the connection's row. The lock is a lease, so that no vendor is called in a transaction."""

    def __init__(self, connection: Connection, pause: Callable[[float], None] = time.sleep) -> None:
        self.pk = connection.pk
        self.pause = pause

    def load(self) -> dict[str, Any]:
        return Connection.objects.only("tokens").get(pk=self.pk).tokens

    def renew(self, stale: str, obtain: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
        owner = uuid.uuid4().hex
        for _ in range(240):
            stored = self.load()
            if stored.get("access_token") and stored["access_token"] != stale:
                return stored
            if self._lock(owner):
                return self._obtain(owner, stale, obtain)
            self.pause(0.25)
        raise TransientError(
            "Another process is signing in to this connection and has not finished.",
            retry_after=60,
        )

    def _lock(self, owner: str) -> bool:
        now = timezone.now()
        free = Q(token_owner="") | Q(token_until__isnull=True) | Q(token_until__lt=now)
        rows = Connection.objects.filter(free, pk=self.pk)
        return bool(rows.update(token_owner=owner, token_until=now + TOKEN_LEASE))

    def _obtain(self, owner: str, stale: str, obtain: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
        try:
            stored = self.load()
            if stored.get("access_token") and stored["access_token"] != stale:
                return stored
            return self._store(stored, obtain(stored))
        finally:
            Connection.objects.filter(pk=self.pk, token_owner=owner).update(token_owner="", token_until=None)

    def _store(self, before: dict[str, Any], obtained: dict[str, Any]) -> dict[str, Any]:
        """Nothing takes the place of what a person did meanwhile: signed in anew, or disconnected."""
        with transaction.atomic():
            now = _stored(self.pk)
            if now.get("access_token") and now["access_token"] != before.get("access_token"):
                return now
            token = {**now, **obtained}
            if now or not before:
                Connection.objects.filter(pk=self.pk).update(tokens=token)
        return token


def tokens_forget(connection: Connection, *names: str) -> dict[str, Any]:
    """Remove what the tokens say of a refusal, or of the account they are for; what there was."""
    with transaction.atomic():
        stored = _stored(connection.pk)
        forgotten = {name: stored.pop(name) for name in names if name in stored}
        if forgotten:
            Connection.objects.filter(pk=connection.pk).update(tokens=stored)
    connection.tokens = stored
    return forgotten


def tokens_pin(connection: Connection, org_id: str) -> None:
    """The account that the tokens are for from now on, unless they have come with one; '' changes nothing."""
    with transaction.atomic():
        stored = _stored(connection.pk)
        if org_id and stored and not stored.get("org_id"):
            stored["org_id"] = org_id
            Connection.objects.filter(pk=connection.pk).update(tokens=stored)
    connection.tokens = stored


def _stored(pk: int) -> dict[str, Any]:
    """As they are now: a worker may have renewed them since the connection was read."""
    return dict(Connection.objects.select_for_update().only("tokens").get(pk=pk).tokens)
