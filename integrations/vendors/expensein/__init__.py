"""ExpenseIn: expense claims. Where an accounting package's reference data goes to. See README.md of this folder."""

from __future__ import annotations

from typing import Any

from integrations.vendors.base import Access, Setting, Vendor, Window
from integrations.vendors.expensein.auth import budget_key
from integrations.vendors.expensein.client import ExpenseInClient
from integrations.vendors.expensein.mapping import ApiMapping
from integrations.vendors.expensein.mapping_file import load_mapping
from integrations.vendors.expensein.wire import classify

BY_TOKEN = {"auth": ("client_credentials",)}

SETTINGS = (
    Setting(
        "base_url",
        "Base address",
        "With the version at its end. Change it only when ExpenseIn tells you to.",
        default="https://api.expensein.com/1.0",
    ),
    Setting(
        "auth",
        "Way of signing in",
        "ExpenseIn documents API keys. Choose the other way only if ExpenseIn gave you a client id and secret.",
        default="api_key",
        choices=(("api_key", "API key"), ("client_credentials", "Client id and secret (OAuth)")),
    ),
    Setting("token_url", "Token address", "The whole address that gives tokens.", when=BY_TOKEN),
    Setting("scope", "Scope", "Leave empty unless ExpenseIn names one.", required=False, when=BY_TOKEN),
    Setting(
        "purchase_type",
        "Word for purchase expenses",
        "What a new category is created for, as a comma list. Leave empty unless ExpenseIn refuses the usual word.",
        required=False,
    ),
    Setting(
        "expense_types",
        "Words for all kinds of expenses",
        "What a new project is created for, as a comma list. Leave empty for purchase, mileage and time.",
        required=False,
    ),
)
CREDENTIALS = (
    Setting(
        "api_key",
        "API key",
        "In ExpenseIn: Admin > Integrations > ExpenseIn API > New API Key, with the permission Account administrator.",
        secret=True,
        when={"auth": ("api_key",)},
    ),
    Setting("client_id", "Client id", "As ExpenseIn gave it.", when=BY_TOKEN),
    Setting("client_secret", "Client secret", "As ExpenseIn gave it.", secret=True, when=BY_TOKEN),
)


def build_vendor(mapping: ApiMapping) -> Vendor:
    """The vendor as this mapping file describes its API."""

    def open_client(access: Access) -> ExpenseInClient:
        return ExpenseInClient(access, mapping)

    return Vendor(
        key="expensein",
        label="ExpenseIn",
        settings=SETTINGS,
        credentials=CREDENTIALS,
        open=open_client,
        sandbox=_sandbox,
        classify=classify,
        windows=(Window(mapping.calls_per_second, 1.0),) if mapping.calls_per_second else (),
        budget_key=budget_key,
        shared_warning=(
            "When this API key is regenerated in ExpenseIn, everything else that uses it stops until it is given the "
            "new one."
        ),
    )


def _sandbox() -> Any:
    from integrations.vendors.expensein.sandbox import ExpenseInEmulator

    return ExpenseInEmulator()


VENDOR = build_vendor(load_mapping())
