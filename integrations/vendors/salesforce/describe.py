"""What an object of the org looks like to the user of the connection: its fields, their types, lengths and rights.

Customers change lengths, values and rights: this is asked at run time, and again by condition, which costs one short
call while nothing changed. Fields that the user may not see are simply missing.
Source: Salesforce REST guide, sObject Describe, Get Object Metadata Changes; recorded descriptions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from integrations.core.errors import ProtocolError
from integrations.vendors.salesforce.transport import Transport, as_object


@dataclass(frozen=True, slots=True)
class Field:
    """`length` in characters, 0 for kinds without one. `values`: a picklist's active ones, as records store them, and
    `labels` what people see of each, in the same order; `restricted`: it takes no others. `nillable` says little about
    data that is read."""

    name: str
    label: str = ""
    type: str = "string"
    length: int = 0
    nillable: bool = True
    createable: bool = False
    updateable: bool = False
    filterable: bool = False
    restricted: bool = False
    values: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """For people: `Billing City (BillingCity)`."""
        return f"{self.label} ({self.name})" if self.label and self.label != self.name else self.name


@dataclass(frozen=True)
class Describe:
    """`fields` by API name. `createable`, `updateable`: whether the user may create and change records at all.
    `last_modified`: the vendor's own header text, for asking again by condition."""

    object: str
    label: str
    createable: bool
    updateable: bool
    fields: Mapping[str, Field] = field(default_factory=dict)
    last_modified: str = ""

    def has(self, name: str) -> bool:
        return name in self.fields

    def find(self, name: str) -> Field | None:
        """By API name, whatever its case."""
        return self._folded.get(name.casefold())

    @cached_property
    def _folded(self) -> dict[str, Field]:
        return {name.casefold(): one for name, one in self.fields.items()}

    def as_json(self) -> dict[str, Any]:
        return {
            "object": self.object,
            "label": self.label,
            "createable": self.createable,
            "updateable": self.updateable,
            "last_modified": self.last_modified,
            "fields": [
                {**asdict(one), "values": list(one.values), "labels": list(one.labels)} for one in self.fields.values()
            ],
        }

    @classmethod
    def from_json(cls, known: Mapping[str, Any]) -> Describe:
        """What `as_json` made. Raises KeyError, TypeError or ValueError for anything else."""
        lists = ("values", "labels")
        fields = [Field(**{**one, **{name: tuple(one[name]) for name in lists}}) for one in known["fields"]]
        return cls(
            object=str(known["object"]),
            label=str(known["label"]),
            createable=bool(known["createable"]),
            updateable=bool(known["updateable"]),
            fields={one.name: one for one in fields},
            last_modified=str(known["last_modified"]),
        )


def fetch_describe(calls: Transport, object: str, known: Mapping[str, Any] | None) -> Describe:
    """`known`: what `as_json` gave before; answered again when nothing changed since (one call without a body)."""
    before = _usable(known, object)
    if before is None:
        return _from_wire(object, as_object(reply := calls.get(_path(object))), reply.headers)
    reply = calls.get(_path(object), headers={"If-Modified-Since": before.last_modified}, expect="any")
    return before if reply.status == 304 else _from_wire(object, as_object(reply), reply.headers)


def _path(object: str) -> str:
    return f"sobjects/{object}/describe"


def _usable(known: Mapping[str, Any] | None, object: str) -> Describe | None:
    """None for what another release of the portal stored, what names no time, or what is of another object."""
    try:
        before = Describe.from_json(known or {})
    except (KeyError, TypeError, ValueError):
        return None
    return before if before.last_modified and before.object == object else None


def _from_wire(object: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Describe:
    rows = body.get("fields")
    if not isinstance(rows, list):
        raise ProtocolError(f"Salesforce described {object} without its fields.", repr(body)[:200])
    fields = [_field(row) for row in rows if isinstance(row, Mapping)]
    return Describe(
        object=object,
        label=str(body.get("label") or object),
        createable=body.get("createable") is True,
        updateable=body.get("updateable") is True,
        fields={one.name: one for one in fields},
        last_modified=headers.get("last-modified", ""),
    )


def _field(row: Mapping[str, Any]) -> Field:
    values = row.get("picklistValues")
    active = [one for one in values if one.get("active")] if isinstance(values, list) else []
    return Field(
        name=str(row.get("name", "")),
        label=str(row.get("label") or ""),
        type=str(row.get("type", "")),
        length=int(row.get("length") or 0),
        nillable=row.get("nillable") is True,
        createable=row.get("createable") is True,
        updateable=row.get("updateable") is True,
        filterable=row.get("filterable") is True,
        restricted=row.get("restrictedPicklist") is True,
        values=tuple(str(one.get("value")) for one in active),
        labels=tuple(str(one.get("label") or one.get("value")) for one in active),
    )
