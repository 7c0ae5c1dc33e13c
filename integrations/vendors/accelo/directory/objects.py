"""One kind of object: some of them by id, the newest id, one made or changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from integrations.core.errors import OutcomeUnknown, ProtocolError, RejectedError
from integrations.vendors.accelo.directory.kinds import Kind, R
from integrations.vendors.accelo.directory.walks import count, page, walk
from integrations.vendors.accelo.transport import PAGE, UNREADABLE, Transport


def by_id(calls: Transport, kind: Kind[R], ids: Iterable[str]) -> dict[str, R]:
    """One request per 100. Those that do not exist (or may not be seen) are left out."""
    found: dict[str, R] = {}
    for batch in batches(ids):
        rows = {row.id: row for row in page(calls, kind, f"id({','.join(batch)})")}
        if not set(rows) <= set(batch):
            rows = {one.id: one for id in batch if (one := one_by_id(calls, kind, id))}
        found.update(rows)
    return found


def one_by_id(calls: Transport, kind: Kind[R], id: str) -> R | None:
    """None when Accelo does not know it: a missing object is answered with 400 invalid_request."""
    try:
        return parsed(kind, calls.read(f"{kind.path}/{id}", _fields=kind.fields))
    except RejectedError as error:
        if error.code == "invalid_request":
            return None
        raise


def highest_id(calls: Transport, kind: Kind[Any]) -> str:
    """The newest record's id, '0' when there is none: where the list stood before a create was sent.

    One call where the list can be ordered by id; where not, they are counted and the last are read.
    """
    if kind.orders_by_id:
        rows = calls.rows(kind.path, _filters="order_by_desc(id)", _limit="2")
        ids = [int(str(row.get("id"))) for row in rows]
        if ids == sorted(ids, reverse=True):
            return str(max(ids, default=0))
    return _last_id(calls, kind)


def _last_id(calls: Transport, kind: Kind[Any]) -> str:
    """From the end of the list, and from there upward in case it was not the end."""
    offset = max(count(calls, kind.path) - PAGE // 2, 0)
    rows = calls.rows(kind.path, _limit=str(PAGE), _offset=str(offset))
    last = max((int(str(row.get("id"))) for row in rows), default=0)
    if len(rows) == PAGE:
        last = max((int(row.id) for rows in walk(calls, kind, after=str(last)) for row in rows), default=last)
    return str(last)


def create(calls: Transport, kind: Kind[R], fields: Mapping[str, str]) -> R:
    """Sent once. Raises OutcomeUnknown when no readable answer came: it must be looked for before any resend."""
    response = calls.write("POST", kind.path, form={**fields, "_fields": kind.fields}, repeatable=False)
    try:
        return parsed(kind, response)
    except ProtocolError as error:
        raise OutcomeUnknown(UNREADABLE, error.detail) from error


def update(calls: Transport, kind: Kind[R], id: str, changes: Mapping[str, str]) -> R:
    form = {**changes, "_fields": kind.fields}
    return parsed(kind, calls.write("PUT", f"{kind.path}/{id}", form=form, repeatable=True))


def delete(calls: Transport, kind: Kind[Any], id: str) -> None:
    """Done also when it is already gone, which Accelo answers with 400 like any bad request."""
    try:
        calls.write("DELETE", f"{kind.path}/{id}", form={}, repeatable=True)
    except RejectedError as error:
        if error.code != "invalid_request" or one_by_id(calls, kind, id) is not None:
            raise


def parsed(kind: Kind[R], response: Any) -> R:
    if not isinstance(response, dict):
        raise ProtocolError(f"Accelo sent no object of {kind.path} where one was due.", repr(response)[:200])
    return kind.parse(response)


def batches(ids: Iterable[str]) -> Iterator[list[str]]:
    """Each id once, 100 at a time."""
    wanted = list(dict.fromkeys(ids))
    for start in range(0, len(wanted), PAGE):
        yield wanted[start : start + PAGE]
