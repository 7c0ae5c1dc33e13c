"""The emulator's own rules for tags, asked directly."""

from typing import Any

import pytest

from integrations.vendors.ieatta.sandbox import IeattaEmulator as Emulator
from integrations.vendors.ieatta.sandbox.state import POLICY_ID
from tests.vendors.ieatta.conftest import ask

CONFIG = {"dependency": False, "glCodes": True, "header": True, "setRequired": [True, False], "fileType": "csv"}
DEPENDENT = CONFIG | {"dependency": True, "setRequired": False}


def update(box: Emulator, tags: Any, **form: str) -> Any:
    wanted = {"type": "policy", "policyID": POLICY_ID}
    return ask(box, {"type": "update", "inputSettings": wanted, "tags": tags}, **form)


def inline(box: Emulator, *rows: Any, **more: Any) -> Any:
    tags = [row if isinstance(row, dict) else {"name": row} for row in rows]
    return update(box, {"source": "inline", "action": "replace", "data": [{"name": "Project", "tags": tags}], **more})


def upload(box: Emulator, text: str, config: dict[str, Any]) -> Any:
    return update(box, {"source": "file", "action": "replace", "config": config}, file=text)


def held(box: Emulator) -> Any:
    return box.control("state", {})["policies"][POLICY_ID]["tags"]


def told(box: Emulator) -> Any:
    wanted = {"type": "policy", "policyIDList": [POLICY_ID], "fields": ["tags"]}
    return ask(box, {"type": "get", "inputSettings": wanted})["policyInfo"][POLICY_ID]["tags"]


def names(rows: list[dict[str, Any]]) -> list[str]:
    return [row["name"] for row in rows]


@pytest.mark.parametrize("action", ["replace", "merge", None])
def test_every_update_replaces_the_whole_list(emulator: Emulator, action: str | None) -> None:
    assert inline(emulator, "A", "B", action=action) == {"responseCode": 200}
    assert inline(emulator, "C", action=action) == {"responseCode": 200}
    assert names(held(emulator)[0]["tags"]) == ["C"]


@pytest.mark.parametrize(
    "row", ["", "0", "x" * 256, "é" * 250 + "\\:" * 3, {"enabled": "yes"}, {"name": None}, ["A"], None]
)
def test_what_is_no_tag_is_refused_and_leaves_the_list_as_it_was(emulator: Emulator, row: Any) -> None:
    inline(emulator, "A")
    bad = {"name": row} if isinstance(row, str) else {"name": "C", **row} if isinstance(row, dict) else row
    answer = update(emulator, {"data": [{"name": "Project", "tags": [{"name": "B"}, bad]}]})
    assert answer["responseCode"] == 410
    assert names(held(emulator)[0]["tags"]) == ["A"]


def test_fifty_thousand_tags_of_all_levels_are_the_most(emulator: Emulator) -> None:
    rows = "".join(f"D{n},P{n}\n" for n in range(25_000))
    config = CONFIG | {"glCodes": False, "header": False}
    assert upload(emulator, rows, config) == {"responseCode": 200}
    assert "50000" in upload(emulator, rows + ",one more\n", config)["responseMessage"]
    assert [len(level["tags"]) for level in told(emulator)] == [25_000, 25_000]


def test_several_inline_levels_are_independent_and_all_enabled(emulator: Emulator) -> None:
    levels = [{"name": name, "tags": [{"name": "A", "glCode": 7, "enabled": False}]} for name in ("Client", "Project")]
    assert update(emulator, {"data": levels}) == {"responseCode": 200}
    row = {"name": "A", "glCode": "7", "enabled": True}
    assert told(emulator) == [{"name": "Client", "tags": [row]}, {"name": "Project", "tags": [row]}]


def test_one_level_is_told_flat_and_none_wrapped(emulator: Emulator) -> None:
    assert inline(emulator, {"name": "A", "enabled": False}) == {"responseCode": 200}
    assert told(emulator) == [{"name": "A", "glCode": "", "enabled": False}]
    assert inline(emulator) == {"responseCode": 200}
    assert told(emulator) == [{"name": "Project", "tags": []}]


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
@pytest.mark.parametrize(("kind", "mark"), [("csv", ","), ("tsv", "\t")])
def test_an_independent_file_is_read_with_any_line_end(emulator: Emulator, end: str, kind: str, mark: str) -> None:
    lines = ["Department,GL,Project,GL", 'Sales,3000,"P ""1""",10', "Ops,6000,,", "", ",,P-2"]
    text = "\ufeff" + end.join(lines).replace(",", mark)
    assert upload(emulator, text, CONFIG | {"fileType": kind}) == {"responseCode": 200}
    sales, projects = held(emulator)
    assert (sales["name"], sales["setRequired"], names(sales["tags"])) == ("Department", True, ["Sales", "Ops"])
    assert [(row["name"], row["glCode"]) for row in projects["tags"]] == [('P "1"', "10"), ("P-2", "")]


