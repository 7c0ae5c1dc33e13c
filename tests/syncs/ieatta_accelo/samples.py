"""Expenses, links and set-ups for the tests of this sync. All values are composed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from integrations.core.mapping import Mappings, Row, mapping_key
from integrations.core.records import LinkView, Record
from integrations.core.tags import TagBook
from integrations.syncs.base import FieldRule
from integrations.syncs.ieatta_accelo.declared import FIELDS
from integrations.syncs.ieatta_accelo.options import parse_options
from integrations.syncs.ieatta_accelo.setup import PeriodDays, Setup
from integrations.syncs.ieatta_accelo.source import build_record, report_key
from integrations.vendors.base import Candidate
from integrations.vendors.ieatta.records import Expense, Report

REPORT = Report(
    id="R00aaaaaaaaa",
    name="July",
    state="SUBMITTED",
    rejected=False,
    raw_status="Processing",
    currency="GBP",
    policy_id="P1",
    account_email="owner@example.test",
    created="2026-07-01",
    submitted="2026-07-05",
    approved="",
)
EXPENSE = Expense(
    id="5551234567890123456",
    report=REPORT,
    amount=1250,
    original_amount=1250,
    converted_amount=1250,
    conversion_rate="1",
    currency="GBP",
    created="2026-07-03",
    merchant="City Taxi",
    comment="Taxi to the client",
    category="Travel",
    tag="P-100",
    tag_levels=(("P-100", ""),),
    billable=True,
    reimbursable=True,
    has_tax=False,
    tax_name="",
    tax_rate_name="",
    tax_code="",
    tax_rate="",
    tax_amount=None,
    attendees=(("ann@example.test", "Ann"),),
    units_count="",
    units_unit="",
    receipt_id="",
    receipt_filename="",
    receipt_url="",
    receipt_type="",
    modified_amount_present=False,
)


def expense(**changes: Any) -> Expense:
    """The sample expense with changes; names of report fields (`state`, `rejected`, `raw_status`, `policy_id`,
    `report_currency`) change its report."""
    names = {"state", "rejected", "raw_status", "account_email", "policy_id"}
    of_report = {name: changes.pop(name) for name in list(changes) if name in names}
    if "report_currency" in changes:
        of_report["currency"] = changes.pop("report_currency")
    if "tag" in changes and "tag_levels" not in changes:
        changes["tag_levels"] = tuple((name, "") for name in changes["tag"].split(":")) if changes["tag"] else ()
    if "amount" in changes and "original_amount" not in changes:
        changes["original_amount"] = changes["amount"]
    return replace(EXPENSE, report=replace(REPORT, **of_report), **changes)


def record(**changes: Any) -> Record:
    found = expense(**changes)
    return build_record(found, report_key(found.report))


def link(**changes: Any) -> LinkView:
    return replace(LinkView(EXPENSE.id, "900", "settled", "linked", pk=1), **changes)


def taxed(name: str = "GST 10%", code: str = "GST", **changes: Any) -> dict[str, Any]:
    return {"has_tax": True, "tax_name": "Tax", "tax_rate_name": name, "tax_code": code, **changes}


class Cache:
    """Candidates in memory, as the services keep them. `arriving`: what the vendor has but the cache does not yet."""

    def __init__(self, candidates: Iterable[Candidate], arriving: Iterable[Candidate] = ()) -> None:
        self.candidates = list(candidates)
        self.arriving = list(arriving)
        self.refreshed: list[tuple[tuple[str, ...], float]] = []

    def get(self, side: str, kind: str, id: str) -> Candidate | None:
        return next((c for c in self.candidates if side == "target" and (c.kind, c.id) == (kind, id)), None)

    def match(
        self, side: str, kinds: Iterable[str], *, code: str = "", label: str = "", email: str = ""
    ) -> list[Candidate]:
        wanted = {"code": code, "label": label, "email": email}
        given = {name: mapping_key(value) for name, value in wanted.items() if value}
        rows = [c for c in self.candidates if side == "target" and c.kind in set(kinds) and c.active]
        return [c for c in rows if all(mapping_key(getattr(c, name)) == value for name, value in given.items())]

    def refresh(self, side: str, kinds: Iterable[str], *, older_than: float) -> bool:
        self.refreshed.append((tuple(kinds), older_than))
        if older_than < 3600:
            self.candidates, self.arriving = [*self.candidates, *self.arriving], []
        return True


def job(id: str, label: str, code: str = "", kind: str = "job", **more: Any) -> Candidate:
    standing = more.pop("standing", "active")
    return Candidate(kind, id, label, code=code, extra={"standing": standing}, **more)


def type_(id: str, label: str, tax_id: str = "", **more: Any) -> Candidate:
    standing = more.pop("standing", "active")
    return Candidate("expense_type", id, label, extra={"tax_id": tax_id, "standing": standing}, **more)


CANDIDATES = (
    type_("7", "Travel costs"),
    type_("8", "Travel (GST 10%)", "1"),
    type_("9", "Travel (GST 15%)", "2"),
    job("100", "Website relaunch", "P-100"),
    job("200", "Data centre", "P-200"),
    job("300", "Support", "T-300", kind="issue"),
    job("400", "Care plan", kind="contract"),
    Candidate("staff", "17", "Ann Example", email="ann@example.test"),
    Candidate("staff", "18", "Owen Owner", email="owner@example.test"),
)
TRAVEL = Row("category", "Travel", "7", target_label="Travel costs")


def no_periods(contract_id: str) -> Sequence[PeriodDays]:
    return ()


def setup(
    *rows: Row,
    candidates: Iterable[Candidate] = CANDIDATES,
    periods: Callable[[str], Sequence[PeriodDays]] = no_periods,
    books: str = "GBP",
    fields: Mapping[str, Mapping[str, Any]] | None = None,
    tags: TagBook | None = None,
    **options: Any,
) -> Setup:
    """`fields`: target -> changed attributes of its rule. Without rows the category Travel is mapped."""
    rules = {rule.target: rule for rule in FIELDS}
    changed: dict[str, FieldRule] = {name: replace(rules[name], **more) for name, more in (fields or {}).items()}
    return Setup(Mappings(rows or (TRAVEL,)), Cache(candidates), periods, parse_options(options), changed, books, tags)
