"""One Ieatta expense + setup -> the wanted Accelo expense, each field with its reason. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from integrations.core.records import Json, Why, canonical_text
from integrations.syncs.deciding import Decided, Stop
from integrations.syncs.ieatta_accelo.against import map_against
from integrations.syncs.ieatta_accelo.declared import LABELS
from integrations.syncs.ieatta_accelo.expense_type import map_type
from integrations.syncs.ieatta_accelo.money import decimal_text, map_amount, money_text, split_amount
from integrations.syncs.ieatta_accelo.people import map_submitter
from integrations.syncs.ieatta_accelo.setup import Setup, parse_day
from integrations.syncs.ieatta_accelo.status import map_status
from integrations.syncs.ieatta_accelo.target import one_line
from integrations.vendors.ieatta.records import Expense

REQUIRED = ("title", "quantity", "unit_cost", "type_id", "against", "date_incurred")
"""Sent at creation whatever the policy: Accelo requires them, and it files an expense without a date under today
(Accelo API docs, _expenses, create)."""


@dataclass(slots=True)
class Wanted:
    """Values by field in canonical text, reasons, remarks; `stops` are the rules that could not decide."""

    values: dict[str, Json] = field(default_factory=dict)
    why: list[Why] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)

    def put(self, name: str, decided: Decided, *, told: Json = None) -> None:
        """`told`: what a person reads instead of an id. Fields that only inform have no wanted value."""
        if name != "tax":
            self.values[name] = decided.value
        self.why.append(Why(LABELS[name], decided.value if told is None else told, decided.because))
        self.notes.extend(decided.notes)


def build_wanted(expense: Expense, setup: Setup) -> Wanted:
    """Every rule is asked, so that a person sees at once all that is missing."""
    wanted = Wanted()
    for rule in (_title, _date, _type, _against, _money, _flags, _receipt, _submitter, _status):
        _attempt(rule, expense, setup, wanted)
    return wanted


Rule = Callable[[Expense, Setup, Wanted], None]


def _attempt(rule: Rule, expense: Expense, setup: Setup, wanted: Wanted) -> None:
    try:
        rule(expense, setup, wanted)
    except Stop as stop:
        wanted.stops.append(stop)


def _title(expense: Expense, setup: Setup, wanted: Wanted) -> None:
    wanted.put("title", map_title(expense, setup))


def map_title(expense: Expense, setup: Setup) -> Decided:
    """Whole and on one line. By default the comment, else the merchant, else the expense's id."""
    comment, merchant = one_line(expense.comment), one_line(expense.merchant)
    source = setup.rule("title").source
    if source == "merchant_comment" and comment and merchant:
        text, because = f"{merchant}: {comment}", "merchant and comment"
    elif source.startswith("merchant") and merchant:
        text, because = merchant, "merchant"
    elif comment:
        text, because = comment, "comment"
    elif merchant:
        text, because = merchant, "merchant, because the comment is empty"
    else:
        text, because = f"Expense {expense.id}", "the expense has neither comment nor merchant"
    return _shortened(text, because, setup.options.title_length)


def _shortened(text: str, because: str, limit: int) -> Decided:
    if not limit or len(text) <= limit:
        return Decided(text, because)
    cut = text[: max(limit - 1, 0)].rstrip() + "…"
    return Decided(cut, f"{because}, cut to {limit} characters", (f"The title was cut to {limit} characters.",))


def _date(expense: Expense, setup: Setup, wanted: Wanted) -> None:
    day = parse_day(expense.created)
    wanted.put("date_incurred", Decided(day.isoformat(), "the calendar date in Ieatta"))


def _type(expense: Expense, setup: Setup, wanted: Wanted) -> None:
    type_id, tax = map_type(expense, setup)
    wanted.put("type_id", type_id)
    wanted.put("tax", tax)


def _against(expense: Expense, setup: Setup, wanted: Wanted) -> None:
    wanted.put("against", map_against(expense, setup))


def _money(expense: Expense, setup: Setup, wanted: Wanted) -> None:
    amount = map_amount(expense, setup.books)
    use_units = setup.rule("quantity").source != "one"
    split = split_amount(amount.cents, expense.units_count, expense.units_unit, use_units=use_units)
    because = f"{amount.because}; {split.because}"
    notes = (*amount.notes, *split.notes)
    wanted.put("quantity", Decided(decimal_text(split.quantity), split.because, notes))
    wanted.put("unit_cost", Decided(money_text(split.price), because))
    wanted.put("price", Decided(money_text(split.price), f"{because}; the same as the purchase price"))


def _flags(expense: Expense, setup: Setup, wanted: Wanted) -> None:
    wanted.put("reimbursable", Decided(expense.reimbursable, "as in Ieatta"))
    wanted.put("billable", Decided(expense.billable, "as in Ieatta"))


def _receipt(expense: Expense, setup: Setup, wanted: Wanted) -> None:
    if not setup.options.receipts:
        return wanted.put("receipt", Decided("", "receipts are not carried over, by the option Carry over receipts"))
    if not expense.receipt_id or not expense.receipt_url:
        return wanted.put("receipt", Decided("", "the expense has no receipt"))
    name = canonical_text(expense.receipt_filename)
    return wanted.put("receipt", Decided(expense.receipt_id, "the receipt in Ieatta"), told=name or expense.receipt_id)


def _submitter(expense: Expense, setup: Setup, wanted: Wanted) -> None:
    wanted.put("submitter_id", map_submitter(expense, setup))


def _status(expense: Expense, setup: Setup, wanted: Wanted) -> None:
    wanted.put("status", map_status(expense.report, setup))
