"""Accelo: professional services automation. Where expenses go to, and where companies and contacts are kept in step.

See README.md of this folder."""

from __future__ import annotations

from typing import Any

from integrations.vendors.accelo.auth import DEFAULT_SCOPE
from integrations.vendors.accelo.client import AcceloClient
from integrations.vendors.accelo.references import KINDS
from integrations.vendors.accelo.webhooks import EVENTS, webhook_signature_fits
from integrations.vendors.accelo.wire import WINDOW_SECONDS, budget_key, classify
from integrations.vendors.base import Hint, Setting, Vendor


def _sandbox() -> Any:
    from integrations.vendors.accelo.sandbox import AcceloSandbox

    return AcceloSandbox()


SETTINGS = (
    Setting(
        "base_url",
        "Base address",
        "https://<deployment>.api.accelo.com, with the name that stands before .accelo.com in your browser.",
    ),
    Setting(
        "auth",
        "Way of signing in",
        "Must fit the type of application that was registered in Accelo under Configuration, API.",
        default="client_credentials",
        choices=(
            ("client_credentials", "Service application (no sign-in page)"),
            ("authorization_code", "Web application (sign in with the browser)"),
        ),
    ),
    Setting(
        "scope",
        "Scope",
        "What the portal asks Accelo to permit. Without a write part nothing can be created or changed.",
        default=DEFAULT_SCOPE,
        required=False,
    ),
    Setting(
        "time_zone",
        "Time zone",
        "Used only when Accelo does not name the deployment's own zone, such as Australia/Sydney.",
        required=False,
    ),
    Setting(
        "date_form",
        "Dates are written as",
        "Accelo's documentation is not clear; change it when expenses arrive with a wrong date.",
        default="unix",
        required=False,
        choices=(("unix", "Unix time of the local midnight"), ("iso", "ISO text (2026-07-03)")),
    ),
    Setting(
        "boolean_form",
        "Yes and no are written as",
        "Accelo's documentation is not clear; change it when billable or reimbursable do not arrive.",
        default="yes_no",
        required=False,
        choices=(("yes_no", "yes and no"), ("one_zero", "1 and 0")),
    ),
)
CREDENTIALS = (
    Setting("client_id", "Client ID", "From the application registered in Accelo under Configuration, API."),
    Setting("client_secret", "Client secret", "Shown in Accelo beside the client ID.", secret=True),
)

VENDOR = Vendor(
    key="accelo",
    label="Accelo",
    settings=SETTINGS,
    credentials=CREDENTIALS,
    open=AcceloClient,
    sandbox=_sandbox,
    classify=classify,
    candidate_kinds=KINDS,
    budget_key=budget_key,
    allowance_seconds=WINDOW_SECONDS,
    reserve=500,
    hint=Hint("X-Hub-Signature", webhook_signature_fits, EVENTS, lambda client: client.directory),
    oauth=True,
)
