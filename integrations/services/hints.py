"""Changes that a vendor tells of on its own accord: they bring the next poll forward, and are trusted for nothing else.

A connection that listens has a secret address of the portal's and a secret that deliveries are signed with. Of the
address only a digest is kept, in `account["hooks"]` with the subscriptions' ids; the secret is among the credentials.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Literal

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from integrations import registry
from integrations.core.errors import ConfigError, PortalError
from integrations.models import Connection, Run, Sync
from integrations.services.connections import connection_open, connection_used_by
from integrations.services.feeds import enabled_streams
from integrations.services.jobs import WAITING
from integrations.services.runs import run_enqueue
from integrations.services.two_way import is_two_way

HOOKS = "hooks"
"""Key in the connection's account: {"address": digest, "ids": [subscription ids], "at"}."""
SECRET = "hook_secret"
AT_MOST_EVERY = timedelta(seconds=60)
Received = Literal["unknown", "refused", "taken"]


def may_listen(connection: Connection) -> bool:
    """Whether the vendor can tell of changes."""
    return registry.vendor(connection.vendor).hint is not None


def listens(connection: Connection) -> bool:
    return bool(connection.account.get(HOOKS))


# --- subscribing --------------------------------------------------------------------------------------------------


def hints_listen(*, connection: Connection) -> int:
    """Subscribe to the vendor's events, with a fresh address and a fresh secret; earlier subscriptions are ended.

    Returns how many events. Raises PortalError in words for the admin; nothing is subscribed then.
    """
    hint = registry.vendor(connection.vendor).hint
    if hint is None:
        raise ConfigError(f"{connection.get_vendor_display()} cannot tell the portal of changes.")
    hints_stop(connection=connection)
    token, secret = str(uuid.uuid4()), secrets.token_urlsafe(32)
    ids: list[str] = []
    _store(connection, {"address": digest_of(token), "ids": ids, "at": timezone.now().isoformat()}, secret)
    try:
        with connection_open(connection) as client:
            for event in hint.events:
                made = hint.api(client).subscribe(hook_address(connection.vendor, token), event, secret)
                ids.append(str(made.id))
                _store(connection, {**connection.account[HOOKS], "ids": ids}, secret)
    except PortalError:
        hints_stop(connection=connection)
        raise
    return len(ids)


def hints_stop(*, connection: Connection) -> str:
    """End the subscriptions and forget the address. Returns a remark for the admin where the vendor could not be told:
    it ends them itself once the forgotten address answers that it is gone."""
    hint, kept = registry.vendor(connection.vendor).hint, connection.account.get(HOOKS)
    if not kept or hint is None:
        return ""
    remark = ""
    try:
        with connection_open(connection) as client:
            for id in kept.get("ids", []):
                hint.api(client).unsubscribe(id)
    except PortalError as error:
        remark = f"The vendor could not be told to stop: {error.message}"
    _store(connection, None, "")
    return remark


def _store(connection: Connection, hooks: dict[str, Any] | None, secret: str) -> None:
    account = {name: value for name, value in connection.account.items() if name != HOOKS}
    credentials = {name: value for name, value in connection.credentials.items() if name != SECRET}
    connection.account = {**account, HOOKS: hooks} if hooks else account
    connection.credentials = {**credentials, SECRET: secret} if secret else credentials
    Connection.objects.filter(pk=connection.pk).update(account=connection.account, credentials=connection.credentials)


def hook_address(vendor: str, token: str) -> str:
    """The portal's address that the vendor calls."""
    return settings.PORTAL_URL.rstrip("/") + reverse("hook", args=[vendor, token])


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


# --- receiving ----------------------------------------------------------------------------------------------------


def hint_received(*, vendor: str, token: str, body: bytes, header: Callable[[str], str]) -> Received:
    """A vendor says that something changed. `header(name)`: the request's header, '' for none.

    `unknown`: nobody listens at this address (any more). `refused`: the signature does not fit. What the body says is
    not read: it only says when to look, and the next poll tells what there is.
    """
    connection = Connection.objects.filter(vendor=vendor, account__hooks__address=digest_of(token)).first()
    hint = registry.vendor(vendor).hint if connection else None
    if connection is None or hint is None:
        return "unknown"
    if not hint.fits(body, header(hint.header), str(connection.credentials.get(SECRET, ""))):
        return "refused"
    for sync in connection_used_by(connection):
        bring_forward(sync)
    return "taken"


def bring_forward(sync: Sync) -> Run | None:
    """Ask for a run now, unless one waits, or one was asked for within the last minute. A held one stays held: what
    holds it is not over because something changed."""
    if not sync.enabled or not sync.schedule or not is_two_way(registry.sync(sync.kind)) or not enabled_streams(sync):
        return None
    runs = Run.objects.filter(sync=sync, kind=Run.Kind.RUN)
    if runs.filter(Q(status__in=WAITING) | Q(created_at__gt=timezone.now() - AT_MOST_EVERY)).exists():
        return None
    return run_enqueue(sync=sync, trigger="hint")
