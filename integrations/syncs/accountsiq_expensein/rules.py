"""What is to be done for one record that is laid beside its partner. Pure.

A record of AccountsIQ creates, renames, and sets suppliers inactive or active again; it never deletes, and a rate is
given once. What cannot be done is told, not forced.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from integrations.core.records import Action, LinkView, Record, Why
from integrations.syncs.accountsiq_expensein.rows import Laid, Present, Problem, differences, laid_of, remark

RULES = 1
"""Counted up when a rule changes, so that settled records are looked at again."""
OF_THE_NAME = frozenset({"name_taken", "long_name", "no_name"})
"""Problems that only keep the name from being carried over; the other fields of a record that exists follow."""
TOLD = frozenset({"name_taken", "deleted", "inactive"})
"""Problems that are part of the rules: the record is skipped. All others block it until a person mends something."""
OF_SEVERAL = frozenset({"doubled_code", "doubled_reference"})
"""Problems of which record is meant; told of inactive records too."""
LABELS = {"name": "name", "reference": "reference", "inactive": "Inactive", "rate": "rate"}
MATCHED = "Matched by its reference; both sides are equal already."


def plan_record(record: Record, link: LinkView | None, seen: Present | None, applies: tuple[str, ...] | None) -> Action:
    """`seen`: the linked record in ExpenseIn, where the link is newer than the comparison (a lost answer was found).
    `applies`: kinds of expenses a new record is made for, None where its kind has none."""
    laid = laid_of(record)
    if laid.present is None and seen is not None and laid.how != "gone":
        laid = replace(laid, present=seen, how="link", problem=None)
    base = Action("none", record.stream, record.external_id, record.label, extra={"laid": laid})
    if laid.present is None:
        return plan_new(base, laid, applies)
    base = replace(base, target_id=laid.present.id)
    return plan_present(base, laid, laid.present, link)


def plan_new(base: Action, laid: Laid, applies: tuple[str, ...] | None) -> Action:
    if not laid.active and not (laid.problem and laid.problem.code in OF_SEVERAL):
        return stopped(base, "inactive", "It is inactive in AccountsIQ, so nothing is created for it.")
    if laid.problem:
        return stopped(base, laid.problem.code, laid.problem.words)
    wanted: dict[str, Any] = {"name": laid.wanted, "reference": laid.code}
    if base.stream == "suppliers":
        wanted["inactive"] = False
    if laid.rate:
        wanted["rate"] = laid.rate
    if applies is not None:
        wanted["applies_to"] = list(applies)
    changes = {name: (None, value) for name, value in wanted.items()}
    why = reasons(laid, wanted)
    return replace(base, kind="create", wanted=wanted, changes=changes, why=why, reason="New in AccountsIQ.")


def plan_present(base: Action, laid: Laid, present: Present, link: LinkView | None) -> Action:
    problem = laid.problem
    if problem and problem.code not in OF_THE_NAME:
        return stopped(base, problem.code, problem.words)
    changes = differences(laid, present)
    if problem:
        changes.pop("name", None)
    wanted = wanted_present(laid, present, changes)
    base = replace(base, wanted=wanted, changes=changes, why=reasons(laid, wanted))
    if as_stored(changes, link):
        changes, base = {}, replace(base, changes={}, wanted=as_held(present))
    notes = [problem.words] if problem else []
    told = remark(laid, present)
    if changes:
        code = "adopted" if laid.how == "name" else told.code if told else ""
        notes += [told.words] if told else []
        return replace(base, kind="update", code=code, reason=changed_words(laid, changes), notes=tuple(notes))
    if problem:
        return stopped(base, problem.code, problem.words)
    return settled(base, laid, present, link, told)


def settled(base: Action, laid: Laid, present: Present, link: LinkView | None, told: Problem | None) -> Action:
    """Both sides agree; what is new is told once: that they belong together, what differs and is not written."""
    if link is None or link.target_id != present.id:
        words = f"{MATCHED} {told.words}" if told else MATCHED
        return replace(base, kind="link", code=told.code if told else "matched", reason=words)
    if told is None:
        return base
    rate, reference = {"rate": (present.rate, laid.rate)}, {"reference": (present.reference, laid.code)}
    differs = rate if told.code == "rate_differs" else reference
    return replace(base, kind="skip", code=told.code, reason=told.words, changes=differs)


def wanted_present(laid: Laid, present: Present, changes: dict[str, tuple[Any, Any]]) -> dict[str, Any]:
    """What ExpenseIn is to hold of the synced fields. The rate it has stays."""
    return {**as_held(present), **{name: after for name, (_, after) in changes.items()}}


def as_held(present: Present) -> dict[str, Any]:
    held: dict[str, Any] = {"name": present.name, "reference": present.reference}
    return held | ({} if present.inactive is None else {"inactive": present.inactive})


def as_stored(changes: dict[str, tuple[Any, Any]], link: LinkView | None) -> bool:
    """Whether ExpenseIn made just this of just that value before: sending it again would change nothing."""
    stored = link.memo.get("stored", {}) if link else {}
    return bool(changes) and all(stored.get(name) == [after, now] for name, (now, after) in changes.items())


def changed_words(laid: Laid, changes: dict[str, tuple[Any, Any]]) -> str:
    names = ", ".join(LABELS[name] for name in changes)
    if laid.how == "name":
        return f"Taken over: it had the same name and no reference. Changed: {names}."
    if "reference" in changes:
        return f"It was edited in ExpenseIn, and AccountsIQ decides. Changed: {names}."
    return f"Changed: {names}."


def stopped(base: Action, code: str, words: str) -> Action:
    return replace(base, kind="skip" if code in TOLD else "blocked", code=code, reason=words, changes={})


def reasons(laid: Laid, wanted: dict[str, Any]) -> tuple[Why, ...]:
    because = {
        "name": "the name in AccountsIQ"
        if laid.wanted == laid.name
        else f"the name in AccountsIQ, “{laid.name}”, made to fit",
        "reference": "the code in AccountsIQ, by which both sides are matched",
        "inactive": "AccountsIQ's active flag",
        "rate": "the rate in AccountsIQ, given once",
        "applies_to": "new records of this kind are made for these expenses; you may change it in ExpenseIn",
    }
    return tuple(Why(name, value, because[name]) for name, value in wanted.items())
