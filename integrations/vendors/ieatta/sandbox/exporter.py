"""The `file` and `download` jobs: which reports, rendering, and when the file is there.

Source: the vendor's Integration Server manual, report exporter and downloader. Guesses are switches (limits.py).
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from integrations.vendors.emulator import Response
from integrations.vendors.ieatta.sandbox.answers import PLAIN, Refused, failure, page, text
from integrations.vendors.ieatta.sandbox.ftl import TemplateError, compile_template
from integrations.vendors.ieatta.sandbox.ftl_values import Numbers
from integrations.vendors.ieatta.sandbox.limits import Settings
from integrations.vendors.ieatta.sandbox.state import LABELS, Row, State

EXTENSIONS = ("csv", "xls", "xlsx", "txt", "pdf", "json", "xml")


@dataclass(slots=True)
class ExportFile:
    content: bytes
    made: datetime
    store: str = "integrationServer"
    asked: int = 0


def _day(filters: Row, name: str) -> date | None:
    value = filters.get(name)
    if not value:
        return None
    try:
        return datetime.strptime(str(value), "%Y-%m-%d").date()
    except ValueError:
        raise Refused(410, f"Malformed date '{value}'. Expected format is yyyy-MM-dd") from None


def _words(value: Any) -> list[str]:
    return [part.strip() for part in str(value or "").split(",") if part.strip()]


class Exporter:
    def __init__(self, state: State, settings: Settings) -> None:
        self.state, self.settings = state, settings
        self.files: dict[str, ExportFile] = {}

    def order(self, job: Row, template: str, base: str, now: datetime) -> Response:
        """Answers the bare name of a file. Raises Refused."""
        wanted = job.get("inputSettings") or {}
        if wanted.get("type") != "combinedReportData":
            raise Refused(410, "Argument 'type' is missing or malformed")
        if (job.get("onReceive") or {}).get("immediateResponse") != ["returnRandomFileName"]:
            raise Refused(410, "Argument 'onReceive' is missing or malformed")
        output = job.get("outputSettings") or {}
        ending = output.get("fileExtension")
        if ending not in EXTENSIONS:
            raise Refused(410, "Argument 'fileExtension' is missing or malformed")
        if not template:
            raise Refused(410, "Required parameter 'template' is missing")
        reports = self.select(wanted, now.date())
        content = self._content(template, reports, base)
        name = f"{output.get('fileBasename') or 'export'}{uuid.UUID(int=random.getrandbits(128))}.{ending}"
        self.files[name] = ExportFile(content, now)
        self._finish(job, reports)
        return text(name)

    def select(self, wanted: Row, today: date) -> list[Row]:
        """The reports that the filters let through, in no order one could lean on. Raises Refused."""
        filters = wanted.get("filters") or {}
        ids, policies = set(_words(filters.get("reportIDList"))), set(_words(filters.get("policyIDList")))
        start, end = _day(filters, "startDate"), _day(filters, "endDate")
        approved_after = _day(filters, "approvedAfter")
        if not (ids or start or approved_after):
            raise Refused(410, "At least one of 'reportIDList', 'startDate', 'approvedAfter' is required")
        _check_span(start or approved_after, end, today)
        tests: list[Callable[[Row], bool]] = [_state_test(wanted)]
        if ids:
            tests.append(lambda r: r["reportID"] in ids or r["oldReportID"] in ids)
        if policies:
            tests.append(lambda r: r["policyID"] in policies)
        if start:
            tests.append(lambda r: max(r["created"], r["submitted"])[:10] >= start.isoformat())
        if end:
            tests.append(lambda r: max(r["created"], r["submitted"])[:10] <= end.isoformat())
        if approved_after:
            tests.append(lambda r: not r["approved"] or r["approved"][:10] > approved_after.isoformat())
        if label := filters.get("markedAsExported"):
            tests.append(lambda r: label not in r["labels"])
        if email := wanted.get("employeeEmail"):
            tests.append(lambda r: r["accountEmail"] == email and r["state"] != "OPEN")
        found = [row for row in self.state.reports.values() if all(test(row) for test in tests)]
        random.Random(self.settings.seed).shuffle(found)
        return found[: int(wanted["limit"])] if wanted.get("limit") else found

    def _content(self, template: str, reports: list[Row], base: str) -> bytes:
        Numbers.grouping = self.settings.grouping
        try:
            if not self.settings.json_string and "?json_string" in template:
                raise TemplateError("the built-in ?json_string is not supported")
            run = compile_template(template)
            return self._rendered(run, reports, base)
        except TemplateError as error:
            if self.settings.template_error == "file":
                return f"FreeMarker template error:\n{error}\n----\nFTL stack trace".encode()
            raise Refused(500, f"FreeMarker template error: {error}") from None

    def _rendered(self, run: Callable[[Row], bytes], reports: list[Row], base: str) -> bytes:
        views = [self.state.report_view(row, base, self.settings.spelling) for row in reports]
        size = self.settings.batch or max(len(views), 1)
        starts = range(0, max(len(views), 1), size)
        content = b"".join(run({"reports": views[at : at + size], "addHeader": at == 0}) for at in starts)
        return content[: -self.settings.truncate] if self.settings.truncate else content

    def _finish(self, job: Row, reports: list[Row]) -> None:
        """Labels are set when the job ends, whether or not anyone downloads the file."""
        if str(job.get("test", "false")).lower() == "true":
            return
        for action in job.get("onFinish") or []:
            if action.get("actionName") == "markAsExported":
                for row in reports:
                    row["labels"] = sorted({*row["labels"], str(action.get("label", ""))})

    def download(self, job: Row, now: datetime) -> Response:
        file = self.files.get(str(job.get("fileName", "")))
        if file is None or job.get("fileSystem", "integrationServer") != file.store:
            return self._gone()
        file.asked += 1
        waiting = file.asked <= self.settings.ready_after or now - file.made < timedelta(
            seconds=self.settings.ready_seconds
        )
        if self.settings.never_ready or waiting:
            how = self.settings.not_ready_as
            return text("") if how == "empty" else failure(int(how), "File not found")
        return Response(200, file.content, PLAIN)

    def _gone(self) -> Response:
        how = self.settings.gone_as
        if how == "http404":
            return page(404, "File not found")
        if how == "message":
            return Response(200, b'{"responseMessage":"File not found"}', PLAIN)
        return failure(410 if how == "body410" else 404, "File not found")


def _check_span(start: date | None, end: date | None, today: date) -> None:
    year = timedelta(days=366)
    if start and not end and today - start > year:
        raise Refused(410, "'endDate' is required when the start date is more than a year ago")
    if start and end and (end - start > year or end < start):
        raise Refused(410, "The date range may span one year at most")


def _state_test(wanted: Row) -> Callable[[Row], bool]:
    states = set(_words(wanted.get("reportState"))) or set(LABELS)
    if states - set(LABELS):
        raise Refused(410, "Argument 'reportState' is missing or malformed")
    return lambda row: row["state"] in states
