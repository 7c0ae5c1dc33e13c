"""What tags stand for in Accelo where nobody said: the one project, ticket or retainer of equal code, else title.

The order is that of syncs/ieatta_accelo/against.py, so that a list's tag finds what an expense's tag would find.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from integrations.core.mapping import mapping_key
from integrations.core.tags import TARGET_WORDS
from integrations.models import Reference, Tag, TagList, TagTarget
from integrations.services.tag_sides import accelo_connection

BATCH = 2000
CODED = ("job", "issue")
"""A retainer has no code (Accelo API docs, _contracts: no custom_id)."""
TITLED = tuple(TARGET_WORDS)
LATE = frozenset({"complete", "completed", "closed"})
"""Take expenses only where none is open."""
DEAD = frozenset({"inactive", "cancelled"})
Ground = TagTarget.Ground
AUTOMATIC = [Ground.CODE, Ground.TITLE]


class Hit(NamedTuple):
    kind: str
    external_id: str
    label: str


class TagText(NamedTuple):
    path: str
    name: str
    gl_code: str


def standing_tags(tag_list: TagList) -> QuerySet[Tag]:
    """The rows of the list's confirmed version."""
    version = tag_list.version
    ended = Q(until=None) | Q(until__gt=version)
    return Tag.objects.filter(ended, tag_list=tag_list, since__lte=version)


def targets_match(tag_list: TagList, beat: Callable[[], object] = lambda: None) -> dict[str, int]:
    """Find a target for every present tag without a decision, and forget those that no longer fit.

    Counts: `code` and `title` found by these, `ambiguous` tags that fit several, `changed` rows. A fixed number of
    queries for 2,000 tags, after which `beat` is called; none but the first two where nothing of Accelo is cached.
    """
    work = Matching(tag_list)
    if work.known():
        for batch in _batches(tag_list):
            work.match(batch)
            beat()
        work.forget_removed()
        work.finish()
    return work.counts


def targets_match_paths(tag_list: TagList, paths: Sequence[str]) -> None:
    """The same for these tags only."""
    work = Matching(tag_list)
    rows = standing_tags(tag_list).filter(path__in=list(paths)).values_list("path", "name", "gl_code")
    if work.known():
        work.match([TagText(*row) for row in rows])
        work.finish()


def _batches(tag_list: TagList) -> Iterator[list[TagText]]:
    last = 0
    rows = standing_tags(tag_list).order_by("id").values_list("id", "path", "name", "gl_code")
    while batch := list(rows.filter(id__gt=last)[:BATCH]):
        last = batch[-1][0]
        yield [TagText(*row[1:]) for row in batch]


