"""Carrying out one Action at Accelo: create, update, and the repeatable follow-ups.

`create` sends once and returns; everything that can be repeated safely (correcting what Accelo read differently,
deleting what was replaced, moving the status) is left to `finish`, after the new id was stored. What a follow-up
could not do stays in `pending`: {"delete": [ids], "status": wanted, "correct": True}.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from integrations.core.errors import OutcomeUnknown, RejectedError
from integrations.core.records import Action, Fields, Found, IntentView, Json, Written
from integrations.syncs.base import Context
from integrations.syncs.ieatta_accelo.declared import LABELS, STREAM
from integrations.syncs.ieatta_accelo.options import Options
from integrations.syncs.ieatta_accelo.receipts import Receipt, fetch_receipt
from integrations.syncs.ieatta_accelo.statuses import StatusMover
from integrations.syncs.ieatta_accelo.target import CHANGEABLE, FIXED, SHORTEST_CUT, kept, one_line, title_cut, view
from integrations.vendors.accelo.records import Expense, ExpenseFields

KEPT = frozenset({"approved", "invoiced"})


class Writer:
    """One run's hand at Accelo."""

    def __init__(self, context: Context, options: Options) -> None:
        self.context = context
        self.client: Any = context.target
        self.options = options
        self.highest = 0
        self.statuses = StatusMover(self.client)
        self.fetched: tuple[str, Receipt] = ("", Receipt())

    def view(self, expense: Expense) -> dict[str, Json]:
        return view(expense, self.client.day_of)

    def fetch_targets(self, ids: list[str]) -> dict[str, Fields]:
        return {id: self.view(expense) for id, expense in self.client.get_expenses(ids).items()}

    def receipt(self, action: Action) -> Receipt:
        """The action's receipt, fetched at most once in a row."""
        wanted = action.extra.get("receipt")
        if not wanted:
            return Receipt()
        if self.fetched[0] != action.source_id:
            self.fetched = action.source_id, fetch_receipt(wanted, self.context.fetch, self.options.max_receipt_mb)
        return self.fetched[1]

    # --- writes -----------------------------------------------------------------------------------------------

    def marker(self) -> Fields:
        """The highest expense id before a create is sent: asked once a run, then kept from the answers."""
        if not self.highest:
            self.highest = int(self.client.highest_expense_id())
        return {"after_id": str(self.highest)}

    def create(self, action: Action) -> Written:
        """Raises OutcomeUnknown when no readable answer came."""
        receipt = self.receipt(action)
        fields = build_fields(action.wanted, self.options.send_submitter)
        try:
            made = self.client.create_expense(fields, receipt.attachment)
        except OutcomeUnknown:
            self.highest = 0  # it may have been made: the next marker must lie above it
            raise
        self.highest = max(self.highest, int(made.id))
        actual = self.view(made)
        notes = (receipt.problem,) if receipt.problem else ()
        return Written(made.id, actual, notes, _pending(action, actual), _memo(action, actual, receipt))

    def update(self, action: Action) -> Written:
        """One PUT of the fields that differ; without any (only follow-ups), nothing is sent."""
        changes = {name: action.changes[name][1] for name in CHANGEABLE if name in action.changes}
        actual: Fields = action.extra["present"]
        if changes:
            actual = self.view(self.client.update_expense(action.target_id, self._wire(changes)))
        memo = _cut_memo(action, actual) if "title" in changes else {}
        return Written(action.target_id, actual, (), _pending(action, actual), memo)

    def _wire(self, changes: Mapping[str, Json]) -> dict[str, str]:
        return {name: self._wire_value(name, value) for name, value in changes.items()}

    def _wire_value(self, name: str, value: Json) -> str:
        if name == "date_incurred":
            return str(self.client.wire_date(date.fromisoformat(value)))
        return str(self.client.wire_bool(value)) if isinstance(value, bool) else str(value)

    # --- follow-ups -------------------------------------------------------------------------------------------

    def finish(self, action: Action, written: Written) -> Written:
        """Correct once, delete what was replaced, move the status. A refusal becomes a remark and stays pending;
        trouble with the connection is raised, and the next run goes on from `pending`."""
        written = self._correct(action, written)
        written = self._delete_replaced(action, written)
        return self._move_status(action, written)

    def _correct(self, action: Action, written: Written) -> Written:
        """Accelo may read a date or a flag differently from how it was sent; one PUT sets it right."""
        sent = [name for name in CHANGEABLE if name in (action.wanted if action.kind != "update" else action.changes)]
        memo = written.memo
        off = _unequal(sent, action, written.actual, memo)
        actual, notes = written.actual, list(written.notes)
        if off:
            try:
                changes = self._wire({name: action.wanted[name] for name in off})
                actual = self.view(self.client.update_expense(written.target_id, changes))
            except (RejectedError, OutcomeUnknown) as error:
                notes.append(f"Accelo refused the correction of {_labels(off)}: {error.message}")
        fixed = [name for name in FIXED if name in action.wanted] if action.kind != "update" else []
        notes.extend(_kept(name, action, actual) for name in _unequal([*sent, *fixed], action, actual, memo))
        if memo.get("title_cut"):
            notes.append(f"Accelo cut the title to {memo['title_cut']} characters.")
        notes.extend(_submitter_note(action, actual))
        pending = {name: value for name, value in written.pending.items() if name != "correct"}
        return replace(written, actual=actual, notes=tuple(notes), pending=pending)

    def _delete_replaced(self, action: Action, written: Written) -> Written:
        """Only what is not approved or invoiced by now: two expenses are easier to clear up than a lost one."""
        ids = [id for id in action.extra.get("delete", ()) if id != written.target_id]
        notes, left = list(written.notes), []
        present = self.client.get_expenses(ids) if ids else {}
        for id in (id for id in ids if id in present):
            standing = present[id].standing
            if standing in KEPT:
                notes.append(
                    f"The expense {id}, which {written.target_id} replaces, was {standing} meanwhile and was not "
                    f"deleted. Delete one of the two in Accelo."
                )
                continue
            try:
                self.client.delete_expense(id)
            except (RejectedError, OutcomeUnknown) as error:
                left.append(id)
                notes.append(f"The replaced expense {id} could not be deleted yet: {error.message}")
        pending = {name: value for name, value in written.pending.items() if name != "delete"}
        return replace(written, notes=tuple(notes), pending=pending | ({"delete": left} if left else {}))

    def _move_status(self, action: Action, written: Written) -> Written:
        wanted, present = str(action.wanted.get("status", "")), str(written.actual.get("status", ""))
        pending = {name: value for name, value in written.pending.items() if name != "status"}
        if not wanted or wanted == present or present == "invoiced":
            return replace(written, pending=pending)
        reached, note = self.statuses.move(written.target_id, present, wanted)
        actual = {**written.actual, "status": reached}
        if reached == wanted:
            return replace(written, actual=actual, pending=pending)
        return replace(written, actual=actual, notes=(*written.notes, note), pending=pending | {"status": wanted})

    # --- lost answers -----------------------------------------------------------------------------------------

    def find(self, intent: IntentView) -> Found:
        """Expenses made since the marker that look like the intent and belong to no link.

        The day decides between several only, because Accelo may have read it differently from how it was sent.
        """
        kind, _, id = str(intent.wanted["against"]).partition("/")
        made = self.client.find_expenses(kind, id, str(intent.marker.get("after_id", "0")))
        alike = {one.id: found for one in made if looks_like(intent.wanted, found := self.view(one))}
        linked = self.context.store.is_linked(STREAM, list(alike)) if alike else set()
        free = {id: found for id, found in alike.items() if id not in linked}
        day = intent.wanted.get("date_incurred")
        free = {id: found for id, found in free.items() if found["date_incurred"] == day} or free
        return Found(tuple(free), next(iter(free.values())) if len(free) == 1 else {})


