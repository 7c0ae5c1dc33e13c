"""Profile fields (custom fields of one kind of object), their values, and webhook subscriptions.

Source: Accelo API docs, _profiles and _webhooks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from integrations.vendors.accelo.records.values import Wire, wire_id, wire_ref, wire_text, wire_time


@dataclass(frozen=True, slots=True)
class ProfileField:
    """`type`: text, integer, decimal, date, date_time, currency, lookup, structure, select, multi_select, hyperlink.
    `options`: what a select offers, in order."""

    id: str
    name: str
    type: str
    options: tuple[str, ...] = ()

    @classmethod
    def from_wire(cls, row: Wire) -> ProfileField:
        """Raises ProtocolError when the id is missing."""
        return cls(
            wire_id(row),
            wire_text(row.get("field_name")),
            wire_text(row.get("field_type")).lower(),
            _options(row.get("options")),
        )


@dataclass(frozen=True, slots=True)
class ProfileValue:
    """`link_id`: the object that has the value; `id`: the value's own id, by which it is changed; `modified` in unix
    seconds, 0 when unset. Several choices come in `value` joined by a comma."""

    field_id: str
    link_id: str
    value: str
    id: str
    modified: int

    @classmethod
    def from_wire(cls, row: Wire) -> ProfileValue:
        """Raises ProtocolError when the id is missing."""
        return cls(
            field_id=wire_ref(row.get("field_id")),
            link_id=wire_ref(row.get("link_id")),
            value=wire_text(row.get("value")),
            id=wire_id(row),
            modified=wire_time(row.get("date_modified")) or 0,
        )


@dataclass(frozen=True, slots=True)
class Subscription:
    """`event_id`: create_company, update_company, create_contact, update_contact, ..."""

    id: str
    event_id: str
    trigger_url: str

    @classmethod
    def from_wire(cls, row: Wire) -> Subscription:
        """Raises ProtocolError when the id is missing."""
        id = wire_id({"id": row.get("subscription_id") or row.get("id")})
        return cls(id, wire_text(row.get("event_id")), wire_text(row.get("trigger_url")))


def _options(value: Any) -> tuple[str, ...]:
    """Texts, or objects with a title or value: the docs only say "array"."""
    if not isinstance(value, list):
        return ()
    return tuple(
        wire_text(one.get("title") or one.get("value")) if isinstance(one, dict) else wire_text(one) for one in value
    )
