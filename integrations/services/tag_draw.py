"""A list of tags from Accelo's own projects, tickets and retainers, and what an admin chooses them by."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.fields.json import KT
from django.utils import timezone

from integrations.core.tags import TARGET_WORDS
from integrations.imports.draw import Drawn, Naming, Work, draw
from integrations.models import Connection, Reference
from integrations.services.connections import connection_open, refuse_other_account
from integrations.services.references import read_at, references_read

KINDS = tuple(TARGET_WORDS)
FRESH = timedelta(minutes=10)
OVER = frozenset({"complete", "completed", "closed", "inactive", "cancelled"})
"""Statuses of what nobody works on any more; drawn only when asked for."""


@dataclass(frozen=True, slots=True)
class DrawKind:
    """`kind`: job, issue or contract; `word`: what people call one. `standings`: Accelo's status -> how many, the most
    frequent first."""

    kind: str
    word: str
    standings: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.standings.values())


def draw_choices(connection: Connection, *, refresh: bool = True) -> list[DrawKind]:
    """Projects, tickets and retainers of this Accelo account with their statuses.

    Calls Accelo for the lists that were read more than ten minutes ago, unless `refresh` is off; raises PortalError
    with words for the admin when it cannot be read.
    """
    if refresh:
        draw_refresh(connection)
    rows = _works(connection, KINDS).order_by().values_list("kind", KT("extra__standing")).annotate(number=Count("pk"))
    counts: dict[str, dict[str, int]] = {kind: {} for kind in KINDS}
    for kind, standing, number in sorted(rows, key=lambda row: (-row[2], row[1] or "")):
        counts[kind][standing or ""] = number
    return [DrawKind(kind, TARGET_WORDS[kind], counts[kind]) for kind in KINDS]


def draw_refresh(connection: Connection, kinds: Iterable[str] = KINDS) -> None:
    """Read again what is older than ten minutes, over one door."""
    limit = timezone.now() - FRESH
    stale = [kind for kind in kinds if (read_at(connection, kind) or limit) <= limit]
    if not stale:
        return
    refuse_other_account(connection)
    with ExitStack() as stack:
        client: Any = stack.enter_context(connection_open(connection))
        for kind in stale:
            references_read(connection=connection, kind=kind, client=client)


def draw_rows(
    connection: Connection,
    kinds: Collection[str],
    standings: Collection[str] = (),
    pattern: str = "",
    by: Naming = "both",
) -> Drawn:
    """The tags of what is cached; projects, tickets and retainers in this order, each by title. Calls nobody.

    `kinds`: job, issue, contract or the words for them. `standings`: Accelo's statuses, in any case; none = all that
    are not over. `pattern`: see imports/draw.fits. Raises ValueError for a kind
    that is none.
    """
    wanted = [key for key in KINDS if key in {_kind(kind) for kind in kinds}]
    states = {standing.casefold() for standing in standings}
    return draw(_chosen(connection, wanted, states), pattern, by)


def _kind(text: str) -> str:
    word = text.strip().casefold()
    for key, name in TARGET_WORDS.items():
        if word in (key, name, f"{name}s"):
            return key
    raise ValueError(f"{text!r} is no kind of tag; choose {', '.join(f'{name}s' for name in TARGET_WORDS.values())}.")


def _works(connection: Connection, kinds: Iterable[str]) -> QuerySet[Reference]:
    return Reference.objects.filter(connection=connection, kind__in=list(kinds), active=True)


def _chosen(connection: Connection, kinds: list[str], states: set[str]) -> Iterator[Work]:
    for kind in kinds:
        rows = _works(connection, [kind]).order_by("label_key", "pk")
        for id, title, code, extra in rows.values_list("external_id", "label", "code", "extra").iterator():
            standing = str(extra.get("standing", "")).casefold()
            if standing in states or (not states and standing not in OVER):
                yield Work(kind, id, title, code)