def build_fields(wanted: Fields, send_submitter: bool) -> ExpenseFields:
    """Fields that are off stand at Accelo's own defaults: not billable, not reimbursable, sale = purchase price."""
    kind, _, id = str(wanted["against"]).partition("/")
    return ExpenseFields(
        title=str(wanted["title"]),
        quantity=Decimal(wanted["quantity"]),
        unit_cost=Decimal(wanted["unit_cost"]),
        price=Decimal(wanted.get("price") or wanted["unit_cost"]),
        date_incurred=date.fromisoformat(wanted["date_incurred"]),
        type_id=str(wanted["type_id"]),
        against_type=kind,
        against_id=id,
        billable=bool(wanted.get("billable", False)),
        reimbursable=bool(wanted.get("reimbursable", False)),
        submitter_id=str(wanted.get("submitter_id", "")) if send_submitter else "",
    )


def looks_like(wanted: Fields, found: Fields) -> bool:
    """Whether an expense could be the one that was sent; Accelo may have cut its title."""
    before, after = one_line(str(wanted["title"])), str(found["title"])
    same_title = before == after or (len(after) >= SHORTEST_CUT and before.startswith(after))
    return same_title and all(wanted[name] == found[name] for name in ("quantity", "unit_cost", "type_id"))


def _pending(action: Action, actual: Fields) -> dict[str, Json]:
    """The follow-ups still to be done, stored before they are tried."""
    pending: dict[str, Json] = {}
    if action.extra.get("delete"):
        pending["delete"] = list(action.extra["delete"])
    if action.wanted.get("status") and action.wanted["status"] != actual["status"]:
        pending["status"] = action.wanted["status"]
    if action.kind != "update" and _unequal(CHANGEABLE, action, actual, _cut_memo(action, actual)):
        pending["correct"] = True
    return pending


def _memo(action: Action, actual: Fields, receipt: Receipt) -> dict[str, Json]:
    memo = _cut_memo(action, actual) | {"kept": kept(action.wanted, actual)}
    if action.extra.get("receipt"):
        id = action.extra["receipt"]["id"]
        memo["receipt"] = id if receipt.attachment else ""
        memo["receipt_failed"] = id if receipt.lasting else ""
    return memo


def _cut_memo(action: Action, actual: Fields) -> dict[str, Json]:
    return {"title_cut": title_cut(action.wanted, actual)}


def _unequal(names: tuple[str, ...] | list[str], action: Action, actual: Fields, memo: Fields) -> list[str]:
    """Names whose wanted value Accelo does not hold; a title that Accelo cut is as good as it gets."""
    return [
        name
        for name in names
        if name in action.wanted
        and action.wanted[name] != actual.get(name)
        and not (name == "title" and memo.get("title_cut"))
    ]


def _kept(name: str, action: Action, actual: Fields) -> str:
    label = LABELS.get(name, name)
    return f"Accelo kept {label} {actual.get(name) or 'none'} instead of {action.wanted[name]}. Check it there."


def _labels(names: list[str]) -> str:
    return ", ".join(LABELS.get(name, name) for name in names)


def _submitter_note(action: Action, actual: Fields) -> list[str]:
    wanted = action.wanted.get("submitter_id")
    if action.kind == "update" or not wanted or wanted == actual.get("submitter_id"):
        return []
    present = f"staff member {actual['submitter_id']}" if actual.get("submitter_id") else "its signed-in user"
    return [f"Accelo filed it under {present}; Ieatta names {action.extra.get('submitter') or wanted}."]
