"""What this sync asks of Salesforce: changed records, all records, single ones, and records that look alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.core.errors import ConfigError, RejectedError
from integrations.syncs.salesforce_accelo.declared import COMPANIES, OBJECTS
from integrations.syncs.salesforce_accelo.options import Options
from integrations.syncs.salesforce_accelo.pairs import Half
from integrations.syncs.salesforce_accelo.values import (
    company_from_salesforce,
    contact_from_salesforce,
    salesforce_fields,
)
from integrations.vendors.salesforce import soql
from integrations.vendors.salesforce.changes import Mark
from integrations.vendors.salesforce.client import SalesforceClient
from integrations.vendors.salesforce.describe import Describe
from integrations.vendors.salesforce.ids import to18
from integrations.vendors.salesforce.times import format_time, parse_time

Row = Mapping[str, Any]
STAMPS = ("SystemModstamp", "LastModifiedDate")
LONGEST = 7200
"""Seconds: how far back a transaction that still runs is looked for. The answer lists what changed since."""
NOT_PERSON = "IsPersonAccount = false"
IN_ONE_QUERY = 200
BEFORE_SENT = timedelta(minutes=30)
"""How much earlier than our clock said a lost create may have been stamped."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A living row. `stamp`: unix seconds of its SystemModstamp."""

    half: Half
    stamp: int


@dataclass(frozen=True, slots=True)
class Changes:
    """One page. `gone`: id -> id of the record it was merged into, or ''. `mark`, `time`: unix seconds."""

    rows: list[Seen]
    gone: dict[str, str] = field(default_factory=dict)
    mark: tuple[int, str] = (0, "")
    time: int = 0
    stamps: dict[str, int] = field(default_factory=dict)


