"""Gives each request an id, which its log lines and the answer carry."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bound_contextvars

log = structlog.get_logger("portal.request")

ACCEPTED = re.compile(r"[A-Za-z0-9._-]{8,64}")
QUIET = ("/healthz", "/readyz", "/static/")


class RequestId:
    """Takes over a proxy's `X-Request-ID` when it is a plain word, else makes one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        offered = request.headers.get("X-Request-ID", "")
        request_id = offered if ACCEPTED.fullmatch(offered) else uuid.uuid4().hex
        began = time.monotonic()
        with bound_contextvars(request=request_id):
            response = self.get_response(request)
            response["X-Request-ID"] = request_id
            if not request.path.startswith(QUIET):
                ms = round((time.monotonic() - began) * 1000)
                log.info("answered", method=request.method, path=request.path, status=response.status_code, ms=ms)
        return response
