"""What tags stand for, as the expense sync asks for it: one tag at a time, remembered for the run."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from integrations.core.tags import TagChoice, paths_carried
from integrations.models import Sync, TagList, TagTarget
from integrations.services.tag_match import targets_match
from integrations.services.tag_sides import accelo_connection, levels_of

REMEMBERED = 5000
RANK = {
    TagTarget.Ground.HAND.value: 0,
    TagTarget.Ground.DRAWN.value: 0,
    TagTarget.Ground.CODE.value: 1,
    TagTarget.Ground.TITLE.value: 2,
}
"""The lower, the sooner it decides."""


class StoredTags:
    """`TagBook` of core/tags.py for one sync: the tags of its source connection, in one query for each distinct tag.

    The tags mean one Accelo account; a second sync of the same expenses into another account finds nothing here.
    """

    def __init__(self, sync: Sync) -> None:
        self.sync = sync
        self._known: dict[tuple[str, ...], TagChoice | None] = {}

    @cached_property
    def _list(self) -> TagList | None:
        """None as well when nothing was ever said about its tags."""
        found = TagList.objects.filter(connection_id=self.sync.source_id, targets_version__gt=0).first()
        connection = accelo_connection(found) if found else None
        return found if connection and connection.pk == self.sync.target_id else None

    def version(self) -> str:
        if self._list is None:
            return ""
        shape = levels_of(self._list)
        return f"{self._list.targets_version} {len(shape.levels)} {shape.dependent}"

    def match_again(self) -> None:
        """Accelo's lists were read anew: tags may fit what they did not fit before."""
        for tag_list in TagList.objects.filter(connection_id=self.sync.source_id, version__gt=0):
            targets_match(tag_list)
        self._known.clear()
        self.__dict__.pop("_list", None)

    def find(self, names: Sequence[str]) -> TagChoice | None:
        if self._list is None:
            return None
        key = tuple(names)
        if key not in self._known:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[key] = choose(self._list, paths_carried(key, levels_of(self._list)))
        return self._known[key]


def choose(tag_list: TagList, paths: list[str]) -> TagChoice | None:
    """The target that decides among those of these tags, the deepest first."""
    rows = TagTarget.objects.filter(tag_list=tag_list, path__in=paths)
    best = min(rows, key=lambda row: (RANK[row.ground], paths.index(row.path)), default=None)
    if best is None:
        return None
    ground = TagTarget.Ground(best.ground)
    return TagChoice(best.path, best.kind, best.external_id, best.label, RANK[best.ground] == 0, str(ground.label))
