"""The resource addresses below /api/v0: who is asked for what, in a table."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from integrations.vendors.accelo.sandbox import directory_api, expenses, work_api
from integrations.vendors.accelo.sandbox.access import Gate, Token, staff_of
from integrations.vendors.accelo.sandbox.answers import HTTP, NOTHING, NotKnown, Refused, Shuffler, envelope
from integrations.vendors.accelo.sandbox.filters import ORDERS, Selection, Test, parse_filters
from integrations.vendors.accelo.sandbox.hooks import Hooks
from integrations.vendors.accelo.sandbox.params import Params, read_params
from integrations.vendors.accelo.sandbox.render import parse_fields, render
from integrations.vendors.accelo.sandbox.specs import ELSEWHERE, PATHS, SPECS
from integrations.vendors.accelo.sandbox.store import Row, Store
from integrations.vendors.emulator import Request, Response, not_known

MAX_LIMIT = 100
DEFAULT_LIMIT = 10
COLLECTION = "|".join(sorted(PATHS, key=len, reverse=True))

Handler = Callable[["Api", Token, Params, Mapping[str, str]], Any]


class Api:
    """One deployment's resources. Each handler returns what stands in `response`, or a whole Response."""

    def __init__(self, store: Store, gate: Gate, hooks: Hooks) -> None:
        self.store = store
        self.gate = gate
        self.hooks = hooks
        self.chance = random.Random(11)
        self.shuffler = Shuffler()

    def handle(self, path: str, request: Request) -> Response:
        """`path` below /api/v0, without slashes at its ends."""
        locked = self.gate.locked()
        if locked is not None:
            return locked
        flags: Mapping[str, Any] = {}
        headers: dict[str, str] = {}
        try:
            params = read_params(request)
            flags = params.values
            token = self.gate.bearer(request, params)
            within = self.gate.count()
            headers = self.gate.limit_headers()
            if not within:
                raise self._over_limit(headers)
            answer = self._routed(path, token, params)
        except NotKnown as unknown:
            return not_known(str(unknown))
        except Refused as refused:
            answer = self._refusal(refused, flags)
        response = answer if isinstance(answer, Response) else envelope(self.shuffler, answer, flags)
        response.headers |= headers
        return response

    def _over_limit(self, headers: dict[str, str]) -> Refused:
        settings = self.store.settings
        if settings["retry_after_on_429"]:
            headers["Retry-After"] = str(max(self.gate.window_end - self.store.now(), 1))
        words = f"Rate limit exceeded for {settings['deployment']}.api.accelo.com"
        return Refused("too_many_requests", words, "api.accelo.com/docs/#rate-limiting")

    def _refusal(self, refused: Refused, flags: Mapping[str, Any]) -> Response:
        return envelope(self.shuffler, None, flags, status=HTTP[refused.word], refused=refused)

    def _routed(self, path: str, token: Token, params: Params) -> Any:
        for method, pattern, handler in ROUTES:
            match = pattern.fullmatch(path)
            if match and params.method == method:
                self._check(path, token, writes=method != "GET")
                return handler(self, token, params, match.groupdict())
        return self._unrouted(path, params)

    def _check(self, path: str, token: Token, writes: bool) -> None:
        """Scopes name resources; tokeninfo and user belong to every token."""
        if path in ("tokeninfo", "user", "staff/whoami"):
            return
        self.gate.check_scope(token, path.split("/")[0], writes)
        if path in self.store.settings["refused_lists"]:
            raise Refused("invalid_permission", "You do not have permission to view this.")

    def _unrouted(self, path: str, params: Params) -> Response:
        """Documented but not emulated: 501. Not documented: 400, or as a switch 404 with a web page."""
        head = path.split("/")[0]
        if head in ELSEWHERE or head in {known.split("/")[0] for known in PATHS} or re.search(r"\.(xml|yml)$", path):
            return not_known(f"{params.method} /api/v0/{path}")
        if self.store.settings["unknown_path_as"] == "404":
            return Response(404, b"<html><body><h1>Not Found</h1></body></html>", "text/html")
        raise Refused("invalid_request")

    # What handlers share

    def show(self, table: str, row: Row, params: Params) -> dict[str, Any]:
        wanted = parse_fields(params.values.get("_fields"))
        shown = render(self.store, table, row, wanted, params.text("_hide_defaults") in ("1", "yes"))
        if table == "expense_types" and not self.store.settings["types_show_tax"]:
            shown.pop("tax_id", None)
        if table == "addresses" and not self.store.settings["addresses_tell_owner"]:
            shown = {name: value for name, value in shown.items() if not name.startswith("against_")}
        return shown

    def selected(
        self,
        table: str,
        params: Params,
        also: Test | None = None,
        among: Iterable[str] | None = None,
        order: str = "",
    ) -> Iterator[Row]:
        """`among`: ids beyond which nothing is looked at. `order`: takes the place of the caller's."""
        terms = parse_filters(params.values.get("_filters"))
        if order:
            terms = [term for term in terms if term.name not in ORDERS] + parse_filters(order)
        ignored = self.store.settings["ignored_filters"]
        selection = Selection(SPECS[table], terms, params.text("_search"), ignored, self.chance)
        return selection.apply(self.store, table, also, among)

    def listed(
        self,
        table: str,
        params: Params,
        also: Test | None = None,
        among: Iterable[str] | None = None,
        order: str = "",
    ) -> list[dict[str, Any]]:
        """One page: 10 by default, 100 at most; pages count from 0, `_offset` is ignored beside `_page`."""
        found = self.selected(table, params, also, among, order)
        limit = min(_whole(params, "_limit", DEFAULT_LIMIT), MAX_LIMIT)
        page = params.values.get("_page")
        start = _whole(params, "_offset", 0) if page is None else _whole(params, "_page", 0) * limit
        return [self.show(table, row, params) for row in islice(found, start, start + limit)]

    def one(self, table: str, id: str) -> Row:
        """A missing object is a 400, like any bad request."""
        row = self.store.find(table, id)
        if row is None:
            raise Refused("invalid_request")
        return row


