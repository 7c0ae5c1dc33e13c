"""The parts of an Accelo record that are objects of their own: a contact's place, addresses, profile values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from integrations.core.errors import OutcomeUnknown, PortalError, RejectedError, TransientError
from integrations.core.records import Json
from integrations.syncs.salesforce_accelo.accelo_side import AcceloSide
from integrations.syncs.salesforce_accelo.decisions import OF_PLACE, Terms, label
from integrations.syncs.salesforce_accelo.declared import COMPANIES
from integrations.syncs.salesforce_accelo.outgoing import to_accelo
from integrations.syncs.salesforce_accelo.pairs import Half, Pair
from integrations.syncs.salesforce_accelo.places import same_country, same_state
from integrations.syncs.salesforce_accelo.shape import TITLES
from integrations.vendors.accelo.records import Address, Affiliation, Contact

NOT_TAKEN = "Accelo did not take the {parts}; the rest of the address was written."
FOLLOWS = "It was created, but {what} could not be written and follows later: {why}"


@dataclass(slots=True)
class Parts:
    """Writes the parts of one record. `notes`: sentences about what was not taken.

    `new`: the record was created just now, so nothing may make it fail any more, or it would be created again. What
    could not be written then stands in `undone`, by field.
    """

    accelo: AcceloSide
    terms: Terms
    stream: str
    new: bool = False
    notes: list[str] = field(default_factory=list)
    undone: set[str] = field(default_factory=set)

    @contextmanager
    def trying(self, what: str, keys: Iterable[str]) -> Iterator[None]:
        """A refusal is told and stops nothing."""
        try:
            yield
        except RejectedError as error:
            self.notes.append(f"{what}: {error.message}")
        except PortalError as error:
            if not self.new:
                raise
            self.undone.update(keys)
            self.notes.append(FOLLOWS.format(what=what, why=error.message))

    # --- the place of a contact -------------------------------------------------------------------------------

    def place_of_new(self, contact: Contact, wanted: Mapping[str, str]) -> tuple[Affiliation, ...]:
        """The place that came with the contact, as Accelo holds it; the mobile number is set on it."""
        directory, id = self.accelo.directory, contact.default_affiliation
        with self.trying("its place at the company", OF_PLACE):
            if not id:
                return tuple(directory.affiliations_of([contact.id])[contact.id])
            if wanted.get("mobile"):
                return (directory.update_affiliation(id, {"mobile": wanted["mobile"]}),)
            return tuple(directory.affiliations_by_id([id]).values())
        return ()

    def place(self, pair: Pair, target: Half, changes: Mapping[str, str]) -> Affiliation:
        directory = self.accelo.directory
        if target.ids.get("affiliation"):
            return directory.update_affiliation(target.ids["affiliation"], changes)
        try:
            return directory.create_affiliation(pair.company, target.id, changes)
        except OutcomeUnknown as error:
            rows = directory.affiliations_of([target.id])[target.id]
            found = next((row for row in rows if row.company == pair.company), None)
            if found:
                return found
            raise TransientError(error.message, error.detail, error.code) from error

    # --- addresses --------------------------------------------------------------------------------------------

    def addresses(self, id: str, changes: Mapping[str, Json], ids: Mapping[str, str]) -> list[Address]:
        """Those of `changes` that are addresses, written."""
        written = []
        for key, fields in to_accelo(self.stream, changes, "").addresses.items():
            with self.trying(label(key, self.terms), [key]):
                written.append(self._address(id, key, fields, ids.get(key, "")))
        return written

    def _address(self, id: str, key: str, fields: Mapping[str, str], known: str) -> Address:
        """A state or country that Accelo refuses is left out, one that it does not know it leaves out by itself."""
        try:
            row = self._save_address(id, key, fields, known)
        except RejectedError:
            rest = {name: text for name, text in fields.items() if name not in ("state", "country")}
            if not (fields.get("state") or fields.get("country")):
                raise
            row = self._save_address(id, key, rest, known)
        self.notes += left_out(fields, row)
        return row

    def _save_address(self, id: str, key: str, fields: Mapping[str, str], known: str) -> Address:
        directory = self.accelo.directory
        owner: Any = "company" if self.stream == COMPANIES else "contact"
        if known:
            return directory.update_address(known, fields)
        try:
            return directory.create_address(owner, id, {"title": TITLES[key], **fields})
        except OutcomeUnknown as error:
            rows = directory.addresses_of(owner, [id])[id]
            found = next((row for row in rows if row.title.strip().casefold() == key), None)
            if found:
                return directory.update_address(found.id, fields)
            raise TransientError(error.message, error.detail, error.code) from error

    # --- profile values ---------------------------------------------------------------------------------------

    def profiles(self, id: str, changes: Mapping[str, Json]) -> dict[str, Json]:
        """Type and industry, where they go to a profile field."""
        written: dict[str, Json] = {}
        fields = {key: field for key, field in self.accelo.profile_fields().items() if key in changes}
        if not fields or self.stream != COMPANIES:
            return written
        held: dict[str, str] = {}
        with self.trying("its type and industry", fields):
            held = {value.field_id: value.id for value in self.accelo.directory.profile_values_of("companies", id)}
        for key, field_id in fields.items():
            if key in self.undone:
                continue
            with self.trying(label(key, self.terms), [key]):
                text, known = str(changes[key]), held.get(field_id) or None
                value = self.accelo.directory.set_profile("companies", id, field_id, text, known)
                written[key] = value.value
        return written


def left_out(sent: Mapping[str, str], row: Address) -> list[str]:
    """A sentence about the state and country that were sent and do not stand there now."""
    parts = []
    if sent.get("state") and not same_state(sent.get("country", ""), sent["state"], row.state):
        parts.append(f"state “{sent['state']}”")
    if sent.get("country") and not same_country(sent["country"], row.country):
        parts.append(f"country “{sent['country']}”")
    return [NOT_TAKEN.format(parts=" or the ".join(parts))] if parts else []
