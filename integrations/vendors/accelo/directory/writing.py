"""What is written of the directory. A create is sent once; an update may be repeated; both are read back.

Which names Accelo takes of each object: Accelo API docs, _companies, _contacts, _affiliations, _addresses. To clear a
field it is sent empty (general rule inferred from _configuring_responses).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Literal, TypeVar

from integrations.vendors.accelo.directory.kinds import ADDRESSES, AFFILIATIONS, COMPANIES, CONTACTS, Kind, R
from integrations.vendors.accelo.directory.objects import create, one_by_id, parsed, update
from integrations.vendors.accelo.directory.reading import Owner, Reading
from integrations.vendors.accelo.progressions import list_moves, run_move
from integrations.vendors.accelo.records import Address, Affiliation, Company, Contact, Progression

COMPANY_UPDATE = frozenset({"name", "website", "phone", "fax", "comments"})
COMPANY_CREATE = COMPANY_UPDATE | {"parent_id", "status_id", "standing", "custom_id"}
"""A company's status, custom id, parent and profile fields (profile.12) can be given only when it is created."""

TIE_COMMON = frozenset(
    {
        "country_id",
        "physical_address_id",
        "postal_address_id",
        "phone",
        "fax",
        "email",
        "position",
        "communication",
        "invoice_method",
    }
)
AFFILIATION_UPDATE = TIE_COMMON | {"mobile", "status_id", "standing"}
CONTACT_UPDATE = frozenset(
    {"firstname", "middlename", "surname", "username", "title", "comments", "status", "standing"}
)
CONTACT_CREATE = CONTACT_UPDATE | TIE_COMMON
"""The affiliation that is made with a contact takes no mobile number; it is set by `update_affiliation` afterwards."""

ADDRESS_FIELDS = frozenset(
    {
        "title",
        "street1",
        "street2",
        "city",
        "zipcode",
        "state",
        "state_id",
        "country",
        "country_id",
        "postal",
        "physical",
    }
)
"""State and country by name or by id; `postal`, `physical`: yes or no."""

PROFILE = re.compile(r"profile\.\d+")

Moving = Literal["companies", "contacts"]
M = TypeVar("M", Company, Contact)


class Writing(Reading):
    """Names that Accelo does not take raise ValueError before anything is sent."""

    def create_company(self, fields: Mapping[str, str]) -> Company:
        """`fields`: at least `name`. Raises OutcomeUnknown when no readable answer came: see `find_companies`."""
        _check("company", fields, COMPANY_CREATE, PROFILE)
        return self._create(COMPANIES, fields)

    def update_company(self, id: str, changes: Mapping[str, str]) -> Company:
        """Only name, website, phone, fax, comments; the standing is moved by `run_progression`."""
        _check("company", changes, COMPANY_UPDATE)
        return self._update(COMPANIES, id, changes)

    def create_contact(self, company_id: str, fields: Mapping[str, str]) -> Contact:
        """`fields`: at least `firstname` and `surname`, which Accelo wants filled.

        Makes the contact and its affiliation with the company; the answer's `default_affiliation` names that one.
        Raises OutcomeUnknown: see `find_contacts`.
        """
        _check("contact", fields, CONTACT_CREATE)
        return self._create(CONTACTS, {**fields, "company_id": company_id})

    def update_contact(self, id: str, changes: Mapping[str, str]) -> Contact:
        """Names, title, comments, status; phones and e-mail belong to the affiliation."""
        _check("contact", changes, CONTACT_UPDATE)
        return self._update(CONTACTS, id, changes)

    def create_affiliation(self, company_id: str, contact_id: str, fields: Mapping[str, str]) -> Affiliation:
        """Raises OutcomeUnknown: `affiliations_of([contact_id])` then shows whether it was made."""
        _check("affiliation", fields, AFFILIATION_UPDATE)
        return self._create(AFFILIATIONS, {**fields, "company_id": company_id, "contact_id": contact_id})

    def update_affiliation(self, id: str, changes: Mapping[str, str]) -> Affiliation:
        """Company and contact of an affiliation can never change."""
        _check("affiliation", changes, AFFILIATION_UPDATE)
        return self._update(AFFILIATIONS, id, changes)

    def create_address(self, against_type: Owner, against_id: str, fields: Mapping[str, str]) -> Address:
        """A state or country that Accelo does not know may be left out: compare the answer.

        Raises OutcomeUnknown: `addresses_of(against_type, [against_id])` then shows whether it was made.
        """
        _check("address", fields, ADDRESS_FIELDS)
        made = self._create(ADDRESSES, {**fields, "against_type": against_type, "against_id": against_id})
        return replace(made, against_type=against_type, against_id=against_id)

    def update_address(self, id: str, changes: Mapping[str, str]) -> Address:
        _check("address", changes, ADDRESS_FIELDS)
        return self._update(ADDRESSES, id, changes)

    def list_progressions(self, kind: Moving, id: str) -> list[Progression]:
        """The status moves open to the signed-in user now; [] when there are none or the user may not make any."""
        return list_moves(self._calls, f"{kind}/{id}")

    def run_progression(self, kind: Moving, id: str, progression_id: str, present: str = "") -> Company | Contact:
        """The object afterwards; see `progressions.run_move`. `present`: its standing before."""
        if kind == "companies":
            return self._move(COMPANIES, id, progression_id, present)
        return self._move(CONTACTS, id, progression_id, present)

    def _move(self, kind: Kind[M], id: str, progression_id: str, present: str) -> M:
        return run_move(
            self._calls,
            f"{kind.path}/{id}",
            progression_id,
            fields=kind.fields,
            build=lambda response: parsed(kind, response),
            reread=lambda: one_by_id(self._calls, kind, id),
            present=present,
        )

    def _create(self, kind: Kind[R], fields: Mapping[str, str]) -> R:
        return create(self._calls, kind, fields)

    def _update(self, kind: Kind[R], id: str, changes: Mapping[str, str]) -> R:
        return update(self._calls, kind, id, changes)


def _check(
    what: str, fields: Mapping[str, str], allowed: Collection[str], pattern: re.Pattern[str] | None = None
) -> None:
    unknown = [name for name in fields if name not in allowed and not (pattern and pattern.fullmatch(name))]
    if unknown:
        raise ValueError(f"Of an Accelo {what} {sorted(unknown)} cannot be written this way.")
