"""What a driver may ask of the portal's own memory: cached candidates, links beyond the page at hand. Django-free."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal, Protocol

from integrations.core.conflict import Choice
from integrations.core.records import LinkView
from integrations.vendors.base import Candidate


class References(Protocol):
    """The cached candidates of both connections. Reading is local; `refresh` calls the vendor."""

    def get(self, side: Literal["source", "target"], kind: str, id: str) -> Candidate | None: ...

    def match(
        self,
        side: Literal["source", "target"],
        kinds: Iterable[str],
        *,
        code: str = "",
        label: str = "",
        email: str = "",
    ) -> list[Candidate]:
        """Active candidates whose code, label or e-mail equals, trimmed and case-folded."""

    def refresh(self, side: Literal["source", "target"], kinds: Iterable[str], *, older_than: float) -> bool:
        """Read again what is older than `older_than` seconds. True when something was read."""


class LinkQueries(Protocol):
    def parents(self, stream: str, states: Iterable[str]) -> list[str]:
        """Distinct parent ids of links whose parent is in one of `states`, or whose record waits (blocked, failed)."""

    def is_linked(self, stream: str, target_ids: Iterable[str]) -> set[str]:
        """Those of `target_ids` that some link of this sync already holds."""

    def missing(self, stream: str, parent_ids: Iterable[str], seen: Callable[[int], bool]) -> Iterator[LinkView]:
        """Links below these parents that `seen(pk)` denies and that are not yet marked vanished."""

    def pairs(self, stream: str) -> Iterator[tuple[str, str, str]]:
        """(source id, target id, state) of every link, in no order, a part at a time."""

    def by_source(self, stream: str, source_ids: Iterable[str]) -> dict[str, LinkView]:
        """Links by source id; those without one are left out."""

    def by_target(self, stream: str, target_ids: Iterable[str]) -> dict[str, LinkView]:
        """Links by target id, of which several may stand for one target: one that is no vanished one then."""

    def waiting(self, stream: str, parents: str = "") -> list[LinkView]:
        """Links to be looked at although nothing changed: failed ones whose time has come, unfinished ones, those that
        a person touched; and with `parents` (a stream) blocked ones whose parent is linked by now."""

    def count(self, stream: str) -> int:
        """Linked pairs."""

    def choices(self, stream: str, source_ids: Iterable[str]) -> dict[str, dict[str, Choice]]:
        """What a person chose for fields of these records and no run has carried out yet: source id, field."""

    def disputed(self, stream: str, source_ids: Iterable[str]) -> set[str]:
        """Those of these records that have a field which waits for a person."""

    def relink(self, stream: str, source_id: str, new_source_id: str) -> bool:
        """The source record goes on under another id (a merge). False when that id has a counterpart already, was left
        out by a person, or its create got no answer."""

    def sibling(self, kind: str, stream: str, source_ids: Iterable[str]) -> dict[str, LinkView]:
        """As `by_source`, of the sync of another kind between the same two connections: linked pairs only. {} where
        there is no such sync."""

    def taken(self, kind: str, stream: str, target_ids: Iterable[str]) -> set[str]:
        """Those of `target_ids` that a sync of another kind between the same two connections has linked."""

    def adopt(self, kind: str, stream: str, source_id: str, target_id: str, label: str) -> None:
        """Tell the sync of another kind between the same two connections of a pair that was made here, so that it does
        not make it again. It looks at the pair with its next run. Does nothing where either has a counterpart there, or
        a person decided about the record, or there is no such sync."""

    def recall(self, key: str) -> Any:
        """A small JSON value the sync remembers between runs, or None."""

    def remember(self, key: str, value: Any) -> None: ...
