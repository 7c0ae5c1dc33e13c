"""Calls of the Integration Server: connection test, export and download, policy, report status.

One address for every job; the credentials travel inside the job's JSON, in the body of a POST. Every job that we send
may be repeated: an export without `onFinish` leaves nothing behind.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from itertools import chain, repeat
from typing import IO, Any

from integrations.core.errors import ConfigError, PortalError, ProtocolError, RejectedError, TransientError
from integrations.vendors.base import Access, Candidate, Checked
from integrations.vendors.ieatta import jobs
from integrations.vendors.ieatta.checking import build_checked, build_unknown_policy, error_at_check
from integrations.vendors.ieatta.envelope import GONE, HTML, NO_CODE, NOT_FOUND, SERVER, TEMPLATE
from integrations.vendors.ieatta.export import CUT, FileGone, check_whole, is_empty, parse_lines
from integrations.vendors.ieatta.policy import CANDIDATES, SECTIONS, read_policies
from integrations.vendors.ieatta.records import STATES, Expense, Report
from integrations.vendors.ieatta.server import Server
from integrations.vendors.ieatta.template import STYLES, build_template

EXPORT_SECONDS = 180.0
NOT_READY = "not_ready"
GRACE = 15.0
"""Seconds in which a file just ordered may still be unknown or half written."""

_FILE_NAME = re.compile(r"[\w.@+-]{1,200}")
_VALIDATION = re.compile(r"\bdate\b|polic|reportState|status|not found|employeeEmail|reportIDList", re.I)
_worked: dict[str, str] = {}
"""Endpoint -> template style that worked; for the life of the process."""


class IeattaClient:
    """One client for one run. Raises ConfigError (credentials, rights, address), TransientError, ProtocolError."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._server = Server(access)
        self.policy_id = access.settings.get("policy_id", "").strip()
        words = access.settings.get("rejected_words", "") or "reject,declin"
        self._rejected = tuple(word.strip().lower() for word in words.split(",") if word.strip())
        self._ready_seconds = _seconds(access.settings.get("ready_seconds", ""))
        self._ahead: dict[str, Any] = {}

    # connection test

    def check(self) -> Checked:
        """Two calls: which policies there are, and one harmless read of ours.

        Raises ConfigError when signed out, or when base_url is no Integration Server.
        """
        try:
            policies = read_policies(self._server.ask(jobs.policy_list_job()))
            ours = next((row for row in policies if row.get("id") == self.policy_id), None)
            if ours is None:
                return build_unknown_policy(self._server.user, self.policy_id, policies)
            categories = self.get_policy(["categories"]).get("categories") or []
        except (RejectedError, ProtocolError, TransientError) as error:
            raise error_at_check(error, self._server.url) from None
        return build_checked(self._server.user, ours, len(categories))

    # export

    def export(
        self,
        *,
        start: date | None,
        end: date | None = None,
        report_ids: Sequence[str] = (),
        states: Sequence[str] = STATES,
        approved_after: date | None = None,
        style: str = "",
    ) -> str:
        """Order an export; its file name. Both dates count, against the later of created and submitted; the window
        spans a year at most. Calendar dates in an undocumented zone: the caller widens by a day.

        Raises RejectedError with the vendor's words for a request or template it refuses.
        """
        job = jobs.export_job(
            start=start,
            end=end,
            approved_after=approved_after,
            report_ids=report_ids,
            states=states,
            policy_id=self.policy_id,
        )
        for _ in range(3):
            reply = self._server.send(job, total=EXPORT_SECONDS, template=build_template(style or self._styles()[0]))
            name = reply.text().strip()
            if name:
                break
        return _file_name(name)

    @contextmanager
    def _file(self, name: str, fresh: bool) -> Iterator[IO[bytes]]:
        """The whole file, waited for while it is not ready. `fresh`: just ordered, so it may still be unknown."""
        with ExitStack() as stack:
            yield self._patiently(lambda: self._fetch(stack, name), fresh)

    def _fetch(self, stack: ExitStack, name: str) -> IO[bytes]:
        stack.close()
        try:
            file = stack.enter_context(self._server.spool(jobs.download_job(name)))
        except (RejectedError, ConfigError) as error:
            if error.code in ((NOT_FOUND, GONE, NO_CODE) if isinstance(error, RejectedError) else (HTML,)):
                raise FileGone(
                    f"Ieatta does not know the export file any more: {error.message}", error.detail
                ) from None
            raise
        if is_empty(file):
            raise TransientError(
                "Ieatta had not finished the export in time. It is asked for again later.", "", NOT_READY
            )
        check_whole(file)
        return file

    def _patiently(self, attempt: Callable[[], IO[bytes]], fresh: bool) -> IO[bytes]:
        waited = 0.0
        for pause in chain((1.0, 2.0, 4.0), repeat(5.0)):
            try:
                return attempt()
            except TransientError as error:
                if waited + pause > self._patience(error, fresh):
                    raise
            self._access.http.pause(pause)
            waited += pause
        raise AssertionError("unreachable")

    def _patience(self, error: TransientError, fresh: bool) -> float:
        """Seconds that this trouble may last before it is given up."""
        if error.code == NOT_READY:
            return self._ready_seconds
        if error.code == CUT or (fresh and isinstance(error, FileGone)):
            return min(GRACE, self._ready_seconds)
        return 0.0

    def read_expenses(self, file_name: str) -> Iterator[Report | Expense]:
        """Each report before its expenses. The file is downloaded whole before the first is given.

        Raises TransientError when it is cut short or never ready, FileGone when it is unknown.
        """
        with self._file(file_name, fresh=False) as file:
            yield from parse_lines(file, self._rejected)

    def read_window(
        self,
        *,
        start: date | None,
        end: date | None = None,
        report_ids: Sequence[str] = (),
        states: Sequence[str] = STATES,
        approved_after: date | None = None,
    ) -> Iterator[Report | Expense]:
        """Export and read, with a plainer template when the vendor cannot use ours; a long window in yearly pieces."""
        for first, last in jobs.year_slices(start, end, self._access.now().date()):

            def order(style: str, first: date | None = first, last: date | None = last) -> str:
                return self.export(
                    start=first,
                    end=last,
                    report_ids=report_ids,
                    states=states,
                    approved_after=approved_after,
                    style=style,
                )

            with ExitStack() as stack:
                yield from parse_lines(self._rendered(stack, order), self._rejected)

    def _rendered(self, stack: ExitStack, order: Callable[[str], str]) -> IO[bytes]:
        """The first file that one of the styles gives. Raises the first trouble when none does."""
        styles = self._styles()
        trouble: PortalError | None = None
        while styles:
            style = styles.pop(0)
            try:
                file = stack.enter_context(self._file(order(style), fresh=True))
            except (RejectedError, ProtocolError, TransientError) as error:
                if not _template_suspect(error):
                    raise
                trouble = trouble or error
            else:
                _worked[self._server.url] = style
                return file
        raise trouble or ProtocolError("no template style is set")

    def _styles(self) -> list[str]:
        """In the order of trying: the declared one alone, or all, the one that worked last before the others."""
        chosen = self._access.settings.get("template_style", "") or "auto"
        if chosen != "auto":
            return [chosen]
        worked = _worked.get(self._server.url)
        return sorted(STYLES, key=lambda style: style != worked)

    # policy and status

    def get_policy(self, fields: Sequence[str]) -> dict[str, Any]:
        """The asked sections of our policy. Raises ConfigError when the policy is unknown or not to be seen."""
        try:
            body = self._server.ask(jobs.policy_job(self.policy_id, fields))
        except RejectedError as error:
            if error.code not in (GONE, NOT_FOUND):
                raise
            message = f"Ieatta does not know the workspace (policy) {self.policy_id}, or hides it. Check policy_id."
            raise ConfigError(message, error.detail or error.message, error.code) from None
        info = body.get("policyInfo")
        if not isinstance(info, dict) or not isinstance(info.get(self.policy_id), dict):
            raise ProtocolError("Ieatta answered without the workspace (policy) that was asked for.", code="policyInfo")
        return dict(info[self.policy_id])

    def list_candidates(self, kind: str) -> Iterator[Candidate]:
        """category, tag, tax, person. The first ask reads all four in one call; asking a kind again reads it anew."""
        section, read = CANDIDATES[kind]
        if section not in self._ahead:
            try:
                self._ahead = self.get_policy(SECTIONS)
            except (ConfigError, RejectedError):
                self._ahead = self.get_policy([section])
        yield from read(self._ahead.pop(section, None))

    def update_report_status(self, report_ids: Sequence[str]) -> tuple[list[str], dict[str, str]]:
        """Mark approved reports as reimbursed: (ids done, id -> reason of those skipped).

        The vendor answers 200 even when all were skipped: the lists decide. Repeatable: a report that is already
        reimbursed counts as done.
        """
        body = self._server.ask(jobs.report_status_job(report_ids))
        done = [str(id) for id in body.get("reportIDs") or []]
        skipped: dict[str, str] = {}
        for row in [*(body.get("skippedReports") or []), *(body.get("failedReports") or [])]:
            id, reason = str(row.get("reportID", "")), str(row.get("reason", ""))
            if "reimbursed" in reason.lower():
                done.append(id)
            else:
                skipped[id] = reason
        return done, skipped

    def replace_tags(self, levels: Sequence[dict[str, Any]]) -> None:
        """Make the policy's tags equal to these independent levels, [{name, setRequired, tags: [{name, glCode,
        enabled}]}]. Every tag that is not in the list is gone afterwards; read back to be sure."""
        self._server.ask(jobs.replace_tags_job(self.policy_id, levels))


def _seconds(text: str) -> float:
    if not text.strip():
        return 120.0
    try:
        return float(text)
    except ValueError:
        raise ConfigError(f"ready_seconds is “{text}”; enter a number of seconds.") from None


def _file_name(name: str) -> str:
    if not name:
        raise TransientError("Ieatta took the export but named no file. It is asked for again later.", code="no_name")
    if not _FILE_NAME.fullmatch(name):
        raise ProtocolError("Ieatta should have answered with the name of a file.", detail=name[:300])
    return name


def _template_suspect(error: PortalError) -> bool:
    """Whether another way of writing the template may help: how a template failure is reported is not documented."""
    if error.code == TEMPLATE:
        return True
    if isinstance(error, RejectedError):
        return not _VALIDATION.search(error.message)
    return error.code == SERVER and not isinstance(error, ProtocolError)
