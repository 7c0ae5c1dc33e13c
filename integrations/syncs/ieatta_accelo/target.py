"""Accelo's expense as comparable fields, and what differs from the wanted ones. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from integrations.core.records import Fields, Json, canonical_text
from integrations.syncs.base import Policy
from integrations.syncs.ieatta_accelo.money import decimal_text, money_text
from integrations.vendors.accelo.records import Expense

CHANGEABLE = ("title", "quantity", "unit_cost", "date_incurred", "type_id", "billable", "reimbursable")
"""What Accelo can change on an expense that exists (Accelo API docs, _expenses, update)."""
FIXED = ("price", "against")
SHORTEST_CUT = 20

Difference = Mapping[str, tuple[Json, Json]]


def one_line(text: str) -> str:
    """White space collapsed to single blanks; nothing else is changed."""
    return " ".join(canonical_text(text).split())


def view(expense: Expense, day_of: Callable[[int], date]) -> dict[str, Json]:
    """In the same canonical texts as the wanted values. `day_of`: unix seconds to the account's calendar day.

    An unset sale price is the purchase price: Accelo's default (Accelo API docs, _expenses, create).
    """
    price: Decimal = expense.unit_cost if expense.price is None else expense.price
    return {
        "title": one_line(expense.title),
        "quantity": decimal_text(expense.quantity),
        "unit_cost": money_text(expense.unit_cost),
        "price": money_text(price),
        "date_incurred": "" if expense.date_incurred is None else day_of(expense.date_incurred).isoformat(),
        "type_id": expense.type_id,
        "against": f"{expense.against_type}/{expense.against_id}",
        "billable": expense.billable,
        "reimbursable": expense.reimbursable,
        "status": expense.standing,
        "submitter_id": expense.submitter_id,
        "receipt": expense.resource_id,
    }


def title_cut(wanted: Fields, actual: Fields) -> int:
    """Length at which Accelo cut the title, 0 when it did not. Its longest title is not documented."""
    before, after = str(wanted.get("title", "")), str(actual.get("title", ""))
    cut = SHORTEST_CUT <= len(after) < len(before) and before.startswith(after)
    return len(after) if cut else 0


def diff(wanted: Fields, target: Fields, policy: Callable[[str], Policy], memo: Fields) -> dict[str, tuple[Json, Json]]:
    """Field -> (present, wanted) of what is to be changed, by each field's policy; the receipt and status included.

    `memo`: {"receipt": id last sent, "receipt_failed": id that could not be sent, "title_cut": length,
    "kept": see `kept`}.
    """
    found = {}
    for name in (*CHANGEABLE, *FIXED):
        if name in wanted and _applies(policy(name), target.get(name)) and not _equal(name, wanted, target, memo):
            found[name] = (target.get(name), wanted[name])
    if wanted.get("status") and wanted["status"] != target.get("status"):
        found["status"] = (target.get("status"), wanted["status"])
    if _late_receipt(wanted.get("receipt", ""), target, policy("receipt"), memo):
        found["receipt"] = (memo.get("receipt", ""), wanted["receipt"])
    return found


def kept(wanted: Fields, actual: Fields) -> dict[str, list[Json]]:
    """Field -> [wanted, held] of what Accelo made something else of at creation (its own sale price, say). Remembered,
    so that the expense is not replaced again and again for a difference that Accelo insists on."""
    names = [name for name in FIXED if name in wanted and wanted[name] != actual.get(name)]
    return {name: [wanted[name], actual.get(name)] for name in names}


def _applies(policy: Policy, present: Json) -> bool:
    """Whether a field of an existing expense may be written; a no is a value, not an empty field."""
    return policy == "overwrite" or (policy == "set_if_empty" and present in ("", None))


def _equal(name: str, wanted: Fields, target: Fields, memo: Fields) -> bool:
    if name == "title" and memo.get("title_cut"):
        return one_line(str(wanted[name])[: int(memo["title_cut"])]) == target.get(name)
    if name in FIXED and memo.get("kept", {}).get(name) == [wanted[name], target.get(name)]:
        return True
    return bool(wanted[name] == target.get(name))


def _late_receipt(wanted: str, target: Fields, policy: Policy, memo: Fields) -> bool:
    """Whether the source has a receipt that Accelo was never sent. Without a memo, one that is there is trusted."""
    if not wanted or wanted in (memo.get("receipt"), memo.get("receipt_failed")):
        return False
    if not target.get("receipt"):
        return policy in ("overwrite", "set_if_empty")
    return bool(memo.get("receipt")) and policy == "overwrite"
