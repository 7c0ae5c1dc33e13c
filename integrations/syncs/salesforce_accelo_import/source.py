"""What this import reads of Salesforce: sales and tickets, and the accounts and contacts that they need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from integrations.syncs.base import Scope
from integrations.syncs.salesforce_accelo_import.declared import COMPANIES, CONTACTS, SALES, TICKETS
from integrations.syncs.salesforce_accelo_import.options import Options
from integrations.syncs.salesforce_accelo_import.shape import Party, Work, one_line, sale_of, ticket_of
from integrations.vendors.salesforce import soql
from integrations.vendors.salesforce.describe import Describe
from integrations.vendors.salesforce.pipeline import CASES, OPPORTUNITIES
from integrations.vendors.salesforce.times import format_time

KINDS: dict[str, tuple[Any, Any]] = {SALES: (OPPORTUNITIES, sale_of), TICKETS: (CASES, ticket_of)}
PREFIXES = {COMPANIES: "001", CONTACTS: "003", SALES: "006", TICKETS: "500"}
"""How the ids of each stream begin."""
NAMES = {COMPANIES: "Account", CONTACTS: "Contact"}
FIELDS = {
    COMPANIES: {"Name": "name", "Website": "website", "Phone": "phone", "Fax": "fax"},
    CONTACTS: {
        "Name": "name", "FirstName": "firstname", "LastName": "surname", "Email": "email", "Phone": "phone",
        "Fax": "fax", "Title": "position",
    },
}  # fmt: skip
"""Field at Salesforce -> Accelo's name for it."""
NEEDED = {COMPANIES: ("Name",), CONTACTS: ("Name", "LastName", "AccountId")}
FEW_PARTS = 10
"""Queries of 150 accounts above which all contacts are read instead."""


class Source:
    """Each object is described once."""

    def __init__(self, client: Any, options: Options, scope: Scope) -> None:
        self.client = client
        self.options = options
        self.scope = scope
        self._described: dict[str, Describe] = {}

    def describe(self, object: str) -> Describe:
        if object not in self._described:
            self._described[object] = self.client.describe(object)
        return self._described[object]

    # --- sales and tickets --------------------------------------------------------------------------------------

    def works(self, stream: str) -> Iterator[list[Work]]:
        """All that were asked for, one request per 2,000; named ones one per 150."""
        kind, build = KINDS[stream]
        there = self.describe(kind.object)
        if self.scope.source_ids:
            ids = [id for id in self.scope.source_ids if id.startswith(PREFIXES[stream])]
            found = self.client.fetch_records(kind, there, ids) if ids else {}
            yield [build(row) for row in found.values()]
            return
        for page in self.client.read_records(kind, there, self.where(stream, there)):
            yield [build(row) for row in page.records]

    def where(self, stream: str, there: Describe) -> str:
        """The conditions of the options, and what was created in the days asked for. Raises ConfigError in words."""
        rows = self.options.sales_where if stream == SALES else self.options.tickets_where
        chosen = soql.build_condition(rows, there) if rows else ""
        since = f"CreatedDate >= {_midnight(self.scope.since)}" if self.scope.since else ""
        until = f"CreatedDate < {_midnight(self.scope.until + timedelta(days=1))}" if self.scope.until else ""
        return " AND ".join(f"({one})" for one in (chosen, since, until) if one)

    def rates(self) -> tuple[dict[str, Decimal], str]:
        """Currency -> units for one unit of the corporate one, and which that is; ({}, '') in an org with one currency,
        and where no sales are asked for."""
        if OPPORTUNITIES.object not in self._described or not self.describe(OPPORTUNITIES.object).has(
            "CurrencyIsoCode"
        ):
            return {}, ""
        rows = self.client.list_currencies()
        rates = {row.code: row.rate for row in rows if row.rate}
        return rates, next((row.code for row in rows if row.corporate), "")

    # --- accounts and contacts ----------------------------------------------------------------------------------

    def parties(self, stream: str, ids: Sequence[str]) -> dict[str, Party]:
        """By id; one request per 2,000. Those that the user may not see are left out."""
        rows = self.client.retrieve(NAMES[stream], ids, self._fields(stream)) if ids else {}
        return {id: _party(stream, id, row) for id, row in rows.items()}

    def first_contacts(self, accounts: Iterable[str]) -> Iterator[Party]:
        """The first contact of each account, by id; accounts without one are left out."""
        wanted = set(accounts)
        for rows in self._contacts_of(sorted(wanted)):
            for row in rows:
                party = _party(CONTACTS, row["Id"], row)
                if party.company in wanted:
                    wanted.remove(party.company)
                    yield party

    def _contacts_of(self, accounts: list[str]) -> Iterator[list[Any]]:
        """Pages of contacts by ascending id within each question."""
        fields = ["Id", *self._fields(CONTACTS)]
        parts = [accounts[start : start + 150] for start in range(0, len(accounts), 150)]
        if len(parts) > FEW_PARTS:
            yield from self.client.read_all(
                "Contact", fields, "AccountId != null", describe=self.describe("Contact"), bulk_above=10**9
            )
            return
        for part in parts:
            select = f"SELECT {', '.join(fields)} FROM Contact"
            condition = soql.where_all(f"AccountId IN {soql.in_list(part)}")
            for page in self.client.query(f"{select}{condition} ORDER BY Id"):
                yield page.rows

    def _fields(self, stream: str) -> list[str]:
        there = self.describe(NAMES[stream])
        return [name for name in dict.fromkeys([*FIELDS[stream], *NEEDED[stream]]) if there.has(name)]


def _party(stream: str, id: str, row: Any) -> Party:
    values = {ours: one_line(str(row.get(theirs) or "")) for theirs, ours in FIELDS[stream].items()}
    return Party(stream, id, values, str(row.get("AccountId") or "") if stream == CONTACTS else "")


def _midnight(day: date) -> str:
    return format_time(datetime.combine(day, time.min, UTC))
