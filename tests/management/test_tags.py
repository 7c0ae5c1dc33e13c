"""`manage.py tags`, as processes against the sandbox: from scratch once, then forked."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from integrations.models import TagUpload
from integrations.sandbox import Control
from tests.processes import Manage
from tests.tags import flat, held, make_list, person_puts, writes

FILE = "Name,GL Code,Enabled\nAlpha,100,yes\nBeta,200,no\n"
KEYS = ["run", "sync", "status", "preview", "counts", "calls", "seconds", "items", "message"]


@pytest.fixture
def tags(sandbox: Any, manage: Manage) -> Any:
    return make_list(sandbox.url)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "codes.csv"
    path.write_text(FILE)
    return path


def report(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_an_upload_tells_what_it_did_in_the_keys_of_a_run(tags: Any, file: Path, manage: Manage, sandbox: Any) -> None:
    done = manage.run("tags", "upload", "acme", str(file), "--mode", "replace", "--json")
    told = report(done)
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(KEYS) <= set(told)
    assert (told["status"], told["counts"]["created"], told["counts"]["failed"], told["version"]) == ("done", 2, 0, 1)
    assert [(item["source_id"], item["action"], item["status"]) for item in told["items"]] == [
        ("Alpha", "create", "created"), ("Beta", "create", "created"),
    ]  # fmt: skip
    assert flat(sandbox.url) == held(tags) == [("Alpha", "100", True), ("Beta", "200", False)]
    again = report(manage.fork("tags", "upload", "acme", str(file), "--mode", "replace", "--json"))
    assert (again["counts"]["unchanged"], again["items"], writes(sandbox.url)) == (2, [], 1)


def test_a_preview_is_applied_by_its_number(tags: Any, file: Path, manage: Manage, sandbox: Any) -> None:
    looked = report(manage.fork("tags", "upload", "acme", str(file), "--mode", "replace", "--preview", "--json"))
    assert (looked["status"], looked["preview"], looked["counts"]["created"]) == ("done", looked["upload"], 2)
    assert {item["status"] for item in looked["items"]} == {"planned"} and writes(sandbox.url) == 0
    done = manage.fork("tags", "apply", "acme", str(looked["preview"]), "--json")
    assert (done.returncode, report(done)["counts"]["created"]) == (0, 2), done.stdout
    assert len(flat(sandbox.url)) == 2
    again = manage.fork("tags", "apply", "acme", str(looked["preview"]), "--json")
    assert again.returncode == 2 and report(again)["status"] == "refused"


def test_rejected_rows_give_status_one_and_can_be_had_as_a_file(
    tags: Any, file: Path, manage: Manage, sandbox: Any, tmp_path: Path
) -> None:
    file.write_text(FILE + "Gamma,300,perhaps\n")
    done = manage.fork("tags", "upload", "acme", str(file), "--mode", "replace", "--json")
    told = report(done)
    assert (done.returncode, told["status"], told["counts"]["failed"]) == (1, "done_with_failures", 1)
    assert told["items"][0]["reason"].startswith("Row 4, column Enabled: ")
    rejected = tmp_path / "rejected.csv"
    manage.fork("tags", "rejected", "acme", str(told["upload"]), str(rejected))
    rejected.write_bytes(rejected.read_bytes().replace(b"perhaps", b"yes"))
    done = manage.fork("tags", "correct", "acme", str(told["upload"]), str(rejected), "--json")
    assert (done.returncode, report(done)["counts"]["created"]) == (0, 1), done.stdout
    assert len(flat(sandbox.url)) == 3


def test_all_or_nothing_refuses_with_the_rows(tags: Any, file: Path, manage: Manage, sandbox: Any) -> None:
    file.write_text(FILE + ",300,yes\n")
    done = manage.fork("tags", "upload", "acme", str(file), "--mode", "replace", "--all-or-nothing", "--json")
    told = report(done)
    assert (done.returncode, told["status"]) == (2, "refused")
    assert any("Row 4" in error["message"] for error in told["errors"])
    assert writes(sandbox.url) == 0


def test_undo_and_export_bring_back_what_was_there(
    tags: Any, file: Path, manage: Manage, sandbox: Any, tmp_path: Path
) -> None:
    person_puts(sandbox.url, ("=1+1", "007"))
    done = report(manage.fork("tags", "upload", "acme", str(file), "--mode", "replace", "--json"))
    undone = manage.fork("tags", "undo", "acme", str(done["upload"]), "--json")
    assert (undone.returncode, flat(sandbox.url)) == (0, [("=1+1", "007", True)]), undone.stdout
    out = tmp_path / "out.csv"
    manage.fork("tags", "export", "acme", str(out))
    assert "'=1+1" in out.read_text()
    again = report(manage.fork("tags", "upload", "acme", str(out), "--mode", "replace", "--json"))
    assert (again["counts"]["unchanged"], again["items"]) == (1, [])
    compared = report(manage.fork("tags", "compare", "acme", "1", "2", "--json"))
    assert compared["counts"] == {"added": 2, "changed": 0, "removed": 1}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("upload", "nobody", "FILE", "--mode", "replace"), "no workspace"),
        (("upload", "acme", "/nowhere.csv", "--mode", "replace"), "cannot be read"),
        (("upload", "acme", "FILE", "--mode", "replace", "--connection", "other"), "there are ieatta"),
        (("upload", "acme", "FILE", "--mode", "replace", "--column", "name=Missing"), "There is no column"),
        (("show", "acme", "999"), "no upload 999"),
        (("apply", "acme", "x"), "is no number"),
        (("export", "acme", "--version-number", "77"), "no version 77"),
        (("compare", "acme", "0", "77"), "the newest is 0"),
        (("upload", "acme", "FILE", "--mode", "replace", "--encoding", "nosuch"), "nosuch"),
        (("upload", "acme", "FILE", "--mode", "replace", "--delimiter", "::"), "vertical bar"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    tags: Any, file: Path, manage: Manage, sandbox: Any, words: tuple[str, ...], said: str
) -> None:
    done = manage.fork("tags", *(str(file) if word == "FILE" else word for word in words), "--json")
    told = report(done)
    assert (done.returncode, told["status"]) == (2, "refused"), done.stdout + done.stderr
    assert said in told["errors"][0]["message"] and Control(sandbox.url, "ieatta").calls() == []


def test_how_the_file_is_read_can_be_said(tags: Any, file: Path, manage: Manage, sandbox: Any) -> None:
    file.write_bytes("Kürzel;Was\n100;Grüße\n".encode("cp1252"))
    done = manage.fork(
        "tags", "upload", "acme", str(file), "--mode", "replace", "--column", "name=Was", "--column", "gl=Kürzel",
        "--header", "yes", "--encoding", "cp1252", "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert flat(sandbox.url) == [("Grüße", "100", True)]


def test_an_upload_left_by_a_killed_command_is_finished_first(
    tags: Any, file: Path, manage: Manage, sandbox: Any
) -> None:
    control = Control(sandbox.url, "ieatta")
    control.faults({"match": "POST ", "nth": 2, "do": "hang", "when": "after"})
    process = manage.start("tags", "upload", "acme", str(file), "--mode", "replace")
    while not control.hanging():
        assert process.poll() is None
    process.kill()
    process.wait()
    control.release()
    control.faults()
    done = manage.fork("tags", "upload", "acme", str(file), "--mode", "replace", "--json")
    assert (done.returncode, report(done)["counts"]["unchanged"]) == (0, 2), done.stdout + done.stderr
    assert list(TagUpload.objects.order_by("pk").values_list("status", "version")) == [("done", 1), ("done", None)]
    assert len(flat(sandbox.url)) == 2


def test_a_column_is_named_by_a_heading_that_the_portal_does_not_know(
    tags: Any, file: Path, manage: Manage, sandbox: Any
) -> None:
    file.write_text("Foo,Bar\nAlpha,A1\n")
    done = manage.fork(
        "tags", "upload", "acme", str(file), "--mode", "replace", "--column", "name=Foo", "--column", "gl=Bar"
    )
    assert (done.returncode, flat(sandbox.url)) == (0, [("Alpha", "A1", True)]), done.stdout + done.stderr
    again = report(manage.fork("tags", "upload", "acme", str(file), "--mode", "append", "--preview", "--json"))
    assert again["counts"]["unchanged"] == 1, "these headings are remembered"


def test_what_is_said_of_the_headings_finds_the_columns_anew(
    tags: Any, file: Path, manage: Manage, sandbox: Any
) -> None:
    file.write_text("Name,Code\nBeta,B1\n")
    manage.fork("tags", "upload", "acme", str(file), "--mode", "replace", "--header", "no")
    assert flat(sandbox.url) == [("Beta", "B1", True), ("Name", "Code", True)]
    file.write_text("Foo,Bar\nBeta,B2\n")
    manage.fork("tags", "upload", "acme", str(file), "--mode", "replace", "--header", "yes")
    assert flat(sandbox.url) == [("Beta", "B2", True)]


def test_unknown_headings_are_told_and_late_ones_refused(tags: Any, file: Path, manage: Manage, sandbox: Any) -> None:
    file.write_text("Foo,Bar\nAlpha,A1\n")
    told = report(manage.fork("tags", "upload", "acme", str(file), "--mode", "replace", "--preview", "--json"))
    assert "first row was taken as a tag" in told["message"]
    file.write_text("Project codes of 2026,,\n,,\nName,GL Code,Enabled\nAlpha,A1,Yes\n")
    done = manage.fork("tags", "upload", "acme", str(file), "--mode", "replace", "--json")
    assert done.returncode == 2 and "Delete the rows above" in report(done)["errors"][0]["message"]
    assert writes(sandbox.url) == 0


def test_another_delimiter_or_sheet_finds_the_columns_anew(
    tags: Any, file: Path, manage: Manage, sandbox: Any, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Name"])
    book.active.append(["Wrong"])
    for row in (["Name", "GL Code", "Enabled"], ["Alpha", "007", "No"]):
        (book["Tags"] if "Tags" in book.sheetnames else book.create_sheet("Tags")).append(row)
    book.save(tmp_path / "book.xlsx")
    words = ("tags", "upload", "acme", str(tmp_path / "book.xlsx"), "--mode", "replace", "--sheet", "Tags")
    assert manage.fork(*words).returncode == 0
    assert flat(sandbox.url) == [("Alpha", "007", False)]


def test_when_every_row_is_rejected_each_is_told(tags: Any, file: Path, manage: Manage, sandbox: Any) -> None:
    file.write_text("Name,GL Code\n,1\n0,2\n")
    done = manage.fork("tags", "upload", "acme", str(file), "--mode", "replace", "--json")
    told = report(done)
    assert (done.returncode, told["status"]) == (2, "refused")
    assert [error["message"][:6] for error in told["errors"][1:]] == ["Row 2,", "Row 3,"]


@pytest.mark.parametrize(("name", "text"), [("damaged.xlsx", "this is no zip\n"), ("empty.csv", "\n\n")])
def test_what_is_no_list_of_tags_is_refused(
    tags: Any, manage: Manage, sandbox: Any, tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text)
    done = manage.fork("tags", "upload", "acme", str(tmp_path / name), "--mode", "replace", "--json")
    assert (done.returncode, report(done)["status"], writes(sandbox.url)) == (2, "refused", 0)


def test_workers_carry_out_an_upload_left_to_them(tags: Any, file: Path, manage: Manage, sandbox: Any) -> None:
    manage.start("runworker")
    words = ("tags", "upload", "acme", str(file), "--mode", "replace", "--queue", "--wait", "--json")
    done = manage.fork(*words, timeout=60)
    assert (done.returncode, report(done)["status"]) == (0, "done"), done.stdout + done.stderr
    assert len(flat(sandbox.url)) == 2


def test_an_apply_that_was_killed_goes_on_by_the_same_command(
    tags: Any, file: Path, manage: Manage, sandbox: Any
) -> None:
    control = Control(sandbox.url, "ieatta")
    looked = report(manage.fork("tags", "upload", "acme", str(file), "--mode", "replace", "--preview", "--json"))
    control.faults({"match": "POST ", "nth": 2, "do": "hang", "when": "before"})
    process = manage.start("tags", "apply", "acme", str(looked["preview"]))
    while not control.hanging():
        assert process.poll() is None
    process.kill()
    process.wait()
    control.release()
    control.faults()
    done = manage.fork("tags", "apply", "acme", str(looked["preview"]), "--json")
    assert (done.returncode, report(done)["status"], len(flat(sandbox.url))) == (0, "done", 2), done.stdout
