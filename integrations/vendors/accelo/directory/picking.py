"""Companies and contacts as a person picks one: found by what is typed, shown by name.

A contact is picked at one company: its id is that of the affiliation, which sales and tickets hold.
Source: Accelo API docs, _companies, _contacts, _affiliations; see searching.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from integrations.core.errors import ConfigError
from integrations.vendors.accelo.directory.searching import Searching
from integrations.vendors.accelo.records import Affiliation, Company, Contact
from integrations.vendors.base import Candidate

COMPANY, CONTACT = "company", "contact"
SHOWN = 20
INACTIVE = "inactive"


def search_records(directory: Searching, kind: str, text: str) -> list[Candidate]:
    """Active ones in whose name, website or e-mail address each word stands, those that begin with the text first; at
    most 20. One request for companies, three to five for contacts."""
    found = _kind(kind)[0](directory, text)
    fitting = [one for one in found if one.active and _fits(one, text)]
    return sorted(fitting, key=lambda one: (not _starts(one, text), one.label.casefold(), int(one.id)))[:SHOWN]


def get_record(directory: Searching, kind: str, id: str) -> Candidate | None:
    """By its id, an inactive one too; None where Accelo has none."""
    return next((one for one in _kind(kind)[1](directory, [id]) if one.id == id), None)


def _companies(directory: Searching, text: str) -> list[Candidate]:
    return [_company(one) for one in directory.search_companies([text]).values()]


def _companies_by_id(directory: Searching, ids: list[str]) -> list[Candidate]:
    return [_company(one) for one in directory.companies_by_id(ids).values()]


def _contacts(directory: Searching, text: str) -> list[Candidate]:
    people = directory.search_contacts([text] if "@" in text else [], [text])
    ties = directory.affiliations_of(people) if people else {}
    return _placed(directory, people, [tie for some in ties.values() for tie in some])


def _affiliations_by_id(directory: Searching, ids: list[str]) -> list[Candidate]:
    ties = list(directory.affiliations_by_id(ids).values())
    return _placed(directory, directory.contacts_by_id(tie.contact for tie in ties), ties)


def _placed(directory: Searching, people: dict[str, Contact], ties: Iterable[Affiliation]) -> list[Candidate]:
    """One for each place of a person."""
    own = [tie for tie in ties if tie.contact in people]
    companies = directory.companies_by_id(tie.company for tie in own if tie.company) if own else {}
    return [_contact(people[tie.contact], tie, companies.get(tie.company)) for tie in own]


def _company(one: Company) -> Candidate:
    return Candidate(COMPANY, one.id, one.name, code=one.website, active=one.standing != INACTIVE)


def _contact(person: Contact, tie: Affiliation, company: Company | None) -> Candidate:
    name = " ".join(filter(None, (person.firstname.strip(), person.surname.strip())))
    label = ", ".join(filter(None, (name or f"Contact {person.id}", company.name if company else "")))
    active = INACTIVE not in (person.standing, tie.standing)
    return Candidate(CONTACT, tie.id, label, email=tie.email or person.email, active=active)


Read = Callable[[Searching, str], list[Candidate]]
ById = Callable[[Searching, list[str]], list[Candidate]]
KINDS: dict[str, tuple[Read, ById]] = {
    COMPANY: (_companies, _companies_by_id),
    CONTACT: (_contacts, _affiliations_by_id),
}


def _kind(kind: str) -> tuple[Read, ById]:
    if kind not in KINDS:
        raise ConfigError(f"Accelo has nothing to pick of {kind!r}. Known are {', '.join(KINDS)}.")
    return KINDS[kind]


def _fits(one: Candidate, text: str) -> bool:
    """Accelo lists everything where it does not know the search."""
    told = f"{one.label} {one.code} {one.email}".casefold()
    return all(word in told for word in text.casefold().split())


def _starts(one: Candidate, text: str) -> bool:
    return one.label.casefold().startswith(text.casefold().strip())
