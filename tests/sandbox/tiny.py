"""The smallest emulator: things that can be created and listed, and answers that put the door to the test."""

import gzip
import json
from typing import Any
from urllib.parse import unquote

from integrations.vendors.emulator import Clock, Request, Response, json_response, not_known


class Tiny:
    def __init__(self, key: str = "tiny") -> None:
        self.key = key
        self.clock = Clock()
        self.things: list[str] = []

    def reset(self) -> None:
        self.things = []

    def seed(self, size: str) -> None:
        self.things = ["a", "b"] if size == "small" else [str(number) for number in range(100)]

    def handle(self, request: Request) -> Response:
        query = dict(request.query_pairs())
        if request.path == "/things":
            return self._things(request)
        if request.path == "/echo":
            shown = {"method": request.method, "headers": dict(request.headers), "body": request.body.decode("latin-1")}
            return json_response(shown | {"query": request.query, "base": request.base})
        if request.path == "/gzip":
            body = gzip.compress(query.get("text", "x").encode() * int(query.get("times", "1")))
            cut = int(query.get("cut", "0"))
            return Response(200, body[: len(body) - cut], "text/plain", {"Content-Encoding": "gzip"})
        if request.path == "/redirect":
            return Response(int(query.get("status", "302")), b"", "text/plain", {"Location": unquote(query["to"])})
        if request.path == "/answer":
            headers = json.loads(query.get("headers", "{}"))
            return Response(int(query["status"]), query.get("text", "{}").encode(), "application/json", headers)
        if request.path == "/fail":
            raise RuntimeError("a bug in the emulator")
        return not_known(request.path)

    def control(self, name: str, data: dict[str, Any]) -> Any:
        if name == "state":
            return {"things": self.things}
        if name == "put":
            if "thing" not in data:
                raise ValueError("put needs a thing")
            self.things.append(data["thing"])
            return {}
        raise KeyError(name)

    def _things(self, request: Request) -> Response:
        if request.method != "POST":
            return json_response({"things": self.things})
        self.things.append(request.body.decode())
        return json_response({"id": len(self.things)}, 201)
