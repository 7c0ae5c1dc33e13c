"""`composite` and `composite/batch`: up to 25 subrequests in one.

Source: REST API guide, Composite and Composite Batch; recorded composite answers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from integrations.vendors.salesforce.sandbox.answers import (
    Answer,
    Call,
    NotEmulated,
    Refused,
    not_emulated,
    refusal,
    wrong_method,
)
from integrations.vendors.salesforce.sandbox.saving import Saver

MOST = 25
MOST_QUERIES = 5
Dispatch = Callable[[Call], Answer]
_REFERENCE = re.compile(r"@\{([^}]+)\}")
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_PATH = re.compile(r"/services/data/v\d+\.\d/(.*)", re.DOTALL)


@dataclass(slots=True)
class Composite:
    saver: Saver
    dispatch: Dispatch

    def handle(self, call: Call) -> Answer:
        """Answers in order; 200 outside, whatever they are inside."""
        if call.method != "POST":
            raise wrong_method(call, "POST")
        body = call.json_object()
        requests = _checked(body.get("compositeRequest"))
        known: dict[str, Any] = {}
        if body.get("allOrNone", False):
            answers = self._together(call, requests, known)
        else:
            answers = [self._answer(call, one, known) for one in requests]
        shown = [_shown(one, answer) for one, answer in zip(requests, answers, strict=True)]
        return Answer(body={"compositeResponse": shown})

    def _together(self, call: Call, requests: list[dict[str, Any]], known: dict[str, Any]) -> list[Answer]:
        """All of them, or none: after the first that fails the others are halted, and those before it are undone."""
        store, kept = self.saver.store, len(self.saver.writes)
        store.begin()
        answers: list[Answer] = []
        for one in requests:
            failed = any(answer.status >= 400 for answer in answers)
            answers.append(_halted() if failed else self._answer(call, one, known))
        if all(answer.status < 400 for answer in answers):
            store.commit()
            return answers
        store.rollback()
        del self.saver.writes[kept:]
        return [answer if answer.status >= 400 else _halted() for answer in answers]

    def _answer(self, call: Call, one: dict[str, Any], known: dict[str, Any]) -> Answer:
        try:
            url = _REFERENCE.sub(lambda found: quote(str(_follow(known, found[1])), safe=""), str(one.get("url", "")))
            body = _filled(one.get("body"), known)
            answer = self.dispatch(sub_call(call, one, url, body))
        except Refused as refused:
            answer = refusal(refused)
        except NotEmulated as unknown:
            answer = not_emulated(unknown)
        known[str(one["referenceId"])] = answer.body if answer.status < 400 else _FAILED
        return answer

    def batch(self, call: Call) -> Answer:
        """Each subrequest by itself; each counts as a call (see api.py)."""
        body = call.json_object()
        requests = body.get("batchRequests")
        if not isinstance(requests, list) or not 0 < len(requests) <= MOST:
            raise Refused("LIMIT_EXCEEDED", f"The batch must have 1 to {MOST} subrequests.")
        results, failed = [], False
        for one in requests:
            if failed and body.get("haltOnError"):
                answer = Answer(412, [{"errorCode": "BATCH_PROCESSING_HALTED", "message": "Batch processing halted"}])
            else:
                answer = self._batched(call, one)
            failed = failed or answer.status >= 400
            results.append({"statusCode": answer.status, "result": answer.body})
        return Answer(body={"hasErrors": failed, "results": results})

    def _batched(self, call: Call, one: dict[str, Any]) -> Answer:
        url = "/services/data/" + str(one.get("url", "")).lstrip("/")
        try:
            return self.dispatch(sub_call(call, one, url, one.get("richInput")))
        except Refused as refused:
            return refusal(refused)
        except NotEmulated as unknown:
            return not_emulated(unknown)


_FAILED: dict[str, Any] = {}


def sub_call(call: Call, one: dict[str, Any], url: str, body: Any) -> Call:
    """The subrequest as a call of its own. Raises Refused for an address outside the REST API, or a composite."""
    path, _, query = url.partition("?")
    found = _PATH.fullmatch(path)
    if not found:
        raise Refused("NOT_FOUND", "The requested resource does not exist")
    parts = tuple(unquote(part) for part in found[1].split("/") if part)
    if parts[:1] == ("composite",) and parts[1:2] != ("sobjects",):
        raise Refused("INVALID_URL", f"the subrequest {url} cannot be a composite itself")
    headers = {name.lower(): str(value) for name, value in (one.get("httpHeaders") or {}).items()}
    sent = b"" if body is None else json.dumps(body).encode()
    asked = dict(parse_qsl(query, keep_blank_values=True))
    method = str(one.get("method", "")).upper()
    return Call(method, parts, asked, headers, sent, call.user_id, call.client_id, call.version)


def _checked(requests: Any) -> list[dict[str, Any]]:
    if not isinstance(requests, list) or not all(isinstance(one, dict) for one in requests):
        raise Refused("JSON_PARSER_ERROR", "The request body must have a list 'compositeRequest'.")
    if not 0 < len(requests) <= MOST:
        raise Refused("LIMIT_EXCEEDED", f"The composite must have 1 to {MOST} subrequests.")
    wide = [one for one in requests if re.search(r"/(query|queryAll)\b|/composite/sobjects", str(one.get("url")))]
    if len(wide) > MOST_QUERIES:
        words = f"The composite may have at most {MOST_QUERIES} queries and collections."
        raise Refused("LIMIT_EXCEEDED", words)
    names = [one.get("referenceId") for one in requests]
    if not all(isinstance(name, str) and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_]*", name) for name in names):
        raise Refused("INVALID_INPUT", "Each subrequest needs a referenceId of letters, digits and underscores.")
    if len(set(names)) < len(names):
        raise Refused("INVALID_INPUT", "The referenceIds must be unique.")
    return requests


def _filled(value: Any, known: dict[str, Any]) -> Any:
    """The body with each `@{reference}` replaced."""
    if isinstance(value, dict):
        return {name: _filled(inner, known) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, known) for inner in value]
    if not isinstance(value, str):
        return value
    whole = _REFERENCE.fullmatch(value)
    if whole:
        return _follow(known, whole[1])
    return _REFERENCE.sub(lambda found: str(_follow(known, found[1])), value)


def _follow(known: dict[str, Any], path: str) -> Any:
    """`ref.records[0].Id` in the answers so far. Raises Refused PROCESSING_HALTED when that subrequest failed."""
    name, _, rest = path.partition(".")
    if "[" in name:
        name, rest = name.partition("[")[0], path[path.index("[") :]
    if known.get(name) is _FAILED:
        words = f"Invalid reference specified. No value for {path} found: the subrequest failed."
        raise Refused("PROCESSING_HALTED", words)
    try:
        value = known[name]
        for step, place in _STEP.findall(rest):
            value = value[step] if step else value[int(place)]
    except (KeyError, IndexError, TypeError):
        words = f"Invalid reference specified. No value for {path} found in {name}"
        raise Refused("INVALID_REFERENCE", words) from None
    return value


def _halted() -> Answer:
    words = "The transaction was rolled back since another operation in the same transaction failed."
    return Answer(400, [{"errorCode": "PROCESSING_HALTED", "message": words}])


def _shown(one: dict[str, Any], answer: Answer) -> dict[str, Any]:
    return {
        "body": answer.body,
        "httpHeaders": dict(answer.headers),
        "httpStatusCode": answer.status,
        "referenceId": one["referenceId"],
    }
