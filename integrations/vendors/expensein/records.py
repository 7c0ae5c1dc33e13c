"""Records of ExpenseIn as the portal sees them, by the names of the mapping file. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from integrations.core.errors import ProtocolError
from integrations.vendors.expensein.mapping import LABELS, ApiMapping, Kind

Values = Mapping[str, object]
"""Our names: name, reference, rate (Decimal or decimal text, per cent), inactive, applies_to (texts)."""


@dataclass(frozen=True, slots=True)
class Item:
    """A category, project, department, tax rate or supplier.

    `rate` in per cent. `inactive`: None where this kind has no such flag or the answer did not show it. `deleted`:
    only marked so by ExpenseIn. `raw`: the record as it came, in plain JSON values; only kept where updates send whole
    records.
    """

    id: str
    name: str
    reference: str
    rate: Decimal | None = None
    inactive: bool | None = None
    deleted: bool = False
    applies_to: tuple[str, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict)


def item_parser(mapping: ApiMapping, kind: Kind) -> Callable[[Any], Item]:
    """A function from one element of an answer to an Item. It raises ProtocolError for what is no record with an id."""
    names = mapping.objects[kind].fields
    label, factor, keep = LABELS[kind], mapping.rate_factor, mapping.full_update
    id_key, name_key, reference_key, rate_key = names.id, names.name, names.reference, names.rate
    inactive_key, deleted_key, applies_key = names.inactive, names.deleted, names.applies_to

    def parse(row: Any) -> Item:
        if not isinstance(row, dict):
            raise _wrong(f"Among the {label} of ExpenseIn is something that is no record")
        return Item(
            _id(row.get(id_key), label, id_key),
            _text(row.get(name_key)),
            _text(row.get(reference_key)),
            _rate(row.get(rate_key), factor, label) if rate_key else None,
            _flag(row[inactive_key]) if inactive_key and inactive_key in row else None,
            _flag(row.get(deleted_key)) if deleted_key else False,
            _texts(row.get(applies_key)) if applies_key else (),
            _plain(row) if keep else {},
        )

    return parse


def has_id(mapping: ApiMapping, kind: Kind, row: Any) -> bool:
    """Whether this is a record, by its id."""
    return isinstance(row, dict) and _is_id(row.get(mapping.objects[kind].fields.id))


def wire_body(mapping: ApiMapping, kind: Kind, values: Values) -> dict[str, Any]:
    """ExpenseIn's names and JSON values. What this kind of record has no field for is left out."""
    names = dict(mapping.objects[kind].fields.items())
    return {names[ours]: _wire(ours, value, mapping) for ours, value in values.items() if ours in names}


def _wire(ours: str, value: object, mapping: ApiMapping) -> object:
    if ours == "rate" and value is not None:
        rate = Decimal(str(value)) / mapping.rate_factor
        return int(rate) if rate == rate.to_integral_value() else float(rate)
    if ours == "applies_to" and isinstance(value, Sequence) and not isinstance(value, str):
        return list(value)
    return value


def _plain(value: Any) -> Any:
    """Without Decimal, so that a whole record can be stored and sent back; no amount has more digits than a float."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return float(value) if isinstance(value, Decimal) else value


def _is_id(value: Any) -> bool:
    return (isinstance(value, str) and bool(value.strip())) or (isinstance(value, int) and not isinstance(value, bool))


def _id(value: Any, label: str, key: str) -> str:
    if not _is_id(value):
        raise _wrong(f"One of the {label} of ExpenseIn has no {key}")
    return str(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _rate(value: Any, factor: int, label: str) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        rate = Decimal(str(value).strip()) * factor
    except InvalidOperation:
        rate = Decimal("NaN")
    if isinstance(value, bool) or not rate.is_finite():
        raise _wrong(f"One of the {label} of ExpenseIn has a rate that is no number")
    return rate


def _flag(value: Any) -> bool:
    """True and false as JSON, text or number; null is false."""
    return value.strip().lower() in ("true", "1", "yes") if isinstance(value, str) else bool(value)


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,) if value else ()
    return tuple(map(str, value)) if isinstance(value, list) else ()


def _wrong(what: str) -> ProtocolError:
    message = f"{what}. What came cannot be trusted; the mapping file may need to be adapted to what ExpenseIn sends."
    return ProtocolError(message, "", "unreadable")
