"""What people do in Ieatta itself: submit, approve, reject, reimburse, take back, close. Changes one report row.

Source: help articles on report statuses. That a rejection appends an action and clears `submitted` is a guess.
"""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]

_ACTIONS: dict[str, tuple[str, tuple[str, ...], str, str]] = {
    "submit": ("SUBMITTED", ("OPEN",), "SUBMITTED", "submitted"),
    "approve": ("APPROVED", ("SUBMITTED",), "APPROVED", "approved"),
    "reject": ("OPEN", ("SUBMITTED", "APPROVED"), "REJECTED", ""),
    "reimburse": ("REIMBURSED", ("APPROVED",), "REIMBURSED", "reimbursed"),
    "unapprove": ("SUBMITTED", ("APPROVED", "REIMBURSED"), "UNAPPROVED", ""),
    "retract": ("OPEN", ("SUBMITTED",), "RETRACTED", ""),
    "archive": ("ARCHIVED", ("OPEN", "SUBMITTED", "APPROVED", "REIMBURSED"), "CLOSED", "approved"),
}
"""verb -> (new state, allowed states, word in the history, date that it sets)."""

_CLEARS = {"reject": ("submitted", "approved"), "retract": ("submitted",), "unapprove": ("approved", "reimbursed")}


def act(report: Row, verb: str, moment: str, *, by: str = "", message: str = "") -> None:
    """`moment`: `yyyy-mm-dd hh:mm:ss`. Raises KeyError for an unknown verb, ValueError when the state forbids it."""
    state, allowed, word, dated = _ACTIONS[verb]
    if report["state"] not in allowed:
        raise ValueError(f"a report that is {report['state']} cannot {verb}")
    report["state"] = state
    for name in _CLEARS.get(verb, ()):
        report[name] = ""
    if dated:
        report[dated] = moment[:10]
    entry = {
        "action": word,
        "accountEmail": by or report["accountEmail"],
        "created": moment,
        "details": {"message": message},
    }
    report["actionList"] = [*report["actionList"], entry]
