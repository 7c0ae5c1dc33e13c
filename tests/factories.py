"""Rows that tests start from, made by the services an admin's clicks would call."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model

from integrations.core.mapping import mapping_key
from integrations.models import Budget, Connection, Mapping, Membership, Sync, Workspace
from integrations.sandbox import Control
from integrations.services.syncs import sync_create
from integrations.services.work import run_work
from integrations.vendors.accelo.sandbox import SERVICE_ID, SERVICE_SECRET
from integrations.vendors.accountsiq.sandbox.access import CLIENT_ID, CLIENT_SECRET, ENTITY
from integrations.vendors.expensein.sandbox.access import KEY
from integrations.vendors.ieatta.sandbox.state import POLICY_ID, SECRET, USER
from integrations.vendors.salesforce.sandbox import CLIENT_ID as ORG_ID
from integrations.vendors.salesforce.sandbox import CLIENT_SECRET as ORG_SECRET


def make_workspace(slug: str = "acme", **values: Any) -> Workspace:
    return Workspace.objects.create(slug=slug, **{"name": slug.title(), **values})


def make_user(name: str, workspace: Workspace | None = None, role: str = "admin", **values: Any) -> Any:
    user = get_user_model().objects.create_user(name, f"{name}@acme.example", "password", is_staff=True, **values)
    if workspace:
        Membership.objects.create(workspace=workspace, user=user, role=role)
    return user


def make_ieatta(workspace: Workspace, url: str, key: str = "ieatta", **settings: str) -> Connection:
    return Connection.objects.create(
        workspace=workspace,
        key=key,
        name=key.title(),
        vendor="ieatta",
        settings={
            "base_url": f"{url}/ieatta/Integration-Server/ExpensifyIntegrations",
            "policy_id": POLICY_ID,
            **settings,
        },
        credentials={"partner_user_id": USER, "partner_user_secret": SECRET},
        state=Connection.State.CONNECTED,
    )


def make_accelo(workspace: Workspace, url: str, key: str = "accelo", **settings: str) -> Connection:
    return Connection.objects.create(
        workspace=workspace,
        key=key,
        name=key.title(),
        vendor="accelo",
        settings={"base_url": f"{url}/accelo", **settings},
        credentials={"client_id": SERVICE_ID, "client_secret": SERVICE_SECRET},
        state=Connection.State.CONNECTED,
    )


def make_accountsiq(workspace: Workspace, url: str, key: str = "accountsiq", **settings: str) -> Connection:
    return Connection.objects.create(
        workspace=workspace,
        key=key,
        name=key.title(),
        vendor="accountsiq",
        settings={"base_url": f"{url}/accountsiq", "version": "2.0", "entity": ENTITY, **settings},
        credentials={"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET},
        state=Connection.State.CONNECTED,
    )


def make_expensein(workspace: Workspace, url: str, key: str = "expensein", **settings: str) -> Connection:
    return Connection.objects.create(
        workspace=workspace,
        key=key,
        name=key.title(),
        vendor="expensein",
        settings={"base_url": f"{url}/expensein/1.0", **settings},
        credentials={"api_key": KEY},
        state=Connection.State.CONNECTED,
    )


def make_salesforce(workspace: Workspace, url: str, key: str = "salesforce", **settings: str) -> Connection:
    return Connection.objects.create(
        workspace=workspace,
        key=key,
        name=key.title(),
        vendor="salesforce",
        settings={"login_url": f"{url}/salesforce", "auth": "client_credentials", **settings},
        credentials={"client_id": ORG_ID, "client_secret": ORG_SECRET},
        state=Connection.State.CONNECTED,
    )


ALL_ITEMS = {
    "categories": {"enabled": True, "source": "gl_accounts"},
    "projects": {"enabled": True, "source": "bi_codes"},
    "departments": {"enabled": True, "source": "dimension", "choice": "DEPT"},
    "tax_rates": {"enabled": True, "source": "tax_codes"},
    "suppliers": {"enabled": True, "source": "suppliers"},
}


def make_data_sync(
    url: str, workspace: Workspace | None = None, feeds: dict[str, Any] | None = None, **options: Any
) -> Sync:
    """The reference data sync between both sandboxes; every item is enabled unless `feeds` says otherwise."""
    workspace = workspace or make_workspace()
    return sync_create(
        workspace=workspace, key="data", name="Reference data", kind="accountsiq_expensein",
        source=make_accountsiq(workspace, url), target=make_expensein(workspace, url), options=options,
        feeds=ALL_ITEMS if feeds is None else feeds,
    )  # fmt: skip


def make_expense_sync(url: str, workspace: Workspace | None = None, **options: Any) -> Sync:
    """The expense sync between both sandboxes, with no mapping but the status table."""
    workspace = workspace or make_workspace()
    source, target = make_ieatta(workspace, url), make_accelo(workspace, url)
    return sync_create(
        workspace=workspace, key="expenses", name="Expenses", kind="ieatta_accelo", source=source, target=target,
        options=options,
    )  # fmt: skip


def make_directory_sync(url: str, workspace: Workspace | None = None, **options: Any) -> Sync:
    """Companies and contacts between both sandboxes; read-only unless `options` say otherwise."""
    workspace = workspace or make_workspace()
    return sync_create(
        workspace=workspace, key="directory", name="Companies and contacts", kind="salesforce_accelo",
        source=make_salesforce(workspace, url), target=make_accelo(workspace, url), options=options,
    )  # fmt: skip


def make_mapping(sync: Sync, kind: str, source: str, target: str, **values: Any) -> Mapping:
    return Mapping.objects.create(
        sync=sync, kind=kind, source_value=source, source_key=mapping_key(source), target_id=target,
        state=Mapping.State.CONFIRMED, **values,
    )  # fmt: skip


def map_categories(sync: Sync, url: str) -> None:
    """Every Ieatta category to the Accelo expense type of the same title."""
    types = {row["title"]: row["id"] for row in rows_of(url, "accelo", "expense_types")}
    for policy in Control(url, "ieatta").act("state")["policies"].values():
        for category in policy["categories"]:
            if category["name"] in types:
                make_mapping(sync, "category", category["name"], types[category["name"]])


def rows_of(url: str, vendor: str, table: str) -> list[dict[str, Any]]:
    rows = Control(url, vendor).act("state")[table]
    return list(rows.values()) if isinstance(rows, dict) else rows


def windows_over() -> None:
    """As if people had paused: calls made until now count no more against the vendors' calls in so many seconds."""
    Budget.objects.update(sent=[])


def run_sync(sync: Sync, **values: Any) -> Any:
    """Enqueue and carry out, as `manage.py sync run` does. The finished run."""
    from integrations.services.runs import run_enqueue

    windows_over()
    run = run_enqueue(sync=sync, wake=False, trigger="command", **values)
    run_work(run.pk, slice_seconds=None)
    run.refresh_from_db()
    return run
