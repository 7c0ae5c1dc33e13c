"""The Salesforce client: what the portal asks of Salesforce and tells it. Returns records, raises our errors.

The work is done by the modules beside this one; each names the sources of its calls.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from integrations.vendors.base import Access, Candidate, Checked
from integrations.vendors.salesforce import checks, counting, deletions, in_use, references, setup, soql
from integrations.vendors.salesforce.addresses import Addresses
from integrations.vendors.salesforce.auth import SignIn
from integrations.vendors.salesforce.bulk import BulkReader
from integrations.vendors.salesforce.changes import ChangePage, ChangeReader, Mark
from integrations.vendors.salesforce.deletions import Deleted
from integrations.vendors.salesforce.describe import Describe, fetch_describe
from integrations.vendors.salesforce.listing import Listing
from integrations.vendors.salesforce.pipeline import ChangedPage, Kind, Pipeline, R, RecordPage
from integrations.vendors.salesforce.query import Queries, QueryPage, Row
from integrations.vendors.salesforce.records import CaseStatus, Currency, Queue, Stage, User
from integrations.vendors.salesforce.saving import Saved, Saver
from integrations.vendors.salesforce.transport import Transport

BULK_ABOVE = 20_000
"""Records above which all of them are read by a bulk job: some calls instead of one for each 2,000."""


class SalesforceClient:
    """One connection to one Salesforce org.

    Raises everywhere ConfigError (sign-in, rights, addresses), TransientError, BudgetExhausted, ProtocolError; what
    Salesforce refuses of one request or record is a RejectedError with its words and its code.
    """

    def __init__(self, access: Access) -> None:
        self._access = access
        self._addresses = Addresses.parse(access.settings)
        self._sign_in = SignIn(access, self._addresses)
        self._calls = Transport(access, self._addresses, self._sign_in)
        self._queries = Queries(self._calls)
        self._listing = Listing(self._calls, self._queries, BulkReader(self._calls, access.http.pause))
        self._pipeline = Pipeline(self._queries, self._listing, access.now)
        self._saver = Saver(self._calls, access.http.pause)

    def check(self) -> Checked:
        return checks.check(self._addresses, self._sign_in, self._calls, self._queries)

    def list_candidates(self, kind: str, modified_after: datetime | None = None) -> Iterator[Candidate]:
        """See `references.list_candidates`; an overlap of some minutes is the caller's affair."""
        return references.list_candidates(self._queries, kind, modified_after)

    def survey(self, conditions: Mapping[str, Sequence[Mapping[str, Any]]]) -> in_use.Survey:
        """What sales and tickets use under conditions, and what of them cannot be seen: see `in_use.survey`."""
        return in_use.survey(self._queries, self.describe, conditions)

    @property
    def org_id(self) -> str:
        """18 characters. Signs in when nothing is known of it yet."""
        if not self._sign_in.org_id:
            self._sign_in.token()
        return self._sign_in.org_id

    def sign_in(self) -> None:
        """Nothing where a session is stored; else one call. Raises ConfigError when a person must sign in again."""
        self._sign_in.token()

    # Sign-in by browser

    def authorize_url(self, state: str, redirect_uri: str, verifier: str) -> str:
        """`verifier`: a fresh secret of 43 to 128 letters and digits, kept for `exchange_code` (PKCE)."""
        return self._sign_in.authorize_url(state, redirect_uri, verifier)

    def exchange_code(self, code: str, redirect_uri: str, verifier: str) -> dict[str, Any]:
        """The token to be stored. Raises ConfigError when the code or the redirect address is refused."""
        return self._sign_in.exchange_code(code, redirect_uri, verifier)

    def revoke(self) -> None:
        self._sign_in.revoke()

    # What there is

    def describe(self, object: str, known: Mapping[str, Any] | None = None) -> Describe:
        """Fields, lengths, rights. `known`: `Describe.as_json()` of before; given again while nothing changed."""
        return fetch_describe(self._calls, soql.name(object), known)

    # Reading

    def query(self, text: str, *, deleted: bool = False) -> Iterator[QueryPage]:
        """Pages of any query built with soql.py, lazily. `deleted`: deleted and archived records too.

        Raises RejectedError with code INVALID_QUERY_LOCATOR when the list has died on the way (the caller resumes),
        TransientError with code QUERY_TIMEOUT, ConfigError for a field or object that is not there or hidden.
        """
        return self._queries.pages(text, deleted=deleted)

    def count(self, object: str, where: str = "") -> int:
        """Living records that meet the condition; one call."""
        return self._queries.count(object, where)

    def read_changes(
        self,
        object: str,
        fields: Sequence[str],
        since: Mark,
        where: str = "",
        until: datetime | None = None,
    ) -> Iterator[ChangePage]:
        """What changed from `since` on and before `until` (vendor's clock), oldest change first, deleted records
        included, each version once. One request per 2,000 rows; nothing changed: one request, one page without rows.

        The rows hold `fields` and always Id, SystemModstamp, LastModifiedDate, LastModifiedById, IsDeleted and
        MasterRecordId. `where`: a further condition on living records; a deleted one comes whatever it was. A dead
        list and a query that takes too long are got over here. An overlap for late commits is the caller's affair.
        """
        return ChangeReader(self._queries, object, fields, since, where, until, self._access.now()).pages()

    def read_all(
        self,
        object: str,
        fields: Sequence[str],
        where: str = "",
        after_id: str = "",
        *,
        bulk_above: int = BULK_ABOVE,
        describe: Describe | None = None,
    ) -> Iterator[list[Row]]:
        """All living records that meet the condition, in the vendor's order of Id, from the one after `after_id` on,
        in pages of any size; `Id` is always among the fields. They are counted at once, and come lazily.

        Above `bulk_above` records by a bulk job, which is started at once, so that it is at work while its rows are not
        asked for yet. Its rows look like a query's: '' is None, flags and numbers are converted by `describe` (asked
        for when it is not given), a parent's fields stay text.
        """
        return self._listing.read_all(
            object, fields, where, after_id, bulk_above, lambda: describe or self.describe(object)
        )

    def retrieve(self, object: str, ids: Sequence[str], fields: Sequence[str]) -> dict[str, Row]:
        """By 18-character id; one request per 2,000. Those that are deleted, unknown or not visible are left out."""
        return self._listing.retrieve(object, ids, fields)

    def deleted(self, object: str, start: datetime, end: datetime) -> Deleted:
        """The log of deletions; whole minutes, 15 days back at most. Raises RejectedError with code
        INVALID_REPLICATION_DATE or EXCEEDED_ID_LIMIT when only a full comparison helps."""
        return deletions.fetch_deleted(self._calls, object, start, end)

    def updated_until(self, object: str, start: datetime, end: datetime) -> datetime:
        """Up to when changes can be seen for certain: before the beginning of any transaction that still runs."""
        return deletions.fetch_updated_until(self._calls, object, start, end)

    # Sales and tickets: `kind` is OPPORTUNITIES or CASES of pipeline.py, `describe` that of its object

    def read_records(
        self, kind: Kind[R], describe: Describe, where: str = "", after_id: str = ""
    ) -> Iterator[RecordPage[R]]:
        """All living records that meet the condition, in the vendor's order of Id, from the one after `after_id` on.

        Lazily, one request per 2,000 and none besides; nothing found is one page without records. A dead list is got
        over here. Fields that are hidden from the user come empty: `kind.hidden(describe)` names them.
        Raises ConfigError when a needed one is hidden, TransientError with code QUERY_TIMEOUT.
        """
        return self._pipeline.read(kind, describe, where, after_id)

    def read_changed_records(
        self, kind: Kind[R], describe: Describe, since: Mark, where: str = "", until: datetime | None = None
    ) -> Iterator[ChangedPage[R]]:
        """What is new, changed or deleted from `since` on: as `read_changes`, whose remarks hold here too."""
        return self._pipeline.changed(kind, describe, since, where, until)

    def fetch_records(self, kind: Kind[R], describe: Describe, ids: Sequence[str]) -> dict[str, R]:
        """By 18-character id; one request per 150. Those that are deleted or not visible are left out."""
        return self._pipeline.fetch(kind, describe, ids)

    def count_by(self, object: str, field: str, where: str = "") -> dict[str, int]:
        """Living records by the value of a field, '' for those without one; one request per 2,000 values."""
        return counting.count_by(self._queries, object, field, where)

    def fetch_users(self, ids: Sequence[str]) -> dict[str, User]:
        """By 18-character id, inactive ones and machines too; those that may not be seen are left out. One request per
        2,000."""
        return setup.fetch_users(self._listing, ids)

    def list_queues(self) -> list[Queue]:
        return list(setup.QUEUES.read(self._queries))

    def list_stages(self) -> list[Stage]:
        """Of sales, in the org's order, inactive ones too. Old records may have others."""
        return list(setup.STAGES.read(self._queries))

    def list_case_statuses(self) -> list[CaseStatus]:
        """In the org's order. Old cases may have others."""
        return list(setup.STATUSES.read(self._queries))

    def list_currencies(self) -> list[Currency]:
        """By code; [] in an org with one currency."""
        return setup.list_currencies(self._queries)

    # Writing; deleting is not offered

    def create_records(
        self, object: str, rows: Sequence[Mapping[str, Any]], *, allow_duplicates: bool = False
    ) -> list[Saved]:
        """One result for each row, in order; 200 a call. None clears a field, an absent one is left alone.

        Raises OutcomeUnknown when the first call had no readable answer: look before sending again. In a later call
        of the same list its rows then carry the code OUTCOME_UNKNOWN and those after it NOT_SENT. Rows that another
        process held are tried again, up to four times, by themselves.
        """
        return self._saver.create(object, rows, allow_duplicates=allow_duplicates)

    def update_records(self, object: str, rows: Sequence[Mapping[str, Any]]) -> list[Saved]:
        """As `create_records`; each row has its `Id` (ValueError otherwise). Repeatable."""
        return self._saver.update(object, rows)

    def update_guarded(self, object: str, id: str, changes: Mapping[str, Any], unmodified_since: datetime) -> None:
        """Changes one record unless somebody changed it after `unmodified_since` (whole seconds).

        Raises RejectedError with code PRECONDITION_FAILED when somebody did, or when a lost answer hides that this
        very change is stored: read the record again.
        """
        self._saver.update_guarded(object, id, changes, unmodified_since)
