"""The rows of both sides as this sync compares them. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from dataclasses import fields as dataclass_fields
from decimal import Decimal
from typing import Any

from integrations.core.records import LazyFields, Record, fingerprint

LONGEST_ID = 200
"""Characters of a record's id; AccountsIQ allows 50 for a code."""


def squeeze(name: str) -> str:
    """Outer blanks and runs of blanks are never a difference."""
    return " ".join(name.split())


def name_key(name: str) -> str:
    """ExpenseIn takes a name once for each kind of record, whatever its capital letters and outer blanks."""
    return squeeze(name).casefold()


def code_key(code: str, *, ignore_case: bool = False) -> str:
    """Codes are text: leading zeros count, outer blanks do not."""
    code = code.strip()
    return code.upper() if ignore_case else code


def record_id(code: str, name: str) -> str:
    """The record's id in links and history. Never empty, never too long for them."""
    id = code or f"(no code) {name}"
    return id if len(id) <= LONGEST_ID else f"{id[:LONGEST_ID]}…{fingerprint([id])[:8]}"


def rate_text(rate: Decimal | None) -> str:
    """A rate in per cent without needless zeros; '' for none."""
    if rate is None:
        return ""
    return format(rate.normalize(), "f") if rate else "0"


@dataclass(frozen=True, slots=True)
class Present:
    """A record of ExpenseIn. `inactive`: None where its kind has no such flag. `rate`: per cent as text, '' = none."""

    id: str
    name: str
    reference: str
    inactive: bool | None = None
    rate: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a record cannot be carried over as it is: machine word and plain words."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Laid:
    """One record of AccountsIQ, laid beside its partner in ExpenseIn. `id`: see record_id.

    `name`: as AccountsIQ has it; `wanted`: as ExpenseIn is to have it (cut, or with the code added). `how`: by what the
    partner was found: reference, link (its reference was edited in ExpenseIn), name (to be taken over), gone (it was
    deleted in ExpenseIn), or '' when there is none. `park`: (id, present name, name meanwhile) of another record that
    must give up the wanted name first, because both are to swap names.
    """

    id: str
    code: str
    name: str
    wanted: str = ""
    active: bool = True
    rate: str = ""
    how: str = ""
    present: Present | None = None
    problem: Problem | None = None
    park: tuple[str, str, str] | None = None
    stream: str = ""

    def as_fields(self) -> dict[str, Any]:
        """JSON for the record's history."""
        fields: dict[str, Any] = {
            "id": self.id,
            "code": self.code,
            "name": self.name,
            "active": self.active,
            "rate": self.rate,
        }
        fields |= {"wanted": self.wanted if self.wanted != self.name else "", "how": self.how}
        fields["in_expensein"] = plain(self.present) if self.present else {}
        fields["problem"] = plain(self.problem) if self.problem else {}
        fields["park"] = list(self.park) if self.park else []
        if self.id == self.code:
            del fields["id"]
        return {name: value for name, value in fields.items() if value not in ("", {}, [])}


def plain(value: Present | Problem) -> dict[str, Any]:
    return {one.name: getattr(value, one.name) for one in dataclass_fields(value)}


def laid_of(record: Record) -> Laid:
    """What the record was made of. Raises TypeError for a record that this sync did not read."""
    if isinstance(record.fields, LazyFields) and isinstance(record.fields.made_of, Laid):
        return record.fields.made_of
    raise TypeError("The record is none of this sync's.")


def differences(laid: Laid, present: Present) -> dict[str, tuple[Any, Any]]:
    """Synced fields that differ, (in ExpenseIn, as wanted). The rate is none of them."""
    found: dict[str, tuple[Any, Any]] = {}
    if squeeze(present.name) != laid.wanted:
        found["name"] = (present.name, laid.wanted)
    if laid.how != "reference" and present.reference.strip() != laid.code:
        found["reference"] = (present.reference, laid.code)
    if present.inactive is not None and present.inactive == laid.active:
        found["inactive"] = (present.inactive, not laid.active)
    if keeps_reference(laid):
        found.pop("reference", None)
    return found


def keeps_reference(laid: Laid) -> bool:
    """Of a tax rate only the name is written once it is there; its reference is given when it is taken over."""
    return laid.stream == "tax_rates" and laid.how == "link"


def remark(laid: Laid, present: Present) -> Problem | None:
    """What differs for good, and is told instead of written."""
    if rates_differ(laid, present):
        return Problem(
            "rate_differs",
            f"The rate in AccountsIQ is {laid.rate} %, in ExpenseIn {present.rate} %. A rate is never changed by the "
            "sync; change it in ExpenseIn if it is to be the same.",
        )
    if keeps_reference(laid) and present.reference.strip() != laid.code:
        return Problem(
            "reference_differs",
            f"Its reference in ExpenseIn is “{present.reference.strip()}”. The sync writes only the name of a tax rate "
            f"that is there; set the reference to {laid.code} in ExpenseIn.",
        )
    return None


def rates_differ(laid: Laid, present: Present) -> bool:
    return bool(laid.rate and present.rate and Decimal(laid.rate) != Decimal(present.rate))


def digest(laid: Laid) -> str:
    """Covers what decides a plan: the source's values, and the target's where they differ. Of a problem only its kind:
    whom a name is taken by may change from run to run and is no news."""
    parts = [laid.code, laid.wanted, "1" if laid.active else "0", laid.rate, laid.how]
    parts += [laid.problem.code] if laid.problem else []
    if laid.present:
        parts += [laid.present.id, repr(differences(laid, laid.present))]
        told = remark(laid, laid.present)
        parts += [told.words if told else ""]
    return fingerprint(parts)


def digest_after(laid: Laid, present: Present) -> str:
    """The digest of the same source record once ExpenseIn holds `present`."""
    found = present.reference.strip().upper() == laid.code.upper()
    return digest(replace(laid, how="reference" if found else laid.how, present=present, park=None))
