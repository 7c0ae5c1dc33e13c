"""Candidates of both connections, cached in the database. Reading is local; refreshing calls the vendor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Literal

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from integrations.core.mapping import mapping_key
from integrations.models import Connection, Reference
from integrations.vendors.base import Candidate

Side = Literal["source", "target"]
BATCH = 500


def candidate_of(row: Reference) -> Candidate:
    return Candidate(row.kind, row.external_id, row.label, row.code, row.email, row.active, row.extra)


class CachedReferences:
    """`References` of syncs/base.py. `clients[side]()` opens the vendor's client only when something is read;
    `news` is called afterwards."""

    def __init__(
        self,
        connections: dict[Side, Connection],
        clients: dict[Side, Callable[[], Any]],
        news: Callable[[], None] = lambda: None,
    ) -> None:
        self.connections = connections
        self.clients = clients
        self.news = news
        self._memo: dict[tuple[Any, ...], Any] = {}

    def _rows(self, side: Side) -> Any:
        return Reference.objects.filter(connection=self.connections[side])

    def _cached(self, key: tuple[Any, ...], find: Callable[[], Any]) -> Any:
        """Answers are kept for the run, at most 5,000 of them."""
        if len(self._memo) > 5000:
            self._memo.clear()
        if key not in self._memo:
            self._memo[key] = find()
        return self._memo[key]

    def get(self, side: Side, kind: str, id: str) -> Candidate | None:
        def find() -> Candidate | None:
            row = self._rows(side).filter(kind=kind, external_id=id).first()
            return candidate_of(row) if row else None

        found: Candidate | None = self._cached((side, kind, id), find)
        return found

    def match(
        self,
        side: Side,
        kinds: Iterable[str],
        *,
        code: str = "",
        label: str = "",
        email: str = "",
    ) -> list[Candidate]:
        wanted = {
            "code_key": mapping_key(code),
            "label_key": mapping_key(label),
            "email": mapping_key(email),
        }
        given = {name: value for name, value in wanted.items() if value}
        if not given:
            return []
        key = (side, *kinds, *given.items())
        rows = self._rows(side).filter(kind__in=list(kinds), active=True, **given).order_by("kind", "pk")
        found: list[Candidate] = self._cached(key, lambda: [candidate_of(row) for row in rows])
        return found

    def refresh(self, side: Side, kinds: Iterable[str], *, older_than: float) -> bool:
        connection = self.connections[side]
        limit = timezone.now() - timedelta(seconds=older_than)
        stale = [kind for kind in kinds if (read_at(connection, kind) or limit) <= limit]
        for kind in stale:
            references_read(connection=connection, kind=kind, client=self.clients[side]())
        if stale:
            self._memo.clear()
            self.news()
        return bool(stale)


def read_at(connection: Connection, kind: str) -> datetime | None:
    text = connection.account.get("references", {}).get(kind)
    return parse_datetime(text) if text else None


def references_read(*, connection: Connection, kind: str, client: Any) -> int:
    """Read all candidates of one kind and make the cache equal to them. Returns how many there are.

    Candidates that the vendor no longer lists become inactive and get `extra["gone"]`; they are not forgotten, mappings
    may name them.
    """
    started = timezone.now()
    rows: Iterator[Candidate] = client.list_candidates(kind)
    seen: set[str] = set()
    while batch := list(islice(rows, BATCH)):
        seen.update(candidate.id for candidate in batch)
        _store(connection, batch)
    with transaction.atomic():
        stored = Reference.objects.filter(connection=connection, kind=kind).exclude(extra__has_key="gone")
        gone = [row for row in stored.only("external_id", "extra") if row.external_id not in seen]
        for row in gone:
            row.active, row.extra = False, {**row.extra, "gone": "yes"}
        Reference.objects.bulk_update(gone, ["active", "extra"], batch_size=BATCH)
        _remember(connection, kind, started)
    return len(seen)


def _store(connection: Connection, batch: list[Candidate]) -> None:
    unique = {candidate.id: candidate for candidate in batch}
    Reference.objects.bulk_create(
        [build_reference(connection, candidate) for candidate in unique.values()],
        update_conflicts=True,
        unique_fields=["connection", "kind", "external_id"],
        update_fields=[
            "label",
            "code",
            "email",
            "active",
            "extra",
            "label_key",
            "code_key",
        ],
    )


def build_reference(connection: Connection, candidate: Candidate) -> Reference:
    return Reference(
        connection=connection,
        kind=candidate.kind,
        external_id=candidate.id,
        label=candidate.label[:500],
        code=candidate.code[:255],
        email=mapping_key(candidate.email),
        active=candidate.active,
        extra=dict(candidate.extra),
        label_key=mapping_key(candidate.label)[:500],
        code_key=mapping_key(candidate.code)[:255],
    )


def _remember(connection: Connection, kind: str, moment: datetime) -> None:
    fresh = Connection.objects.select_for_update().get(pk=connection.pk)
    times = {**fresh.account.get("references", {}), kind: moment.isoformat()}
    fresh.account = {**fresh.account, "references": times}
    Connection.objects.filter(pk=connection.pk).update(account=fresh.account)
    connection.account = fresh.account