class SalesforceSide:
    """`known`: descriptions of before, as stored; what was asked anew stands in `schema` afterwards."""

    def __init__(self, client: SalesforceClient, options: Options, known: Mapping[str, Any]) -> None:
        self.client = client
        self.options = options
        self.schema: dict[str, Describe] = {}
        self.known = known
        self.refreshed: set[str] = set()

    # --- what there is ----------------------------------------------------------------------------------------

    def describe(self, stream: str, *, fresh: bool = False, known: bool = True) -> Describe:
        """As it was last time, or asked: before everything is compared, and when a field has gone."""
        if stream not in self.schema:
            stored = self.known.get(stream) if known else None
            if stored and not fresh:
                self.schema[stream] = Describe.from_json(stored)
            else:
                self.refreshed.add(stream)
                self.schema[stream] = self.client.describe(OBJECTS[stream], stored)
        return self.schema[stream]

    def refresh(self, stream: str, *, known: bool = True) -> None:
        """`known` False: whatever Salesforce says of the time of the last change, which is a matter of seconds."""
        self.schema.pop(stream, None)
        self.known = {**self.known, stream: self.describe(stream, fresh=True, known=known).as_json()}

    def kept(self, stream: str) -> dict[str, Any]:
        """What is remembered of the description: of hundreds of fields those that the sync asks of."""
        there = self.describe(stream)
        rows = self.options.companies_where if stream == COMPANIES else self.options.contacts_where
        asked = {found.name for row in rows if (found := there.find(str(row.get("field", ""))))}
        wanted = {*salesforce_fields(stream, there), *asked}
        return replace(there, fields={name: one for name, one in there.fields.items() if name in wanted}).as_json()

    def fields(self, stream: str) -> tuple[str, ...]:
        """Those of the sync's fields that this user sees, with what is always needed."""
        there = self.describe(stream)
        return tuple(dict.fromkeys([*salesforce_fields(stream, there), *STAMPS]))

    def where(self, stream: str) -> str:
        """The sync's selection as a condition. Raises ConfigError in words for a field that is not there."""
        rows = self.options.companies_where if stream == COMPANIES else self.options.contacts_where
        if any(self.describe(stream).find(str(row.get("field", ""))) is None for row in rows):
            self.refresh(stream, known=False)  # what is kept of a description are the fields that were used
        there = self.describe(stream)
        chosen = soql.build_condition(rows, there) if rows else ""
        persons = NOT_PERSON if there.has("IsPersonAccount") and not self.options.person_accounts else ""
        return " AND ".join(f"({one})" for one in (persons, chosen) if one)

    # --- reading ----------------------------------------------------------------------------------------------

    def changes(self, stream: str, since: tuple[int, str]) -> Iterator[Changes]:
        mark = Mark(datetime.fromtimestamp(since[0], UTC), since[1])
        pages = self.client.read_changes(OBJECTS[stream], self.fields(stream), mark, self.where(stream))
        for page in pages:
            living = [row for row in page.rows if not row.get("IsDeleted")]
            gone = {to18(row["Id"]): merged_into(row) for row in page.rows if row.get("IsDeleted")}
            stamps = {to18(row["Id"]): stamp(row) for row in page.rows}
            at = int(page.mark.stamp.timestamp()) if page.mark.stamp else since[0]
            rows = [Seen(self.half(stream, row), stamp(row)) for row in living]
            yield Changes(rows, gone, (at, page.mark.id), int(page.server_time.timestamp()), stamps)

    def everything(self, stream: str) -> Iterator[list[Seen]]:
        """Asked for at once, as Salesforce may have to prepare it; it comes lazily."""
        pages = self.client.read_all(
            OBJECTS[stream], self.fields(stream), self.where(stream), describe=self.describe(stream)
        )
        return ([Seen(self.half(stream, row), stamp(row)) for row in rows] for rows in pages)

    def server_time(self, stream: str) -> int:
        """Unix seconds by Salesforce's clock."""
        for page in self.client.query(f"SELECT Id FROM {OBJECTS[stream]} LIMIT 1"):
            return int(page.server_time.timestamp())
        return 0

    def halves(self, stream: str, ids: Iterable[str]) -> dict[str, Half]:
        """Present values by id; what is deleted, not visible or not selected is left out."""
        wanted = list(dict.fromkeys(ids))
        where = self.where(stream)
        if not wanted:
            return {}
        if where:
            parts = [wanted[start : start + IN_ONE_QUERY] for start in range(0, len(wanted), IN_ONE_QUERY)]
            chosen = [half for part in parts for half in self._found(stream, f"Id IN {soql.in_list(part)}", where)]
            return {half.id: half for half in chosen}
        rows = self.client.retrieve(OBJECTS[stream], wanted, self.fields(stream))
        return {id: self.half(stream, row) for id, row in rows.items()}

    def not_selected(self, stream: str, ids: Iterable[str]) -> set[str]:
        """Of ids that no list shows: those of living records that just do not meet the conditions."""
        wanted = list(ids)
        if not wanted or not self.where(stream):
            return set()
        return set(self.client.retrieve(OBJECTS[stream], wanted, ("Id",)))

    def half(self, stream: str, row: Row) -> Half:
        values = company_from_salesforce(row) if stream == COMPANIES else contact_from_salesforce(row)
        company = "" if stream == COMPANIES else str(row.get("AccountId") or "")
        at = parse_time(row["LastModifiedDate"]) if row.get("LastModifiedDate") else None
        return Half(
            to18(str(row["Id"])), values, name_of(stream, values), int(at.timestamp()) if at else 0,
            to18(company) if company else "",
        )  # fmt: skip

    def deletions(self, stream: str, since: int, until: int) -> tuple[list[str], int]:
        """Ids in the log of deletions, hard deletions too, and up to when every change can be seen; unix seconds."""
        start, end = (datetime.fromtimestamp(at, UTC) for at in (since, max(until, since + 120)))
        log = self.client.deleted(OBJECTS[stream], start, end)
        return [to18(id) for id, _ in log.rows], int(log.covered.timestamp())

    def visible_until(self, stream: str, at: int) -> int:
        """Up to when every change can be seen, at most `at`: earlier while a long transaction runs. Unix seconds."""
        start, end = datetime.fromtimestamp(at - LONGEST, UTC), datetime.fromtimestamp(at, UTC)
        try:
            return min(at, int(self.client.updated_until(OBJECTS[stream], start, end).timestamp()))
        except RejectedError:
            return at

    def what_became_of(self, stream: str, ids: Sequence[str]) -> dict[str, str]:
        """Of ids that no list shows: the winner's id of a merged one, '' of a deleted one. What is left out is simply
        not visible."""
        found: dict[str, str] = {}
        for start in range(0, len(ids), 300):
            condition = f"Id IN {soql.in_list(ids[start : start + 300])} AND IsDeleted = true"
            text = f"SELECT Id, MasterRecordId, IsDeleted FROM {OBJECTS[stream]} WHERE {condition}"
            for page in self.client.query(text, deleted=True):
                found |= {to18(row["Id"]): merged_into(row) for row in page.rows if row.get("IsDeleted")}
        return found

    # --- looking for one --------------------------------------------------------------------------------------

    def alike(self, stream: str, half: Half) -> list[Half]:
        """Records that could be this one: same name, website, e-mail or phone. One call."""
        values = half.values
        if stream == COMPANIES:
            tests = [equal("Name", values.get("name")), equal("Phone", values.get("phone"))]
            tests.append(like("Website", bare_host(values.get("website"))))
        else:
            tests = [equal("Email", values.get("email")), equal("LastName", values.get("last_name"))]
        condition = " OR ".join(filter(None, tests))
        return self._found(stream, condition, self.where(stream)) if condition else []

    def created(self, stream: str, wanted: Mapping[str, Any], sent_at: datetime | None) -> list[Half]:
        """Records made since then that carry the name a create had. One call."""
        name = "Name" if stream == COMPANIES else "LastName"
        condition = equal(name, wanted.get("name") if stream == COMPANIES else wanted.get("last_name"))
        since = f"CreatedDate >= {format_time(sent_at - BEFORE_SENT)}" if sent_at else ""
        return self._found(stream, condition, since)

    def _found(self, stream: str, condition: str, also: str = "") -> list[Half]:
        where = f"({condition}) AND ({also})" if also else condition
        text = f"SELECT {', '.join(dict.fromkeys(['Id', *self.fields(stream)]))} FROM {OBJECTS[stream]} WHERE {where}"
        return [
            self.half(stream, row) for page in self.client.query(f"{text} ORDER BY Id LIMIT 200") for row in page.rows
        ]


