"""`sobjects/X/updated` and `sobjects/X/deleted`. Source: REST API guide, sObject Get Updated and Get Deleted."""

from __future__ import annotations

from bisect import bisect_left

from integrations.vendors.salesforce.sandbox.answers import Answer, Call, Refused, missing, wrong_method
from integrations.vendors.salesforce.sandbox.moments import format_moment, parse_moment
from integrations.vendors.salesforce.sandbox.objects import SPECS
from integrations.vendors.salesforce.sandbox.store import Store

DAYS = {"updated": 30, "deleted": 15}
MOST_IDS = 600_000
DAY = 86_400


def handle(store: Store, call: Call, object: str) -> Answer:
    """`call.parts`: sobjects, X, then updated or deleted."""
    if call.method != "GET":
        raise wrong_method(call, "GET")
    if not SPECS[object].tracked:
        raise missing()
    kind = call.parts[2]
    start, end = _window(store, call, DAYS[kind])
    covered = min(end, _minute(store.now()), _long_transaction(store))
    if kind == "updated":
        marks = store.tables[object].alive.marks
        ids = [mark[1] for mark in marks[bisect_left(marks, (start, "")) : bisect_left(marks, (end, ""))]]
        _check_size(ids)
        return Answer(body={"ids": ids, "latestDateCovered": format_moment(covered)})
    table = store.tables[object]
    log = [(at, id) for at, id in store.deletions[object] if start <= at < end and id not in table.hidden]
    _check_size(log)
    since = max(store.log_since[object], _minute(store.now()) - DAYS[kind] * DAY)
    body = {
        "deletedRecords": [{"id": id, "deletedDate": format_moment(at)} for at, id in log],
        "earliestDateAvailable": format_moment(since),
        "latestDateCovered": format_moment(covered),
    }
    return Answer(body=body)


def _window(store: Store, call: Call, days: int) -> tuple[int, int]:
    """Seconds are ignored. Raises Refused INVALID_REPLICATION_DATE for a window that is too old or too short."""
    try:
        given = [parse_moment(call.query[name]) for name in ("start", "end")]
    except (KeyError, ValueError) as error:
        raise Refused("MALFORMED_QUERY", f"start and end must be date-times: {error}") from None
    start, end = (_minute(moment) for moment in given)
    if start < store.now() - days * DAY:
        raise Refused("INVALID_REPLICATION_DATE", f"startDate cannot be more than {days} days ago")
    if end <= start:
        words = "endDate must be chronologically greater than startDate by more than one minute"
        raise Refused("INVALID_REPLICATION_DATE", words)
    return start, end


def _long_transaction(store: Store) -> int:
    """When the oldest transaction began that still runs: nothing after it is covered."""
    text = str(store.settings["long_transaction"])
    return _minute(parse_moment(text)) if text else 2**62


def _minute(second: int) -> int:
    return second - second % 60


def _check_size(found: list[str] | list[tuple[int, str]]) -> None:
    if len(found) > MOST_IDS:
        raise Refused("EXCEEDED_ID_LIMIT", "The query returned too many results: use a shorter window")
