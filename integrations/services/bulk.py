"""Many new rows at once. PostgreSQL takes them by COPY, in half the time that the ORM's statements take."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from operator import attrgetter
from typing import Any

import orjson
from django.db import connection, models, transaction
from django.db.models.fields.json import JSONField
from django.utils import timezone

NULL = "\\N"
FEW = 20
"""Below so many rows the ORM's one statement is quicker than what COPY needs around it."""
AS_JSON_DOES = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
"""What the standard library's module refuses is refused here too."""
LUMP = 250
"""Rows that are sent together: the server stores them while the next are written."""


def rows_insert(rows: Sequence[models.Model]) -> None:
    """Insert unsaved rows of one model; all or none. Raises IntegrityError when one is there already.

    Their primary keys stay unknown to them, unless they were set before.
    """
    if not rows:
        return
    if connection.vendor != "postgresql" or len(rows) < FEW:
        type(rows[0])._base_manager.bulk_create(rows, batch_size=200)
        return
    _copy(type(rows[0]), [field for field in _columns(type(rows[0])) if rows[0].pk or not field.primary_key], rows)


def plain_insert(model: type[models.Model], rows: Iterable[object]) -> None:
    """The same for rows that are no model instances, which cost more than all else here: objects with an attribute
    for each column but the primary key and the times that set themselves."""
    columns = [field for field in _columns(model) if not field.primary_key]
    if connection.vendor == "postgresql":
        _copy(model, columns, rows)
    else:
        _insert(model, columns, rows)


def keys_reserve(model: type[models.Model], count: int) -> list[int] | None:
    """Primary keys that nobody else gets; None for few, and where the database gives them only while it inserts."""
    if connection.vendor != "postgresql" or count < FEW:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [model._meta.db_table, model._meta.pk.column, count],
        )
        return [row[0] for row in cursor.fetchall()]


def _columns(model: type[models.Model]) -> Sequence[Any]:
    return model._meta.concrete_fields


def _copy(model: type[models.Model], columns: Sequence[Any], rows: Iterable[object]) -> None:
    """Texts first: the rows of a table have most of them in common, and most rows nothing that must be escaped; last
    the times that set themselves, which are the same in all rows."""
    texts = [field for field in columns if isinstance(field, models.CharField | models.TextField) and not field.null]
    others = [field for field in columns if field not in texts]
    others.sort(key=_sets_itself)
    names = ", ".join(f'"{field.column}"' for field in [*texts, *others])
    with connection.cursor() as cursor, connection.wrap_database_errors:
        lines = _Lines(_lines(rows, [field.attname for field in texts], others))
        cursor.cursor.copy_expert(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN', lines)


def _lines(rows: Iterable[object], texts: Sequence[str], others: Sequence[Any]) -> Iterator[str]:
    """In COPY's own format. There are two texts at least, and two other columns."""
    told, rest = attrgetter(*texts), attrgetter(*[field.attname for field in others if not _sets_itself(field)])
    writers = [_as_json if isinstance(field, JSONField) else _as_text for field in others if not _sets_itself(field)]
    end = "\t".join(["", *[str(timezone.now()) for field in others if _sets_itself(field)]])
    between = len(texts) - 1
    for row in rows:
        cells = told(row)
        line = "\t".join(cells)
        if "\\" in line or "\n" in line or "\r" in line or line.count("\t") != between:
            line = "\t".join(map(_escaped, cells))
        yield "\t".join([line, *[write(value) for write, value in zip(writers, rest(row), strict=True)]]) + end


class _Lines:
    """What COPY reads, made while it reads."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines

    def read(self, size: int) -> bytes:
        lump = list(islice(self._lines, LUMP))
        return "\n".join([*lump, ""]).encode() if lump else b""


def _insert(model: type[models.Model], columns: Sequence[Any], rows: Iterable[object]) -> None:
    names = ", ".join(f'"{field.column}"' for field in columns)
    marks = ", ".join(["%s"] * len(columns))
    readers = [_value(field) for field in columns]
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.executemany(
            f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({marks})',
            [[read(row) for read in readers] for row in rows],
        )


def _value(field: Any) -> Callable[[Any], Any]:
    """The field's value in a row, as the database's own module takes it."""
    if _sets_itself(field):
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        return lambda row: now
    read = attrgetter(field.attname)
    if isinstance(field, JSONField):
        return lambda row: json.dumps(read(row))
    if isinstance(field, models.DateTimeField):
        return lambda row: connection.ops.adapt_datetimefield_value(read(row))
    return read


def _sets_itself(field: Any) -> bool:
    return bool(getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False))


def _as_json(value: Any) -> str:
    """JSON text has no other sign that COPY would take for its own. Most values are empty."""
    if not value and isinstance(value, dict | list):
        return "[]" if isinstance(value, list) else "{}"
    try:
        text = orjson.dumps(value, option=AS_JSON_DOES).decode()
    except TypeError:
        text = json.dumps(value)  # numbers of more than 64 bits, keys that are no texts
    return text.replace("\\", "\\\\") if "\\" in text else text


def _as_text(value: Any) -> str:
    """Times and numbers as Python writes them, which PostgreSQL reads too."""
    return NULL if value is None else _escaped(value) if isinstance(value, str) else str(value)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
