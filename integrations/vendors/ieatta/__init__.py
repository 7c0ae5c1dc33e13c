"""Ieatta, an expense service that speaks the protocol of the Expensify Integration Server. See README.md."""

from __future__ import annotations

from typing import Any

from integrations.vendors.base import Setting, Vendor, Window
from integrations.vendors.ieatta.accounting import accounting_of
from integrations.vendors.ieatta.client import IeattaClient
from integrations.vendors.ieatta.envelope import classify
from integrations.vendors.ieatta.server import budget_key


def _sandbox() -> Any:
    from integrations.vendors.ieatta.sandbox import IeattaEmulator

    return IeattaEmulator()


VENDOR = Vendor(
    key="ieatta",
    label="Ieatta",
    settings=(
        Setting(
            "base_url",
            "Address of the Integration Server",
            "The whole endpoint. Change it only when Ieatta tells you to.",
            default="https://integrations.expensify.com/Integration-Server/ExpensifyIntegrations",
        ),
        Setting("policy_id", "Workspace (policy) id", "In Ieatta: Settings > Workspaces, the id in the address bar."),
        Setting(
            "rejected_words",
            "Words of a rejection",
            "Comma list. An action in a report's history that contains one of these marks the report as rejected.",
            default="reject,declin",
            required=False,
        ),
        Setting(
            "template_style",
            "Style of the export template",
            "Leave on automatic unless exports fail.",
            default="auto",
            required=False,
            choices=(
                ("auto", "Automatic"),
                ("json_string", "With ?json_string"),
                ("replace", "With ?replace"),
            ),
        ),
        Setting(
            "ready_seconds",
            "Seconds to wait for an export",
            "How long a run waits until Ieatta has rendered the file.",
            default="120",
            required=False,
        ),
        Setting(
            "accounting",
            "Accounting connection of the workspace",
            "Where the Ieatta workspace is connected to an accounting package, its tags come from there: the portal "
            "then only appends tags and never replaces the list. Choose it if the connection test does not find it.",
            required=False,
            choices=(
                ("", "None, or as Ieatta tells"),
                ("xero", "Xero"),
                ("quickbooks_online", "QuickBooks Online"),
                ("other", "Another accounting package (NetSuite, Sage Intacct …)"),
            ),
        ),
        Setting(
            "tags_required",
            "Expenses must carry a tag",
            "Ieatta takes this anew with each list of tags and does not tell how it is set there: say it here, or the "
            "next upload takes it back.",
            default="no",
            required=False,
            choices=(("no", "No"), ("yes", "Yes, one of each level")),
        ),
        Setting(
            "colons",
            "Colons in tag names",
            "Ieatta parts levels at a colon and keeps one inside a name as \\:. Change this if uploaded names come "
            "back with a backslash too many, or parted.",
            default="escape",
            required=False,
            choices=(
                ("escape", "Send them as \\:"),
                ("as_is", "Send them as they are (Ieatta escapes them)"),
                ("refuse", "Refuse names with a colon"),
            ),
        ),
    ),
    credentials=(
        Setting("partner_user_id", "Partner user id", "In Ieatta: Settings > Account > Tools > Integrations."),
        Setting(
            "partner_user_secret",
            "Partner user secret",
            "Shown once. Making a new secret stops every other integration that uses the old one.",
            secret=True,
        ),
    ),
    open=IeattaClient,
    sandbox=_sandbox,
    classify=classify,
    windows=(Window(5, 10.0), Window(20, 60.0)),
    identity_settings=("policy_id",),
    candidate_kinds=("category", "tag", "tax", "person"),
    budget_key=budget_key,
    accounting=accounting_of,
    shared_warning=(
        "Ieatta has one secret for each account. When a new one is made, every integration that uses the old one stops "
        "until it is given the new one."
    ),
)
