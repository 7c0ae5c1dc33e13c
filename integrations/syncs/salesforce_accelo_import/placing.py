"""Which company and which contact's place (affiliation) a sale or ticket goes to. Pure.

A sale in Accelo reaches its company only through an affiliation, so it needs one; a ticket is against the company and
may do without (Accelo API docs, _prospects and _issues, create).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from integrations.syncs.deciding import Stop
from integrations.syncs.salesforce_accelo_import.declared import ATTACH, COMPANIES, CREATE, SKIP
from integrations.syncs.salesforce_accelo_import.options import Options
from integrations.syncs.salesforce_accelo_import.shape import Work

LINKED, FOUND, NEW, SEVERAL, HIDDEN, TWINS = "linked", "found", "new", "several", "hidden", "twins"
ELSEWHERE = "elsewhere"
"""How an account or contact of Salesforce stands at Accelo: known for long, found just now, not there, several could be
it, not to be seen in Salesforce, claimed by several of Salesforce; of a contact, only at other companies."""
Candidates = tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class Fate:
    """Of one account or contact. `target`: its company, or its affiliation at that company; '' while there is none.
    `default`: of a company that was there before, its default affiliation. `made`: by an import."""

    id: str
    name: str
    how: str
    target: str = ""
    candidates: Candidates = ()
    default: str = ""
    made: bool = False


@dataclass(frozen=True, slots=True)
class Spot:
    """One half of a place. `ref`: what it is, the same before and after it was created: `account 001...`,
    `contact 003...`, `company 12`, `affiliation 55`. `id`: at Accelo, '' while it is still to be created."""

    ref: str = ""
    id: str = ""
    words: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """`contact` is blank for a ticket without one."""

    company: Spot
    contact: Spot = Spot()
    notes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return f"{self.company.ref} {self.company.id}|{self.contact.ref} {self.contact.id}"


def place_of(
    work: Work, account: Fate | None, person: Fate | None, options: Options, *, dry: bool, attached: str = ""
) -> Place:
    """`account`: None where Salesforce names none. `person`: the contact that is meant, None where there is none.
    `dry`: what is still to be created counts as there. `attached`: default affiliation of the company to attach to.

    Raises Stop when there is no company, or no contact for a sale.
    """
    company = company_spot(account, options, dry=dry)
    try:
        if work.is_sale and person is None and attached and company.id == options.attach_company:
            contact = Spot(f"affiliation {attached}", attached, "default contact", "the company's own contact")
        else:
            contact = _contact_spot(work, account, person, options, dry=dry)
        return Place(company, contact, _notes(work, person))
    except Stop as stop:
        if work.is_sale:
            raise
        note = f"Without its contact {work.contact_name or work.contact}: {stop.reason}"
        return Place(company, notes=(note,))


def company_spot(account: Fate | None, options: Options, *, dry: bool) -> Spot:
    if account is None:
        return _without_account(options)
    ref = f"account {account.id}"
    if account.target:
        return Spot(ref, account.target, account.name, _known(account))
    if account.how == NEW and options.missing_company == ATTACH:
        return _attached(options, f"Accelo has no company {account.name}, so by the option Company to attach to")
    if account.how == NEW and options.missing_company == SKIP:
        raise Stop("no_company", f"Accelo has no company {account.name}, and such are left out.", kind="skip")
    if account.how == NEW and dry:
        return Spot(ref, "", account.name, "the account's company, which is created")
    raise Stop("no_company", why_not(COMPANIES, account), candidates=account.candidates)


def _without_account(options: Options) -> Spot:
    if options.attach_company:
        return _attached(options, "it has no account in Salesforce, so by the option Company to attach to")
    if options.missing_company == SKIP:
        raise Stop("no_company", "It has no account in Salesforce, and such are left out.", kind="skip")
    raise Stop("no_account", "It has no account in Salesforce. Give it one, or set the option Company to attach to.")


def _attached(options: Options, because: str) -> Spot:
    id = options.attach_company
    return Spot(f"company {id}", id, f"company {id}", because)


def _known(fate: Fate) -> str:
    return "found by its name" if fate.how == FOUND else "its counterpart"


def why_not(stream: str, fate: Fate) -> str:
    """Why there is none in Accelo, as sentences that say what to do."""
    what, there = ("account", "company") if stream == COMPANIES else ("contact", "contact")
    if fate.how == SEVERAL:
        return (
            f"Accelo has several {'companies' if stream == COMPANIES else 'contacts'} that could be {fate.name}. Link "
            "the right one on the sync of companies and contacts, or rename the others."
        )
    if fate.how == TWINS:
        return (
            f"Salesforce has several {what}s named {fate.name}, and Accelo one {there}. Link it on the sync of "
            "companies and contacts, or rename the others in Salesforce."
        )
    if fate.how == HIDDEN:
        return (
            f"The {what} {fate.name or fate.id} may not be seen in Salesforce by the user of the connection. Give that "
            "user access to it."
        )
    if fate.how == ELSEWHERE:
        return f"The contact {fate.name} is at other companies in Accelo. Add it to this company there."
    return f"The {there} {fate.name} could not be created: see what is told of it among the {stream}."


def _contact_spot(work: Work, account: Fate | None, person: Fate | None, options: Options, *, dry: bool) -> Spot:
    """Blank for a ticket without a contact. Raises Stop."""
    if person is not None:
        return _person_spot(person, options, dry=dry)
    if not work.is_sale:
        return Spot()
    if account and account.default and not account.made:
        return Spot(f"affiliation {account.default}", account.default, "default contact", "the company's own contact")
    return _no_contact(options, "Neither the opportunity nor its account has a contact")


def _person_spot(person: Fate, options: Options, *, dry: bool) -> Spot:
    ref = f"contact {person.id}"
    if person.target:
        return Spot(ref, person.target, person.name, _known(person))
    if person.how == NEW and options.missing_contact != CREATE:
        return _no_contact(options, f"Accelo has no contact {person.name}")
    if person.how == NEW and dry:
        return Spot(ref, "", person.name, "the contact, which is created")
    raise Stop("no_contact", why_not("contacts", person), candidates=person.candidates)


def _no_contact(options: Options, what: str) -> Spot:
    id = options.attach_contact
    if id and options.missing_contact != SKIP:
        return Spot(f"affiliation {id}", id, f"contact {id}", f"{what}, so by the option Contact to attach to")
    if options.missing_contact == SKIP:
        raise Stop("no_contact", f"{what}, and such are left out.", kind="skip")
    raise Stop(
        "no_contact", f"{what}, which a sale in Accelo needs. Add one in Salesforce, or set the option Contact to "
        "attach to."
    )  # fmt: skip


def _notes(work: Work, person: Fate | None) -> tuple[str, ...]:
    if work.contact and (person is None or person.id != work.contact):
        name = work.contact_name or work.contact
        return (f"Its contact {name} belongs to another account in Salesforce and was not taken.",)
    return ()
