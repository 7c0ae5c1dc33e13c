"""The list of conflicts: filtered, by keyset pages, as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import StreamingHttpResponse

from integrations import registry
from integrations.admin.conflict_words import Lines, compare, one_line, plain
from integrations.admin.run_items import Line, why_address
from integrations.core.conflict import Names
from integrations.imports.cells import neutralise
from integrations.models import FieldConflict, Sync
from integrations.services.two_way import Ways, is_two_way, names_of, other_side

PAGE = 50
State = FieldConflict.State
BADGES = {State.OPEN: "held", State.CHOSEN: "running", State.DECIDED: "done", State.SETTLED: "done"}
RESTORABLE = (State.DECIDED, State.SETTLED)
NARROWING = ("sync", "field", "state", "q")
COLUMNS = [
    "conflict", "sync", "stream", "source_id", "target_id", "record", "field", "base", "source", "target", "state",
    "winner", "rule", "decided_by", "decided_at", "found_at",
]  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """`why_source`, `why_target`: why that side's value cannot be used, '' when it can. `who`: whose decision it is."""

    row: FieldConflict
    names: Names
    field: str
    base: Lines
    source: Lines
    target: Lines
    badge: str
    why: str
    why_source: str = ""
    why_target: str = ""
    restores: str = ""
    kept: str = ""

    @property
    def is_open(self) -> bool:
        return self.row.state == State.OPEN


class Showing:
    """Rows as they are shown; each sync's field table is read once."""

    def __init__(self) -> None:
        self.ways: dict[int, Ways] = {}

    def shown(self, row: FieldConflict) -> Shown:
        ways = self.ways.setdefault(row.sync_id, Ways(row.sync))
        source, target = compare(row.source_value, row.target_value)
        is_open, decided = row.state == State.OPEN, row.state in RESTORABLE and row.winner
        loser = other_side(row.winner)
        return Shown(
            row, ways.names, field_words(row), base_lines(row), source, target, BADGES.get(State(row.state), ""),
            why_address(row.sync_id, row),
            why_source=ways.why_not(row.stream, row.field, "target") if is_open else "",
            why_target=ways.why_not(row.stream, row.field, "source") if is_open else "",
            restores=ways.names.of(loser) if decided and not ways.why_not(row.stream, row.field, loser) else "",
            kept=ways.names.of(other_side(loser)) if row.winner else "",
        )  # fmt: skip


def base_lines(row: FieldConflict) -> Lines | Any:
    """What both held before; both ways where each stored it in its own. [] when they never agreed."""
    if row.base_source is None and row.base_target is None:
        return []
    one, other = plain(row.base_source), plain(row.base_target)
    return one if one == other else [*one, *other]


def field_words(row: FieldConflict) -> str:
    streams = registry.sync(row.sync.kind).streams
    stream = next((one.label for one in streams if one.key == row.stream), row.stream)
    return f"{stream}: {row.field_label}" if len(streams) > 1 else row.field_label


# --- the list -----------------------------------------------------------------------------------------------------


def list_context(rows: QuerySet[FieldConflict], syncs: list[Sync], given: Any) -> dict[str, Any]:
    """`sync`, `field` (stream.field), `state` (default open), `q` (beginning of an id, part of a name) narrow.

    `before` is the last id of the page before.
    """
    two_way = [sync for sync in syncs if is_two_way(registry.sync(sync.kind))]
    chosen = [sync for sync in two_way if str(sync.pk) == given.get("sync", "")]
    before = given.get("before", "")
    found = filtered(rows, given).select_related("sync__workspace")
    if before.isdecimal():
        found = found.filter(pk__lt=int(before))
    page = list(found.order_by("-pk")[: PAGE + 1])
    kept = {name: given[name] for name in NARROWING if given.get(name)}
    showing = Showing()
    shown = [showing.shown(row) for row in page[:PAGE]]
    return {
        "rows": shown,
        "any_open": any(one.is_open for one in shown),
        "next": urlencode({**kept, "before": page[PAGE - 1].pk}) if len(page) > PAGE else "",
        "kept": urlencode(kept),
        "first": not before.isdecimal(),
        "names": common_names(chosen or two_way),
        "sync": chosen[0] if chosen else None,
        "sync_choices": two_way,
        "field": given.get("field", ""),
        "field_choices": field_choices(chosen or two_way),
        "state": state_of(given),
        "states": State.choices,
        "q": given.get("q", "").strip(),
    }


def state_of(given: Any) -> str:
    """ "all" stands for no narrowing."""
    return str(given.get("state") or State.OPEN)


def filtered(rows: QuerySet[FieldConflict], given: Any) -> QuerySet[FieldConflict]:
    sync, field, text = (given.get(name, "").strip() for name in ("sync", "field", "q"))
    if sync.isdecimal():
        rows = rows.filter(sync_id=int(sync))
    if field:
        stream, _, name = field.partition(".")
        rows = rows.filter(stream=stream, field=name)
    if state_of(given) != "all":
        rows = rows.filter(state=state_of(given))
    if text:
        rows = rows.filter(Q(source_id__startswith=text) | Q(target_id=text) | Q(label__icontains=text))
    return rows


def common_names(syncs: Iterable[Sync]) -> Names:
    """Of the applications, where all syncs are between the same two."""
    found = {names_of(sync) for sync in syncs}
    return found.pop() if len(found) == 1 else Names("Source", "Target")


def field_choices(syncs: Iterable[Sync]) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for kind in {sync.kind: registry.sync(sync.kind) for sync in syncs}.values():
        streams = {stream.key: stream.label for stream in kind.streams}
        for rule in kind.fields:
            found[rule.target] = f"{streams.get(rule.stream, rule.stream)}: {rule.target_label}"
    return list(found.items())


# --- CSV ----------------------------------------------------------------------------------------------------------


def export(rows: QuerySet[FieldConflict], given: Any) -> StreamingHttpResponse:
    """The filtered conflicts, streamed; texts that a spreadsheet would run are neutralised."""
    found = filtered(rows, given).select_related("sync").order_by("-pk")
    answer = StreamingHttpResponse(lines(found), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="conflicts.csv"'
    return answer


def lines(rows: QuerySet[FieldConflict]) -> Iterator[str]:
    writer = csv.writer(Line())
    yield "\ufeff" + str(writer.writerow(COLUMNS))
    for row in rows.iterator(chunk_size=500):
        yield str(writer.writerow([neutralise(text) for text in cells(row)]))


def cells(row: FieldConflict) -> list[str]:
    base = list(dict.fromkeys([one_line(row.base_source), one_line(row.base_target)]))
    return [
        str(row.pk), row.sync.key, row.stream, row.source_id, row.target_id, row.label, row.field_label,
        " / ".join(base), one_line(row.source_value), one_line(row.target_value), row.state, row.winner, row.rule,
        row.decided_by, row.decided_at.isoformat(timespec="seconds") if row.decided_at else "",
        row.created_at.isoformat(timespec="seconds"),
    ]  # fmt: skip
