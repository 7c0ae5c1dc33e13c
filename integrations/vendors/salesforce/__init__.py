"""Salesforce: customer relations. Companies and contacts come from it and go to it. See README.md of this folder."""

from __future__ import annotations

from typing import Any

from integrations.vendors.base import Setting, Vendor
from integrations.vendors.salesforce.addresses import DEFAULT_LOGIN, DEFAULT_VERSION, budget_key
from integrations.vendors.salesforce.allowance import DEFAULT_SHARE
from integrations.vendors.salesforce.client import SalesforceClient
from integrations.vendors.salesforce.ids import is_id, to18
from integrations.vendors.salesforce.references import KINDS
from integrations.vendors.salesforce.wire import classify


def _sandbox() -> Any:
    from integrations.vendors.salesforce.sandbox import SalesforceSandbox

    return SalesforceSandbox()


def full_id(text: str) -> str:
    """18 characters of an id that is given with 15."""
    return to18(text) if is_id(text) else text


SETTINGS = (
    Setting(
        "login_url",
        "Log-in address",
        "https://login.salesforce.com for production, https://test.salesforce.com for a sandbox, or the org's own "
        "https://NAME.my.salesforce.com where it allows no other.",
        default=DEFAULT_LOGIN,
    ),
    Setting(
        "auth",
        "Way of signing in",
        "Client credentials work only on the org's own domain, for an application that names the user it runs as.",
        default="authorization_code",
        choices=(
            ("authorization_code", "Sign in with the browser"),
            ("client_credentials", "Client credentials (no sign-in page, own domain only)"),
        ),
    ),
    Setting(
        "api_version",
        "Version of the interface",
        "The portal is made for this one. Change it only when a connection test says that the org does not have it.",
        default=DEFAULT_VERSION,
        required=False,
    ),
    Setting(
        "call_share",
        "Share of the daily calls",
        "Percent, 1 to 100, of the calls that Salesforce allows the org in 24 hours that the portal may use: counted "
        "by Salesforce for this application where it tells them, else within one run. Whatever is set here, the "
        "portal waits while all applications together have used 80 percent.",
        default=str(DEFAULT_SHARE),
        required=False,
    ),
)
CREDENTIALS = (
    Setting("client_id", "Consumer key", "Of the external client app (or connected app) in Salesforce Setup."),
    Setting("client_secret", "Consumer secret", "Shown in Salesforce beside the consumer key.", secret=True),
    Setting(
        "refresh_token",
        "Refresh token",
        "Only to bring a sign-in that was made elsewhere. Leave it empty and press Connect instead.",
        required=False,
        secret=True,
        when={"auth": ("authorization_code",)},
    ),
)

VENDOR = Vendor(
    key="salesforce",
    label="Salesforce",
    settings=SETTINGS,
    credentials=CREDENTIALS,
    open=SalesforceClient,
    sandbox=_sandbox,
    classify=classify,
    candidate_kinds=KINDS,
    budget_key=budget_key,
    identity_settings=("login_url",),
    shared_warning=(
        "At most five sign-ins per user and application live at once: a sixth ends the oldest, in whatever "
        "installation it was made."
    ),
    allowance_seconds=86_400.0,
    full_id=full_id,
    oauth=True,
)
