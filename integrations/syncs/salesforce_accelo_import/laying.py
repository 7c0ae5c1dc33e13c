"""Laying on the desk what is to be imported, what it needs, and how that stands at Accelo.

Each kind is read once, whole; what has been imported needs nothing more. Accounts and contacts that are known by a link
are not read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from integrations.core.records import LinkView
from integrations.syncs.base import Context
from integrations.syncs.salesforce_accelo_import.deciding import Setup
from integrations.syncs.salesforce_accelo_import.declared import (
    COMPANIES,
    CONTACTS,
    DIRECTORY,
    SALES,
    SKIP,
    TICKETS,
)
from integrations.syncs.salesforce_accelo_import.desk import BLANK, ImportDesk, in_parts
from integrations.syncs.salesforce_accelo_import.matching import Matching
from integrations.syncs.salesforce_accelo_import.options import Options
from integrations.syncs.salesforce_accelo_import.placing import ELSEWHERE, FOUND, HIDDEN, LINKED, NEW
from integrations.syncs.salesforce_accelo_import.rules import stops_of
from integrations.syncs.salesforce_accelo_import.shape import Party
from integrations.syncs.salesforce_accelo_import.source import PREFIXES, Source

RETRIEVED = 2000


class Laying:
    """`setup` gives what decides; it is asked only when something is not linked. `attached`: see `_attached`."""

    def __init__(
        self, context: Context, options: Options, source: Source, desk: ImportDesk, setup: Callable[[], Setup]
    ) -> None:
        self.context = context
        self.store = context.store
        self.directory: Any = context.target.directory
        self.options = options
        self.source = source
        self.desk = desk
        self.setup = setup
        self.matching = Matching(context, options, desk)
        self.attached = ""

    def lay(self) -> None:
        streams = self.context.scope.streams
        for stream in (SALES, TICKETS):
            if not streams or stream in streams:
                self._read(stream)
        self._take_named()
        self._contacts()
        self._accounts()
        self.matching.companies()
        self._first_contacts()
        self._attached()
        self._persons()
        self.matching.contacts()

    def refresh(self, stream: str) -> None:
        """Companies or contacts that this run has created by now."""
        for ids in self.desk.coming(stream):
            links = self.store.by_source(stream, ids)
            self.desk.put_party(stream, [(id, _known(stream, link)) for id, link in links.items() if link.target_id])

    # --- sales and tickets --------------------------------------------------------------------------------------

    def _read(self, stream: str) -> None:
        for works in self.source.works(stream):
            links = self.store.by_source(stream, [work.id for work in works])
            linked = {id: link for id, link in links.items() if link.target_id}
            idle = {work.id for work in works if work.id not in linked and stops_of(work, self.setup())}
            self.desk.add_work(
                (
                    work,
                    work.id in linked,
                    work.id in linked or work.id in idle,
                    str(linked[work.id].memo.get("contact", "")) if work.id in linked else "",
                )
                for work in works
            )
            self._name(COMPANIES, ((work.account, work.account_name) for work in works))
            self._name(CONTACTS, ((work.contact, work.contact_name) for work in works if work.id not in linked))

    def _name(self, stream: str, rows: Iterable[tuple[str, str]]) -> None:
        self.desk.put_party(stream, [(id, {"name": name} if name else {}) for id, name in rows if id])

    def _take_named(self) -> None:
        """Accounts and contacts that the run was asked for by name."""
        for stream in (COMPANIES, CONTACTS):
            ids = [id for id in self.context.scope.source_ids if id.startswith(PREFIXES[stream])]
            self.desk.put_party(stream, [(id, {"needed": 1}) for id in ids])

    def _contacts(self) -> None:
        """Which company each named contact belongs to; and one that belongs elsewhere is not meant."""
        wanted = "SELECT DISTINCT contact FROM work WHERE NOT idle AND contact != '' UNION SELECT id FROM party "
        ids = self.desk.column(f"{wanted} WHERE stream = ? AND needed", CONTACTS)
        self._take_parties(CONTACTS, ids)
        self.desk.db.executescript(f"""
            UPDATE work SET account = coalesce((SELECT company FROM party WHERE stream = '{CONTACTS}' AND id = contact),
                '') WHERE NOT idle AND account = '' AND contact != '';
            UPDATE party SET company = coalesce((SELECT min(account) FROM work WHERE contact = party.id AND
                account != ''), '') WHERE stream = '{CONTACTS}' AND company = '';
            UPDATE work SET person = contact WHERE NOT idle AND contact != '' AND account =
                (SELECT company FROM party WHERE stream = '{CONTACTS}' AND id = contact);
            INSERT OR IGNORE INTO party SELECT DISTINCT '{COMPANIES}', account, {BLANK} FROM work WHERE account != '';
            INSERT OR IGNORE INTO party SELECT DISTINCT '{COMPANIES}', company, {BLANK} FROM party
                WHERE stream = '{CONTACTS}' AND needed AND company != '';
        """)

    def _take_parties(self, stream: str, ids: list[str]) -> None:
        for part in in_parts(ids, RETRIEVED):
            found = self.source.parties(stream, part)
            self.desk.put_party(stream, [(id, _read_values(found.get(id))) for id in part])

    # --- accounts -----------------------------------------------------------------------------------------------

    def _accounts(self) -> None:
        self.desk.db.execute(
            "UPDATE party SET needed = 1 WHERE stream = ? AND (id IN (SELECT account FROM work WHERE NOT idle) OR id "
            "IN (SELECT company FROM party WHERE stream = ? AND needed))",
            (COMPANIES, CONTACTS),
        )
        self._take_links(COMPANIES, "1")
        self._take_parties(
            COMPANIES, self.desk.column("SELECT id FROM party WHERE stream = ? AND needed AND target = ''", COMPANIES)
        )

    def _take_links(self, stream: str, where: str) -> None:
        """The sync of companies and contacts knows best, then the imports before this one."""
        for rows in self.desk.parties(stream, where):
            ids = [row["id"] for row in rows]
            own = {id: link for id, link in self.store.by_source(stream, ids).items() if link.target_id}
            others = self.store.sibling(DIRECTORY, stream, ids)
            self.desk.put_party(
                stream, [(id, _linked(stream, own.get(id), others.get(id))) for id in ids if id in own or id in others]
            )

    def _first_contacts(self) -> None:
        """A sale without a contact goes to the company's default one, else to the account's first."""
        for part in in_parts(self.desk.sales_without()):
            fates = self.desk.fates(COMPANIES, part)
            old = {id: fate.target for id, fate in fates.items() if fate.how == LINKED and not fate.made}
            there = self.directory.companies_by_id(old.values()) if old else {}
            known = [(id, there[target].default_affiliation) for id, target in old.items() if target in there]
            self.desk.put_party(COMPANIES, [(id, {"first": first}) for id, first in known])
        left = self._without_default()
        for party in self.source.first_contacts(left) if left else ():
            self.desk.put_party(CONTACTS, [(party.id, _read_values(party))])
            self.desk.db.execute(
                "UPDATE work SET person = ? WHERE stream = ? AND account = ? AND NOT idle AND person = ''",
                (party.id, SALES, party.company),
            )

    def _attached(self) -> None:
        """`attached`: the default affiliation of the company to attach to, where a sale may need it."""
        id = self.options.attach_company
        if id and self.desk.one("SELECT 1 FROM work WHERE stream = ? AND NOT idle AND person = '' LIMIT 1", SALES):
            found = self.directory.companies_by_id([id]).get(id)
            self.attached = found.default_affiliation if found else ""

    def _without_default(self) -> list[str]:
        found = []
        for part in in_parts(self.desk.sales_without()):
            for id, fate in self.desk.fates(COMPANIES, part).items():
                skipped = fate.how == NEW and self.options.missing_company == SKIP
                if not fate.default and not skipped and fate.how in (LINKED, NEW, FOUND):
                    found.append(id)
        return found

    # --- contacts -----------------------------------------------------------------------------------------------

    def _persons(self) -> None:
        self.desk.db.executescript(f"""
            INSERT OR IGNORE INTO party SELECT DISTINCT '{CONTACTS}', person, {BLANK} FROM work WHERE person != '';
            UPDATE party SET needed = 1 WHERE stream = '{CONTACTS}' AND id IN
                (SELECT person FROM work WHERE NOT idle);
        """)
        self._take_links(CONTACTS, "needed OR id IN (SELECT person FROM work)")
        for rows in self.desk.parties(CONTACTS, "needed AND held != '' AND target = ''"):
            self._take_places(rows)

    def _take_places(self, rows: list[dict[str, Any]]) -> None:
        """Of contacts of which only the person is known: their affiliation with the company that is meant."""
        ties = self.directory.affiliations_of(row["held"] for row in rows)
        companies = self.desk.fates(COMPANIES, (row["company"] for row in rows))
        for row in rows:
            company = companies.get(row["company"])
            there = [tie for tie in ties.get(row["held"], ()) if company and tie.company == company.target]
            values = {"target": there[0].id} if there else {"how": ELSEWHERE}
            self.desk.put_party(CONTACTS, [(row["id"], values)])

    def records(self, stream: str, size: int) -> Iterator[list[dict[str, Any]]]:
        """Accounts or contacts that get a record: those that are, or are to be, created or linked by imports."""
        rule = self.options.missing_company if stream == COMPANIES else self.options.missing_contact
        shown = "'found', 'several', 'twins'" + (", 'new'" if rule == "create" else "")
        yield from self.desk.parties(stream, f"own OR (needed AND how IN ({shown}))", size)


def _read_values(party: Party | None) -> dict[str, Any]:
    if party is None:
        return {"how": HIDDEN}
    return {
        "how": NEW, "name": party.name, "row": json.dumps(party.values, ensure_ascii=False), "company": party.company,
    }  # fmt: skip


def _linked(stream: str, own: LinkView | None, other: LinkView | None) -> dict[str, Any]:
    link = other or own
    values = _known(stream, link) if link else {}
    made = bool(own and own.memo.get("import") and values["held"] == own.target_id)
    named = {"name": str(own.memo["name"])} if own and own.memo.get("name") else {}
    return values | {"own": bool(own), "made": made} | named


def _known(stream: str, link: LinkView) -> dict[str, Any]:
    target = link.target_id if stream == COMPANIES else str(link.memo.get("affiliation", ""))
    return {"how": LINKED, "held": link.target_id, "target": target, "made": bool(link.memo.get("import"))}
