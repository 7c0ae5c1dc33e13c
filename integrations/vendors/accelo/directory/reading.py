"""What is read of the directory: changes, records by id, what belongs to a company or person, look-ups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from integrations.core.errors import RejectedError
from integrations.vendors.accelo.directory.kinds import ADDRESSES, AFFILIATIONS, COMPANIES, CONTACTS, Kind, R
from integrations.vendors.accelo.directory.objects import batches, by_id, highest_id
from integrations.vendors.accelo.directory.walks import changes, count, walk
from integrations.vendors.accelo.records import Address, Affiliation, Company, Contact
from integrations.vendors.accelo.transport import Transport

KindName = Literal["companies", "contacts", "affiliations", "addresses"]
Owner = Literal["company", "contact"]

KINDS: dict[str, Kind[Any]] = {kind.path: kind for kind in (COMPANIES, CONTACTS, AFFILIATIONS, ADDRESSES)}
PLURALS: dict[Owner, str] = {"company": "companies", "contact": "contacts"}


class Reading:
    """`since`: unix seconds, inclusive, of which the overlap is the caller's affair; None = everything, by id."""

    def __init__(self, calls: Transport) -> None:
        self._calls = calls
        self._addresses_alone = False

    @property
    def time(self) -> int:
        """When Accelo last answered, by its own clock; unix seconds."""
        return int(self._calls.time)

    def server_time(self) -> int:
        """Unix seconds by Accelo's clock, from the answer to a small question."""
        self._calls.read("tokeninfo")
        return int(self._calls.time)

    def changed_companies(self, since: int | None) -> Iterator[list[Company]]:
        """Pages, oldest change first; one call when a page is enough. See `walks.changes`."""
        return self._changed(COMPANIES, since)

    def changed_contacts(self, since: int | None) -> Iterator[list[Contact]]:
        return self._changed(CONTACTS, since)

    def changed_affiliations(self, since: int | None) -> Iterator[list[Affiliation]]:
        return self._changed(AFFILIATIONS, since)

    def _changed(self, kind: Kind[Any], since: int | None) -> Iterator[list[Any]]:
        return walk(self._calls, kind) if since is None else changes(self._calls, kind, since)

    # By id

    def companies_by_id(self, ids: Iterable[str]) -> dict[str, Company]:
        """One request per 100. Those that do not exist (or may not be seen) are left out."""
        return self._by_id(COMPANIES, ids)

    def contacts_by_id(self, ids: Iterable[str]) -> dict[str, Contact]:
        return self._by_id(CONTACTS, ids)

    def affiliations_by_id(self, ids: Iterable[str]) -> dict[str, Affiliation]:
        return self._by_id(AFFILIATIONS, ids)

    def addresses_by_id(self, ids: Iterable[str]) -> dict[str, Address]:
        return self._by_id(ADDRESSES, ids)

    def _by_id(self, kind: Kind[R], ids: Iterable[str]) -> dict[str, R]:
        return by_id(self._calls, kind, ids)

    # What belongs to a company or person

    def affiliations_of(self, contact_ids: Iterable[str]) -> dict[str, list[Affiliation]]:
        """By contact id, by ascending id of the affiliation; [] for a contact that has none."""
        return self._affiliations("contact", contact_ids, lambda row: row.contact)

    def affiliations_of_companies(self, company_ids: Iterable[str]) -> dict[str, list[Affiliation]]:
        return self._affiliations("company", company_ids, lambda row: row.company)

    def _affiliations(
        self, name: str, ids: Iterable[str], key: Callable[[Affiliation], str]
    ) -> dict[str, list[Affiliation]]:
        """One request per 100 owners and 100 rows. Where the filter is ignored the whole list is read, once."""
        wanted = list(dict.fromkeys(ids))
        found: dict[str, list[Affiliation]] = {id: [] for id in wanted}
        for batch in batches(wanted):
            for rows in walk(self._calls, AFFILIATIONS, f"{name}({','.join(batch)})"):
                if not {key(row) for row in rows} <= set(batch):
                    return self._among_all(wanted, key)
                _deal(found, rows, key)
        return found

    def _among_all(self, ids: list[str], key: Callable[[Affiliation], str]) -> dict[str, list[Affiliation]]:
        found: dict[str, list[Affiliation]] = {id: [] for id in ids}
        for rows in walk(self._calls, AFFILIATIONS):
            _deal(found, rows, key)
        return found

    def addresses_of(
        self,
        against_type: Owner,
        ids: Iterable[str],
        known: Mapping[str, str] | None = None,
        matters: Callable[[Address], bool] = lambda row: True,
    ) -> dict[str, list[Address]]:
        """By id of the company or contact, by ascending id of the address; [] where there is none.

        Whether an address tells its owner is not documented, and the documented sample does not. `known`: address id ->
        owner's id, as far as the caller remembers. `matters`: which addresses are wanted at all. Where all that matters
        is known or nothing is there, it is one request per 100 owners and 100 rows; else each owner is asked for alone.
        """
        wanted = list(dict.fromkeys(ids))
        found: dict[str, list[Address]] = {id: [] for id in wanted}
        for batch in batches(wanted):
            _deal(found, self._dealt(against_type, batch, known or {}, matters), lambda row: row.against_id)
        return found

    def _dealt(
        self, against_type: Owner, batch: Sequence[str], known: Mapping[str, str], matters: Callable[[Address], bool]
    ) -> list[Address]:
        """The batch's addresses, each with its owner."""
        if len(batch) == 1 or self._addresses_alone:
            return self._alone(against_type, batch, matters)
        filters = f"against_type({against_type}),against_id({','.join(batch)})"
        rows = [row for part in walk(self._calls, ADDRESSES, filters) for row in part if matters(row)]
        owned = [_owned(row, against_type, known) for row in rows]
        if any(row.against_id and row.against_id not in batch for row in owned):
            self._addresses_alone = True  # the filter is ignored: all addresses came
            return self._alone(against_type, batch, matters)
        strangers = {row.id for row in owned if not row.against_id}
        if not strangers:
            return owned
        if 3 * len(strangers) <= len(batch):
            half = len(batch) // 2
            parts = (batch[:half], batch[half:])
            return [row for part in parts for row in self._dealt(against_type, part, known, matters)]
        alone = self._alone(against_type, batch, matters)
        self._addresses_alone = not strangers <= {row.id for row in alone}
        return alone

    def _alone(self, against_type: Owner, batch: Sequence[str], matters: Callable[[Address], bool]) -> list[Address]:
        return [row for id in batch for row in self._addresses_of_one(against_type, id) if matters(row)]

    def _addresses_of_one(self, against_type: Owner, id: str) -> list[Address]:
        path = f"{PLURALS[against_type]}/{id}/addresses"
        try:
            rows = [Address.from_wire(row) for row in self._calls.pages(path, fields=ADDRESSES.fields)]
        except RejectedError as error:
            if error.code == "invalid_request":
                return []
            raise
        return [replace(row, against_type=against_type, against_id=id) for row in rows]

    # Look-ups

    def count(self, kind: KindName, filters: str = "") -> int:
        """How many there are. An ignored filter cannot be told from one that everything passes."""
        return count(self._calls, KINDS[kind].path, filters)

    def highest_id(self, kind: KindName) -> str:
        """The newest record's id, '0' when there is none: the marker for `above_id` before a create is sent.

        One call where the list can be ordered by id; affiliations cannot, so they are counted and the last are read.
        """
        return highest_id(self._calls, KINDS[kind])

    def above_id(self, kind: KindName, marker: str) -> list[Any]:
        """Records of that kind that are newer than `marker` (see `highest_id`), by ascending id."""
        rows = {row.id: row for found in walk(self._calls, KINDS[kind], after=marker) for row in found}
        return sorted(rows.values(), key=lambda row: int(row.id))

    def find_companies(self, name: str, after_id: str) -> list[Company]:
        """Those of this name above `after_id`, for a create whose answer was lost. No filter matches a name, so every
        newer company is looked at."""
        return [one for one in self.above_id("companies", after_id) if _key(one.name) == _key(name)]

    def find_contacts(self, email: str, surname: str, after_id: str) -> list[Contact]:
        """Those of this surname above `after_id` of which an affiliation (or the leftover field) has this e-mail;
        with '' any of this surname."""
        newer: list[Contact] = [
            one for one in self.above_id("contacts", after_id) if _key(one.surname) == _key(surname)
        ]
        if not email or not newer:
            return newer
        ties = self.affiliations_of(one.id for one in newer)
        return [one for one in newer if _key(email) in {_key(one.email), *(_key(tie.email) for tie in ties[one.id])}]


def _owned(row: Address, against_type: Owner, known: Mapping[str, str]) -> Address:
    """With its owner, by what it says itself, else by what is known; '' where neither tells."""
    if row.against_id:
        return (
            row if row.against_type == against_type else replace(row, against_id=f"{row.against_type} {row.against_id}")
        )
    return replace(row, against_type=against_type, against_id=known.get(row.id, ""))


def _deal(found: dict[str, list[R]], rows: Iterable[R], key: Callable[[R], str]) -> None:
    """Adds each row to its owner's list; rows of others are dropped."""
    for row in rows:
        if key(row) in found:
            found[key(row)].append(row)


def _key(text: str) -> str:
    return text.strip().casefold()
