"""Look up a mapped value, or say why not. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from integrations.core.records import fingerprint


@dataclass(frozen=True, slots=True)
class Row:
    """One mapping decided by a person. `target` '' with `ignore` means: leave records with this value out.

    `qualifier` narrows the row (a tax rate's name), '' = any. `target_kind` names the kind of target record
    (`job`, `issue`, `contract`), '' where a mapping has only one kind.
    """

    kind: str
    source: str
    target: str
    source_label: str = ""
    target_label: str = ""
    target_kind: str = ""
    qualifier: str = ""
    ignore: bool = False
    extra: Mapping[str, str] = field(default_factory=dict)


def mapping_key(value: str) -> str:
    """Source values are compared trimmed and case-folded; ids are text."""
    return value.strip().casefold()


class Mappings:
    """All confirmed rows of one sync, by kind and source value."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self._rows: dict[tuple[str, str], list[Row]] = {}
        for row in rows:
            self._rows.setdefault((row.kind, mapping_key(row.source)), []).append(row)

    def rows(self, kind: str, source: str) -> list[Row]:
        """Rows for this value, in the order they were given; [] when unmapped."""
        return self._rows.get((kind, mapping_key(source)), [])

    def first(self, kind: str, source: str) -> Row | None:
        """The unqualified row for this value, else its first, else None."""
        rows = self.rows(kind, source)
        return next((row for row in rows if not row.qualifier), rows[0] if rows else None)

    def digest(self) -> str:
        """Changes when any row that decides something changes, whatever order the rows came in."""
        return fingerprint(
            sorted(
                "\x1e".join(
                    (
                        r.kind,
                        r.source,
                        r.qualifier,
                        r.target_kind,
                        r.target,
                        str(r.ignore),
                    )
                )
                for rows in self._rows.values()
                for r in rows
            )
        )