def with_fresh_schema(side: SalesforceSide, stream: str, error: Exception) -> bool:
    """Whether asking anew may cure this: a field has gone, or its rights. Asks, once."""
    if not isinstance(error, RejectedError | ConfigError) or error.code not in ("INVALID_FIELD", "INVALID_TYPE"):
        return False
    before = side.fields(stream)
    side.refresh(stream, known=False)
    return side.fields(stream) != before


def merged_into(row: Row) -> str:
    master = str(row.get("MasterRecordId") or "")
    return to18(master) if master else ""


def stamp(row: Row) -> int:
    return int(parse_time(row["SystemModstamp"]).timestamp())


def name_of(stream: str, values: Mapping[str, Any]) -> str:
    if stream == COMPANIES:
        return str(values.get("name", ""))
    return " ".join(filter(None, (values.get("first_name"), values.get("last_name"))))


def equal(name: str, value: Any) -> str:
    return f"{name} = {soql.quote(str(value))}" if value else ""


def like(name: str, value: str) -> str:
    return f"{name} LIKE {soql.like(value, before='%', after='%')}" if value else ""


def bare_host(website: Any) -> str:
    """The part of an address that tells it apart: `https://www.acme.com/x` is `acme.com`."""
    text = str(website or "").strip().lower().partition("://")
    return (text[2] or text[0]).partition("/")[0].removeprefix("www.")
