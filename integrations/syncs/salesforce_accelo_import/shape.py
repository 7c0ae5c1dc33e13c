"""A sale or a ticket as Salesforce has it, as a record of this import. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

from integrations.core.records import Json, LazyFields, Record, canonical_text, fingerprint
from integrations.syncs.salesforce_accelo_import.declared import SALES, TICKETS
from integrations.vendors.salesforce.records import Case, Opportunity


@dataclass(frozen=True, slots=True)
class Work:
    """A sale or a ticket; a field that its kind does not have is ''.

    `status`: the API name of the stage or status. `amount`: decimal text, '' for none; `currency` '' where the org has
    only one. `probability`: percent as text. `closes`: ISO date. `closed`, `won`: flags of the stage or status.
    `number`: of a case. `supplied`: who wrote, where no contact is known.
    """

    stream: str
    id: str
    title: str
    status: str
    owner: str
    owner_name: str = ""
    type: str = ""
    priority: str = ""
    account: str = ""
    account_name: str = ""
    contact: str = ""
    contact_name: str = ""
    amount: str = ""
    currency: str = ""
    probability: str = ""
    closes: str = ""
    description: str = ""
    number: str = ""
    supplied: str = ""
    closed: bool = False
    won: bool = False

    @property
    def is_sale(self) -> bool:
        return self.stream == SALES

    @property
    def owner_words(self) -> str:
        """For a person: "Ava Wilson", "queue Support"."""
        name = self.owner_name.strip() or self.owner or "nobody"
        return f"queue {name}" if self.owner.startswith("00G") else name

    def as_fields(self) -> dict[str, Json]:
        """What the kind has and what is not blank."""
        return {name: value for name, value in asdict(self).items() if value not in ("", False) and name != "stream"}


NAMES = tuple(field.name for field in fields(Work))


def sale_of(row: Opportunity) -> Work:
    return Work(
        SALES,
        row.id,
        one_line(row.name) or f"Opportunity {row.id}",
        row.stage,
        row.owner_id,
        row.owner_name,
        row.type.strip(),
        account=row.account_id,
        account_name=one_line(row.account_name),
        contact=row.contact_id,
        amount="" if row.amount is None else f"{row.amount:f}",
        currency=row.currency,
        probability="" if row.probability is None else str(row.probability),
        closes=row.closes.isoformat() if row.closes else "",
        description=canonical_text(row.description),
        closed=row.is_closed,
        won=row.is_won,
    )


def ticket_of(row: Case) -> Work:
    supplied = ", ".join(filter(None, (row.supplied_name, row.supplied_email, row.supplied_phone)))
    return Work(
        TICKETS,
        row.id,
        one_line(row.subject) or f"Case {row.number}",
        row.status,
        row.owner_id,
        row.owner_name,
        row.type.strip(),
        row.priority.strip(),
        account=row.account_id,
        account_name=one_line(row.account_name),
        contact=row.contact_id,
        contact_name=one_line(row.contact_name),
        description=canonical_text(row.description),
        number=row.number,
        supplied=one_line(supplied),
        closed=row.is_closed,
    )


def one_line(text: str) -> str:
    """Titles and names stand on one line."""
    return " ".join(text.split())


def linked_digest(id: str) -> str:
    """The digest of a record that Accelo has: an import never changes it again, whatever becomes of it."""
    return fingerprint(("linked", id))


def work_record(work: Work, linked: bool, place: str) -> Record:
    """`place`: where it would go, as one text: another place is a reason to look again."""
    digest = linked_digest(work.id) if linked else fingerprint((*(str(getattr(work, name)) for name in NAMES), place))
    return Record(work.stream, work.id, digest, LazyFields(work), work.title, parent_id=work.account)


def work_of(record: Record) -> Work:
    """What a record of sales or tickets was made from."""
    made_of = getattr(record.fields, "made_of", None)
    if not isinstance(made_of, Work):
        raise TypeError("Not a sale or ticket that this import has read.")
    return made_of


@dataclass(frozen=True, slots=True)
class Party:
    """An account or contact of Salesforce that sales or tickets need. `values`: by Accelo's field names; for a contact
    also `name`. `company`: of a contact, the account it is to be a contact of."""

    stream: str
    id: str
    values: Mapping[str, str]
    company: str = ""

    @property
    def name(self) -> str:
        return self.values.get("name") or self.id

    def as_fields(self) -> dict[str, Json]:
        return {name: value for name, value in self.values.items() if value}


def party_record(party: Party, linked: bool, found: str) -> Record:
    """`found`: what was found at Accelo, as one text."""
    told = (f"{name}={value}" for name, value in sorted(party.values.items()))
    digest = linked_digest(party.id) if linked else fingerprint((party.id, party.company, found, *told))
    return Record(party.stream, party.id, digest, LazyFields(party), party.name, parent_id=party.company)
