"""The data of the emulated companies, apart from one another, and the rules for who adds to them by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from integrations.vendors.accountsiq.sandbox.specs import EXTRA, TABLES, Row, Table


@dataclass(slots=True)
class Entity:
    """One company. `rendered`: answers by operation, dropped when the data changes."""

    id: str
    name: str
    currency: str = "GBP"
    user_key: str = ""
    tables: dict[str, dict[str, Row]] = field(default_factory=lambda: {name: {} for name in TABLES})
    modified: dict[str, dict[str, datetime]] = field(default_factory=lambda: {name: {} for name in TABLES})
    rendered: dict[str, bytes] = field(default_factory=dict)
    count: int = 0

    def put(self, table: str, rows: Iterable[Row], now: datetime, *, raw: bool = False) -> list[str]:
        """Insert, or change the named fields, as a person would on the vendor's screens. The keys, in order.

        Raises KeyError for an unknown table or field, ValueError with the vendor's code for what its screens refuse
        (length, case, rate, the same option in two dimensions); `raw` lets everything pass. All or nothing.
        """
        spec, held, dates = TABLES[table], self.tables[table], self.modified[table]
        known = {name for name, _ in spec.fields} | set(EXTRA.get(table, ()))
        checked = list(rows)
        for row in checked:
            for name in row.keys() - known:
                raise KeyError(name)
            if not raw:
                check(spec, row, new=row.get(spec.key) not in held)
                self._check_option(table, row)
        keys = []
        for row in checked:
            key = str(row[spec.key])
            held[key] = {**held[key], **row} if key in held else self._filled(table, spec, row)
            dates[key] = now
            keys.append(key)
        self.rendered.clear()
        return keys

    def remove(self, table: str, keys: Iterable[str]) -> int:
        """Raises KeyError for a key that is not there. With a dimension go its options."""
        gone = 0
        for key in keys:
            del self.tables[table][key]
            del self.modified[table][key]
            gone += 1
            if table == "dimensions":
                options = self.tables["dimension_options"]
                self.remove("dimension_options", [code for code, row in options.items() if row["dimension"] == key])
        self.rendered.clear()
        return gone

    def _filled(self, table: str, spec: Table, row: Row) -> Row:
        self.count += 1
        numbers: dict[str, Row] = {"suppliers": {"AccountID": 1000 + self.count}, "tax_codes": {"ID": str(self.count)}}
        number = numbers.get(table, {})
        return {**number, **spec.fill, **row}

    def _check_option(self, table: str, row: Row) -> None:
        if table != "dimension_options":
            return
        held = self.tables[table].get(row["Code"])
        home = row.get("dimension", held and held["dimension"])
        if home not in self.tables["dimensions"]:
            raise ValueError("ANALYSIS_GROUP_CODE_DOES_NOT_EXIST")
        if held and held["dimension"] != home:
            raise ValueError("ANALYSIS_CODE_IS_NOT_UNIQUE")

    def state(self, tables: Iterable[str]) -> dict[str, Any]:
        rows = {name: list(self.tables[name].values()) for name in tables}
        return {"name": self.name, "currency": self.currency, **rows}


def check(spec: Table, row: Row, *, new: bool) -> None:
    """Raises ValueError with the vendor's code."""
    code = f"{spec.subject}_{'ID' if spec.subject == 'DEPARTMENT' else 'CODE'}"
    _check_text(row.get(spec.key), code, spec.key_length)
    if row[spec.key] != str(row[spec.key]).upper():
        raise ValueError(f"{code}_IS_NOT_UPPERCASE")
    name = "NAME" if spec.subject in ("GLACCOUNT", "SUPPLIER") else "DESCRIPTION"
    if new or spec.name in row:
        _check_text(row.get(spec.name), f"{spec.subject}_{name}", spec.name_length)
    if "Rate" in row:
        _check_rate(float(row["Rate"]))


def _check_text(text: Any, code: str, length: int) -> None:
    if text is None:
        raise ValueError(f"{code}_IS_NULL")
    if not str(text).strip():
        raise ValueError(f"{code}_IS_EMPTY")
    if len(str(text)) > length:
        raise ValueError(f"{code}_IS_TOO_LONG")


def _check_rate(rate: float) -> None:
    if rate < 0:
        raise ValueError("TAX_RATE_IS_NEGATIVE")
    if rate > 100:
        raise ValueError("TAX_RATE_IS_MORE_THAN_100_PERCENT")
