"""`/healthz`: this process answers. `/readyz`: the portal can work; what cannot is named, without secrets."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from integrations.services import workers

_migrated = Event()


class NotReady(Exception):
    """The text says in plain words what is missing."""


@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Status 200 when every check says ok, else 503. Later checks need the earlier ones."""
    checks: dict[str, str] = {}
    for name, check in CHECKS.items():
        try:
            check()
            checks[name] = "ok"
        except NotReady as reason:
            checks[name] = str(reason)
            break
        except Error:
            checks[name] = "The database does not answer. Check that it runs and that DATABASE_URL is right."
            break
    ready = len(checks) == len(CHECKS) and set(checks.values()) == {"ok"}
    return JsonResponse({"ready": ready, "checks": checks}, status=200 if ready else 503)


def database_answers() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def migrations_applied() -> None:
    """Once found applied, not looked at again while this process lives."""
    if _migrated.is_set():
        return
    missing = workers.pending_migrations()
    if missing:
        raise NotReady(f"{missing} migration(s) are not applied. Run: manage.py migrate")
    _migrated.set()


def worker_beats() -> None:
    reason = workers.workers_trouble()
    if reason:
        raise NotReady(reason)


CHECKS: dict[str, Callable[[], None]] = {
    "database": database_answers,
    "migrations": migrations_applied,
    "workers": worker_beats,
}
