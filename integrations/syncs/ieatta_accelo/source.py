"""An Ieatta expense as a source record: its fingerprint and its fields as a person reads them. Pure.

This is the hot path: a run reads every expense of the window, and nearly all of them are unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from integrations.core.records import Json, Record, canonical_text, fingerprint
from integrations.core.tags import join_path
from integrations.syncs.ieatta_accelo.declared import STREAM
from integrations.syncs.ieatta_accelo.money import cents_text
from integrations.vendors.ieatta.records import Expense, Report

MONTHS = " January February March April May June July August September October November December".split(" ")


class SourceFields(Mapping[str, Json]):
    """The readable fields of one expense, built only when somebody reads them; `expense` is the record itself."""

    __slots__ = ("_fields", "expense")

    def __init__(self, expense: Expense) -> None:
        self.expense = expense
        self._fields: dict[str, Json] | None = None

    def _readable(self) -> dict[str, Json]:
        if self._fields is None:
            self._fields = readable(self.expense)
        return self._fields

    def __getitem__(self, key: str) -> Json:
        return self._readable()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._readable())

    def __len__(self) -> int:
        return len(self._readable())


def expense_of(record: Record) -> Expense:
    """The vendor's expense that a record of this sync was made from."""
    if not isinstance(record.fields, SourceFields):
        raise TypeError("Not a record that this sync has read.")
    return record.fields.expense


def report_key(report: Report) -> str:
    """What an expense takes over from its report, as one canonical text. The report's id is in it, so that a link
    follows an expense that moved to another report."""
    return "\x1e".join(
        (report.id, report.state, "rejected" if report.rejected else "", report.currency, report.account_email)
    )


def build_record(expense: Expense, of_report: str) -> Record:
    """`of_report`: report_key of its report, computed once a report."""
    return Record(
        STREAM,
        expense.id,
        digest_of(expense, of_report),
        SourceFields(expense),
        label_of(expense),
        None,
        expense.report.id,
        expense.report.state,
        uses=tag_path(expense.tag_levels) if expense.tag_levels else "",
    )


def digest_of(e: Expense, of_report: str) -> str:
    """Fingerprint of every field that can change what Accelo holds.

    Left out: the receipt's address (it may be signed anew at each export), tax amount and tax rate (the tax is
    known by name and code), names of people (they are known by address).
    """
    converted = e.converted_amount
    return fingerprint(
        (
            of_report,
            str(e.amount),
            str(e.original_amount) if e.modified_amount_present else "",
            "" if converted is None else str(converted),
            _decimal(e.conversion_rate),
            e.currency,
            e.created[:10],
            canonical_text(e.merchant),
            canonical_text(e.comment),
            e.category.strip(),
            e.tag.strip(),
            _levels(e.tag_levels) if e.tag_levels else "",
            "1" if e.billable else "0",
            "1" if e.reimbursable else "0",
            "1" if e.has_tax else "0",
            e.tax_rate_name,
            e.tax_name,
            e.tax_code,
            e.attendees[0][0] if e.attendees else "",
            _decimal(e.units_count),
            e.units_unit,
            e.receipt_id,
        )
    )


@lru_cache(maxsize=4096)
def _levels(levels: tuple[tuple[str, str], ...]) -> str:
    """As one text, remembered: one tag is on many expenses."""
    return "\x1e".join([f"{name}\x1d{code}" for name, code in levels])


@lru_cache(maxsize=4096)
def tag_path(levels: tuple[tuple[str, str], ...]) -> str:
    """The tag as core/tags.py writes it, whatever escapes and entities it came with. Remembered like `_levels`."""
    names = [name.strip() for name, _ in levels]
    while names and not names[-1]:
        names.pop()
    return join_path(names)


def _decimal(text: str) -> str:
    """12.50 and 12.5 are one number."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def label_of(expense: Expense) -> str:
    """ "Taxi, 12.50 GBP, 3 July 2026"."""
    name = expense.merchant.strip() or expense.comment.strip()[:60] or expense.category or f"Expense {expense.id}"
    return f"{name}, {cents_text(expense.amount)} {expense.currency}, {_day(expense.created)}"


@lru_cache(maxsize=1000)
def _day(text: str) -> str:
    """ "3 July 2026", remembered: one day is on many expenses."""
    year, month, day = text[:4], text[5:7], text[8:10]
    if not (month.isdecimal() and day.isdecimal() and 1 <= int(month) <= 12):
        return text
    return f"{int(day)} {MONTHS[int(month)]} {year}"


def readable(e: Expense) -> dict[str, Json]:
    """For the page *Why?*: what came from Ieatta, without the receipt's address."""
    fields: dict[str, Json] = {
        "report": e.report.name or e.report.id,
        "report_status": f"{e.report.raw_status}{' (rejected)' if e.report.rejected else ''}",
        "date": e.created,
        "merchant": e.merchant,
        "comment": e.comment,
        "category": e.category,
        "tag": e.tag,
        "amount": f"{cents_text(e.amount)} {e.currency}",
        "reimbursable": e.reimbursable,
        "billable": e.billable,
        "receipt": e.receipt_filename or e.receipt_id,
    }
    return fields | _more(e)


def _more(e: Expense) -> dict[str, Json]:
    """Fields that few expenses have."""
    found: dict[str, Json] = {
        "units": f"{e.units_count} {e.units_unit}".strip(),
        "tax": ", ".join(text for text in (e.tax_rate_name, e.tax_name, e.tax_code) if text) if e.has_tax else "",
        "attendees": ", ".join(email for email, _ in e.attendees),
        "report_owner": e.report.account_email,
    }
    if e.modified_amount_present:
        found["original_amount"] = f"{cents_text(e.original_amount)} {e.currency}"
    if e.converted_amount is not None and e.currency != e.report.currency:
        found["converted_amount"] = f"{cents_text(e.converted_amount)} {e.report.currency} (rate {e.conversion_rate})"
    return {name: value for name, value in found.items() if value}
