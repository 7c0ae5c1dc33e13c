"""Imports in a workspace's file: what several of them share is a sync, which its dump holds and loading finds again."""

from __future__ import annotations

import pytest

from integrations.core.mapping import mapping_key
from integrations.models import Import, Mapping, Sync, Workspace
from integrations.registry import sync as sync_kind
from integrations.services.config import config_dump, config_load
from integrations.services.imports import import_open, import_sync
from tests.factories import make_accelo, make_salesforce, make_workspace
from tests.importing import KIND

pytestmark = pytest.mark.django_db
URL = "http://127.0.0.1:9"
OPTIONS = {"default_user": "12", "missing_company": "attach", "attach_company": "7"}


def connected(slug: str) -> Workspace:
    workspace = make_workspace(slug)
    make_salesforce(workspace, URL)
    make_accelo(workspace, URL)
    return workspace


def decided(sync: Sync) -> set[tuple[str, ...]]:
    return set(Mapping.objects.filter(sync=sync).values_list("kind", "source_value", "target_id", "state"))


def dumped(workspace: Workspace) -> tuple[str, Import, dict[str, str]]:
    """What the file holds, the draft that is open, and the credentials that the file names."""
    sync = import_sync(workspace, sync_kind(KIND))
    Sync.objects.filter(pk=sync.pk).update(options=OPTIONS)
    rows = (
        ("user", "005A", "12", "confirmed"),
        ("user", "005B", "", "ignored"),
        ("sale_status", "Won", "4", "confirmed"),
    )
    for kind, source, target, state in rows:
        Mapping.objects.create(
            sync=sync, kind=kind, source_value=source, source_key=mapping_key(source), target_id=target, state=state
        )
    draft = import_open(sync=sync, kinds=["sales"])
    text = config_dump(workspace)
    credentials = {f"{workspace.slug}_{one.key}_{name}".upper().replace("-", "_"): value
                   for one in workspace.connections.all() for name, value in one.credentials.items()}  # fmt: skip
    return text, draft, credentials


def test_the_dump_of_a_workspace_with_an_import_loads_without_a_change() -> None:
    workspace = connected("acme")
    text, draft, environ = dumped(workspace)
    assert config_load(text, environ=environ).changes == []
    draft.refresh_from_db()
    assert draft.state == "draft" and Sync.objects.get().enabled is False


def test_a_new_workspace_gets_the_decisions_and_its_first_import_uses_them() -> None:
    text, draft, environ = dumped(connected("acme"))
    loaded = config_load(text.replace("slug: acme", "slug: beta"), environ=environ)
    sync = import_sync(loaded.workspace, sync_kind(KIND))
    assert Sync.objects.filter(workspace=loaded.workspace).count() == 1
    assert decided(sync) == decided(draft.sync) and len(decided(sync)) == 3
    assert {name: sync.options[name] for name in OPTIONS} == OPTIONS
    assert not Import.objects.filter(sync=sync).exists() and sync.next_at is None


def test_where_an_import_was_opened_already_its_decisions_are_taken_over() -> None:
    """Each installation gives the sync of its imports a key of its own."""
    text, draft, environ = dumped(connected("acme"))
    other = connected("beta")
    own = import_sync(other, sync_kind(KIND))
    key = own.key
    assert key != draft.sync.key
    config_load(text.replace("slug: acme", "slug: beta"), environ=environ)
    (sync,) = Sync.objects.filter(workspace=other)
    assert (sync.pk, sync.key) == (own.pk, key)
    assert decided(sync) == decided(draft.sync) and sync.options["attach_company"] == "7"
