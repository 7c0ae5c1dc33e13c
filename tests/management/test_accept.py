"""`manage.py sync` of a sync whose items are configured: nothing enabled, lists that are held."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.management import call_command

from integrations.models import Run, Sync
from integrations.services.feeds import feeds_save
from tests.factories import ALL_ITEMS, make_data_sync

pytestmark = pytest.mark.django_db


@pytest.fixture
def sync() -> Sync:
    sync = make_data_sync("http://127.0.0.1:1")
    entry = {"was": 900, "now": 40, "source": "gl_accounts", "at": "2026-11-22T04:03:00+00:00"}
    sync.memory = {"held": {"categories": entry, "suppliers": {**entry, "now": 3}}, "kept": 1}
    sync.save()
    return sync


def told(capsys: Any, *words: str) -> tuple[int, dict[str, Any]]:
    """Exit status and report of `manage.py sync WORDS --json`."""
    status = 0
    try:
        call_command("sync", *words, "--json")
    except SystemExit as end:
        status = int(str(end.code))
    return status, json.loads(capsys.readouterr().out)


def test_held_lists_are_accepted_one_by_one_or_together(sync: Sync, capsys: Any) -> None:
    status, report = told(capsys, "accept", "acme", "data", "--stream", "categories")
    assert status == 0 and report["accepted"] == [{"stream": "categories", "was": 900, "now": 40}]
    status, report = told(capsys, "accept", "acme", "data", "--stream", "categories")
    assert status == 2 and "held are suppliers" in report["errors"][0]["message"]
    assert told(capsys, "accept", "acme", "data")[1]["accepted"] == [{"stream": "suppliers", "was": 900, "now": 3}]
    assert told(capsys, "accept", "acme", "data")[0] == 2
    sync.refresh_from_db()
    assert sync.memory["kept"] == 1 and sync.memory["lists"]["suppliers"]["count"] == 3


def test_a_sync_with_nothing_enabled_is_not_run(sync: Sync, capsys: Any) -> None:
    feeds_save(sync=sync, feeds={key: {**feed, "enabled": False} for key, feed in ALL_ITEMS.items()})
    for words in (("--preview",), ("--queue",), ()):
        status, report = told(capsys, "run", "acme", "data", *words)
        assert (status, report["status"]) == (2, "refused")
        assert "Enable at least one" in report["errors"][0]["message"]
    assert not Run.objects.exists()
    assert told(capsys, "list", "acme")[1]["syncs"][0]["state"] == "nothing enabled"
