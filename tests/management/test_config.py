"""`manage.py config` and `manage.py keys`, as processes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from integrations.models import Connection, Workspace
from tests.factories import make_expense_sync
from tests.processes import Manage

NOWHERE = "http://127.0.0.1:9"
FILE = """\
workspace: acme
connections:
  - key: accelo
    vendor: accelo
    settings: {base_url: https://10.0.0.1}
    credentials: {client_id: abc, client_secret: "env:ACCELO_SECRET"}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "acme.yaml"
    path.write_text(FILE)
    return path


def test_a_file_is_loaded_once_and_then_unchanged(manage: Manage, file: Path) -> None:
    env = {"ACCELO_SECRET": "hush-hush-secret"}
    first = manage.run("config", "load", str(file), "--json", env=env)
    assert first.returncode == 0, first.stderr
    report = json.loads(first.stdout)
    assert (report["status"], report["workspace"]) == ("done", "acme")
    assert report["changes"] == [
        {"where": "workspace", "change": "created"}, {"where": "connections.accelo", "change": "created"},
    ]  # fmt: skip
    again = manage.run("config", "load", str(file), env=env)
    assert (again.returncode, again.stdout) == (0, "All unchanged.\n")
    assert "hush" not in first.stdout + first.stderr + again.stdout + again.stderr


def test_a_refused_file_gives_status_two_and_lists_all_errors(manage: Manage, file: Path) -> None:
    file.write_text(FILE.replace("vendor: accelo", "vendor: acello") + "sinks: []\n")
    done = manage.fork("config", "load", str(file), "--json")
    assert done.returncode == 2
    report = json.loads(done.stdout)
    assert report["status"] == "refused"
    assert [error["where"] for error in report["errors"]] == ["line 4, connections[0].vendor", "line 7, sinks"]
    text = manage.fork("config", "load", str(file))
    assert (text.returncode, text.stdout) == (2, "")
    assert "line 4, connections[0].vendor: There is no vendor 'acello'" in text.stderr
    assert not Workspace.objects.exists()


@pytest.mark.parametrize(("content", "words"), [(None, "cannot be read"), (b"a: \xff\n", "not UTF-8")])
def test_a_file_that_cannot_be_read_is_refused(manage: Manage, file: Path, content: Any, words: str) -> None:
    file.unlink() if content is None else file.write_bytes(content)
    done = manage.fork("config", "load", str(file), "--json")
    assert done.returncode == 2
    assert words in json.loads(done.stdout)["errors"][0]["message"]


def test_testing_after_loading_tells_each_connection(manage: Manage, file: Path) -> None:
    done = manage.run("config", "load", str(file), "--test", "--json", env={"ACCELO_SECRET": "hush-hush-secret"})
    assert done.returncode == 1
    assert json.loads(done.stdout)["tests"][0]["connection"] == "accelo"


def test_a_dump_goes_to_standard_output_or_a_file(manage: Manage, tmp_path: Path) -> None:
    make_expense_sync(NOWHERE)
    done = manage.fork("config", "dump", "acme")
    assert done.returncode == 0 and "workspace:\n  slug: acme\n" in done.stdout
    assert "sandbox-service-secret" not in done.stdout
    assert "client_secret: env:ACME_ACCELO_CLIENT_SECRET" in done.stdout
    out = tmp_path / "out.yaml"
    assert manage.fork("config", "dump", "acme", "--output", str(out)).returncode == 0
    assert out.read_text() == done.stdout.rstrip("\n") + "\n"
    unknown = manage.fork("config", "dump", "nope", "--json")
    assert unknown.returncode == 2 and "there are acme" in unknown.stdout


def test_keys_are_made_and_all_credentials_rotated(manage: Manage) -> None:
    make_expense_sync(NOWHERE)
    old = manage.environment(None)["CREDENTIAL_KEYS"]
    new = json.loads(manage.fork("keys", "generate", "--json").stdout)["key"]
    rotated = manage.run("keys", "rotate", "--json", env={"CREDENTIAL_KEYS": f"{new},{old}"})
    assert (rotated.returncode, json.loads(rotated.stdout)["connections"]) == (0, 2)
    with_new = manage.run("config", "dump", "acme", env={"CREDENTIAL_KEYS": new})
    assert with_new.returncode == 0
    with_old = manage.fork("config", "dump", "acme", "--json")
    assert with_old.returncode == 2 and "CREDENTIAL_KEYS" in with_old.stdout
    manage.run("keys", "rotate", env={"CREDENTIAL_KEYS": f"{old},{new}"})
    assert Connection.objects.get(key="accelo").credentials["client_secret"] == "sandbox-service-secret"
