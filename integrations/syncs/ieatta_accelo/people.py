"""Attendees -> the Accelo staff member an expense should be filed under. Pure; never stops an expense."""

from __future__ import annotations

from integrations.syncs.deciding import Decided
from integrations.syncs.ieatta_accelo.setup import Setup
from integrations.vendors.base import Candidate
from integrations.vendors.ieatta.records import Expense


def map_submitter(expense: Expense, setup: Setup) -> Decided:
    """Staff id, '' when nobody is known: by the person mapping, else by equal e-mail."""
    address, whose = _address(expense, setup)
    if not address:
        return Decided("", "Ieatta names nobody")
    row = setup.mappings.first("person", address)
    if row and row.ignore:
        return Decided("", f"{whose} {address} is left out by the person mapping")
    if row and row.target:
        return Decided(row.target, f"{whose} {address} → {staff_label(row.target, setup)} by the person mapping")
    hits = setup.references.match("target", ("staff",), email=address)
    if len(hits) != 1:
        known = "several people in Accelo have" if hits else "nobody in Accelo has"
        return Decided("", f"{whose} {address}: {known} this address")
    return Decided(hits[0].id, f"{whose} {address} → {hits[0].label} by the equal e-mail address")


def _address(expense: Expense, setup: Setup) -> tuple[str, str]:
    attendees = setup.rule("submitter_id").source != "account_email"
    first = next((email.strip() for email, _ in expense.attendees if email.strip()), "") if attendees else ""
    return (first, "the first attendee") if first else (expense.report.account_email.strip(), "the report's owner")


def staff_label(id: str, setup: Setup) -> str:
    found: Candidate | None = setup.references.get("target", "staff", id)
    return found.label if found else f"staff member {id}"
