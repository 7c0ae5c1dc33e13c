"""AccountsIQ: accounting. Where categories, projects, departments, tax rates and suppliers come from. See README.md."""

from __future__ import annotations

from typing import Any

from integrations.vendors.accountsiq.addresses import EXAMPLE
from integrations.vendors.accountsiq.client import KINDS, AccountsIQClient
from integrations.vendors.accountsiq.meaning import classify
from integrations.vendors.base import Setting, Vendor


def _sandbox() -> Any:
    from integrations.vendors.accountsiq.sandbox import AccountsIQEmulator

    return AccountsIQEmulator()


SETTINGS = (
    Setting(
        "base_url",
        "Address of your region",
        "The beginning of your AccountsIQ login address; uk1, eu1, eu2 or us1 will do, or the whole endpoint. With the "
        "wrong region the credentials look wrong.",
        default=EXAMPLE,
    ),
    Setting(
        "version",
        "Version of the interface",
        "2.0 unless you still have a partner key of 1.1; AccountsIQ issues no new ones.",
        default="2.0",
        choices=(("2.0", "Integration 2.0 (client ID and secret)"), ("1.1", "Integration 1.1 (partner key)")),
    ),
    Setting(
        "entity",
        "Entity",
        "Id of the company to read. Leave it empty at first: the test lists those the application may reach (2.0).",
        required=False,
    ),
    Setting(
        "endpoint_path",
        "Path of the web service",
        "Leave empty unless AccountsIQ names another path than the documented one.",
        required=False,
    ),
    Setting(
        "rate_scale",
        "Tax rates are written as",
        "AccountsIQ's documentation does not say; change it when 20 % arrives as 0.2 %.",
        default="percent",
        required=False,
        choices=(("percent", "Per cent (20)"), ("fraction", "Fraction (0.2)")),
    ),
    Setting(
        "gl_source",
        "GL accounts are read with",
        "GetGLAccountList gives code and name only: filters then see no type, and inactive accounts look active.",
        default="GetChartOfAccounts",
        required=False,
        choices=(("GetChartOfAccounts", "GetChartOfAccounts"), ("GetGLAccountList", "GetGLAccountList")),
    ),
    Setting(
        "supplier_source",
        "Suppliers are read with",
        "GetActiveSupplierList leaves inactive suppliers out, so that a supplier made inactive would just vanish and "
        "stay active in the target. Use it only when the full list is refused.",
        default="GetSupplierList",
        required=False,
        choices=(("GetSupplierList", "GetSupplierList"), ("GetActiveSupplierList", "GetActiveSupplierList")),
    ),
)
_MODERN = {"version": ("2.0",)}
_OLD = {"version": ("1.1",)}
CREDENTIALS = (
    Setting("client_id", "Client ID", "Of the Integration Application, from the Developer Portal.", when=_MODERN),
    Setting("client_secret", "Client secret", "Shown beside the client ID.", secret=True, when=_MODERN),
    Setting(
        "partner_key", "Partner key", "Given by AccountsIQ to the maker of an integration.", secret=True, when=_OLD
    ),
    Setting(
        "user_key",
        "User key",
        "In AccountsIQ: Setup > Company Details & Settings > Integration.",
        secret=True,
        when=_OLD,
    ),
)

VENDOR = Vendor(
    key="accountsiq",
    label="AccountsIQ",
    settings=SETTINGS,
    credentials=CREDENTIALS,
    open=AccountsIQClient,
    sandbox=_sandbox,
    classify=classify,
    identity_settings=("entity",),
    candidate_kinds=KINDS,
    shared_warning=(
        "Revoking the Integration Application in AccountsIQ, or taking an entity from it, takes effect at once, "
        "also in the middle of a run."
    ),
)
