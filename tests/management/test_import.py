"""`manage.py import`, against both sandboxes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from integrations.admin.mapping_sheets import MappingResource
from integrations.models import Import, Link, Mapping, Run, RunItem
from integrations.services.mappings import mapping_decide
from tests.importing import FILE, Org, manage_import, start
from tests.processes import Manage
from tests.syncs.salesforce_accelo_import.accounts import STAGES, STATUSES

pytestmark = pytest.mark.django_db(transaction=True)
KEYS = {"run", "sync", "status", "preview", "counts", "calls", "seconds", "items", "message"}
OWNERLESS = FILE.replace("default_user: priya.raman@acme.example, ", "")


@pytest.fixture
def org(sandbox: Any, transactional_db: None) -> Org:
    return Org(sandbox.url)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mapping.yaml"
    path.write_text(FILE)
    return path


# --- what it is told before it begins -------------------------------------------------------------------------------


def test_who_owns_only_what_the_conditions_exclude_is_not_asked_for(org: Org, tmp_path: Path) -> None:
    org.fill(sales=4, tickets=0)
    path = tmp_path / "open.yaml"
    path.write_text(
        "options:\n  default_sale_type: '1'\n  sales_where: [{field: StageName, operator: is, values: [Prospecting]}]\n"
        "mappings:\n  user: {tom.okafor@acme.example: tom.okafor@acme.example}\n  stage: {Prospecting: Qualified}\n"
    )
    status, told = manage_import("start", "acme", "--kind", "sales", "--mapping", str(path))
    assert (status, len(org.table("prospects"))) == (0, 1), told
    steps = manage_import("status", "acme")[1]["steps"]
    assert [(one["values"], one["undecided"]) for one in steps if one["step"] == "users"] == [(1, 0)], "not Lena"


def test_fields_that_the_salesforce_user_cannot_see_are_a_warning(org: Org, file: Path) -> None:
    org.fill(sales=2, tickets=1)
    org.salesforce.act("hide_fields", object="Opportunity", fields=["Amount"])
    status, told = start(file)
    assert (status, told["warnings"]) == (0, [
        "The Salesforce user cannot see Opportunity.Amount; sales arrive without it. Give it the permission or go on."
    ])  # fmt: skip


def test_the_sync_that_imports_share_is_on_no_list_of_syncs(org: Org, file: Path, manage: Manage) -> None:
    org.fill(sales=1, tickets=0)
    start(file)
    assert manage.run("sync", "list", "acme").stdout.strip() == "There is no sync yet."


# --- what it brings -------------------------------------------------------------------------------------------------


def test_every_record_arrives_with_the_owner_and_status_that_the_file_says(org: Org, file: Path) -> None:
    org.fill(sales=10, tickets=9)
    status, told = start(file, "--suggested")
    assert status == 0 and set(told) >= KEYS and (told["status"], told["state"]) == ("done", "ended")
    assert told["import"] == org.newest.pk and told["kinds"] == ["sales", "tickets"] and "warnings" not in told
    sales, tickets = org.rows("Opportunity"), org.rows("Case")
    assert told["counts"]["created"] == told["counts"]["read"] == len(sales) + len(tickets) + 2 * len(org.accounts)
    staff = dict(zip(org.owners, ("12", "13"), strict=True))
    for row in sales:
        sold = org.sold(row["Id"])
        assert (sold["title"], sold["manager"]) == (row["Name"], staff[row["OwnerId"]])
        assert sold["status"] == STAGES[row["StageName"]]
    for row in tickets:
        made = org.ticketed(row["Id"])
        assert (made["title"], made["assignee"]) == (row["Subject"], staff[row["OwnerId"]])
        assert made["status"] == STATUSES[row["Status"]]
    assert (len(org.table("prospects")), len(org.table("issues"))) == (len(sales), len(tickets))


def test_the_next_start_brings_what_came_since_and_nothing_twice(org: Org, file: Path) -> None:
    org.fill()
    start(file)
    held = org.held()
    status, again = start(file)
    assert (status, again["counts"]["unchanged"], again["counts"]["created"], again["items"]) == (0, 18, 0, [])
    assert org.held() == held
    sale = org.sale("Came since", org.accounts[0], OwnerId=org.owners[0])
    status, since = start(file)
    assert (status, since["counts"]["created"], since["counts"]["unchanged"]) == (0, 1, 18)
    assert org.sold(sale)["title"] == "Came since"
    assert org.table("prospects").keys() - held["prospects"].keys() == {org.target("sales", sale)}


def test_the_next_start_brings_at_once_what_failed_a_moment_ago(org: Org, file: Path) -> None:
    org.fill(sales=3, tickets=0)
    org.accelo.faults({"match": "POST /api/v0/prospects", "do": "status", "status": 403, "nth": 2})
    status, told = start(file)
    assert (status, told["counts"]["failed"]) == (1, 1), told
    status, told = start(file)
    assert (status, told["counts"]["created"], told["counts"]["failed"]) == (0, 1, 0), told
    assert sorted(row["title"] for row in org.table("prospects").values()) == ["Sale 0", "Sale 1", "Sale 2"]


def test_only_the_kinds_that_were_named_are_imported(org: Org, file: Path) -> None:
    org.fill(sales=2, tickets=2)
    status, told = manage_import("start", "acme", "--kind", "tickets", "--mapping", str(file))
    assert (status, told["kinds"]) == (0, ["tickets"])
    assert (len(org.table("issues")), len(org.table("prospects"))) == (2, 0)


def test_a_preview_writes_nothing_and_leaves_a_draft_that_the_start_takes_up(org: Org, file: Path) -> None:
    org.fill(sales=2, tickets=2)
    held = org.held()
    status, looked = start(file, "--preview")
    assert (status, looked["state"], looked["counts"]["created"]) == (0, "draft", 8)
    assert org.held() == held
    assert manage_import("status", "acme")[1]["run"] == looked["run"] == looked["preview"]
    _, done = manage_import("start", "acme", "--kind", "sales,tickets")
    assert (done["import"], done["counts"]["created"], Import.objects.count()) == (looked["import"], 8, 1)


def test_an_undecided_owner_blocks_its_records_until_retry_brings_just_those(org: Org, file: Path) -> None:
    org.fill(sales=4, tickets=4)
    sam = org.user("Sam Carter")
    late = org.account("Only Sam's")
    org.person("Grey", late)
    his = [org.sale("His", late, OwnerId=sam), org.sale("His too", org.accounts[0], OwnerId=sam)]
    file.write_text(OWNERLESS)
    _, told = start(file)
    assert not Link.objects.filter(source_id__in=his).exclude(target_id="").exists()
    assert (len(org.table("prospects")), len(org.table("issues"))) == (4, 4)
    waiting = {item["source_id"]: item["reason"] for item in told["items"] if item["status"] == "blocked"}
    assert all("Sam Carter" in waiting[id] for id in his)
    org.sale("Came since", org.accounts[0], OwnerId=org.owners[0])
    mapping_decide(Mapping.objects.get(sync=org.sync, kind="user", source_value=sam), "13")
    _, again = start(file, "--preview")  # an earlier import left them: a draft must not hide them
    manage_import("cancel", "acme")
    status, retried = manage_import("retry", "acme", str(told["import"]))
    assert status == 0 and retried["import"] == told["import"]
    assert [org.sold(id)["manager"] for id in his] == ["13", "13"]
    assert len(org.table("prospects")) == 6, "what came since is left to the next import"
    assert manage_import("retry", "acme", str(told["import"]))[1]["errors"][0]["message"].startswith("Nothing failed")


def test_what_still_waits_after_a_second_import_can_be_retried_in_it(org: Org, file: Path) -> None:
    org.fill(sales=2, tickets=0)
    sam = org.user("Sam Carter")
    his = org.sale("His", org.accounts[0], OwnerId=sam)
    file.write_text(OWNERLESS)
    start(file)
    _, second = start(file)
    assert second["counts"]["blocked"] == 1 and not RunItem.objects.filter(run=second["run"]).exists()
    mapping_decide(Mapping.objects.get(sync=org.sync, kind="user", source_value=sam), "13")
    status, told = manage_import("retry", "acme")
    assert (status, told["import"], told["counts"]["created"]) == (0, second["import"], 1)
    assert org.sold(his)["manager"] == "13"


# --- mapping files --------------------------------------------------------------------------------------------------


def test_what_missing_ones_are_attached_to_is_taken_by_name_and_checked_first(org: Org, tmp_path: Path) -> None:
    org.fill(sales=1, tickets=1)
    org.accelo.act("put", table="companies", rows=[{"id": "70", "name": "Collector", "standing": "active"}])
    org.accelo.act("put", table="contacts", rows=[{"id": "80", "firstname": "Ann", "surname": "Keeper"}])
    place = {"id": "91", "company": "70", "contact": "80", "email": "ann@collector.example", "standing": "active"}
    org.accelo.act("put", table="affiliations", rows=[place])
    rules = "missing_company: attach, attach_company: {}, missing_contact: attach, attach_contact: {}"
    for company, contact in (("Colector", "91"), ("Collector", "80"), ("71", "Ann Keeper")):
        file = tmp_path / "wrong.yaml"
        file.write_text(FILE.replace("options: {", "options: {" + rules.format(company, contact) + ", "))
        status, told = start(file)
        assert (status, told["status"], told["errors"][0]["where"]) == (2, "refused", "options"), told
        assert "Accelo has no " in told["errors"][0]["message"]
        assert (org.sync.options, Import.objects.exists()) == ({}, False)
    for contact in ("Ann Keeper", "ann@collector.example", '"Ann Keeper, Collector"', "91"):
        file.write_text(FILE.replace("options: {", "options: {" + rules.format("collector", contact) + ", "))
        status, told = start(file)
        assert status == 0, told["errors"]
        assert (org.sync.options["attach_company"], org.sync.options["attach_contact"]) == ("70", "91")
    assert [row["affiliation"] for row in org.table("prospects").values()] == ["91"]
    assert [row["against_id"] for row in org.table("issues").values()] == ["70"]


def test_an_export_of_the_mappings_comes_back_and_changes_nothing(org: Org, file: Path, tmp_path: Path) -> None:
    org.fill(sales=2, tickets=2)
    org.sale("=2+3", org.accounts[0], StageName="Closed Won")
    start(file)
    rows = Mapping.objects.filter(sync=org.sync).order_by("pk")
    before = list(rows.values("kind", "source_value", "target_id", "state"))
    table = tmp_path / "export.csv"
    table.write_bytes(MappingResource().export(rows).csv.encode("utf-8-sig"))
    status, told = start(table)
    assert (status, told["counts"]["created"]) == (0, 0), told
    assert list(rows.values("kind", "source_value", "target_id", "state")) == before


def test_a_wrong_file_is_refused_with_every_error_and_changes_nothing(org: Org, file: Path) -> None:
    org.fill(sales=2, tickets=2)
    file.write_text(
        "options:\n  default_user: Nobody Known\n  currency_rule: guess\nmappings:\n"
        "  stage:\n    Prospecting: No such status\n    Closed Won: Won\n  colours: {red: 1}\n"
    )
    status, told = start(file)
    assert (status, told["status"]) == (2, "refused")
    where = [error["where"].partition(",")[0] for error in told["errors"]]
    assert where == ["line 2", "line 3", "line 6", "line 8"], told["errors"]
    assert "No such status" in told["errors"][2]["message"] and "colours" in told["errors"][3]["message"]
    assert not Import.objects.exists() and not Run.objects.exists()
    assert org.sync.options == {} and not Mapping.objects.exclude(state__in=["open", "suggested"]).exists()


def test_a_row_for_what_no_record_has_is_told_and_stops_nothing(org: Org, file: Path) -> None:
    org.fill(sales=2, tickets=0)
    file.write_text(FILE.replace("Prospecting:", "Prospectin: Won, Prospecting:"))
    status, told = start(file)
    assert (status, len(told["warnings"])) == (0, 1)
    assert "'Prospectin'" in told["warnings"][0] and "Did you mean 'Prospecting'?" in told["warnings"][0]


@pytest.mark.parametrize(
    ("arguments", "where", "words"),
    [
        (("start", "nope", "--kind", "sales"), "workspace", "there are acme"),
        (("start", "acme", "--kind", "leads"), "--kind", "There are sales, tickets"),
        (("start", "acme", "--kind", "sales", "--source", "other"), "import", "no connection 'other' to Salesforce"),
        (("start", "acme", "--kind", "sales", "--mapping", "/nope.csv"), "/nope.csv", "cannot be read"),
        (("status", "acme"), "import", "There is no import yet"),
        (("status", "acme", "77"), "import", "There is no import 77"),
        (("retry", "acme", "x"), "import", "'x' is no number"),
    ],
)
def test_what_cannot_be_is_refused_in_words(org: Org, arguments: Any, where: str, words: str) -> None:
    status, told = manage_import(*arguments)
    assert (status, told["errors"][0]["where"]) == (2, where) and words in told["errors"][0]["message"]
    assert not Import.objects.exists()


# --- what it says ---------------------------------------------------------------------------------------------------


def test_people_read_how_it_stands(org: Org, file: Path, manage: Manage) -> None:
    """As a process: another application has a command of this name too."""
    org.fill(sales=2, tickets=0)
    start(file, "--preview")
    told = manage.run("import", "status", "acme")
    assert told.returncode == 0, told.stderr
    number = org.newest.pk
    assert told.stdout.splitlines()[:2] == [
        f"Import {number} of sales and tickets: draft", "  User mapping: 2 values, 0 undecided",
    ]  # fmt: skip
    assert "to create: Sale 0" in told.stdout
    assert manage.run("import", "cancel", "acme").stdout.strip() == "The draft is discarded."
