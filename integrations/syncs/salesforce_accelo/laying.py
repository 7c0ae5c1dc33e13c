"""Everything of both sides compared: read whole, laid beside each other, matched where nothing is linked yet."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from operator import attrgetter
from typing import TypeVar

from integrations.core.errors import ConfigError
from integrations.core.records import canonical_text
from integrations.syncs.queries import LinkQueries
from integrations.syncs.salesforce_accelo.accelo_side import INACTIVE, AcceloSide, Raw
from integrations.syncs.salesforce_accelo.claims import Claims, SourceRow, TargetRow
from integrations.syncs.salesforce_accelo.declared import COMPANIES, CONTACTS
from integrations.syncs.salesforce_accelo.desk import (
    CLAIMANTS,
    DOUBTFUL,
    FILLED,
    INDEXES,
    LAID,
    PAIRS,
    PLANNED_BACK,
    PLANNED_LINKS,
    PLANNED_THERE,
    SAY_DOUBT,
    Comparison,
    packed,
    unpacked,
)
from integrations.syncs.salesforce_accelo.keys import Keys, company_keys, contact_keys
from integrations.syncs.salesforce_accelo.matching import SHOWN, doubt
from integrations.syncs.salesforce_accelo.pairs import Half, Pair, Values
from integrations.syncs.salesforce_accelo.rating import Candidate
from integrations.syncs.salesforce_accelo.rules import Ways
from integrations.syncs.salesforce_accelo.salesforce_side import SalesforceSide
from integrations.syncs.salesforce_accelo.values import describe_values
from integrations.vendors.accelo.records import Address, Affiliation, Company, Contact

T = TypeVar("T")
PAGE = 2000
PART = 5000
"""Pairs that go to the engine together."""
TOLD = ("name", "website", "phone")
"""By what a company is recognised."""
NOBODY = "[]"
SEPARATOR = "\r"
"""In no canonical text."""
ROWS = {kind: attrgetter(*(one.name for one in fields(kind))) for kind in (Company, Contact, Affiliation, Address)}


@dataclass(slots=True)
class Stamps:
    """Stamps of what was read, for the cursor that follows: those at or after `since`, at most a few more than
    `few`."""

    since: int
    few: int
    seen: dict[str, int] = field(default_factory=dict)

    def note(self, id: str, stamp: int) -> None:
        if stamp >= self.since and len(self.seen) <= self.few:
            self.seen[id] = stamp


class Laying:
    """One stream's comparison."""

    def __init__(self, salesforce: SalesforceSide, accelo: AcceloSide, store: LinkQueries) -> None:
        self.salesforce, self.accelo, self.store = salesforce, accelo, store
        self.desk = Comparison()
        self.link_likely = accelo.options.likely == "link"

    def close(self) -> None:
        self.desk.close()

    # --- reading ----------------------------------------------------------------------------------------------

    def read(self, stream: str, source: Stamps, targets: Mapping[str, Stamps]) -> None:
        """Both lists whole. `targets`: of the lists that a stream's Accelo records are made of."""
        desk = self.desk
        for table in FILLED:
            desk.db.execute(f"DELETE FROM {table}")
        sources = self.salesforce.everything(stream)
        for records in gathered(self.accelo.changed(stream, None)):
            for record in records:
                targets[stream].note(record.id, record.modified)
            desk.add("target", [target_row(one) for one in records])
            addresses = self.accelo.addresses(stream, {record.id: record for record in records})
            desk.add("address", [(id, row.id, as_row(row)) for id, rows in addresses.items() for row in rows])
        if stream == CONTACTS:
            self._read_places(targets["affiliations"])
        self._read_profiles(stream)
        for rows in sources:
            for one in rows:
                source.note(one.half.id, one.stamp)
            desk.add("source", [source_row(stream, one.half) for one in rows])
        desk.fill("link", self.store.pairs(stream))
        if stream == CONTACTS:
            linked = (row[:2] for row in self.store.pairs(COMPANIES) if row[1] and row[2] != "vanished")
            desk.fill("company", linked)
            desk.db.execute("INSERT INTO company SELECT source, target FROM planned")
        desk.script(INDEXES)

    def _read_places(self, stamps: Stamps) -> None:
        for rows in gathered(self.accelo.directory.changed_affiliations(None)):
            for row in rows:
                stamps.note(row.id, row.modified)
            self.desk.add("place", [(row.contact, row.id, as_row(row)) for row in rows])

    def _read_profiles(self, stream: str) -> None:
        fields = {id: key for key, id in self.accelo.profile_fields().items()} if stream == COMPANIES else {}
        if not fields:
            return
        rows = self.accelo.directory.profile_values("companies")
        self.desk.fill(
            "profile", ((row.link_id, fields[row.field_id], row.value) for row in rows if row.field_id in fields)
        )

    # --- matching ---------------------------------------------------------------------------------------------

    def match(self, stream: str) -> None:
        """Who of those without a link belong together."""
        desk, claims = self.desk, Claims(self.desk, self.link_likely)
        claims.settle(partial(self.source_keys, stream), partial(self.target_keys, stream))
        desk.db.executescript(PAIRS)
        for (target,) in desk.rows(DOUBTFUL):
            self._say_doubt(stream, target)

    def _say_doubt(self, stream: str, target: str) -> None:
        """Which records may be this one of Accelo, although it is not sure."""
        found = []
        for _, row, candidates in self.desk.among(CLAIMANTS, [target]):
            half = half_of(row)
            reason = next((one["reason"] for one in json.loads(candidates) if one["id"] == target), "")
            found.append({"id": half.id, "label": describe_values(stream, half.values), "reason": reason})
        words = doubt(found)
        self.desk.db.execute(SAY_DOUBT, [words, json.dumps(found[:SHOWN]), target])

    def plan_companies(self, ways: Ways) -> None:
        """In a preview contacts go with companies that would be linked or created, as if they were already."""
        self.desk.db.execute(PLANNED_LINKS)
        if ways.create_there:
            self.desk.db.execute(PLANNED_THERE, [*ways.asked])
        if ways.create_back:
            self.desk.db.execute(PLANNED_BACK, [*ways.asked])

    def source_keys(self, stream: str, rows: list[SourceRow]) -> Iterator[Candidate]:
        if stream == COMPANIES:
            for id, _, _, text in rows:
                yield Candidate(id, company_keys(values_of(text)))
            return
        linked = self.desk.company_of({company for _, _, company, _ in rows if company}, "source", "target")
        for id, row, company, _ in rows:
            yield Candidate(id, contact_keys(half_of(row).values, filter(None, [linked.get(company)])))

    def target_keys(self, stream: str, rows: list[TargetRow]) -> Iterator[Candidate]:
        """With labels. A company without addresses is told by its text."""
        plain = stream == COMPANIES
        raws = self.raws(stream, {id for id, _, has_addresses in rows if has_addresses or not plain})
        for id, text, _ in rows:
            values = self.accelo.half(stream, raws[id]).values if id in raws else values_of(text)
            keys = keys_of_raw(self.accelo, stream, raws[id], values) if id in raws else company_keys(values)
            yield Candidate(id, keys, describe_values(stream, values))

    # --- pairs ------------------------------------------------------------------------------------------------

    def raws(self, stream: str, ids: set[str]) -> dict[str, Raw]:
        desk = self.desk
        rows = desk.targets(ids)
        kept = desk.parts("address", "owner", rows)
        addresses = {id: tuple(Address(*row) for row in parts) for id, parts in kept.items()}
        if stream == COMPANIES:
            profiles, blank = desk.profiles(rows), dict.fromkeys(self.accelo.profile_fields(), "")
            return {
                id: Raw(Company(*row), addresses.get(id, ()), (), blank | profiles.get(id, {}))
                for id, row in rows.items()
            }
        places = desk.parts("place", "contact", rows)
        known = self.accelo.known_places(stream, rows)
        return {
            id: Raw(
                Contact(*row), addresses.get(id, ()), tuple(Affiliation(*one) for one in places.get(id, ())),
                place=known.get(id, ""),
            )
            for id, row in rows.items()
        }  # fmt: skip

    def pairs(self, stream: str, limits: str) -> Iterator[list[Pair]]:
        """In parts; a linked pair of which one side is gone says so by `gone` source, target or inactive. `limits`: of
        all of them."""
        for part in self.desk.stream(LAID, PART):
            raws = self.raws(stream, {row[1] for row in part if row[1]})
            sources = [half_of(row[6]) if row[6] else None for row in part]
            accounts = self.desk.company_of(
                {half.company for half in sources if half and half.company}, "source", "target"
            )
            halves = {}
            for row, half in zip(part, sources, strict=True):
                if row[1] in raws:
                    halves[row[1]] = self.accelo.half(
                        stream, raws[row[1]], accounts.get(half.company, "") if half else ""
                    )
            back = self.desk.company_of({one.company for one in halves.values() if one.company}, "target", "source")
            yield [
                Pair(
                    stream,
                    half or (Half(row[0], {}) if row[0] else None),
                    halves.get(row[1]) or (Half(row[1], {}) if row[1] else None),
                    row[2], row[3], tuple(json.loads(row[4])) if row[4] != NOBODY else (), row[5],
                    account=back.get(halves[row[1]].company, "") if row[1] in halves else "",
                    company=accounts.get(half.company, "") if half else "", limits=limits,
                )
                for row, half in zip(part, sources, strict=True)
            ]  # fmt: skip


