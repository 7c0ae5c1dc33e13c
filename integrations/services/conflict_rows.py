"""What a run found of fields that both sides claim: stored with its outcomes, in the same transaction.

An action tells it in `extra`: `conflicts` (a list of mappings with field, label, code, rule, base, now, at, winner,
value; winner "" = a person decides), `carried` (numbers of choices that it carries out) and `overtaken` (numbers of
choices that no longer fit what the sides hold).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from integrations.core.plan import Outcome
from integrations.models import FieldConflict, Run

DONE = frozenset({"created", "updated", "linked", "unchanged", "skipped", "conflict"})
AGREE_NOW = "It is no conflict any more: the values were made equal, or only one side still differs from before."
OVERTAKEN = "A value was changed after the choice, so the choice was not carried out."
State = FieldConflict.State


def conflicts_store(run: Run, outcomes: Iterable[Outcome]) -> None:
    """Only of syncs whose actions tell of conflicts; a fixed number of queries for all outcomes of each stream."""
    told = [outcome for outcome in outcomes if "conflicts" in outcome.action.extra]
    for stream in {outcome.action.stream for outcome in told}:
        _store(run, stream, [outcome for outcome in told if outcome.action.stream == stream])


def _store(run: Run, stream: str, outcomes: list[Outcome]) -> None:
    of_sync = FieldConflict.objects.filter(sync_id=run.sync_id, stream=stream)
    _end(of_sync, _numbers(outcomes, "overtaken"), State.OUTDATED, OVERTAKEN)
    _end(of_sync, _numbers([one for one in outcomes if one.status in DONE], "carried"), State.SETTLED, "")
    ids = {id for outcome in outcomes for id in (outcome.source_id, outcome.action.source_id)}
    waiting = {(row.source_id, row.field): row for row in _waiting(of_sync, ids)}
    new = []
    for outcome in outcomes:
        for entry in outcome.action.extra["conflicts"]:
            row = waiting.pop((outcome.action.source_id, entry["field"]), None)
            if entry["winner"] and outcome.status not in DONE:
                continue
            if row is None:
                new.append(_fill(FieldConflict(sync_id=run.sync_id, stream=stream), run, outcome, entry))
            elif entry["winner"] or _moved_on(row, entry):
                _fill(row, run, outcome, entry).save()
    FieldConflict.objects.filter(pk__in=[row.pk for row in waiting.values()]).update(
        state=State.OUTDATED, remark=AGREE_NOW
    )
    FieldConflict.objects.bulk_create(new)


def _waiting(of_sync: Any, ids: Collection[str]) -> Iterable[FieldConflict]:
    """Whether there is any at all is quicker told than for each record of a page."""
    rows = of_sync.filter(state=State.OPEN)
    return rows.filter(source_id__in=ids) if rows.exists() else ()


def _numbers(outcomes: Iterable[Outcome], name: str) -> list[int]:
    return [number for outcome in outcomes for number in outcome.action.extra.get(name, ())]


def _end(rows: Any, numbers: list[int], state: str, remark: str) -> None:
    if numbers:
        rows.filter(pk__in=numbers, state=State.CHOSEN).update(state=state, remark=remark)


def _moved_on(row: FieldConflict, entry: Mapping[str, Any]) -> bool:
    return [row.source_value, row.target_value, row.code] != [*entry["now"], entry["code"]]


def _fill(row: FieldConflict, run: Run, outcome: Outcome, entry: Mapping[str, Any]) -> FieldConflict:
    row.run, row.source_id = run, outcome.source_id
    row.target_id = outcome.written.target_id if outcome.written else outcome.action.target_id
    row.label, row.field, row.field_label = outcome.action.label[:300], entry["field"], entry["label"]
    row.code, row.rule, row.winner = entry["code"], entry["rule"], entry["winner"]
    row.base_source, row.base_target = entry["base"] or (None, None)
    row.source_value, row.target_value = entry["now"]
    row.source_at, row.target_at = (parse_datetime(at) if at else None for at in entry["at"])
    row.state, row.value = (State.DECIDED, entry["value"]) if entry["winner"] else (State.OPEN, None)
    row.decided_at, row.decided_by = (timezone.now(), "rule") if entry["winner"] else (None, "")
    return row