class Matching:
    """One pass over tags of one list."""

    def __init__(self, tag_list: TagList) -> None:
        self.tag_list = tag_list
        self.connection = accelo_connection(tag_list)
        self.counts = {"code": 0, "title": 0, "ambiguous": 0, "changed": 0}
        self.moved = 0
        """Tags that stand for something else now; a new label alone is none."""

    def known(self) -> bool:
        return Reference.objects.filter(connection=self.connection, kind__in=TITLED).exists()

    def match(self, tags: list[TagText]) -> None:
        """Three queries, and one to three statements when something changed."""
        codes, titles = self._references(tags)
        present = {row.path: row for row in self._targets().filter(path__in=[tag.path for tag in tags])}
        new, other, gone = [], [], []
        for tag in tags:
            row = present.get(tag.path)
            if row and row.ground not in AUTOMATIC:
                continue
            ground, hits = decide(tag, codes, titles)
            self._count(ground, hits)
            if len(hits) != 1:
                gone.extend([row] if row else [])
            elif row is None:
                new.append(self._row(tag.path, ground, hits[0]))
            elif self._renew(row, ground, hits[0]):
                other.append(row)
        self._store(new, other, gone)

    def _targets(self) -> QuerySet[TagTarget]:
        return TagTarget.objects.filter(tag_list=self.tag_list)

    def _references(self, tags: list[TagText]) -> tuple[dict[str, list[Hit]], dict[str, list[Hit]]]:
        """By code and by title: of the active ones that share a key those that are open, else those that take late
        expenses."""
        names = {mapping_key(tag.name) for tag in tags}
        keys = names | {mapping_key(tag.gl_code) for tag in tags}
        by_code = Q(kind__in=CODED, code_key__in=keys - {""})
        by_title = Q(kind__in=TITLED, label_key__in=names - {""})
        rows = Reference.objects.filter(connection=self.connection, active=True).order_by("kind", "pk")
        columns = ("kind", "external_id", "label", "extra")
        return (
            _usable(rows.filter(by_code).values_list("code_key", *columns)),
            _usable(rows.filter(by_title).values_list("label_key", *columns)),
        )

    def _count(self, ground: str, hits: list[Hit]) -> None:
        if hits:
            self.counts["ambiguous" if len(hits) > 1 else ground] += 1

    def _row(self, path: str, ground: str, hit: Hit) -> TagTarget:
        self.moved += 1
        return TagTarget(tag_list=self.tag_list, path=path, ground=ground, **hit._asdict())

    def _renew(self, row: TagTarget, ground: str, hit: Hit) -> bool:
        """Whether the row (not saved) is now another."""
        moved = (row.kind, row.external_id, row.ground) != (hit.kind, hit.external_id, ground)
        renamed = row.label != hit.label
        row.kind, row.external_id, row.label = hit
        row.ground, row.updated_at = ground, timezone.now()
        self.moved += moved
        return moved or renamed

    def _store(self, new: list[TagTarget], other: list[TagTarget], gone: list[TagTarget]) -> None:
        """A decision made meanwhile stays. Only decisions have a history: what is found can be found again."""
        self.counts["changed"] += len(new) + len(other) + len(gone)
        self.moved += len(gone)
        automatic = self._targets().filter(ground__in=AUTOMATIC)
        with transaction.atomic():
            if gone:
                _delete(automatic.filter(pk__in=[row.pk for row in gone]))
            if other:
                columns = ["kind", "external_id", "label", "ground", "updated_at"]
                automatic.bulk_update(other, columns)
            if new:
                TagTarget.objects.bulk_create(new, ignore_conflicts=True)

    def forget_removed(self) -> None:
        """What was found for tags that the list no longer has."""
        tag = standing_tags(self.tag_list).filter(path=OuterRef("path"))
        removed = _delete(self._targets().filter(~Exists(tag), ground__in=AUTOMATIC))
        self.counts["changed"] += removed
        self.moved += removed

    def finish(self) -> None:
        if self.moved:
            lists = TagList.objects.filter(pk=self.tag_list.pk)
            lists.update(targets_version=F("targets_version") + 1)


def _delete(rows: QuerySet[TagTarget]) -> int:
    """Without a line of history for each row."""
    return rows._raw_delete(rows.db)


def _usable(rows: Iterable[tuple[str, str, str, str, dict[str, str]]]) -> dict[str, list[Hit]]:
    open_ones: dict[str, list[Hit]] = {}
    late: dict[str, list[Hit]] = {}
    for key, kind, id, label, extra in rows:
        standing = str(extra.get("standing", "")).casefold()
        if standing not in DEAD:
            (late if standing in LATE else open_ones).setdefault(key, []).append(Hit(kind, id, label))
    return {**late, **open_ones}


def decide(tag: TagText, codes: dict[str, list[Hit]], titles: dict[str, list[Hit]]) -> tuple[str, list[Hit]]:
    """The ground, and what fits by it: the GL code as a code, else the name as one, else the name as a title. Pure."""
    for text in (tag.gl_code, tag.name):
        if hits := codes.get(mapping_key(text)):
            return Ground.CODE, hits
    return Ground.TITLE, titles.get(mapping_key(tag.name), [])
