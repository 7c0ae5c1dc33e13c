"""Whether Accelo has the accounts and contacts already for which no link is known."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from integrations.syncs.base import Context
from integrations.syncs.salesforce_accelo_import.alike import host_key, name_key, same_company, same_person
from integrations.syncs.salesforce_accelo_import.declared import COMPANIES, CONTACTS, DIRECTORY
from integrations.syncs.salesforce_accelo_import.desk import ImportDesk
from integrations.syncs.salesforce_accelo_import.options import Options
from integrations.syncs.salesforce_accelo_import.placing import FOUND, NEW, SEVERAL

SEARCHED = f"needed AND how = '{NEW}'"
SHOWN = 10
INACTIVE = "inactive"
Row = dict[str, Any]


class Matching:
    def __init__(self, context: Context, options: Options, desk: ImportDesk) -> None:
        self.store = context.store
        self.directory: Any = context.target.directory
        self.options = options
        self.desk = desk

    # --- companies ----------------------------------------------------------------------------------------------

    def companies(self) -> None:
        """Few are searched one by one, for many the whole list is read."""
        count = self.desk.rows(f"SELECT count(*) FROM party WHERE stream = ? AND {SEARCHED}", COMPANIES)[0][0]
        if count > self.options.search_window:
            self._lay_there()
        for rows in self.desk.parties(COMPANIES, SEARCHED):
            found = [(row, self._same(row, whole=count > self.options.search_window)) for row in rows]
            gone = self._taken(COMPANIES, [one["id"] for _, some in found for one in some])
            free = [(row, [one for one in some if one["id"] not in gone]) for row, some in found]
            self.desk.put_party(COMPANIES, [(row["id"], _company_found(some)) for row, some in free if some])
        self.desk.tell_twins(COMPANIES)

    def _lay_there(self) -> None:
        rows = (
            (one.id, name_key(one.name), host_key(one.website), one.name, one.default_affiliation)
            for page in self.directory.changed_companies(None)
            for one in page
            if one.standing != INACTIVE
        )
        self.desk.fill("there", rows)

    def _same(self, row: Row, *, whole: bool) -> list[Row]:
        values = json.loads(row["row"])
        if whole:
            query = "SELECT id, name, host, label, first FROM there WHERE name = ? ORDER BY length(id), id"
            rows = self.desk.rows(query, name_key(values["name"]))
        else:
            rows = [
                (one.id, one.name, one.website, one.name, one.default_affiliation)
                for one in self.directory.search_companies([values["name"]]).values()
                if one.standing != INACTIVE
            ]
        return [
            {"id": id, "label": label, "first": first}
            for id, name, website, label, first in rows
            if same_company(values, name, website)
        ]

    def _taken(self, stream: str, ids: list[str]) -> set[str]:
        """Those that are known to be another record of Salesforce."""
        if not ids:
            return set()
        return self.store.is_linked(stream, ids) | self.store.taken(DIRECTORY, stream, ids)

    # --- contacts -----------------------------------------------------------------------------------------------

    def contacts(self) -> None:
        """Those at companies that were there before, by e-mail address and name."""
        for rows in self.desk.parties(CONTACTS, SEARCHED, 100):
            fates = self.desk.fates(COMPANIES, (row["company"] for row in rows))
            old = {id: fate.target for id, fate in fates.items() if fate.target and not fate.made}
            mine = [row for row in rows if row["company"] in old]
            places = self._places(old[row["company"]] for row in mine)
            found = [(row, self._persons(row, places.get(old[row["company"]], []))) for row in mine]
            gone = self._taken(CONTACTS, [one["held"] for _, some in found for one in some])
            free = [(row, [one for one in some if one["held"] not in gone]) for row, some in found]
            self.desk.put_party(CONTACTS, [(row["id"], _contact_found(some)) for row, some in free if some])
        self.desk.tell_twins(CONTACTS)

    def _places(self, companies: Iterable[str]) -> dict[str, list[tuple[Any, Any]]]:
        """Company -> its affiliations, each with its contact."""
        ties = self.directory.affiliations_of_companies(companies)
        people = self.directory.contacts_by_id({tie.contact for some in ties.values() for tie in some})
        return {
            id: [(tie, people[tie.contact]) for tie in some if tie.contact in people and tie.standing != INACTIVE]
            for id, some in ties.items()
        }

    def _persons(self, row: Row, places: list[tuple[Any, Any]]) -> list[Row]:
        values = json.loads(row["row"])
        return [
            {"id": tie.id, "held": one.id, "label": f"{one.firstname} {one.surname}".strip()}
            for tie, one in places
            if one.standing != INACTIVE and same_person(values, one.firstname, one.surname, {tie.email, one.email})
        ]


def _company_found(some: list[Row]) -> Row:
    if len(some) > 1:
        return {"how": SEVERAL, "candidates": _told(some)}
    return {"how": FOUND, "target": some[0]["id"], "held": some[0]["id"], "first": some[0]["first"]}


def _contact_found(some: list[Row]) -> Row:
    """One person may have several places at one company: the oldest is taken."""
    if len({one["held"] for one in some}) > 1:
        return {"how": SEVERAL, "candidates": _told(some)}
    return {"how": FOUND, "target": some[0]["id"], "held": some[0]["held"]}


def _told(some: Iterable[Row]) -> str:
    return json.dumps([{"id": one["id"], "label": one["label"]} for one in _first(some)])


def _first(some: Iterable[Row]) -> Iterator[Row]:
    return (one for one, _ in zip(some, range(SHOWN), strict=False))
