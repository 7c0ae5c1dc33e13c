"""A Salesforce whose every answer a test shapes by hand, for what no well-behaved org would do on request."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.vendors.emulator import Clock, Request, Response, json_response
from integrations.vendors.salesforce.ids import to18

ORG, USER = "00D000000000001EAA", "005000000000001AAA"
Answer = Callable[[Request], Response]


class Scripted:
    """Signs everybody in; `answer` is asked for the rest. `tokens`: how many were given out."""

    key = "salesforce"

    def __init__(self) -> None:
        self.clock = Clock()
        self.reset()

    def reset(self) -> None:
        self.answer: Answer = lambda request: error(404, "NOT_FOUND")
        self.tokens = 0
        self.token: dict[str, Any] = {}

    def seed(self, size: str) -> None: ...

    def control(self, name: str, data: dict[str, Any]) -> Any:
        raise KeyError(name)

    def handle(self, request: Request) -> Response:
        if request.path == "/services/oauth2/token":
            self.tokens += 1
            return json_response(
                {
                    "access_token": f"{ORG}!{self.tokens}",
                    "instance_url": request.base,
                    "id": f"{request.base}/id/{to18(ORG)}/{to18(USER)}",
                    "issued_at": "1790000000000",
                }
                | self.token
            )
        return self.answer(request)


def error(status: int, code: str, message: str = "No.") -> Response:
    return json_response([{"message": message, "errorCode": code}], status)


def query_of(request: Request) -> str:
    return dict(request.query_pairs()).get("q", "")


def result(rows: list[dict[str, Any]], following: str = "", total: int | None = None) -> Response:
    """A page of a query."""
    more = {"nextRecordsUrl": f"/services/data/v66.0/query/{following}"} if following else {}
    body = {"totalSize": len(rows) if total is None else total, "done": not following, "records": rows, **more}
    return json_response(body)


def row(number: int, stamp: datetime, **fields: Any) -> dict[str, Any]:
    return {
        "attributes": {"type": "Account"},
        "Id": to18(f"001{number:012d}"),
        "SystemModstamp": f"{stamp:%Y-%m-%dT%H:%M:%S}.000+0000",
        **fields,
    }


START = datetime(2026, 1, 1, tzinfo=UTC)


class Rows:
    """Answers a query of changes over rows that it holds: understands just the conditions the portal sends.

    `widest`: a longer time takes too long. `page`: rows of one page. `dies`: numbers of follow-up requests whose
    cursor is dead. `before_page(n)`: called before follow-up page n, so that rows may change in between.
    """

    def __init__(self, rows: list[dict[str, Any]], page: int = 2_000) -> None:
        self.rows = rows
        self.page = page
        self.widest: timedelta | None = None
        self.dies: set[int] = set()
        self.before_page: Callable[[int], None] = lambda number: None
        self.queries: list[str] = []
        self._cursors: dict[str, list[str]] = {}
        self._follow_ups = 0

    def __call__(self, request: Request) -> Response:
        text = query_of(request)
        if text:
            self.queries.append(text)
            if self.widest and self._width(text) > self.widest:
                return error(400, "QUERY_TIMEOUT", "Your query request was running for too long.")
            return self._give([one["Id"] for one in self._found(text)])
        self._follow_ups += 1
        if self._follow_ups in self.dies:
            return error(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        self.before_page(self._follow_ups)
        return self._give(self._cursors[request.path.rpartition("/")[2]])

    def _give(self, ids: list[str]) -> Response:
        """The ids are fixed when the query begins, the values are those of now."""
        known = {one["Id"]: one for one in self.rows}
        rest = ids[self.page :]
        name = f"0r8-{len(self._cursors)}" if rest else ""
        if rest:
            self._cursors[name] = rest
        return result([known[id] for id in ids[: self.page]], name, len(ids))

    def _found(self, text: str) -> list[dict[str, Any]]:
        pair = re.search(r"SystemModstamp = (\S+) AND Id > '(\w+)'", text)
        low = re.search(r"SystemModstamp >= (\S+?)(?:\)|$| )", text)
        high = re.search(r"SystemModstamp < (\S+?)(?:\)|$| )", text)
        chosen = self.rows
        if pair:
            chosen = [one for one in chosen if key(one) > (datetime.fromisoformat(pair[1]), pair[2])]
        if low:
            chosen = [one for one in chosen if key(one)[0] >= datetime.fromisoformat(low[1])]
        if high:
            chosen = [one for one in chosen if key(one)[0] < datetime.fromisoformat(high[1])]
        return sorted(chosen, key=key)

    def _width(self, text: str) -> timedelta:
        bounds = re.findall(r"SystemModstamp (?:=|>=|<) (\S+?)(?:\)|$| )", text)
        high = re.search(r"SystemModstamp < ", text)
        times = [datetime.fromisoformat(bound) for bound in bounds]
        low = min(times) if times and (not high or len(times) > 1) else datetime(1999, 1, 1, tzinfo=UTC)
        return (max(times) if high else datetime.now(UTC)) - low


def key(one: dict[str, Any]) -> tuple[datetime, str]:
    return datetime.fromisoformat(one["SystemModstamp"]), one["Id"]
