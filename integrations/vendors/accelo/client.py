"""The Accelo client: what the portal asks of Accelo and tells it. Returns records, raises our errors.

Companies and contacts: directory/. Sales and tickets: work/. Source of every call: Accelo API docs, sections _expenses,
_contracts, _progressions, _staff, _taxes, _jobs, _issues.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from integrations.core.errors import ConfigError, OutcomeUnknown, ProtocolError, RejectedError
from integrations.vendors.accelo import checks, references
from integrations.vendors.accelo.auth import SignIn
from integrations.vendors.accelo.directory import Directory, picking
from integrations.vendors.accelo.progressions import list_moves, run_move
from integrations.vendors.accelo.records import (
    EXPENSE_FIELDS,
    PERIOD_FIELDS,
    Attachment,
    Expense,
    ExpenseFields,
    Period,
    Progression,
    wire_id,
)
from integrations.vendors.accelo.transport import PAGE, UNREADABLE, Row, Transport
from integrations.vendors.accelo.wire import Addresses
from integrations.vendors.accelo.work import Work
from integrations.vendors.base import Access, Candidate, Checked

UPDATABLE = frozenset(
    {"title", "quantity", "unit_cost", "date_incurred", "type_id", "billable", "reimbursable", "resource_id"}
)
"""What PUT takes of an expense; price, against and standing cannot be changed (_expenses, Update an Expense)."""
FLAG_FORMS = {"yes_no": ("no", "yes"), "one_zero": ("0", "1")}


class AcceloClient:
    """One connection to one Accelo deployment. `directory`: its companies, contacts, affiliations and addresses.
    `work`: its sales and tickets.

    Raises everywhere ConfigError (credentials, permission, base address), TransientError, BudgetExhausted,
    ProtocolError; a refused single write raises RejectedError with Accelo's words.
    """

    def __init__(self, access: Access) -> None:
        addresses = Addresses.parse(access.settings.get("base_url", ""))
        self._access = access
        self._sign_in = SignIn(access, addresses)
        self._calls = Transport(access, addresses, self._sign_in)
        self._zone: ZoneInfo | None = None
        self.directory = Directory(self._calls)
        self.work = Work(self._calls, self.wire_date)

    def check(self) -> Checked:
        return checks.check(self._access, self._sign_in, self._calls)

    def list_candidates(self, kind: str, modified_after: datetime | None = None) -> Iterator[Candidate]:
        """See `references.list_candidates`; an overlap of some minutes is the caller's affair."""
        return references.list_candidates(self._calls, kind, modified_after)

    def search_records(self, kind: str, text: str) -> list[Candidate]:
        """Companies or contacts that a person may mean by this text: see `directory.picking`."""
        return picking.search_records(self.directory, kind, text)

    def get_record(self, kind: str, id: str) -> Candidate | None:
        return picking.get_record(self.directory, kind, id)

    # Sign-in by browser

    def authorize_url(self, state: str, redirect_uri: str, verifier: str = "") -> str:
        """`verifier` is for vendors with PKCE, which Accelo's web applications do not have."""
        return self._sign_in.authorize_url(state, redirect_uri)

    def exchange_code(self, code: str, redirect_uri: str, verifier: str = "") -> dict[str, Any]:
        """The token to be stored. Raises ConfigError when the code or the redirect address is refused."""
        return self._sign_in.exchange_code(code, redirect_uri)

    def revoke(self) -> None:
        self._sign_in.revoke()

    # Expenses

    def get_expenses(self, ids: Sequence[str]) -> dict[str, Expense]:
        """By id; one request per 100. Those that do not exist (or may not be seen) are left out.

        Accelo ignores a filter it does not know and lists everything: then each is asked for by itself.
        """
        found: dict[str, Expense] = {}
        wanted = list(dict.fromkeys(ids))
        for start in range(0, len(wanted), PAGE):
            found.update(self._batch(wanted[start : start + PAGE]))
        return found

    def _batch(self, ids: list[str]) -> dict[str, Expense]:
        rows = self._calls.rows("expenses", _filters=f"id({','.join(ids)})", _limit=str(PAGE), _fields=EXPENSE_FIELDS)
        found = _by_id(rows)
        if set(found) <= set(ids):
            return found
        return {expense.id: expense for expense in map(self._get_one, ids) if expense is not None}

    def _get_one(self, id: str) -> Expense | None:
        """None when Accelo does not know it: a missing object is answered with 400 invalid_request."""
        try:
            return _expense(self._calls.read(f"expenses/{id}", _fields=EXPENSE_FIELDS))
        except RejectedError as error:
            if error.code == "invalid_request":
                return None
            raise

    def highest_expense_id(self) -> str:
        """'0' when there are none. One call; all pages if Accelo should ignore the order."""
        rows = self._calls.rows("expenses", _filters="order_by_desc(id)", _limit="2")
        ids = [int(wire_id(row)) for row in rows]
        if ids == sorted(ids, reverse=True):
            return str(max(ids, default=0))
        return str(max(int(wire_id(row)) for row in self._calls.pages("expenses")))

    def find_expenses(self, against_type: str, against_id: str, after_id: str) -> list[Expense]:
        """Those against this object with an id above `after_id`, by ascending id.

        Looks at every returned row itself, so an ignored filter costs calls but finds nothing wrong.
        """
        filters = f"against_type({against_type}),against_id({against_id}),id_greater_than({after_id}),order_by_asc(id)"
        expenses = map(_expense, self._calls.pages("expenses", filters, EXPENSE_FIELDS))
        key = (against_type, against_id)
        found = [one for one in expenses if (one.against_type, one.against_id) == key and int(one.id) > int(after_id)]
        return sorted(found, key=lambda one: int(one.id))

    def create_expense(self, fields: ExpenseFields, receipt: Attachment | None) -> Expense:
        """Sent once. What came of each field must be read from the answer.

        Raises OutcomeUnknown when no readable answer came: look with `find_expenses` before sending again.
        """
        form = fields.to_wire(self.wire_date, self.wire_bool) | {"_fields": EXPENSE_FIELDS}
        files = {"file": (receipt.filename, receipt.content, receipt.mimetype)} if receipt else None
        response = self._calls.write("POST", "expenses", form=form, files=files, repeatable=False)
        try:
            return _expense(response)
        except ProtocolError as error:
            raise OutcomeUnknown(UNREADABLE, error.detail) from error

    def update_expense(self, id: str, changes: Mapping[str, str]) -> Expense:
        """`changes`: wire text by field name, of UPDATABLE only (ValueError otherwise). Repeatable."""
        if unknown := set(changes) - UPDATABLE:
            raise ValueError(f"An Accelo expense cannot be updated in {sorted(unknown)}.")
        form = {**changes, "_fields": EXPENSE_FIELDS}
        return _expense(self._calls.write("PUT", f"expenses/{id}", form=form, repeatable=True))

    def delete_expense(self, id: str) -> None:
        """Done also when it is already gone, which Accelo answers with 400 like any bad request."""
        try:
            self._calls.write("DELETE", f"expenses/{id}", form={}, repeatable=True)
        except RejectedError as error:
            if error.code != "invalid_request" or self._get_one(id) is not None:
                raise

    def list_progressions(self, expense_id: str) -> list[Progression]:
        """The moves open to the signed-in user now; [] when there are none or the user may not make any."""
        return list_moves(self._calls, f"expenses/{expense_id}")

    def run_progression(self, expense_id: str, progression_id: str, present: str = "") -> Expense:
        """The expense afterwards; see `progressions.run_move`. `present`: its standing before."""
        return run_move(
            self._calls,
            f"expenses/{expense_id}",
            progression_id,
            fields=EXPENSE_FIELDS,
            build=_expense,
            reread=lambda: self._get_one(expense_id),
            present=present,
        )

    def list_periods(self, contract_id: str) -> list[Period]:
        rows = self._calls.rows(f"contracts/{contract_id}/periods", _limit=str(PAGE), _fields=PERIOD_FIELDS)
        return [Period.from_wire(row) for row in rows]

    # How values are written

    @property
    def account_zone(self) -> ZoneInfo:
        """The deployment's zone: as the last test found it, else asked once, else the setting, else UTC."""
        if self._zone is None:
            self._zone = self._find_zone()
        return self._zone

    def _find_zone(self) -> ZoneInfo:
        known = _zone(self._access.account.get("time_zone"))
        if known is None:
            known = _zone(checks.time_zone(self._calls.read("tokeninfo")))
        return known or _zone(self._access.settings.get("time_zone")) or ZoneInfo("UTC")

    def wire_date(self, day: date) -> str:
        """By the setting date_form: unix seconds of the local midnight (as Accelo shows it), or ISO text.

        Which of the two Accelo takes today is not documented, hence the setting.
        """
        if self._access.settings.get("date_form") == "iso":
            return day.isoformat()
        return str(int(datetime.combine(day, time_of_day.min, self.account_zone).timestamp()))

    def day_of(self, unix: int) -> date:
        """The calendar day in the account's zone of a time that Accelo sent (unix seconds)."""
        return datetime.fromtimestamp(unix, UTC).astimezone(self.account_zone).date()

    def wire_bool(self, value: bool) -> str:
        """By the setting boolean_form: yes/no (as Accelo shows it) or 1/0 (as its older documentation asks)."""
        form = self._access.settings.get("boolean_form") or "yes_no"
        if form not in FLAG_FORMS:
            raise ConfigError("The setting boolean_form must be yes_no or one_zero.", form)
        return FLAG_FORMS[form][value]


def _expense(response: Any) -> Expense:
    if not isinstance(response, Mapping):
        raise ProtocolError("Accelo sent no expense where its documentation promises one.", repr(response)[:200])
    return Expense.from_wire(response)


def _by_id(rows: Iterable[Row]) -> dict[str, Expense]:
    return {expense.id: expense for expense in map(Expense.from_wire, rows)}


def _zone(name: Any) -> ZoneInfo | None:
    try:
        return ZoneInfo(str(name)) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None
