"""Calls of the Integration Server: connection test, export and download, policy, report status, tags.

One address for every job; the credentials travel inside the job's JSON, in the body of a POST. Every job that we send
may be repeated: an export without `onFinish` leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from itertools import chain, repeat
from typing import IO, Any, cast

from integrations.core.errors import ConfigError, PortalError, ProtocolError, RejectedError, TransientError
from integrations.core.tags import Difference, FoundTags, Shape, TagRow
from integrations.vendors.base import Access, Candidate, Checked
from integrations.vendors.ieatta import jobs
from integrations.vendors.ieatta.accounting import told_accounting
from integrations.vendors.ieatta.checking import build_checked, build_unknown_policy, error_at_check
from integrations.vendors.ieatta.envelope import GONE, HTML, NO_CODE, NOT_FOUND
from integrations.vendors.ieatta.export import CUT, FileGone, check_name, check_whole, is_empty, parse_lines
from integrations.vendors.ieatta.policy import CANDIDATES, SECTIONS, read_policies
from integrations.vendors.ieatta.records import STATES, Expense, Report
from integrations.vendors.ieatta.server import Server
from integrations.vendors.ieatta.tag_sections import Colons, build_update, refused_tags, send_seconds
from integrations.vendors.ieatta.tags import compare, read_tags
from integrations.vendors.ieatta.template import STYLES, build_template, template_suspect

EXPORT_SECONDS = LIST_SECONDS = 180.0
USUAL_SECONDS = 45.0
MAX_LIST = 200_000_000
"""Bytes of a told list: 50,000 names of 255 code points, each written as an escape."""
NOT_READY = "not_ready"
GRACE = 15.0
"""Seconds in which a file just ordered may still be unknown or half written."""

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
        self._colons = cast("Colons", access.settings.get("colons", "") or "escape")
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
            info = self.get_policy(["categories"])
        except (RejectedError, ProtocolError, TransientError) as error:
            raise error_at_check(error, self._server.url) from None
        categories = len(info.get("categories") or [])
        return build_checked(self._server.user, ours, categories, told_accounting(ours, info))

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
        return check_name(name)

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
                if not template_suspect(error):
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

    def get_policy(
        self, fields: Sequence[str], *, total: float | None = None, max_bytes: int | None = None
    ) -> dict[str, Any]:
        """The asked sections of our policy. Raises ConfigError when the policy is unknown or not to be seen."""
        try:
            body = self._server.ask(jobs.policy_job(self.policy_id, fields), total=total, max_bytes=max_bytes)
        except RejectedError as error:
            if error.code not in (GONE, NOT_FOUND):
                raise
            raise self._unknown_policy(error) from None
        info = body.get("policyInfo")
        if not isinstance(info, dict) or not isinstance(info.get(self.policy_id), dict):
            raise ProtocolError("Ieatta answered without the workspace (policy) that was asked for.", code="policyInfo")
        return dict(info[self.policy_id])

    def _unknown_policy(self, error: PortalError) -> ConfigError:
        message = f"Ieatta does not know the workspace (policy) {self.policy_id}, or hides it. Check policy_id."
        return ConfigError(message, error.detail or error.message, error.code)

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

    # tags

    def read_tags(self) -> FoundTags:
        """The whole list, in one call. Raises ProtocolError when it is not told in a known shape."""
        info = self.get_policy(["tags"], total=LIST_SECONDS, max_bytes=MAX_LIST)
        if "tags" not in info:
            raise ProtocolError(
                "Ieatta answered without the tags that were asked for. Nothing was changed.", code="tags"
            )
        return read_tags(info["tags"])

    def compare_tags(self, shape: Shape, wanted: Iterable[TagRow], found: FoundTags) -> list[Difference]:
        """Where what was read is not the wanted list, in the vendor's way of telling it. Calls nobody."""
        return compare(shape, wanted, found)

    def replace_tags(self, shape: Shape, tags: Iterable[TagRow]) -> None:
        """Make the policy's list equal to this complete one: whatever is not in it is gone afterwards. An answer of
        success says nothing of single tags: read back and compare. May be repeated, also after a lost answer.

        Raises RejectedError with the vendor's words (410), or before anything is sent for more tags than it takes.
        """
        rows = list(tags)
        section, fields = build_update(shape, rows, self._colons)
        seconds = send_seconds(len(rows))
        try:
            self._server.ask(
                jobs.replace_tags_job(self.policy_id, section),
                fields=fields,
                total=USUAL_SECONDS + seconds,
                read=seconds,
            )
        except RejectedError as error:
            if error.code == NOT_FOUND:
                raise self._unknown_policy(error) from None
            raise refused_tags(error) from None


def _seconds(text: str) -> float:
    if not text.strip():
        return 120.0
    try:
        return float(text)
    except ValueError:
        raise ConfigError(f"ready_seconds is “{text}”; enter a number of seconds.") from None
