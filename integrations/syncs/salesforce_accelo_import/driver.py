"""The driver that the engine runs: all I/O of this import around the pure rules."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from integrations.core.errors import RejectedError
from integrations.core.records import (
    Action,
    Fields,
    Found,
    IntentView,
    LinkView,
    Page,
    Record,
    Written,
    fingerprint,
)
from integrations.syncs.base import Conduct, Context
from integrations.syncs.deciding import Stop
from integrations.syncs.salesforce_accelo_import.deciding import Setup
from integrations.syncs.salesforce_accelo_import.declared import COMPANIES, CONTACTS, DIRECTORY, SALES, TICKETS
from integrations.syncs.salesforce_accelo_import.desk import ImportDesk
from integrations.syncs.salesforce_accelo_import.laying import Laying
from integrations.syncs.salesforce_accelo_import.mapped import map_status
from integrations.syncs.salesforce_accelo_import.options import options_digest, parse_options
from integrations.syncs.salesforce_accelo_import.placing import Fate, Place, Spot, company_spot, place_of
from integrations.syncs.salesforce_accelo_import.rules import RULES, plan_party, plan_work
from integrations.syncs.salesforce_accelo_import.shape import Party, Work, party_record, work_of, work_record
from integrations.syncs.salesforce_accelo_import.source import Source
from integrations.syncs.salesforce_accelo_import.target import fetch_views
from integrations.syncs.salesforce_accelo_import.writing import Writer

PAGE = 500
MEANWHILE = "The sync of companies and contacts has made it meanwhile. Try it again: then it is found."
DAY = 86_400.0
TARGET_KINDS = ("staff", "sale_status", "sale_type", "ticket_status", "ticket_type", "ticket_priority")


Known = tuple[Party, Fate, Spot | Stop | None, str]
"""An account or contact, how it stands, of a contact where it belongs, and the id of what it was found to be."""


class ImportDriver:
    """One run's worker. Everything is read when the first stream is, and laid on a desk; the streams come from there.

    `places`, `parties`: of the page at hand, where each record goes, and how each account or contact stands. Of one
    that comes again after its page, because its answer was lost, they are asked of the desk.
    """

    conduct = Conduct()

    def __init__(self, context: Context) -> None:
        self.context = context
        self.options = parse_options(context.options)
        self.source = Source(context.source, self.options, context.scope)
        self.writer = Writer(context)
        self.desk = ImportDesk()
        self.laying: Laying | None = None
        self.setup: Setup | None = None
        self._bare = Setup(context.mappings, context.references, self.options)
        self.places: dict[str, Place | Stop] = {}
        self.parties: dict[str, Known] = {}

    def prepare(self) -> None:
        """Nothing to check: wrong options are refused at opening, a wrong connection by the first call."""

    def rules_version(self) -> str:
        return fingerprint((str(RULES), self.context.mappings.digest(), options_digest(self.options)))

    # --- reading ------------------------------------------------------------------------------------------------

    def read(self, stream: str, cursor: Fields) -> Iterator[Page]:
        """Pages of at most 500 in the order of Salesforce's ids; there is no cursor, all is read each time."""
        laid = self._laid()
        for earlier in (COMPANIES, CONTACTS):
            if earlier != stream and stream != COMPANIES and not self.context.dry:
                laid.refresh(earlier)
        yield from self._work_pages(stream) if stream in (SALES, TICKETS) else self._party_pages(stream)

    def _laid(self) -> Laying:
        if self.laying is None:
            laying = Laying(self.context, self.options, self.source, self.desk, self._setup_now)
            laying.lay()
            self.laying = laying
        return self.laying

    def _work_pages(self, stream: str) -> Iterator[Page]:
        total = int(self.desk.rows("SELECT count(*) FROM work WHERE stream = ?", stream)[0][0])
        for part in self.desk.works(stream, PAGE):
            accounts = self.desk.fates(COMPANIES, (work.account for work, *_ in part))
            people = self.desk.fates(CONTACTS, (person for *_, person in part))
            self.places = {
                work.id: self._place(work, accounts.get(work.account), people.get(person))
                for work, _, idle, person in part
                if not idle
            }
            records = (work_record(work, linked, place_text(self.places.get(work.id))) for work, linked, *_ in part)
            yield Page(stream, tuple(records), total=total)

    def _place(self, work: Work, account: Fate | None, person: Fate | None) -> Place | Stop:
        try:
            attached = self._laid().attached
            return place_of(work, account, person, self.options, dry=self.context.dry, attached=attached)
        except Stop as stop:
            return stop

    def _party_pages(self, stream: str) -> Iterator[Page]:
        for rows in self._laid().records(stream, PAGE):
            self.parties = self._known(stream, rows)
            records = (
                party_record(self.parties[row["id"]][0], bool(row["own"]), row["held"] or row["candidates"])
                for row in rows
            )
            yield Page(stream, tuple(records))

    def _known(self, stream: str, rows: list[dict[str, Any]]) -> dict[str, Known]:
        companies = self.desk.fates(COMPANIES, (row["company"] for row in rows))
        fates = self.desk.fates(stream, (row["id"] for row in rows))
        found = {}
        for row in rows:
            party = Party(stream, row["id"], {**json.loads(row["row"]), "name": row["name"]}, row["company"])
            company = self._company_of(stream, companies.get(row["company"]))
            found[party.id] = party, fates[party.id], company, row["held"]
        return found

    def _company_of(self, stream: str, account: Fate | None) -> Spot | Stop | None:
        """Of a contact: the company that it is to be a contact of."""
        if stream != CONTACTS:
            return None
        try:
            return company_spot(account, self.options, dry=self.context.dry)
        except Stop as stop:
            return stop

    # --- planning -----------------------------------------------------------------------------------------------

    def fetch_targets(self, stream: str, target_ids: list[str]) -> dict[str, Fields]:
        return dict(fetch_views(self.context.target, stream, target_ids))

    def plan(self, record: Record, link: LinkView | None, target: Fields | None) -> Action:
        if stream_is_work(record):
            work = work_of(record)
            setup = self._bare if link and link.target_id else self._setup_now()
            action = plan_work(record, work, link, self._place_of(work), setup)
        else:
            party, fate, company, held = self._party_of(record)
            action = plan_party(record, party, link, fate, company, held)
        if link and link.target_id and link.pending.get("settle"):
            action = self._settled(action, link, target)
            return self._with_status(action, work_of(record), target) if target and stream_is_work(record) else action
        return action

    def _with_status(self, action: Action, work: Work, target: Fields) -> Action:
        """What was cut off between its create and its status, which Accelo had not taken with it, still gets it."""
        try:
            status = map_status(work, self._setup_now()).value
        except Stop:
            return action
        held = str(target["status_id"])
        if held == status or self.writer.starts(action.stream, str(status)):
            return action
        return replace(
            action, kind="update", wanted={"status_id": status}, changes={"status_id": (held, status)},
            reason="Its create was cut off before its status was set.",
        )  # fmt: skip

    def _place_of(self, work: Work) -> Place | Stop | None:
        if work.id not in self.places:
            idle, person = self.desk.meant(work.stream, work.id)
            if idle:
                return None
            account = self.desk.fates(COMPANIES, [work.account]).get(work.account)
            self.places[work.id] = self._place(work, account, self.desk.fates(CONTACTS, [person]).get(person))
        return self.places[work.id]

    def _party_of(self, record: Record) -> Known:
        id = record.external_id
        if id not in self.parties:
            self.parties |= self._known(record.stream, self.desk.party(record.stream, id))
        return self.parties[id]

    def _settled(self, action: Action, link: LinkView, target: Fields | None) -> Action:
        """Its create was cut off, or its answer was lost and it was found again: what it would have remembered."""
        held = target or action.wanted
        if action.stream in (COMPANIES, CONTACTS) and not self.context.dry:
            self.writer.adopt(action, link.target_id)
        place = self.places.get(action.source_id)
        meant = {"contact": place.contact.ref} if isinstance(place, Place) else {}
        memo = {**self.writer.memo(replace(action, wanted=meant), held), **link.memo}
        return replace(action, extra={**action.extra, "base": held, "memo": memo})

    def _setup_now(self) -> Setup:
        """Made for the first record that needs a closer look."""
        if self.setup is None:
            self.context.references.refresh("target", TARGET_KINDS, older_than=DAY)
            rates, corporate = self.source.rates()
            self.setup = replace(self._bare, rates=rates, corporate=corporate)
        return self.setup

    def missing(self, stream: str, seen: Callable[[int], bool]) -> Iterator[tuple[LinkView, Action]]:
        """What is gone in Salesforce concerns an import no more."""
        return iter(())

    # --- writing ------------------------------------------------------------------------------------------------

    def marker(self, action: Action) -> Fields:
        return self.writer.marker(action)

    def create(self, action: Action) -> Written:
        """Raises RejectedError for what the sync of companies and contacts has made since this run began."""
        if self.context.store.sibling(DIRECTORY, action.stream, [action.source_id]):
            raise RejectedError(MEANWHILE, code="made_meanwhile")
        return self.writer.create(action)

    def update(self, action: Action) -> Written:
        """Only the status of what this import itself has just made. Repeatable."""
        held = self.writer.set_status(action.stream, action.target_id, str(action.wanted["status_id"]))
        return Written(action.target_id, held, memo={**action.extra["memo"], "modified": held["modified"]}, base=held)

    def finish(self, action: Action, written: Written) -> Written:
        return self.writer.finish(action, written)

    def find(self, intent: IntentView) -> Found:
        return self.writer.find(intent)

    def close(self) -> None:
        self.desk.close()


def stream_is_work(record: Record) -> bool:
    return record.stream in (SALES, TICKETS)


def place_text(place: Place | Stop | None) -> str:
    """The same before and after what is to be created is there."""
    if isinstance(place, Place):
        return f"{place.company.ref}|{place.contact.ref}"
    return place.code if place else ""
