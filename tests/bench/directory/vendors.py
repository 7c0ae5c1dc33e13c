"""The vendors' sandbox: `python -m tests.bench.directory.vendors` prints its address and serves.

A page of a whole list that was asked for before is handed out again until somebody writes or acts (or the benchmark
says that pages be made anew). No allowance stops the calls.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from email.utils import format_datetime
from typing import Any

from integrations.vendors.accelo.sandbox import AcceloSandbox
from integrations.vendors.emulator import Clock, Request, Response
from integrations.vendors.salesforce.sandbox import SalesforceSandbox
from tests.bench.serving import serve

PLENTY = 100_000_000


class Kept:
    """Pages that were rendered, by what was asked."""

    def __init__(self) -> None:
        self.pages: dict[tuple[str, str], Response] = {}

    def page(self, key: tuple[str, str], clock: Clock, render: Callable[[], Response]) -> Response:
        page = self.pages.get(key) or render()
        if page.status == 200:
            self.pages[key] = page
        headers = {**page.headers, "Date": format_datetime(clock.now(), usegmt=True)}
        return Response(page.status, page.body, page.content_type, headers)


class Accelo(AcceloSandbox):
    """Lists are walked by steps of ids."""

    def __init__(self) -> None:
        super().__init__()
        self.kept = Kept()
        self.store.settings["limit"] = PLENTY

    def handle(self, request: Request) -> Response:
        if request.method != "GET":
            self.kept.pages.clear()
        if "id_greater_than" not in request.query:
            return super().handle(request)
        key = (request.path, request.query)
        return self.kept.page(key, self.clock, lambda: super(Accelo, self).handle(request))

    def control(self, name: str, data: dict[str, Any]) -> Any:
        self.kept.pages.clear()
        return super().control(name, data)


class Salesforce(SalesforceSandbox):
    """Lists come by queries without a condition and by jobs. A job takes its time every time; its results are kept by
    its query, for each has an id of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.kept = Kept()
        self.jobs: dict[str, str] = {}
        self.store.settings["daily_limit"] = PLENTY

    def handle(self, request: Request) -> Response:
        key = self._page_of(request)
        if key:
            return self.kept.page(key, self.clock, lambda: super(Salesforce, self).handle(request))
        if request.method != "GET" and "/composite/" in request.path:
            self.kept.pages.clear()
        response = super().handle(request)
        if request.path.endswith("/jobs/query") and response.status == 200:
            self.jobs[json.loads(response.body)["id"]] = json.loads(request.body)["query"]
        return response

    def _page_of(self, request: Request) -> tuple[str, str] | None:
        if request.path.endswith("/results"):
            return self.jobs.get(request.path.split("/")[-2], request.path), request.query
        path = request.path.partition("/query")
        is_whole = path[2].startswith("/") or (
            path[1] and "WHERE" not in request.query and "LIMIT" not in request.query
        )
        return (request.path, request.query) if is_whole and "/jobs/" not in request.path else None

    def control(self, name: str, data: dict[str, Any]) -> Any:
        self.kept.pages.clear()
        return super().control(name, data)


if __name__ == "__main__":
    serve(Salesforce(), Accelo())
