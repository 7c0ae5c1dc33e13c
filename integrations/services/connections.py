"""Connections: opening a client, testing, renewing tokens, states."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from integrations import registry
from integrations.core.errors import ConfigError, PortalError, TransientError
from integrations.http import Guard, Http, Limits
from integrations.models import Connection, Run, Sync, TagUpload
from integrations.services import incidents
from integrations.services.budgets import SharedPacer
from integrations.vendors.base import Access, Checked, Setting, Vendor

TOKEN_LEASE = timedelta(seconds=60)


class StoredTokens:
    """`TokenStore` on the connection's row. The lock is a lease, so that no vendor is called in a transaction."""

    def __init__(self, connection: Connection, pause: Callable[[float], None] = time.sleep) -> None:
        self.pk = connection.pk
        self.pause = pause

    def load(self) -> dict[str, Any]:
        return Connection.objects.only("tokens").get(pk=self.pk).tokens

    def renew(self, stale: str, obtain: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
        owner = uuid.uuid4().hex
        for _ in range(240):
            stored = self.load()
            if stored.get("access_token") and stored["access_token"] != stale:
                return stored
            if self._lock(owner):
                return self._obtain(owner, stale, obtain)
            self.pause(0.25)
        raise TransientError(
            "Another process is signing in to this connection and has not finished.",
            retry_after=60,
        )

    def _lock(self, owner: str) -> bool:
        now = timezone.now()
        free = Q(token_owner="") | Q(token_until__isnull=True) | Q(token_until__lt=now)
        rows = Connection.objects.filter(free, pk=self.pk)
        return bool(rows.update(token_owner=owner, token_until=now + TOKEN_LEASE))

    def _obtain(self, owner: str, stale: str, obtain: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
        try:
            stored = self.load()
            if stored.get("access_token") and stored["access_token"] != stale:
                return stored
            token = {**stored, **obtain(stored)}
            Connection.objects.filter(pk=self.pk).update(tokens=token)
            return token
        finally:
            Connection.objects.filter(pk=self.pk, token_owner=owner).update(token_owner="", token_until=None)


def guard() -> Guard:
    return Guard(frozenset(settings.PORTAL_ALLOWED_PRIVATE_HOSTS))


def limits() -> Limits:
    """How long one answer and one pause between attempts may take, by the installation's settings."""
    return Limits(read=settings.PORTAL_HTTP_READ_SECONDS, max_wait=settings.PORTAL_HTTP_WAIT_SECONDS)


def with_defaults(declared: tuple[Setting, ...], values: Mapping[str, str]) -> dict[str, str]:
    return {item.name: str(values.get(item.name) or item.default) for item in declared}


def budget_key(connection: Connection) -> str:
    vendor = registry.vendor(connection.vendor)
    values = with_defaults(vendor.settings, connection.settings)
    own = vendor.budget_key(values, connection.credentials) if vendor.budget_key else str(connection.pk)
    return f"{vendor.key}:{own}"[:250]


def connection_door(connection: Connection, tick: Callable[[], None] | None = None) -> Http:
    """The connection's own door: its budget, its error table, its secrets masked."""
    vendor = registry.vendor(connection.vendor)
    secrets = [str(value) for value in connection.credentials.values() if value]
    secrets += [str(value) for key, value in connection.tokens.items() if key.endswith("token") and value]
    return Http(
        guard=guard(),
        classify=vendor.classify,
        pacer=SharedPacer(budget_key(connection), vendor),
        limits=limits(),
        secrets=tuple(secrets),
        tick=tick,
        vendor=vendor.label,
    )


@contextmanager
def connection_open(connection: Connection) -> Iterator[Any]:
    """The vendor's client over a door that is closed afterwards."""
    vendor = registry.vendor(connection.vendor)
    with connection_door(connection) as http:
        yield vendor.open(build_access(connection, vendor, http))


def build_access(connection: Connection, vendor: Vendor, http: Http) -> Access:
    return Access(
        settings=with_defaults(vendor.settings, connection.settings),
        credentials=with_defaults(vendor.credentials, connection.credentials),
        http=http,
        tokens=StoredTokens(connection),
        now=timezone.now,
        account=connection.account,
    )


def connection_test(*, connection: Connection, accept_other: bool = False) -> Checked:
    """Sign in, read the smallest harmless thing, store what was learned and the new state.

    Raises PortalError with words for the admin; the state then says why. Another account than before is refused
    with ConfigError unless `accept_other`.
    """
    try:
        missing = connection_missing(connection)
        if missing:
            raise ConfigError("Fill in " + ", ".join(missing) + ".")
        if accept_other:
            _forget_account(connection)
        with connection_open(connection) as client:
            checked: Checked = client.check()
        if connection.identity and checked.identity != connection.identity and not accept_other:
            _remember_other(connection, checked.identity)
            raise ConfigError(other_words(connection, checked.identity))
    except PortalError as error:
        failed = Connection.State.SIGN_IN if error.kind == "config" else connection.state
        connection_state(connection=connection, state=failed, reason=error.message)
        raise
    _store_checked(connection, checked)
    return checked


def _forget_account(connection: Connection) -> None:
    """Tokens may be for another account from now on."""
    connection.tokens = {name: value for name, value in connection.tokens.items() if name != "org_id"}
    connection.save(update_fields=["tokens"])


def _store_checked(connection: Connection, checked: Checked) -> None:
    kept = {name: value for name, value in connection.account.items() if name in ("references", "hooks")}
    tested = {"tested_with": identity_values(connection)}
    connection.identity, connection.account = checked.identity, {**checked.account, **kept, **tested}
    facts = dict(checked.facts)
    if checked.budget:
        facts["Calls left"] = checked.budget
    connection.facts = facts
    connection.checked_at = timezone.now()
    connection.save(update_fields=["identity", "account", "facts", "checked_at"])
    connection_state(
        connection=connection,
        state=Connection.State.CONNECTED,
        reason=" ".join(checked.missing),
    )
    _let_go_on(connection)


def other_words(connection: Connection, identity: str) -> str:
    return (
        f"This signs in to {identity}, but the connection belongs to {connection.identity}. Its links would point into "
        "the wrong account. Make a new connection, or confirm that the account was moved."
    )


def _remember_other(connection: Connection, identity: str) -> None:
    connection.account = {**connection.account, "other": {"identity": identity, "with": identity_values(connection)}}
    connection.save(update_fields=["account"])


def identity_values(connection: Connection) -> dict[str, str]:
    """The settings that name the account, as they are now."""
    vendor = registry.vendor(connection.vendor)
    values = with_defaults(vendor.settings, connection.settings)
    return {name: values[name].strip() for name in vendor.identity_settings}


def remember_account(connection: Connection) -> None:
    """A run went well with a connection that nobody ever tested: from now on this is its account."""
    values = identity_values(connection)
    if values and "tested_with" not in connection.account:
        connection.account = {**connection.account, "tested_with": values}
        connection.save(update_fields=["account"])


def refuse_other_account(connection: Connection) -> None:
    """No run works with an account that the last test refused, or that was set since.

    Raises ConfigError saying what to do. What was never tested is not known to be another.
    """
    now, other = identity_values(connection), connection.account.get("other") or {}
    if other and other["with"] == now:
        raise ConfigError(other_words(connection, other["identity"]))
    tested = connection.account.get("tested_with") or now
    changed = next((name for name in now if tested.get(name, now[name]) != now[name]), None)
    if changed:
        raise ConfigError(
            f"{connection.name}: the setting {changed} was changed from {tested[changed]} to {now[changed]}, which is "
            "another account. Test the connection; where the account really moved, confirm it there."
        )


def _let_go_on(connection: Connection) -> None:
    """The connection works: its trouble is over, and runs that were held for a person's repair are due now."""
    incidents.incident_close(workspace=connection.workspace, subject=f"connection:{connection.pk}")
    held = Run.objects.filter(status=Run.Status.HELD, error_kind=ConfigError.kind)
    uses = Q(sync__source=connection) | Q(sync__target=connection)
    Run.objects.filter(pk__in=held.filter(uses).values("pk")).update(resume_at=timezone.now())
    uploads = TagUpload.objects.filter(status=TagUpload.Status.HELD, error_kind=ConfigError.kind)
    uploads.filter(tag_list__connection=connection).update(resume_at=timezone.now())


def connection_missing(connection: Connection) -> list[str]:
    """Labels of required fields without a value."""
    vendor = registry.vendor(connection.vendor)
    values = with_defaults(vendor.settings, connection.settings)
    stored = with_defaults(vendor.credentials, connection.credentials)
    lacking = [s.label for s in vendor.settings if is_needed(s, values) and not values[s.name]]
    return lacking + [s.label for s in vendor.credentials if is_needed(s, values) and not stored[s.name]]


def is_needed(item: Setting, values: Mapping[str, str]) -> bool:
    return item.required and all(values.get(name) in allowed for name, allowed in item.when.items())


def connection_state(*, connection: Connection, state: str, reason: str = "") -> None:
    """Store a state; `state_since` moves only when the state changes."""
    since = connection.state_since if connection.state == state else timezone.now()
    connection.state, connection.state_reason, connection.state_since = (
        state,
        reason,
        since or timezone.now(),
    )
    Connection.objects.filter(pk=connection.pk).update(
        state=state, state_reason=reason, state_since=connection.state_since
    )


def connection_save(*, connection: Connection, credentials: Mapping[str, str]) -> None:
    """Save settings and those credentials that were given; others keep their value. New credentials end old tokens."""
    changed = {
        name: value for name, value in credentials.items() if value and connection.credentials.get(name) != value
    }
    if changed:
        connection.credentials = {**connection.credentials, **changed}
        connection.tokens = {}
        if connection.state == Connection.State.DISCONNECTED:
            connection.state = Connection.State.NEW
    connection.save()


def connection_disconnect(*, connection: Connection) -> str:
    """Forget credentials and tokens; revoke at the vendor where it can. Returns a remark for the admin, or ''."""
    remark = ""
    try:
        with connection_open(connection) as client:
            if hasattr(client, "revoke") and connection.tokens:
                client.revoke()
    except PortalError as error:
        remark = f"The vendor could not be told: {error.message}"
    with transaction.atomic():
        connection.credentials, connection.tokens = {}, {}
        connection.save(update_fields=["credentials", "tokens"])
        connection_state(
            connection=connection, state=Connection.State.DISCONNECTED, reason="Disconnected by hand."
        )  # fmt: skip
    return remark


def connection_used_by(connection: Connection) -> list[Sync]:
    """Syncs that stop when these credentials change."""
    return list(Sync.objects.filter(Q(source=connection) | Q(target=connection)).order_by("name"))


def credentials_rotate() -> int:
    """Encrypt every stored credential with the first of CREDENTIAL_KEYS. Returns how many connections."""
    count = 0
    for pk in list(Connection.objects.values_list("pk", flat=True)):
        with transaction.atomic():
            connection = Connection.objects.select_for_update().get(pk=pk)
            connection.save(update_fields=["credentials", "tokens"])
            count += 1
    return count
