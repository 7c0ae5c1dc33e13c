"""Connections: opening a client, testing, renewing tokens, states."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from integrations import registry
from integrations.core.errors import ConfigError, PortalError
from integrations.http import Guard, Http, Limits
from integrations.models import Connection, Run, Sync, TagUpload
from integrations.services import incidents
from integrations.services.budgets import SharedPacer
from integrations.services.tokens import StoredTokens, tokens_forget, tokens_pin
from integrations.vendors.base import Access, Checked, Setting, Vendor


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
    with ConfigError unless `accept_other`. What the vendor refused for good before is tried once more.
    """
    try:
        missing = connection_missing(connection)
        if missing:
            raise ConfigError("Fill in " + ", ".join(missing) + ".")
        checked = _check(connection, accept_other)
        if connection.identity and checked.identity != connection.identity and not accept_other:
            _remember_other(connection, checked.identity)
            raise ConfigError(other_words(connection, checked.identity))
    except PortalError as error:
        failed = Connection.State.SIGN_IN if error.kind == "config" else connection.state
        connection_state(connection=connection, state=failed, reason=error.message)
        raise
    _store_checked(connection, checked)
    return checked


def _check(connection: Connection, accept_other: bool) -> Checked:
    """What the client finds. Whoever accepts another account lets the tokens lead to one; that one is theirs then."""
    forgotten = tokens_forget(connection, "refused", *(["org_id"] if accept_other else []))
    org_id = str(forgotten.get("org_id", ""))
    try:
        with connection_open(connection) as client:
            checked: Checked = client.check()
        org_id = org_id and checked.identity
    finally:
        tokens_pin(connection, org_id)
    return checked


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
    """Save settings and those credentials that were given; others keep their value. New credentials end old tokens;
    others, and the lock on them, stay as they are stored: a worker may have renewed them meanwhile."""
    changed = {
        name: value for name, value in credentials.items() if value and connection.credentials.get(name) != value
    }
    if changed:
        connection.credentials = {**connection.credentials, **changed}
        connection.tokens = {}
        if connection.state == Connection.State.DISCONNECTED:
            connection.state = Connection.State.NEW
    kept = {"id", "token_owner", "token_until", *(["tokens"] if connection.tokens else [])}
    fields = [field.name for field in Connection._meta.concrete_fields if field.name not in kept]
    connection.save(update_fields=fields if connection.pk else None)


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
