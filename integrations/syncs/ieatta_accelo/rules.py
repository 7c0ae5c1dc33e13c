"""Source record + link + present target -> the Action. Pure: what is to be done is decided here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from integrations.core.records import Action, Fields, Json, LinkView, Record
from integrations.syncs.deciding import Stop
from integrations.syncs.ieatta_accelo.declared import LABELS
from integrations.syncs.ieatta_accelo.people import staff_label
from integrations.syncs.ieatta_accelo.setup import Setup
from integrations.syncs.ieatta_accelo.source import expense_of
from integrations.syncs.ieatta_accelo.target import CHANGEABLE, FIXED, diff
from integrations.syncs.ieatta_accelo.wanted import REQUIRED, Wanted, build_wanted

RULES = 2
"""Raised when a change of these rules must be applied to expenses that are already settled."""
REPLACEABLE = frozenset({"submitted", "declined"})

Differences = Mapping[str, tuple[Json, Json]]


def plan_expense(
    record: Record, link: LinkView | None, target: Fields | None, setup: Setup, *, without_receipt: bool = False
) -> Action:
    """`target`: the linked expense's present values (target.view), None when there is no link or it is gone.

    `without_receipt`: plan as if the expense had no receipt, because it turned out that it cannot be fetched.
    """
    wanted = build_wanted(expense_of(record), setup)
    if without_receipt:
        wanted.values["receipt"] = ""
    base = _base(record, link, target, wanted, setup)
    if link is None or not link.target_id or (target is None and setup.options.recreate_gone):
        return _stopped(base, wanted.stops) or _create(base, setup)
    if target is None:
        return _gone(base)
    if target.get("status") == "invoiced":
        return _invoiced(base, wanted, target, link, setup)
    return _stopped(base, wanted.stops) or _existing(base, target, link, setup)


def _base(record: Record, link: LinkView | None, target: Fields | None, wanted: Wanted, setup: Setup) -> Action:
    """What every action of this record has in common."""
    return Action(
        "none",
        record.stream,
        record.external_id,
        record.label,
        link.target_id if link else "",
        wanted.values,
        why=tuple(wanted.why),
        notes=tuple(wanted.notes),
        extra=_extra(record, link, wanted, setup) | {"present": target or {}},
    )


def _extra(record: Record, link: LinkView | None, wanted: Wanted, setup: Setup) -> dict[str, Any]:
    """For the writer: the receipt to fetch, the person to compare with, ids that still have to be deleted, and
    (`present`) what Accelo holds now."""
    expense = expense_of(record)
    extra: dict[str, Any] = {"delete": to_delete(link.pending if link else {})}
    if wanted.values.get("receipt"):
        extra["receipt"] = {
            "id": expense.receipt_id,
            "url": expense.receipt_url,
            "filename": expense.receipt_filename,
        }
    if wanted.values.get("submitter_id"):
        extra["submitter"] = staff_label(str(wanted.values["submitter_id"]), setup)
    return extra


def to_delete(pending: Fields) -> list[str]:
    """Ids of replaced expenses that are still to be deleted; stored as one id or a list."""
    found = pending.get("delete") or []
    return [str(found)] if isinstance(found, str | int) else [str(id) for id in found]


def _stopped(base: Action, stops: list[Stop]) -> Action | None:
    """A person's wish to leave it out comes before what is missing; all reasons are told at once."""
    if not stops:
        return None
    skips = [stop for stop in stops if stop.kind == "skip"]
    first = (skips or stops)[0]
    told = skips or stops
    return replace(
        base,
        kind=first.kind,
        code=first.code,
        reason=" ".join(dict.fromkeys(stop.reason for stop in told)),
        candidates=tuple(candidate for stop in told for candidate in stop.candidates),
        extra={**base.extra, "needs": next((stop.needs for stop in told if stop.needs), {})},
    )


def _create(base: Action, setup: Setup) -> Action:
    """Fields that are off are left to Accelo, unless it requires them."""
    values = {
        name: value
        for name, value in base.wanted.items()
        if name in REQUIRED or name == "status" or setup.policy(name) != "off"
    }
    changes = {name: (None, value) for name, value in values.items() if value != ""}
    again = "It was deleted in Accelo and is created again, by the option." if base.target_id else ""
    extra = base.extra if "receipt" in values else {k: v for k, v in base.extra.items() if k != "receipt"}
    return replace(
        base, kind="create", target_id="", wanted=values, changes=changes, reason=again or "New in Ieatta.", extra=extra
    )


