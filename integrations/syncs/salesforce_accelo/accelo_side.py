"""What this sync asks of Accelo: changed records, all records, single ones, and records that look alike.

A company's values stand in the company and its addresses, a contact's in the contact, in one of its affiliations (its
place at a company) and its addresses. So each part is read for itself and put together here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from integrations.syncs.queries import LinkQueries
from integrations.syncs.salesforce_accelo.declared import COMPANIES
from integrations.syncs.salesforce_accelo.options import Options
from integrations.syncs.salesforce_accelo.pairs import Half
from integrations.syncs.salesforce_accelo.salesforce_side import name_of
from integrations.syncs.salesforce_accelo.shape import TITLES
from integrations.syncs.salesforce_accelo.values import address_ids, company_from_accelo, contact_from_accelo
from integrations.vendors.accelo.directory import Directory
from integrations.vendors.accelo.records import Address, Affiliation, Company, Contact

INACTIVE = "inactive"


@dataclass(frozen=True, slots=True)
class Raw:
    """The parts of one record as they came."""

    record: Company | Contact
    addresses: tuple[Address, ...] = ()
    affiliations: tuple[Affiliation, ...] = ()
    profiles: Mapping[str, str] = field(default_factory=dict)
    place: str = ""
    """Of a contact, the id of the affiliation that its link remembers."""

    @property
    def id(self) -> str:
        return self.record.id

    @property
    def inactive(self) -> bool:
        return self.record.standing == INACTIVE

    def as_json(self) -> dict[str, Any]:
        return asdict(self.record)


class AcceloSide:
    """`with_addresses`: whether any address is synced; else none is read. `profile_fields`: our field -> id of the
    profile field that it goes to."""

    def __init__(
        self, directory: Directory, options: Options, with_addresses: Mapping[str, bool], store: LinkQueries
    ) -> None:
        self.directory = directory
        self.store = store
        self.options = options
        self.with_addresses = with_addresses
        self._profile_fields: dict[str, str] | None = None

    # --- putting parts together -----------------------------------------------------------------------------

    def half(self, stream: str, raw: Raw, company: str = "") -> Half:
        """`company`: of a contact, the company whose place is meant; '' = the place it had, else its default one."""
        record = raw.record
        ids = address_ids(raw.addresses)
        if isinstance(record, Company):
            values = company_from_accelo(record, raw.addresses, raw.profiles)
            return Half(record.id, values, name_of(stream, values), record.modified, "", ids)
        place = place_of(record, raw.affiliations, company, raw.place)
        values = contact_from_accelo(record, place, raw.addresses, self.options.first_name)
        ids |= {"affiliation": place.id} if place else {}
        modified = max(record.modified, place.modified if place else 0)
        return Half(record.id, values, name_of(stream, values), modified, place.company if place else "", ids)

    def complete(self, stream: str, records: Iterable[Company | Contact]) -> dict[str, Raw]:
        """With the parts that stand elsewhere; one or two requests for each 100."""
        by_id = {record.id: record for record in records}
        addresses = self.addresses(stream, by_id) if by_id else {}
        places = self.directory.affiliations_of(by_id) if stream != COMPANIES and by_id else {}
        profiles = self._profiles_of(by_id) if stream == COMPANIES else {}
        known = self.known_places(stream, by_id)
        return {
            id: Raw(
                record, tuple(addresses.get(id, ())), tuple(places.get(id, ())), profiles.get(id, {}), known.get(id, "")
            )
            for id, record in by_id.items()
        }

    def known_places(self, stream: str, ids: Iterable[str]) -> dict[str, str]:
        """Contact id -> the affiliation that its link remembers."""
        if stream == COMPANIES:
            return {}
        return {id: str(link.memo.get("affiliation", "")) for id, link in self.store.by_target(stream, ids).items()}

    def addresses(self, stream: str, records: Mapping[str, Company | Contact]) -> dict[str, list[Address]]:
        """Those that are synced, by record. Accelo need not say whose an address is, so the links remember it."""
        if not self.with_addresses[stream]:
            return {}
        known = {record.postal_address: id for id, record in records.items() if isinstance(record, Company)}
        for id, link in self.store.by_target(stream, records).items():
            known |= dict.fromkeys(link.memo.get("addresses", {}).values(), id)
        known.pop("", None)
        owner: Any = "company" if stream == COMPANIES else "contact"
        return self.directory.addresses_of(owner, records, known, is_titled)

    # --- reading ----------------------------------------------------------------------------------------------

    def raws(self, stream: str, ids: Iterable[str]) -> dict[str, Raw]:
        """By id; what is not there is left out."""
        wanted = list(dict.fromkeys(ids))
        if not wanted:
            return {}
        if stream == COMPANIES:
            return self.complete(stream, self.directory.companies_by_id(wanted).values())
        return self.complete(stream, self.directory.contacts_by_id(wanted).values())

    def changed(self, stream: str, since: int | None) -> Iterator[Sequence[Company | Contact]]:
        return (
            self.directory.changed_companies(since) if stream == COMPANIES else self.directory.changed_contacts(since)
        )

    def listed(self, name: str, since: int) -> Iterator[Sequence[Company | Contact | Affiliation]]:
        """Pages of one of the lists: companies, contacts, affiliations."""
        if name == "affiliations":
            return self.directory.changed_affiliations(since)
        return self.changed(name, since)

    def profile_fields(self) -> dict[str, str]:
        """Our field -> id of Accelo's profile field, for those that go to one."""
        if self._profile_fields is None:
            wanted = {"type": self.options.type_to, "industry": self.options.industry_to}
            wanted = {key: name.strip().casefold() for key, name in wanted.items() if name.strip()}
            there = {}
            if wanted:
                there = {one.name.strip().casefold(): one.id for one in self.directory.profile_fields("companies")}
            self._profile_fields = {key: there[name] for key, name in wanted.items() if name in there}
        return self._profile_fields

    def missing_profiles(self) -> list[str]:
        """Names of profile fields that the options name and Accelo does not have."""
        wanted = {"type": self.options.type_to, "industry": self.options.industry_to}
        return [name for key, name in wanted.items() if name.strip() and key not in self.profile_fields()]

    def _profiles_of(self, ids: Iterable[str]) -> dict[str, dict[str, str]]:
        """Few companies are asked one by one, many by the list of all values."""
        fields = {id: key for key, id in self.profile_fields().items()}
        if not fields:
            return {}
        found: dict[str, dict[str, str]] = {id: dict.fromkeys(fields.values(), "") for id in ids}
        if len(found) > 20:
            return self._all_profiles(fields, found)
        for id in found:
            for value in self.directory.profile_values_of("companies", id):
                if value.field_id in fields:
                    found[id][fields[value.field_id]] = value.value
        return found

    def _all_profiles(self, fields: Mapping[str, str], found: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        for value in self.directory.profile_values("companies"):
            if value.field_id in fields and value.link_id in found:
                found[value.link_id][fields[value.field_id]] = value.value
        return found

    # --- looking for one --------------------------------------------------------------------------------------

    def alike(self, stream: str, half: Half) -> list[Raw]:
        """Records that could be this one, by Accelo's own search. Some calls."""
        words = {key: str(half.values.get(key) or "") for key in ("name", "website", "phone", "email", "last_name")}
        if stream == COMPANIES:
            texts = [words[key] for key in ("name", "website", "phone") if words[key]]
            return list(self.complete(stream, self.directory.search_companies(texts).values()).values())
        emails, names = ([words[key]] if words[key] else [] for key in ("email", "last_name"))
        return list(self.complete(stream, self.directory.search_contacts(emails, names).values()).values())

    def created(self, stream: str, values: Mapping[str, Any], marker: str) -> list[str]:
        """Ids above `marker` of records that carry the name a create had."""
        if stream == COMPANIES:
            return [one.id for one in self.directory.find_companies(str(values.get("name", "")), marker)]
        email, surname = str(values.get("email", "")), str(values.get("last_name", ""))
        return [one.id for one in self.directory.find_contacts(email, surname, marker)]


def is_titled(address: Address) -> bool:
    """Whether its title is one of those that are synced."""
    return address.title.strip().casefold() in TITLES


def place_of(
    contact: Contact, affiliations: Iterable[Affiliation], company: str, known: str = ""
) -> Affiliation | None:
    """The contact's place at the company; without a company the place it had, `known`. Only a contact that was never
    linked is taken by its default place, else by its oldest. Inactive places count only where there is no other."""
    rows = sorted(affiliations, key=lambda one: (one.standing == INACTIVE, len(one.id), one.id))
    held = next((one for one in rows if one.id == known), None)
    if held and company in ("", held.company):
        return held
    if company or known:
        return next((one for one in rows if one.company == company), None)
    default = next((one for one in rows if one.id == contact.default_affiliation), None)
    return default or (rows[0] if rows else None)
