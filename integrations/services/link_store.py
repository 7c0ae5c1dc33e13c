"""What a sync may ask about its links beyond the page at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from integrations.core.conflict import Choice, Held
from integrations.core.records import LinkView
from integrations.models import FieldConflict, Link, Run, Sync
from integrations.services.ledger_rows import link_view

WAITING = 2000
"""Waiting records that one run takes up; the others follow with the next."""
AMONG = 500
"""Ids in one query; SQLite bounds them."""


class LinkStore:
    """`LinkQueries` of syncs/base.py for one sync. `since`: links made after this run began are not missing."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._siblings: dict[str, int] | None = None

    def rows(self, stream: str) -> Any:
        return Link.objects.filter(sync_id=self.run.sync_id, stream=stream)

    def parents(self, stream: str, states: Iterable[str]) -> list[str]:
        waiting = Q(state__in=[Link.State.BLOCKED, Link.State.FAILED])
        rows = self.rows(stream).filter(Q(parent_state__in=list(states)) | waiting).exclude(parent_id="")
        return list(rows.order_by("parent_id").values_list("parent_id", flat=True).distinct())

    def is_linked(self, stream: str, target_ids: Iterable[str]) -> set[str]:
        rows = self.rows(stream).filter(target_id__in=list(target_ids))
        return set(rows.values_list("target_id", flat=True))

    def missing(self, stream: str, parent_ids: Iterable[str], seen: Callable[[int], bool]) -> Iterator[LinkView]:
        now = timezone.now()
        parents = list(parent_ids)
        for start in range(0, len(parents), 500):
            rows = self.rows(stream).filter(parent_id__in=parents[start : start + 500])
            rows = rows.filter(~Q(state=Link.State.VANISHED), created_at__lt=self.run.started_at)
            for pk in [pk for pk in rows.values_list("pk", flat=True) if not seen(pk)]:
                yield link_view(Link.objects.get(pk=pk), now)

    def pairs(self, stream: str) -> Iterator[tuple[str, str, str]]:
        rows = self.rows(stream).order_by().values_list("source_id", "target_id", "state")
        return iter(rows.iterator(chunk_size=2000))

    def by_source(self, stream: str, source_ids: Iterable[str]) -> dict[str, LinkView]:
        now = timezone.now()
        return {link.source_id: link_view(link, now) for link in self._among(stream, "source_id", source_ids)}

    def by_target(self, stream: str, target_ids: Iterable[str]) -> dict[str, LinkView]:
        """Vanished links first, so that a living one of the same target takes the place."""
        now = timezone.now()
        links = sorted(self._among(stream, "target_id", target_ids), key=lambda link: link.state != Link.State.VANISHED)
        return {link.target_id: link_view(link, now) for link in links}

    def _among(self, stream: str, column: str, ids: Iterable[str]) -> Iterator[Link]:
        return in_parts(self.rows(stream), column, ids)

    def waiting(self, stream: str, parents: str = "") -> list[LinkView]:
        now = timezone.now()
        due = Q(next_attempt_at__isnull=True) | Q(next_attempt_at__lte=now)
        again = Q(state=Link.State.FAILED) | (~Q(pending={}) & Q(state=Link.State.LINKED))
        fresh = Q(fingerprint="") & ~Q(state__in=[Link.State.IGNORED, Link.State.UNKNOWN, Link.State.VANISHED])
        rows = self.rows(stream).filter((again & due) | (fresh & due) | self._orphans(parents))
        return [link_view(link, now) for link in rows.order_by("pk")[:WAITING]]

    def _orphans(self, parents: str) -> Q:
        """Records that wait for their parent to be linked, which it is now."""
        if not parents:
            return Q(pk__in=[])
        linked = self.rows(parents).filter(state=Link.State.LINKED).exclude(target_id="")
        by_source = Exists(linked.filter(source_id=OuterRef("parent_id")))
        by_target = Exists(linked.filter(target_id=OuterRef("parent_id")))
        waits = Q(state=Link.State.BLOCKED) & ~Q(parent_id="")
        return waits & ((Q(code="no_company") & by_source) | (Q(code="no_account") & by_target))

    def count(self, stream: str) -> int:
        return int(self.rows(stream).filter(state=Link.State.LINKED).exclude(target_id="").count())

    def choices(self, stream: str, source_ids: Iterable[str]) -> dict[str, dict[str, Choice]]:
        rows = FieldConflict.objects.filter(sync_id=self.run.sync_id, stream=stream, state=FieldConflict.State.CHOSEN)
        found: dict[str, dict[str, Choice]] = {}
        if not rows.exists():  # as mostly, and quicker told than for each of a page
            return found
        for row in rows.filter(source_id__in=list(source_ids)):
            choice = Choice(row.value, Held(row.seen_source, row.seen_target), row.pk)
            found.setdefault(row.source_id, {})[row.field] = choice
        return found

    def disputed(self, stream: str, source_ids: Iterable[str]) -> set[str]:
        of_sync = FieldConflict.objects.filter(sync_id=self.run.sync_id, stream=stream, state=FieldConflict.State.OPEN)
        wanted = list(source_ids)
        parts = (wanted[start : start + AMONG] for start in range(0, len(wanted), AMONG))
        return {id for part in parts for id in of_sync.filter(source_id__in=part).values_list("source_id", flat=True)}

    def relink(self, stream: str, source_id: str, new_source_id: str) -> bool:
        there = self.rows(stream).filter(source_id=new_source_id)
        if there.filter(~Q(target_id="") | Q(state__in=[Link.State.IGNORED, Link.State.UNKNOWN])).exists():
            return False
        there.delete()
        fresh = {"source_id": new_source_id, "fingerprint": "", "state": Link.State.LINKED, "reason": "", "code": ""}
        return bool(self.rows(stream).filter(source_id=source_id).update(**fresh))

    def sibling(self, kind: str, stream: str, source_ids: Iterable[str]) -> dict[str, LinkView]:
        if (rows := self._of_sibling(kind, stream)) is None:
            return {}
        now, paired = timezone.now(), rows.filter(state=Link.State.LINKED).exclude(target_id="")
        return {link.source_id: link_view(link, now) for link in in_parts(paired, "source_id", source_ids)}

    def taken(self, kind: str, stream: str, target_ids: Iterable[str]) -> set[str]:
        if (rows := self._of_sibling(kind, stream)) is None:
            return set()
        living = rows.exclude(state=Link.State.VANISHED)
        return {link.target_id for link in in_parts(living, "target_id", target_ids)}

    def adopt(self, kind: str, stream: str, source_id: str, target_id: str, label: str) -> None:
        """Without a fingerprint, so that the next run of that sync compares both. What waits there is overwritten."""
        if (rows := self._of_sibling(kind, stream)) is None:
            return
        decided = Q(state__in=[Link.State.IGNORED, Link.State.UNKNOWN, Link.State.VANISHED])
        with transaction.atomic():
            if rows.filter(Q(source_id=source_id) & (decided | ~Q(target_id=""))).exists():
                return
            if rows.filter(target_id=target_id).exists():
                return
            values: dict[str, Any] = {
                "target_id": target_id, "state": Link.State.LINKED, "label": label[:300], "fingerprint": "", "code": "",
                "reason": "", "needs": {}, "next_attempt_at": None,
            }  # fmt: skip
            sync_id = self._sibling_ids()[kind]
            Link.objects.update_or_create(sync_id=sync_id, stream=stream, source_id=source_id, defaults=values)

    def _of_sibling(self, kind: str, stream: str) -> Any:
        id = self._sibling_ids().get(kind)
        return None if id is None else Link.objects.filter(sync_id=id, stream=stream)

    def _sibling_ids(self) -> dict[str, int]:
        """Kind -> the oldest other sync of it between the same two connections; asked once."""
        if self._siblings is None:
            sync = self.run.sync
            others = Sync.objects.filter(source_id=sync.source_id, target_id=sync.target_id).exclude(pk=sync.pk)
            self._siblings = dict(others.order_by("-pk").values_list("kind", "pk"))
        return self._siblings

    def recall(self, key: str) -> Any:
        return self.run.sync.memory.get(key)

    def remember(self, key: str, value: Any) -> None:
        """None forgets. What others remembered meanwhile stays."""
        if self.recall(key) == value:
            return
        with transaction.atomic():
            fresh = Sync.objects.select_for_update().get(pk=self.run.sync_id)
            kept = {name: one for name, one in fresh.memory.items() if name != key}
            self.run.sync.memory = kept if value is None else {**kept, key: value}
            Sync.objects.filter(pk=fresh.pk).update(memory=self.run.sync.memory)


def in_parts(rows: Any, column: str, ids: Iterable[str]) -> Iterator[Link]:
    """Those of `rows` that have one of `ids` in this column."""
    wanted = list(dict.fromkeys(ids))
    for start in range(0, len(wanted), AMONG):
        yield from rows.filter(**{f"{column}__in": wanted[start : start + AMONG]})