def _whole(params: Params, name: str, default: int) -> int:
    text = params.text(name)
    if not text:
        return default
    if not text.isdigit():
        raise Refused("invalid_request")
    return int(text)


def _list(api: Api, token: Token, params: Params, match: Mapping[str, str]) -> Any:
    return api.listed(PATHS[match["collection"]], params)


def _count(api: Api, token: Token, params: Params, match: Mapping[str, str]) -> Any:
    table = PATHS[match["collection"]]
    asked = params.values.get("_filters") or params.text("_search")
    count = str(sum(1 for _ in api.selected(table, params)) if asked else len(api.store.tables[table]))
    return count if SPECS[table].bare_count else {"count": count}


def _single(api: Api, token: Token, params: Params, match: Mapping[str, str]) -> Any:
    table = PATHS[match["collection"]]
    return api.show(table, api.one(table, match["id"]), params)


def _tokeninfo(api: Api, token: Token, params: Params, match: Mapping[str, str]) -> Any:
    staff, settings = staff_of(api.store, token.staff_id), api.store.settings
    return {
        "deployment": settings["deployment"],
        "email": staff["email"],
        "expiry_date": str(token.expires_at),
        "firstname": staff["firstname"],
        "surname": staff["surname"],
        "staff_id": token.staff_id,
        "locale": _locale(settings),
    }


def _locale(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {"timezone": settings["time_zone"], "currency": {"symbol": settings["currency_symbol"]}}


def _whoami(api: Api, token: Token, params: Params, match: Mapping[str, str]) -> Any:
    return api.show("staff", staff_of(api.store, token.staff_id), params)


def _user(api: Api, token: Token, params: Params, match: Mapping[str, str]) -> Any:
    more = {"user_titles": {}, "user_access": {}, "locale": _locale(api.store.settings)}
    return {**_whoami(api, token, params, match), **more}


def _periods(api: Api, token: Token, params: Params, match: Mapping[str, str]) -> Any:
    """Wrapped in a named key."""
    api.one("contracts", match["id"])
    return {"periods": api.listed("periods", params, lambda row: row["contract_id"] == match["id"])}


def _period(api: Api, token: Token, params: Params, match: Mapping[str, str]) -> Any:
    return api.show("periods", api.one("periods", match["id"]), params)


def _download(api: Api, token: Token, params: Params, match: Mapping[str, str]) -> Any:
    row = api.one("resources", match["id"])
    return Response(200, api.store.files.get(row["id"], b""), row["mimetype"])


def _create_expense(api: Api, token: Token, params: Params, match: Mapping[str, str]) -> Any:
    row = expenses.create(api.store, params, token.staff_id)
    shown = api.show("expenses", row, params)
    return envelope(api.shuffler, shown, params.values, status=api.store.settings["created_status"])


def _update_expense(api: Api, token: Token, params: Params, match: Mapping[str, str]) -> Any:
    row = expenses.update(api.store, api.one("expenses", match["id"]), params, token.staff_id)
    return api.show("expenses", row, params)


def _delete_expense(api: Api, token: Token, params: Params, match: Mapping[str, str]) -> Any:
    expenses.delete(api.store, api.one("expenses", match["id"]))
    return NOTHING


def _progressions(api: Api, token: Token, params: Params, match: Mapping[str, str]) -> Any:
    return expenses.progressions(api.store, api.one("expenses", match["id"]))


def _progress(api: Api, token: Token, params: Params, match: Mapping[str, str]) -> Any:
    row = api.one("expenses", match["id"])
    return api.show("expenses", expenses.progress(api.store, row, match["move"], token.staff_id), params)


def _routes(*lines: tuple[str, str, Handler]) -> tuple[tuple[str, re.Pattern[str], Handler], ...]:
    expanded = [(m, p.replace("{collection}", f"(?P<collection>{COLLECTION})"), h) for m, p, h in lines]
    return tuple((m, re.compile(p.replace("{id}", r"(?P<id>\d+)")), h) for m, p, h in expanded)


ROUTES = _routes(
    ("GET", "tokeninfo", _tokeninfo),
    ("POST", "tokeninfo", _tokeninfo),
    ("GET", "staff/whoami", _whoami),
    ("GET", "user", _user),
    ("GET", "contracts/{id}/periods", _periods),
    ("GET", "contracts/periods/{id}", _period),
    ("GET", "resources/{id}/download", _download),
    ("GET", "expenses/{id}/progressions", _progressions),
    ("POST", r"expenses/{id}/progressions/(?P<move>\d+)/auto", _progress),
    ("PUT", r"expenses/{id}/progressions/(?P<move>\d+)/auto", _progress),
    ("POST", "expenses", _create_expense),
    ("PUT", "expenses/{id}", _update_expense),
    ("DELETE", "expenses/{id}", _delete_expense),
    *directory_api.LINES,
    *work_api.LINES,
    ("GET", "{collection}/count", _count),
    ("GET", "{collection}/{id}", _single),
    ("GET", "{collection}", _list),
)
