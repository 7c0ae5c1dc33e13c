"""The job descriptions that we send, without the credentials. Pure.

Source: the vendor's Integration Server manual: report exporter, downloader, policy getter, tags updater, report
status updater.
`limit`, `test`, `markedAsExported` and `onFinish` are never sent: an export leaves no trace, so it may be repeated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from integrations.vendors.ieatta.records import STATES

Job = dict[str, Any]
YEAR = timedelta(days=364)
"""A window may span a year at most; a day is kept in hand for leap years and time zones."""


def export_job(
    *,
    start: date | None,
    end: date | None,
    approved_after: date | None,
    report_ids: Sequence[str],
    states: Sequence[str],
    policy_id: str,
) -> Job:
    """Both dates count. Raises ValueError without an anchor (the vendor refuses that too)."""
    filters: dict[str, str] = {}
    if start:
        filters["startDate"] = start.isoformat()
    if end:
        filters["endDate"] = end.isoformat()
    if approved_after:
        filters["approvedAfter"] = approved_after.isoformat()
    if report_ids:
        filters["reportIDList"] = ",".join(report_ids)
    if not (start or approved_after or report_ids):
        raise ValueError("an export needs a start date, an approval date or report ids")
    if policy_id:
        filters["policyIDList"] = policy_id
    return {
        "type": "file",
        "onReceive": {"immediateResponse": ["returnRandomFileName"]},
        "inputSettings": {
            "type": "combinedReportData",
            "reportState": ",".join(states or STATES),
            "filters": filters,
        },
        "outputSettings": {"fileExtension": "json", "fileBasename": "portal"},
    }


def year_slices(start: date | None, end: date | None, today: date) -> Iterator[tuple[date | None, date | None]]:
    """Windows of at most a year, oldest first, without overlap. The last keeps an open end when `end` is None."""
    if start is None:
        yield start, end
        return
    last = end or today
    while last - start > YEAR:
        yield start, start + YEAR
        start += YEAR + timedelta(days=1)
    yield start, end


def download_job(file_name: str) -> Job:
    return {"type": "download", "fileName": file_name, "fileSystem": "integrationServer"}


def policy_list_job() -> Job:
    return {"type": "get", "inputSettings": {"type": "policyList", "adminOnly": False}}


def policy_job(policy_id: str, fields: Sequence[str]) -> Job:
    """Here the ids are an array, unlike in an export's filters."""
    return {"type": "get", "inputSettings": {"type": "policy", "policyIDList": [policy_id], "fields": list(fields)}}


def report_status_job(report_ids: Sequence[str]) -> Job:
    """Approved -> Reimbursed is the only change there is."""
    filters = {"reportIDList": ",".join(report_ids)}
    return {"type": "update", "inputSettings": {"type": "reportStatus", "status": "REIMBURSED", "filters": filters}}


def replace_tags_job(policy_id: str, section: Job) -> Job:
    """`section`: the complete list (tag_sections.py). Whatever is not in it is gone afterwards, with any `action`."""
    return {"type": "update", "inputSettings": {"type": "policy", "policyID": policy_id}, "tags": section}
