"""Report status -> expense status, by rows an admin can change. Pure."""

from __future__ import annotations

from integrations.syncs.deciding import Decided, Stop
from integrations.syncs.ieatta_accelo.declared import STATUS_DEFAULTS
from integrations.syncs.ieatta_accelo.setup import Setup, left_out
from integrations.vendors.ieatta.records import Report

DEFAULTS = {source: target for source, _, target, _ in STATUS_DEFAULTS}
LABELS = {source: label for source, label, _, _ in STATUS_DEFAULTS}
TARGETS = frozenset({"submitted", "approved", "declined"})


def map_status(report: Report, setup: Setup) -> Decided:
    """The wanted standing, '' when statuses are not carried over. Raises Stop: ignored, unknown_state.

    Rejected is no state of its own at the vendor: a rejected report is an open one with a mark.
    """
    state = "REJECTED" if report.rejected else report.state.strip().upper()
    state = "ARCHIVED" if state == "CLOSED" else state
    names = _names(state, report.raw_status)
    label = LABELS.get(state, report.raw_status or state)
    row = next((row for name in names if (row := setup.mappings.first("status", name))), None)
    if row and row.ignore:
        raise left_out("The report status", label)
    target = (row.target.strip().lower() if row else "") or DEFAULTS.get(state, "")
    if target not in TARGETS:
        raise Stop(
            "unknown_state",
            f"The report has the status {report.raw_status or state!r}, which is not in the status table. Add a row "
            f"{state} to the status mapping: submitted, approved or declined.",
            needs={"kind": "status", "source": state},
        )
    if not setup.options.status_sync:
        return Decided("", "statuses are not carried over, by the option Carry over the status")
    return Decided(target, f"report {label} → {target} by the status table")


def _names(state: str, raw: str) -> tuple[str, ...]:
    """Names under which rows are looked for. Archived and Closed are one state with two names; its own comes first."""
    if state != "ARCHIVED":
        return (state,)
    return ("CLOSED", "ARCHIVED") if raw.strip().upper() == "CLOSED" else ("ARCHIVED", "CLOSED")
