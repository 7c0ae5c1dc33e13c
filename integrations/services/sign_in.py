"""Signing a connection in through the vendor's own page (OAuth authorization code): where to send the browser, and
what becomes of the code it comes back with."""

from __future__ import annotations

import secrets

from django.db import transaction

from integrations import registry
from integrations.core.errors import ConfigError
from integrations.models import Connection
from integrations.services.connections import connection_missing, connection_open, connection_test, with_defaults
from integrations.vendors.base import Checked

BY_BROWSER = "authorization_code"


def signs_in_by_browser(connection: Connection) -> bool:
    """Whether this connection has a Connect button: the vendor offers it and its settings ask for it."""
    vendor = registry.vendor(connection.vendor)
    return vendor.oauth and with_defaults(vendor.settings, connection.settings).get("auth", BY_BROWSER) == BY_BROWSER


def new_verifier() -> str:
    """The secret of one sign-in: only its hash goes with the browser, so that a code caught on the way is useless
    (PKCE, RFC 7636: 43 to 128 characters)."""
    return secrets.token_urlsafe(48)


def sign_in_address(*, connection: Connection, state: str, redirect_uri: str, verifier: str) -> str:
    """The vendor's page that asks its user for approval. Raises ConfigError when something is not filled in."""
    missing = connection_missing(connection)
    if missing:
        raise ConfigError("Fill in " + ", ".join(missing) + " and save, then press Connect again.")
    with connection_open(connection) as client:
        return str(client.authorize_url(state, redirect_uri, verifier))


def sign_in_finish(
    *, connection: Connection, code: str, redirect_uri: str, verifier: str, accept_other: bool = False
) -> Checked:
    """Exchange the code, test with the new tokens. Tokens of another account than before are given up again.

    `verifier`: the one that this sign-in was begun with. Raises PortalError in words for the admin.
    """
    with connection_open(connection) as client:
        tokens = client.exchange_code(code, redirect_uri, verifier)
    before = connection.tokens
    _keep(connection, tokens)
    try:
        return connection_test(connection=connection, accept_other=accept_other)
    except ConfigError:
        if connection.identity and before and not accept_other:
            _keep(connection, before)
        raise


def _keep(connection: Connection, tokens: dict[str, object]) -> None:
    with transaction.atomic():
        Connection.objects.select_for_update().get(pk=connection.pk)
        connection.tokens = tokens
        Connection.objects.filter(pk=connection.pk).update(tokens=tokens)
