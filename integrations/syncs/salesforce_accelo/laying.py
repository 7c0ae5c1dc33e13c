"""Everything of both sides compared: read whole, laid beside each other, matched where nothing is linked yet."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace

from integrations.core.errors import ConfigError
from integrations.syncs.base import LinkQueries
from integrations.syncs.salesforce_accelo.accelo_side import AcceloSide, Raw
from integrations.syncs.salesforce_accelo.declared import COMPANIES, CONTACTS
from integrations.syncs.salesforce_accelo.desk import (
    CANDIDATES,
    CLAIMANTS,
    DOUBTFUL,
    FREE_SOURCES,
    FREE_TARGETS,
    INDEXES,
    KEYED,
    LAID,
    PAIRS,
    PLANNED_BACK,
    PLANNED_LINKS,
    PLANNED_THERE,
    SAY_DOUBT,
    Comparison,
)
from integrations.syncs.salesforce_accelo.keys import Keys, blocking_keys, company_keys, contact_keys
from integrations.syncs.salesforce_accelo.matching import SHOWN, Match, decide_pair, doubt, settle_claims, unasked
from integrations.syncs.salesforce_accelo.pairs import Half, Pair
from integrations.syncs.salesforce_accelo.rating import Candidate
from integrations.syncs.salesforce_accelo.rules import Ways
from integrations.syncs.salesforce_accelo.salesforce_side import SalesforceSide
from integrations.syncs.salesforce_accelo.values import describe_values
from integrations.vendors.accelo.records import Address, Affiliation, Company, Contact

PART = 500
PAGE = 2000


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
        for table in (
            "source",
            "target",
            "place",
            "link",
            "company",
            "skey",
            "tkey",
            "claim",
            "pick",
            "pair",
            "profile",
            "address",
        ):
            desk.db.execute(f"DELETE FROM {table}")
        for rows in self.salesforce.everything(stream):
            for one in rows:
                source.note(one.half.id, one.stamp)
            desk.add("source", [(one.half.id, half_json(one.half), one.half.company) for one in rows])
        for records in self.accelo.changed(stream, None):
            for record in records:
                targets[stream].note(record.id, record.modified)
            desk.add("target", [(one.id, json.dumps(asdict(one)), one.standing == "inactive") for one in records])
            addresses = self.accelo.addresses(stream, {record.id: record for record in records})
            desk.add("address", [(id, row.id, as_text(row)) for id, rows in addresses.items() for row in rows])
        if stream == CONTACTS:
            self._read_places(targets["affiliations"])
        self._read_profiles(stream)
        desk.fill("link", self.store.pairs(stream))
        if stream == CONTACTS:
            linked = (row[:2] for row in self.store.pairs(COMPANIES) if row[1] and row[2] != "vanished")
            desk.fill("company", linked)
            desk.db.execute("INSERT INTO company SELECT source, target FROM planned")
        desk.db.executescript(INDEXES.replace("CREATE INDEX", "CREATE INDEX IF NOT EXISTS"))

    def _read_places(self, stamps: Stamps) -> None:
        for rows in self.accelo.directory.changed_affiliations(None):
            for row in rows:
                stamps.note(row.id, row.modified)
            self.desk.add("place", [(row.contact, row.id, json.dumps(asdict(row))) for row in rows])

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
        desk = self.desk
        for part in desk.stream(FREE_SOURCES, PART):
            halves = [(half_of(row), company) for _, row, company in part]
            keys = self.source_keys(stream, [half for half, _ in halves])
            desk.add("skey", [(id, key) for id, one in keys.items() for key in blocking_keys(one)])
        for part in desk.stream(FREE_TARGETS, PART):
            keys = self.target_keys(stream, [row[0] for row in part])
            desk.add("tkey", [(id, key) for id, one in keys.items() for key in blocking_keys(one)])
        desk.db.executescript(KEYED.replace("CREATE INDEX", "CREATE INDEX IF NOT EXISTS"))
        for part in desk.stream(FREE_SOURCES, PART):
            self._claim(stream, self.matches(stream, [half_of(row) for _, row, _ in part]))
        for group in desk.components():
            self._settle(stream, group)
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

    def matches(self, stream: str, halves: list[Half]) -> dict[str, Match]:
        wanted: dict[str, list[str]] = {}
        for source, target in self.desk.among(CANDIDATES, [half.id for half in halves]):
            wanted.setdefault(source, []).append(target)
        found = self.candidates(stream, {id for ids in wanted.values() for id in ids})
        keys = self.source_keys(stream, [half for half in halves if half.id in wanted])
        return {id: decide_pair(keys[id], [found[one] for one in ids if one in found]) for id, ids in wanted.items()}

    def candidates(self, stream: str, ids: set[str]) -> dict[str, Candidate]:
        raws = self.raws(stream, ids)
        keys = keys_of_raws(self.accelo, stream, raws)
        return {
            id: Candidate(id, keys[id], describe_values(stream, self.accelo.half(stream, raw).values))
            for id, raw in raws.items()
        }

    def _claim(self, stream: str, matches: Mapping[str, Match]) -> None:
        rows = [(id, match) for id, match in matches.items() if match.kind != "new"]
        self.desk.add("claim", [claim_row(id, unasked(match, self.link_likely)) for id, match in rows])
        self.desk.add("pick", [(id, pick.id) for id, match in rows for pick in match.picks])

    def _settle(self, stream: str, group: list[str]) -> None:
        query = "SELECT id, row FROM source WHERE id IN (SELECT value FROM json_each(?))"
        halves = [half_of(row) for _, row in self.desk.among(query, group)]
        for id, match in settle_claims(self.matches(stream, halves)).items():
            self.desk.add("claim", [claim_row(id, unasked(match, self.link_likely))])

    def source_keys(self, stream: str, halves: list[Half]) -> dict[str, Keys]:
        if stream == COMPANIES:
            return {half.id: company_keys(half.values) for half in halves}
        linked = self.desk.company_of({half.company for half in halves if half.company}, "source", "target")
        return {half.id: contact_keys(half.values, filter(None, [linked.get(half.company)])) for half in halves}

    def target_keys(self, stream: str, ids: list[str]) -> dict[str, Keys]:
        return keys_of_raws(self.accelo, stream, self.raws(stream, set(ids)))

    # --- pairs ------------------------------------------------------------------------------------------------

    def raws(self, stream: str, ids: set[str]) -> dict[str, Raw]:
        desk = self.desk
        rows = desk.targets(ids)
        kept = desk.parts("address", "owner", rows)
        addresses = {id: tuple(Address(**row) for row in parts) for id, parts in kept.items()}
        if stream == COMPANIES:
            profiles, blank = desk.profiles(rows), dict.fromkeys(self.accelo.profile_fields(), "")
            return {
                id: Raw(Company(**row), addresses.get(id, ()), (), blank | profiles.get(id, {}))
                for id, row in rows.items()
            }
        places = desk.parts("place", "contact", rows)
        known = self.accelo.known_places(stream, rows)
        return {
            id: Raw(
                Contact(**row), addresses.get(id, ()), tuple(Affiliation(**one) for one in places.get(id, ())),
                place=known.get(id, ""),
            )
            for id, row in rows.items()
        }  # fmt: skip

    def pairs(self, stream: str) -> Iterator[list[Pair]]:
        """In parts; a linked pair of which one side is gone says so by `gone` source, target or inactive."""
        for part in self.desk.stream(LAID, PAGE):
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
                    row[2], row[3], tuple(json.loads(row[4])), row[5],
                    account=back.get(halves[row[1]].company, "") if row[1] in halves else "",
                    company=accounts.get(half.company, "") if half else "",
                )
                for row, half in zip(part, sources, strict=True)
            ]  # fmt: skip


def keys_of_raws(accelo: AcceloSide, stream: str, raws: Mapping[str, Raw]) -> dict[str, Keys]:
    """A contact is known by the e-mails and numbers of all its places."""
    return {id: keys_of_raw(accelo, stream, raw) for id, raw in raws.items()}


def keys_of_raw(accelo: AcceloSide, stream: str, raw: Raw) -> Keys:
    values = accelo.half(stream, raw).values
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


def claim_row(id: str, match: Match) -> tuple[str, str, str, str, str, str]:
    return (id, match.kind, match.code, match.target_id, match.reason, json.dumps(list(match.candidates)))


def half_json(half: Half) -> str:
    return json.dumps([half.id, half.values, half.label, half.modified, half.company])


def half_of(text: str) -> Half:
    return Half(*json.loads(text))


def as_text(row: Address) -> str:
    return json.dumps(asdict(row))


def check_profiles(accelo: AcceloSide) -> None:
    """Raises ConfigError when the options name a profile field that Accelo does not have."""
    lacking = accelo.missing_profiles()
    if lacking:
        raise ConfigError(
            f"Accelo has no profile field of companies named {', '.join(lacking)}. Correct it in the sync's options."
        )
