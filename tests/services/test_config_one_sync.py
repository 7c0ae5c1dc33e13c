"""Files with the options and mappings of one import, in the forms that people write."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.core.mapping import mapping_key
from integrations.models import Connection, Mapping, Reference, Sync
from integrations.services.config import ConfigRefused, sync_load
from tests.factories import make_accelo, make_salesforce, make_workspace
from tests.syncs.salesforce_accelo_import.accounts import make_import_sync

pytestmark = pytest.mark.django_db
URL = "http://127.0.0.1:9"
TOM, LENA, LEFT = "005000000000001AAA", "005000000000002AAA", "005000000000003AAA"
WANTED = {
    ("user", TOM, "12", "confirmed"),
    ("user", LENA, "", "ignored"),
    ("sale_status", "Closed Won", "4", "confirmed"),
}
FORMS = {
    "maps": "mappings:\n  user: {tom@acme.example: Tom Okafor, Lena Vogel: skip}\n  sale_status: {Closed Won: Won}\n",
    "no heading": f'users: {{{TOM}: "12", {LENA}: leave out}}\nstages: {{Signed: Won}}\n',
    "lists": f"""\
- kind: owners
  rows:
    - {{owner: Tom Okafor, staff: tom.okafor@acme.example}}
    - {{source: {LENA[:15]}, ignore: yes}}
- {{kind: stage, rows: [[Closed Won, "4"]]}}
""",
    "arrows": "user: [Tom Okafor -> 12, lena@acme.example -> skip]\nopportunity stages: [closed won => won]\n",
}
TABLES = {
    "export": f"kind,source,qualifier,target,target_kind,target_label,state\nuser,{TOM},,12,,Tom,confirmed\n"
    f"user,{LENA},,,,,ignored\nsale_status,Closed Won,,4,,Won,confirmed\nuser,{LEFT},,13,,Lena,suggested\n"
    f"sale_status,Qualification,,,,,open\n",
    "own order": "\ufeffTarget,Source,Kind,Remark\r\nTom Okafor,tom@acme.example,User,x\r\nskip,Lena Vogel,user,\r\n"
    "Won,Signed,Stages of sales,\r\n,,,\r\n",
}


@pytest.fixture
def sync() -> Sync:
    workspace = make_workspace()
    source, target = make_salesforce(workspace, URL), make_accelo(workspace, URL)
    for id, name, email, active in (
        (TOM, "Tom Okafor", "tom@acme.example", True), (LENA, "Lena Vogel", "lena@acme.example", False),
        (LEFT, "Sam Carter", "sam@acme.example", False), ("005000000000004AAA", "Sam Carter", "", False),
    ):  # fmt: skip
        candidate(source, "owner", id, name, email=email, active=active)
    for id, label in (("Closed Won", "Signed"), ("Qualification", "Qualification")):
        candidate(source, "sale_stage", id, label)
    for id, name in (("12", "Tom Okafor"), ("13", "Lena Vogel")):
        candidate(target, "staff", id, name, email=f"{name}@acme.example".lower().replace(" ", "."))
    for id, label in (("2", "Qualified"), ("4", "Won")):
        candidate(target, "sale_status", id, label)
    return make_import_sync(URL, workspace)


def candidate(connection: Connection, kind: str, id: str, label: str, **values: Any) -> None:
    Reference.objects.create(
        connection=connection, kind=kind, external_id=id, label=label, label_key=mapping_key(label), **values
    )


def decided(sync: Sync) -> set[tuple[str, ...]]:
    rows = Mapping.objects.filter(sync=sync)
    return set(rows.values_list("kind", "source_value", "target_id", "state"))


@pytest.mark.parametrize("form", FORMS)
def test_yaml_in_many_forms_means_the_same(sync: Sync, form: str) -> None:
    loaded = sync_load(sync, FORMS[form])
    assert decided(sync) == WANTED and not loaded.warnings
    assert sync_load(sync, FORMS[form]).changes == []


@pytest.mark.parametrize("form", TABLES)
def test_a_table_means_the_same_and_leaves_undecided_values_alone(sync: Sync, form: str) -> None:
    sync_load(sync, TABLES[form], table=True)
    assert decided(sync) == WANTED
    assert sync_load(sync, TABLES[form], table=True).changes == []


def test_a_value_is_shown_by_its_name(sync: Sync) -> None:
    sync_load(sync, "user: {tom@acme.example: '12'}")
    row = Mapping.objects.get()
    assert (row.source_value, row.source_label, row.target_label) == (TOM, "Tom Okafor", "Tom Okafor")


def test_default_targets_are_taken_by_name_and_other_options_stay(sync: Sync) -> None:
    sync_load(sync, "options: {default_user: tom.okafor@acme.example, missing_contact: skip}")
    sync_load(sync, "options: {default_sale_status: Won}")
    sync.refresh_from_db()
    assert sync.options == {"default_user": "12", "missing_contact": "skip", "default_sale_status": "4"}


@pytest.mark.parametrize(
    ("text", "table", "where", "words"),
    [
        ("user: {Sam Carter: '12'}", False, "line 1, user", "could be more than one Salesforce owner"),
        ("user:\n  Tom Okafor: '12'\n  tom@acme.example: '13'\n", False, "line 3", "stands here twice"),
        ("user: {Tom Okafor: Nobody}", False, "line 1", "'Nobody'"),
        ("options:\n  default_user: Nobody\n", False, "line 2, options.default_user", "'Nobody'"),
        ("options: {default_colour: '1'}", False, "line 1", "default_colour"),
        ("", False, "", "empty"),
        ("kind,target\nuser,12\n", True, "line 1", "missing: source"),
        ("kind,source,target\nuser,Tom Okafor,12\nuser,Lena Vogel,77\n", True, "line 3", "'77'"),
        ("kind,source,target\ncolour,red,1\n", True, "line 2", "no mapping 'colour'"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(sync: Sync, text: str, table: bool, where: str, words: str) -> None:
    with pytest.raises(ConfigRefused) as refused:
        sync_load(sync, text, table=table)
    (error,) = refused.value.errors
    assert error["where"].startswith(where) and words in error["message"], error
    assert decided(sync) == set()


def test_a_name_that_nothing_has_is_told_and_kept(sync: Sync) -> None:
    loaded = sync_load(sync, "stage:\n  Signd: Won\n")
    assert loaded.warnings == [
        "Line 2: No record has the Salesforce stage 'Signd'; this row decides nothing yet. Did you mean 'Signed'?"
    ]
    assert decided(sync) == {("sale_status", "Signd", "4", "confirmed")}
