"""Reading a list page by page: in steps of ids, which no edit can disturb, and oldest change first.

Accelo ignores a filter or an order that it does not know and lists everything, so what was asked for is checked on
every page; where it was not given, the list is read whole and what was not asked for is dropped. Source: Accelo API
docs, _configuring_responses; the ignoring is reported by client authors.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from integrations.core.errors import ProtocolError
from integrations.vendors.accelo.directory.kinds import D, Kind, R
from integrations.vendors.accelo.records import wire_text
from integrations.vendors.accelo.transport import PAGE, Transport

Version = tuple[str, int]


def count(calls: Transport, path: str, filters: str = "") -> int:
    """How many rows the list has. Accelo sends {"count": n}, for some lists the bare number.

    Raises ProtocolError when neither came.
    """
    answer = calls.read(f"{path}/count", **({"_filters": filters} if filters else {}))
    text = wire_text(answer.get("count") if isinstance(answer, dict) else answer)
    if not text.isdecimal():
        raise ProtocolError(f"Accelo did not say how many {path} there are.", repr(answer)[:200])
    return int(text)


def walk(calls: Transport, kind: Kind[R], filters: str = "", after: str = "0") -> Iterator[list[R]]:
    """Pages of the rows with an id above `after`, by ascending id. None is lost when others change meanwhile.

    Where Accelo ignores the step or the order, the rest is read by page numbers; then a row may come twice.
    """
    last = int(after)
    while True:
        rows = page(calls, kind, _joined(filters, f"id_greater_than({last})", _id_order(kind)))
        ids = [int(row.id) for row in rows]
        if ids and (min(ids) <= last or ids != sorted(ids)):
            yield from _numbered(calls, kind, filters, after=last if ids == sorted(ids) else int(after))
            return
        if rows:
            yield rows
        if len(rows) < PAGE:
            return
        last = ids[-1]


def changes(calls: Transport, kind: Kind[D], since: int) -> Iterator[list[D]]:
    """Pages of the rows changed at or after `since` (unix seconds), oldest change first.

    After a full page Accelo is asked anew from the second last seen, as rows that change meanwhile move to the end and
    would shift page numbers. A row comes again only when it was changed again. A list that fits one page is one call.
    """
    at, known, proven = since, set[Version](), False
    while True:
        rows = page(calls, kind, _joined(_after(at), "order_by_asc(date_modified)"))
        if len(rows) < PAGE:
            yield from _some(_fresh(rows, since, known))
            return
        proven = proven or _is_proven(calls, kind, rows, at)
        if not proven or not _in_order(rows, at):
            for walked in walk(calls, kind, _after(since)):
                yield from _some(_fresh(walked, since, known))
            return
        yield from _some(_fresh(rows, since, known))
        last = rows[-1].modified
        known = {one for one in known | {_version(row) for row in rows} if one[1] == last}
        at = last
        if rows[0].modified == last:  # asking from this second again would bring the same page
            for walked in walk(calls, kind, _joined(_after(last), f"date_modified_before({last + 1})")):
                yield from _some(_fresh(walked, since, known))
            at, known = last + 1, set()


def page(calls: Transport, kind: Kind[R], filters: str) -> list[R]:
    rows = calls.rows(kind.path, _filters=filters, _fields=kind.fields, _limit=str(PAGE))
    return [kind.parse(row) for row in rows]


def _numbered(calls: Transport, kind: Kind[R], filters: str, after: int) -> Iterator[list[R]]:
    """By page numbers, without the rows up to `after`."""
    rows = map(kind.parse, calls.pages(kind.path, _joined(filters, _id_order(kind)), kind.fields))
    wanted = (row for row in rows if int(row.id) > after)
    while part := list(islice(wanted, PAGE)):
        yield part


def _is_proven(calls: Transport, kind: Kind[D], rows: list[D], at: int) -> bool:
    """Whether a full page surely came in the order of changes.

    Rows that are in order by id as well may be so by chance, the order being ignored: then no other row may have
    changed earlier than the last of them.
    """
    ids = [int(row.id) for row in rows]
    if ids != sorted(ids):
        return True
    last = rows[-1].modified
    earlier = sum(row.modified < last for row in rows)
    return count(calls, kind.path, _joined(_after(at), f"date_modified_before({last})")) <= earlier


def _in_order(rows: list[D], at: int) -> bool:
    times = [row.modified for row in rows]
    return min(times) >= at and times == sorted(times)


def _fresh(rows: list[D], since: int, known: set[Version]) -> list[D]:
    """Without what is older than asked for; a row whose time Accelo did not send stays."""
    return [row for row in rows if (not row.modified or row.modified >= since) and _version(row) not in known]


def _version(row: D) -> Version:
    return row.id, row.modified


def _some(rows: list[D]) -> Iterator[list[D]]:
    if rows:
        yield rows


def _after(second: int) -> str:
    """The vendor's filter is strictly greater and keeps whole seconds, so one second less is asked for."""
    return f"date_modified_after({second - 1})"


def _id_order(kind: Kind[R]) -> str:
    return "order_by_asc(id)" if kind.orders_by_id else ""


def _joined(*filters: str) -> str:
    return ",".join(one for one in filters if one)