def test_a_dependent_file_keeps_the_parents_and_tells_each_name_once(emulator: Emulator) -> None:
    text = "Client,GL,Project,GL\nAcme,100,Refit,20\nAcme,100,Audit,30\nGlobex,200,Refit,40\nIdle,,,\n"
    assert upload(emulator, text, DEPENDENT) == {"responseCode": 200}
    clients, projects = held(emulator)
    assert names(clients["tags"]) == ["Acme", "Globex", "Idle"]
    assert [(*row["parents"], row["name"], row["glCode"]) for row in projects["tags"]] == [
        ("Acme", "Refit", "20"), ("Acme", "Audit", "30"), ("Globex", "Refit", "40"),
    ]  # fmt: skip
    refit, audit = (
        {"name": name, "glCode": code, "enabled": True} for name, code in (("Refit", "20"), ("Audit", "30"))
    )
    assert told(emulator)[1]["tags"] == [refit, audit]
    emulator.control("settings", {"tags_per_parent": True})
    assert told(emulator)[1]["tags"] == [refit, audit, refit | {"glCode": "40"}]


@pytest.mark.parametrize(
    ("text", "config"),
    [
        ("", CONFIG),
        ("A,B\nx,y", CONFIG | {"glCodes": False, "setRequired": True}),
        ("A,B\nx,y", CONFIG | {"glCodes": False, "setRequired": [True]}),
        ("A,B\nx,y", CONFIG | {"glCodes": False, "fileType": "cvs"}),
        ("A,B\nx,y", DEPENDENT | {"glCodes": False, "setRequired": [True, False]}),
        ("A,B\n,y", DEPENDENT | {"glCodes": False}),
        ("A,B\nx,0", DEPENDENT | {"glCodes": False}),
    ],
)
def test_a_file_that_does_not_fit_its_config_is_refused(emulator: Emulator, text: str, config: Any) -> None:
    assert upload(emulator, text, config)["responseCode"] == 410
    assert held(emulator) == []


def test_a_repeated_inline_name_counts_last_or_is_refused(emulator: Emulator) -> None:
    rows = [{"name": "A", "glCode": "1"}, {"name": "B"}, {"name": "A", "glCode": "2"}]
    inline(emulator, *rows)
    assert [(row["name"], row["glCode"]) for row in told(emulator)] == [("A", "2"), ("B", "")]
    emulator.control("settings", {"tags_duplicates": "refuse"})
    assert "duplicate" in inline(emulator, *rows)["responseMessage"]


def test_switches_change_what_is_kept_and_told(emulator: Emulator) -> None:
    switches = {"tags_drop": ["b:1"], "tags_escape": "double", "tags_html": True, "tags_null_codes": True}
    emulator.control("settings", switches)
    inline(emulator, "R&D", "b:1", "c\\:1")
    assert [(row["name"], row["glCode"]) for row in told(emulator)] == [("R&amp;D", None), ("c\\\\:1", None)]


def test_a_connected_policy_says_so_and_may_refuse(emulator: Emulator) -> None:
    def row() -> Any:
        return ask(emulator, {"type": "get", "inputSettings": {"type": "policyList"}})["policyList"][0]

    assert "connected" not in row()
    emulator.control("put", {"table": "policies", "rows": [{"id": POLICY_ID, "connected": "xero"}]})
    assert row()["connected"] == "xero"
    assert inline(emulator, "A") == {"responseCode": 200}
    emulator.control("settings", {"tags_connected_refuse": True, "tags_connected_told": False})
    assert "connected" not in row()
    assert "accounting" in inline(emulator, "B")["responseMessage"]


def test_a_person_adds_renames_and_removes_tags(emulator: Emulator) -> None:
    upload(emulator, "Client,Project\nAcme,Refit\nAcme,Audit\nGlobex,Refit\n", DEPENDENT | {"glCodes": False})

    def do(what: str, name: str, **more: Any) -> None:
        emulator.control("tag", {"do": what, "tag": name, **more})

    do("rename", "Acme", to="Acme: new")
    do("put", "Site", level=2, parents=["Acme: new"], glCode="9")
    do("remove", "Audit", level=2, parents=["Acme: new"])
    do("remove", "Globex")
    clients, projects = held(emulator)
    assert names(clients["tags"]) == ["Acme\\: new"]
    assert [(row["parents"], row["name"]) for row in projects["tags"]] == [
        (["Acme\\: new"], "Refit"), (["Acme\\: new"], "Site"),
    ]  # fmt: skip
    with pytest.raises(KeyError, match="Globex"):
        do("remove", "Globex")


def test_a_person_starts_a_list_of_one_level(emulator: Emulator) -> None:
    for enabled in (True, False):
        emulator.control("tag", {"do": "put", "tag": "R&D", "enabled": enabled})
    assert told(emulator) == [{"name": "R&D", "glCode": "", "enabled": False}]
