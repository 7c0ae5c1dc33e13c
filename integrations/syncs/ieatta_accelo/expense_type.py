"""Category and tax -> Accelo expense type. Accelo keeps the tax with the expense type only. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from integrations.core.mapping import Row, mapping_key
from integrations.syncs.deciding import Decided, Stop
from integrations.syncs.ieatta_accelo.setup import Setup, left_out
from integrations.vendors.base import Candidate
from integrations.vendors.ieatta.records import Expense

NO_CATEGORY = "Uncategorized"
"""The vendor's own name for an expense without a category (seen in answers of its expense creator)."""


@dataclass(frozen=True, slots=True)
class Tax:
    """`names`: what mappings may call it, the rate's name first. Empty = the expense has no tax."""

    names: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return self.names[0] if self.names else "no tax"


def tax_of(expense: Expense) -> Tax:
    if not expense.has_tax:
        return Tax()
    names = (expense.tax_rate_name, expense.tax_name, expense.tax_code)
    return Tax(tuple(dict.fromkeys(name.strip() for name in names if name.strip())))


def map_type(expense: Expense, setup: Setup) -> tuple[Decided, Decided]:
    """(type id, tax as a note to the reader). Raises Stop: unmapped_category, tax_type, inactive_type, ignored."""
    category = expense.category.strip() or NO_CATEGORY
    tax = tax_of(expense)
    rows = setup.mappings.rows("category", category)
    if rows and rows[0].ignore:
        raise left_out("The category", category)
    rows = [row for row in rows if row.target and not row.ignore]
    if not rows:
        raise _unmapped(category, setup)
    row, because, taxed = _choose(category, tax, rows, setup)
    return _checked(category, row, tax, because, setup), taxed


def _choose(category: str, tax: Tax, rows: list[Row], setup: Setup) -> tuple[Row, str, Decided]:
    """The row that applies, why, and what became of the tax."""
    own = {mapping_key(name) for name in tax.names}
    for row in rows:
        if row.qualifier and mapping_key(row.qualifier) in own:
            return row, f"by its row for {row.qualifier} in the category mapping", _taxed(tax, "by the expense type")
    general = [row for row in rows if not row.qualifier]
    wanted = _wanted_tax(tax, setup)
    if wanted:
        if general and not any(_tells_tax(row, setup) for row in general):
            return general[0], "by the category mapping", _unchecked(tax)
        row = _carrying(category, tax, general, wanted, setup)
        because = f"by the category mapping, as the type that carries {wanted.target_label or tax.label}"
        return row, because, _taxed(tax, f"{wanted.target_label or tax.label} by the tax mapping and the expense type")
    if not general:
        raise _only_qualified(category, tax, rows)
    return general[0], "by the category mapping", _untaxed(tax, setup)


def _wanted_tax(tax: Tax, setup: Setup) -> Row | None:
    """The tax mapping's row for this tax, when it names an Accelo tax."""
    rows = (setup.mappings.first("tax", name) for name in tax.names)
    return next((row for row in rows if row and row.target and not row.ignore), None)


def _tells_tax(row: Row, setup: Setup) -> bool:
    """Whether Accelo says of this type which tax it carries, be it none."""
    found = setup.references.get("target", "expense_type", row.target)
    return found is not None and "tax_id" in found.extra


def _unchecked(tax: Tax) -> Decided:
    note = f"Accelo does not tell which tax its expense types carry, so {tax.label} could not be checked."
    return Decided(tax.label, "not checked", (note,))


def _carrying(category: str, tax: Tax, rows: list[Row], wanted: Row, setup: Setup) -> Row:
    """The first of the category's types that carries the wanted tax."""
    for row in rows:
        found = setup.references.get("target", "expense_type", row.target)
        if found and found.extra.get("tax_id", "") == wanted.target:
            return row
    present = ", ".join(dict.fromkeys(_type_label(row, setup) for row in rows)) or "no type for any tax"
    name = wanted.target_label or wanted.target
    raise Stop(
        "tax_type",
        f"The category {category} is mapped to {present}, which does not carry the tax {name} of this expense "
        f"({tax.label}). Add a row for this tax to the category mapping: {category} with {tax.label} to an expense "
        f"type that carries {name}. Or leave the tax out in the tax mapping.",
        needs={"kind": "category", "source": category},
    )


def _taxed(tax: Tax, because: str) -> Decided:
    return Decided(tax.label, because)


def _untaxed(tax: Tax, setup: Setup) -> Decided:
    if not tax.names:
        return Decided("", "the expense has no tax")
    if any(row.ignore for name in tax.names for row in setup.mappings.rows("tax", name)):
        return Decided(tax.label, "left out by the tax mapping")
    note = f"The tax {tax.label} is not mapped, so the expense type was chosen without it."
    return Decided(tax.label, "not mapped", (note,))


def _only_qualified(category: str, tax: Tax, rows: list[Row]) -> Stop:
    present = ", ".join(dict.fromkeys(row.qualifier for row in rows))
    return Stop(
        "tax_type",
        f"The category {category} is mapped for {present} only, and this expense has {tax.label}. Add a row for "
        f"{category} to the category mapping without a tax, or with this one.",
        needs={"kind": "category", "source": category},
    )


def _checked(category: str, row: Row, tax: Tax, because: str, setup: Setup) -> Decided:
    found = setup.references.get("target", "expense_type", row.target)
    label = _type_label(row, setup)
    if found is None or not found.active or found.extra.get("standing", "active") == "inactive":
        state = "is no longer in Accelo" if found is None else "is inactive in Accelo"
        raise Stop(
            "inactive_type",
            f"The category {category} is mapped to the expense type {label}, which {state}. Choose another type in "
            f"the category mapping{'' if found is None else ', or activate it in Accelo'}.",
            needs={"kind": "category", "source": category},
        )
    suffix = f" ({tax.label})" if tax.names else ""
    return Decided(row.target, f"{category}{suffix} → {label} {because}")


def _type_label(row: Row, setup: Setup) -> str:
    found = setup.references.get("target", "expense_type", row.target)
    return (found.label if found else "") or row.target_label or row.target


def _unmapped(category: str, setup: Setup) -> Stop:
    return Stop(
        "unmapped_category",
        f"The category {category} is not mapped to an Accelo expense type. Map it on the page Categories.",
        candidates=_similar(category, setup),
        needs={"kind": "category", "source": category},
    )


def _similar(category: str, setup: Setup) -> tuple[Mapping[str, str], ...]:
    """Types of the same name first, then of the same code, then of a part of the name."""
    found: dict[str, Candidate] = {}
    source = setup.references.get("source", "category", category)
    parts = [part for part in re.split(r"[:/,;&>-]+|\s+", category) if len(part.strip()) > 2]
    for query in ({"label": category}, {"code": source.code if source else ""}, *({"label": part} for part in parts)):
        if any(query.values()):
            found |= {
                hit.id: hit
                for hit in setup.references.match("target", ("expense_type",), **query)
                if hit.id not in found
            }
    return tuple({"id": hit.id, "label": hit.label} for hit in found.values())