def _gone(base: Action) -> Action:
    return replace(
        base,
        kind="skip",
        code="target_gone",
        reason=f"The expense {base.target_id} was deleted in Accelo, so it is left alone. To have such expenses "
        f"created again, turn on the option Create again what was deleted in Accelo.",
    )


def _invoiced(base: Action, wanted: Wanted, target: Fields, link: LinkView, setup: Setup) -> Action:
    """An invoiced expense is never touched; what was replaced by it is still cleared away."""
    changes = _differences(base.wanted, target, link, setup)
    if not changes and not wanted.stops:
        return _settled(base)
    told = f": {_told(changes)}" if changes else ""
    return _left(
        base,
        code="invoiced",
        changes=changes,
        reason=f"It changed in Ieatta, but the expense is already invoiced in Accelo and stays as it is{told}.",
    )


def _existing(base: Action, target: Fields, link: LinkView, setup: Setup) -> Action:
    changes = _differences(base.wanted, target, link, setup)
    fixed = [name for name in (*FIXED, "receipt") if name in changes]
    if fixed and _replaceable(target, setup):
        return _replace(base, changes, target, setup)
    if any(name in FIXED for name in fixed) or list(changes) == ["receipt"]:
        return _unchangeable(base, changes, target, setup)
    notes = base.notes
    if fixed:
        notes = (*notes, "The receipt came later; Accelo takes a receipt only when an expense is created.")
        changes = {name: pair for name, pair in changes.items() if name != "receipt"}
    if changes:
        return replace(base, kind="update", changes=changes, notes=notes, reason=f"Changed: {_names(changes)}.")
    return _settled(base)


def _differences(wanted: Fields, target: Fields, link: LinkView, setup: Setup) -> dict[str, tuple[Json, Json]]:
    return diff(wanted, target, setup.policy, link.memo)


def _replaceable(target: Fields, setup: Setup) -> bool:
    return setup.options.unchangeable == "replace" and target.get("status") in REPLACEABLE


def _replace(base: Action, changes: Differences, target: Fields, setup: Setup) -> Action:
    """A new expense in place of the old one, which is deleted once the new one is known.

    What the rules leave to people (fields that are not overwritten, the status when it is not carried over) is taken
    over from the old one.
    """
    made = _create(replace(base, target_id=""), setup)
    kept = {name: target[name] for name in (*CHANGEABLE, *FIXED) if _peoples(name, target, setup)}
    if not base.wanted.get("status"):
        kept["status"] = target.get("status", "")
    fixed = [name for name in changes if name not in CHANGEABLE and name != "status"]
    return replace(
        made,
        kind="replace",
        target_id=base.target_id,
        wanted={**made.wanted, **kept},
        changes=changes,
        reason=f"Changed: {_names(changes)}. Accelo cannot change {_names(fixed)}, so a new expense takes the place of "
        f"{base.target_id}.",
        extra={**made.extra, "delete": [*base.extra["delete"], base.target_id], "receipt_only": fixed == ["receipt"]},
    )


def _peoples(name: str, target: Fields, setup: Setup) -> bool:
    return setup.policy(name) != "overwrite" and target.get(name) not in ("", None)


def _unchangeable(base: Action, changes: Differences, target: Fields, setup: Setup) -> Action:
    if setup.options.unchangeable == "replace":
        why = f"the expense is {target.get('status')} in Accelo, so it is not replaced"
    else:
        why = "by the option Unchangeable fields it is not replaced"
    return _left(
        base,
        code="unchangeable",
        changes=changes,
        reason=f"Accelo cannot change all of this on an expense that exists, and {why}. It differs in "
        f"{_told(changes)}. Correct it in Accelo by hand.",
    )


def _settled(base: Action) -> Action:
    """Both sides agree; what was replaced earlier is still to be cleared away."""
    if not base.extra["delete"]:
        return base
    ids = ", ".join(base.extra["delete"])
    return replace(base, kind="update", reason=f"The expense that was replaced ({ids}) still has to be deleted.")


def _left(base: Action, *, code: str, reason: str, changes: Differences) -> Action:
    """The expense stays as it is, and its differences are told; what it replaced is cleared away all the same."""
    if base.extra["delete"]:
        return replace(_settled(base), notes=(*base.notes, reason))
    return replace(base, kind="skip", code=code, reason=reason, changes=changes)


def _names(changes: Mapping[str, object] | list[str]) -> str:
    return ", ".join(LABELS.get(name, name) for name in changes)


def _told(changes: Differences) -> str:
    return "; ".join(
        f"{LABELS.get(name, name)}: {before or 'none'} in Accelo, {after} wanted"
        for name, (before, after) in changes.items()
    )
