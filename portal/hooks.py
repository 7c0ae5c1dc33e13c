"""Where vendors tell of changes. Answered quickly and with nothing: 204, or 410 where nobody listens (they stop)."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from integrations.services.hints import hint_received

LARGEST = 64 * 1024
"""Bytes of a delivery; real ones have a few hundred."""


@csrf_exempt  # signed by the vendor instead
@never_cache
@require_POST
def hook(request: HttpRequest, vendor: str, token: UUID) -> HttpResponse:
    body = request.read(LARGEST + 1)
    if len(body) > LARGEST:
        return HttpResponse(status=413)
    received = hint_received(
        vendor=vendor, token=str(token), body=body, header=lambda name: request.headers.get(name, "")
    )
    return HttpResponse(status=410 if received == "unknown" else 204)