def keys_of_raw(accelo: AcceloSide, stream: str, raw: Raw, values: Values | None = None) -> Keys:
    """A contact is known by the e-mails and numbers of all its places. `values`: of its half, where it was made."""
    values = accelo.half(stream, raw).values if values is None else values
    if stream == COMPANIES:
        return company_keys(values)
    keys = contact_keys(values, [place.company for place in raw.affiliations])
    others = [contact_keys({"email": one.email, "phone": one.phone, "mobile": one.mobile}) for one in raw.affiliations]
    leftover = contact_keys({"email": raw.record.email}) if isinstance(raw.record, Contact) else Keys()
    return replace(
        keys,
        emails=keys.emails.union(leftover.emails, *(one.emails for one in others)),
        phones=keys.phones.union(*(one.phones for one in others)),
    )


def half_of(row: bytes) -> Half:
    return Half(*unpacked(row))


def source_row(stream: str, half: Half) -> tuple[str, bytes, str, str]:
    text = SEPARATOR.join(half.values.get(key) or "" for key in TOLD) if stream == COMPANIES else ""
    return half.id, packed((half.id, half.values, half.label, half.modified, half.company)), half.company, text


def target_row(record: Company | Contact) -> tuple[str, bytes, bool, str]:
    text = ""  # people are known by more than one row
    if isinstance(record, Company):
        text = SEPARATOR.join(map(canonical_text, (record.name, record.website, record.phone)))
    return record.id, as_row(record), record.standing == INACTIVE, text


def values_of(text: str) -> Values:
    return dict(zip(TOLD, text.split(SEPARATOR), strict=True))


def as_row(record: Company | Contact | Affiliation | Address) -> bytes:
    return packed(ROWS[type(record)](record))


def gathered(pages: Iterable[Sequence[T]]) -> Iterator[list[T]]:
    """Small pages put together to about PAGE rows."""
    rows: list[T] = []
    for page in pages:
        rows += page
        if len(rows) >= PAGE:
            yield rows
            rows = []
    if rows:
        yield rows


def check_profiles(accelo: AcceloSide) -> None:
    """Raises ConfigError when the options name a profile field that Accelo does not have."""
    lacking = accelo.missing_profiles()
    if lacking:
        raise ConfigError(
            f"Accelo has no profile field of companies named {', '.join(lacking)}. Correct it in the sync's options."
        )
