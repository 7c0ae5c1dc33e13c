"""An upload from file to Ieatta and back: both modes, versions, undo, corrections, two people at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from integrations.core.errors import ConfigError
from integrations.imports.layout import Level
from integrations.models import Incident, StoredFile, TagUpload
from integrations.sandbox import Control
from integrations.services.files import file_store, files_expire
from integrations.services.tag_uploads import (
    list_resend,
    rejected_file,
    upload_correct,
    upload_create,
    upload_discard,
    upload_layout,
    upload_look,
    upload_now,
    upload_undo,
)
from tests.factories import make_user
from tests.tags import (
    at_vendor,
    carried_out,
    confirm,
    counts,
    flat,
    held,
    make_list,
    make_upload,
    person_puts,
    preview,
    upload,
    work,
    writes,
)

pytestmark = pytest.mark.django_db
THREE = "Name,GL Code,Enabled\nAlpha,100,yes\nBeta,200,yes\nGamma,,no\n"
AS_THREE = [("Alpha", "100", True), ("Beta", "200", True), ("Gamma", "", False)]


@pytest.fixture
def tags(sandbox: Any) -> Any:
    return make_list(sandbox.url)


def test_a_first_upload_makes_both_lists_equal_to_the_file(tags: Any, sandbox: Any) -> None:
    made = upload(tags, THREE)
    assert (made.status, made.version, counts(made)) == ("done", 1, {"added": 3}), made.message
    assert held(tags) == flat(sandbox.url) == AS_THREE
    assert made.calls == {"ieatta": 3}, "read, sent, read back"


def test_the_same_file_again_writes_nothing_and_makes_no_version(tags: Any, sandbox: Any) -> None:
    upload(tags, THREE)
    again = upload(tags, THREE)
    assert (again.status, again.version, counts(again)) == ("done", None, {"unchanged": 3})
    assert (writes(sandbox.url), again.calls) == (1, {"ieatta": 1})


def test_replace_removes_what_the_file_does_not_name_and_append_does_not(tags: Any, sandbox: Any) -> None:
    upload(tags, THREE)
    made = upload(tags, "Name,GL Code,Enabled\nBeta,201,yes\nDelta,400,yes\n", "append")
    assert counts(made) == {"added": 1, "changed": 1, "unchanged": 2}
    assert [name for name, _, _ in flat(sandbox.url)] == ["Alpha", "Beta", "Delta", "Gamma"]
    made = upload(tags, "Name,GL Code,Enabled\nDelta,400,yes\n")
    assert counts(made) == {"removed": 3, "unchanged": 1}
    assert held(tags) == flat(sandbox.url) == [("Delta", "400", True)]


def test_tags_that_a_file_lacks_can_be_disabled_instead_of_removed(tags: Any, sandbox: Any) -> None:
    upload(tags, THREE)
    made = upload(tags, "Name,GL Code,Enabled\nAlpha,100,yes\n", absent="disable")
    assert counts(made) == {"disabled": 1, "unchanged": 2}
    assert flat(sandbox.url) == [("Alpha", "100", True), ("Beta", "200", False), ("Gamma", "", False)]


def test_a_column_that_the_file_lacks_leaves_its_values(tags: Any, sandbox: Any) -> None:
    upload(tags, THREE)
    made = upload(tags, "Name\nAlpha\nBeta\nGamma\n")
    assert counts(made) == {"unchanged": 3}
    assert flat(sandbox.url) == AS_THREE


def test_what_a_person_put_at_ieatta_is_seen_and_becomes_a_version(tags: Any, sandbox: Any) -> None:
    upload(tags, THREE)
    person_puts(sandbox.url, ("Alpha", "100"), ("Own", "9"))
    looked = preview(tags, THREE)
    assert counts(looked) == {"added": 2, "removed": 1, "unchanged": 1}
    tags.refresh_from_db()
    assert tags.apart["total"] == 3, "Beta and Gamma are gone there, Own is new"
    made = confirm(looked)
    assert (made.version, held(tags, 2)) == (3, [("Alpha", "100", True), ("Own", "9", True)])
    tags.refresh_from_db()
    assert flat(sandbox.url) == AS_THREE and tags.apart == {}
    found = TagUpload.objects.get(tag_list=tags, version=2)
    assert found.origin == "found" and "3 tags" in found.message


def test_append_keeps_what_a_person_put_at_ieatta(tags: Any, sandbox: Any) -> None:
    upload(tags, THREE)
    person_puts(sandbox.url, ("Own", "9"))
    upload(tags, "Name,GL Code\nNew,1\n", "append")
    assert flat(sandbox.url) == held(tags) == [("New", "1", True), ("Own", "9", True)]


def test_a_preview_writes_nothing_and_is_carried_out_as_shown(tags: Any, sandbox: Any) -> None:
    upload(tags, THREE)
    looked = preview(tags, "Name,GL Code,Enabled\nAlpha,101,yes\nDelta,,yes\n")
    assert (looked.status, writes(sandbox.url), held(tags)) == ("ready", 1, AS_THREE)
    kinds = sorted(looked.changes.values_list("kind", "path"))
    assert kinds == [("added", "Delta"), ("changed", "Alpha"), ("removed", "Beta"), ("removed", "Gamma")]
    assert counts(confirm(looked)) == counts(looked)
    assert flat(sandbox.url) == [("Alpha", "101", True), ("Delta", "", True)]


def test_a_preview_is_not_carried_out_when_ieatta_changed_since(tags: Any, sandbox: Any) -> None:
    looked = preview(tags, THREE)
    person_puts(sandbox.url, ("Own", "9"))
    done = confirm(looked)
    assert (done.status, writes(sandbox.url)) == ("failed", 0)
    assert "make the preview again" in done.message and done.version is None
    assert counts(carried_out(done)) == {"added": 3, "removed": 1}
    assert flat(sandbox.url) == AS_THREE


def test_the_second_of_two_people_is_told_who_was_faster(tags: Any, sandbox: Any) -> None:
    ann = make_user("ann", tags.workspace)
    first, second = preview(tags, THREE, user=ann), preview(tags, "Name\nOther\n")
    confirm(first)
    with pytest.raises(ConfigError, match="version 1 by ann.*preview again"):
        confirm(second)
    assert flat(sandbox.url) == AS_THREE
    assert counts(carried_out(second)) == {"added": 1, "removed": 3}


def test_good_rows_go_and_bad_ones_are_told(tags: Any, sandbox: Any) -> None:
    made = upload(tags, "Name,GL Code\nAlpha,100\n,200\n0,1\n" + "x" * 256 + ",2\n")
    assert (made.status, counts(made)) == ("done_with_failures", {"added": 1, "rejected": 3})
    assert [(one.row, one.column) for one in made.rejections.all()] == [(3, "Name"), (4, "Name"), (5, "Name")]
    assert flat(sandbox.url) == [("Alpha", "100", True)]


def test_all_or_nothing_does_nothing_while_a_row_is_rejected(tags: Any, sandbox: Any) -> None:
    made = upload(tags, "Name,GL Code\nAlpha,100\n,200\n", good_only=False)
    assert (made.status, held(tags), writes(sandbox.url)) == ("failed", [], 0)
    looked = preview(tags, "Name,GL Code\nAlpha,100\n,200\n")
    with pytest.raises(ConfigError, match="all or nothing"):
        confirm(looked, good_only=False)


def test_a_tag_whose_row_is_rejected_is_neither_changed_nor_removed(tags: Any, sandbox: Any) -> None:
    upload(tags, THREE)
    made = upload(tags, "Name,GL Code,Enabled\nAlpha,100,yes\nBeta,999,perhaps\n")
    assert counts(made) == {"removed": 1, "unchanged": 2, "rejected": 1}
    assert flat(sandbox.url) == [("Alpha", "100", True), ("Beta", "200", True)]


def test_rows_that_contradict_one_another_are_rejected_and_equal_ones_counted_once(tags: Any, sandbox: Any) -> None:
    made = upload(tags, "Name,GL Code\nAlpha,100\nAlpha,100\nAlpha,101\nalpha,102\n")
    assert counts(made) == {"added": 2, "rejected": 1, "repeated": 1}
    rejected = made.rejections.get()
    assert rejected.row == 4 and "row 2" in rejected.reason and rejected.cells == ["Alpha", "101"]
    assert flat(sandbox.url) == [("Alpha", "100", True), ("alpha", "102", True)]


def test_rejected_rows_are_corrected_into_the_same_upload(tags: Any, sandbox: Any) -> None:
    looked = preview(tags, "Name;GL Code;Enabled\nAlpha;100;yes\nBeta;200;perhaps\n")
    text = b"".join(rejected_file(looked)).decode("utf-8-sig")
    assert "perhaps" in text and "Row" in text.splitlines()[0]
    fixed = file_store(workspace=tags.workspace, name="fixed.csv", chunks=[text.replace("perhaps", "no").encode()])
    same = upload_correct(upload=looked, file=fixed)
    assert same.pk == looked.pk
    done = carried_out(same, good_only=False)
    assert (done.status, counts(done)) == ("done", {"added": 2})
    assert flat(sandbox.url) == [("Alpha", "100", True), ("Beta", "200", False)]


def test_rows_corrected_after_the_upload_follow_it(tags: Any, sandbox: Any) -> None:
    made = upload(tags, "Name,GL Code,Enabled\nAlpha,100,yes\nBeta,200,perhaps\n")
    text = b"".join(rejected_file(made)).decode().replace("perhaps", "yes")
    fixed = file_store(workspace=tags.workspace, name="fixed.csv", chunks=[text.encode()])
    following = upload_correct(upload=made, file=fixed)
    assert following.follows == made
    assert counts(carried_out(following)) == {"added": 1, "unchanged": 1}
    assert [name for name, _, _ in flat(sandbox.url)] == ["Alpha", "Beta"]


def test_undo_restores_the_list_before_also_after_later_edits(tags: Any, sandbox: Any) -> None:
    person_puts(sandbox.url, ("Own", "9"))
    first = upload(tags, THREE)
    assert first.version == 2, "what was there became version 1"
    later = upload(tags, "Name,GL Code\nLater,5\n", "append")
    undo = upload_undo(upload=later)
    assert counts(carried_out(undo)) == {"removed": 1, "unchanged": 3}
    undo = upload_undo(upload=first)
    done = carried_out(undo)
    assert counts(done) == {"added": 1, "removed": 3} and done.origin == "undo"
    assert flat(sandbox.url) == held(tags) == [("Own", "9", True)]
    assert (held(tags, 2), held(tags, 3)) == (AS_THREE, sorted([*AS_THREE, ("Later", "5", True)]))


def test_the_first_upload_can_be_undone_to_an_empty_list(tags: Any, sandbox: Any) -> None:
    undo = upload_undo(upload=upload(tags, THREE))
    assert carried_out(undo).status == "done"
    assert flat(sandbox.url) == held(tags) == []


def test_a_list_without_any_good_row_never_empties_ieatta(tags: Any, sandbox: Any) -> None:
    upload(tags, THREE)
    made = upload(tags, "Name,GL Code\n,1\n")
    assert made.status == "failed" and "No tag would be left" in made.message
    assert flat(sandbox.url) == AS_THREE


def test_a_workspace_with_accounting_takes_append_only(sandbox: Any) -> None:
    tags = make_list(sandbox.url, accounting="xero")
    with pytest.raises(ConfigError, match="Xero.*append"):
        make_upload(tags, THREE, "replace")
    assert upload(tags, THREE, "append").status == "done"
    assert flat(sandbox.url) == AS_THREE


def test_a_list_kept_in_the_portal_only_calls_nobody(tags: Any, sandbox: Any) -> None:
    made = upload(tags, THREE, push=False)
    assert (made.status, held(tags), made.calls) == ("done", AS_THREE, {})
    assert Control(sandbox.url, "ieatta").calls() == []
    resent = list_resend(tag_list=tags)
    assert counts(carried_out(resent)) == {"added": 3}
    assert flat(sandbox.url) == AS_THREE


def test_nothing_is_appended_at_ieatta_past_a_list_that_was_never_sent(tags: Any, sandbox: Any) -> None:
    upload(tags, THREE)
    upload(tags, "Name,GL Code\nUnsent,1\n", "append", push=False)
    made = upload(tags, "Name,GL Code\nOther,2\n", "append")
    assert made.status == "failed" and "never sent" in made.message
    assert ("Unsent", "1", True) in held(tags) and flat(sandbox.url) == AS_THREE
    replaced = upload(tags, "Name,GL Code\nOther,2\n")
    assert replaced.status == "done" and "had not been sent" in replaced.message


def test_more_tags_than_ieatta_takes_are_refused_before_anything_is_sent(tags: Any, sandbox: Any) -> None:
    text = "Name\n" + "".join(f"P-{number}\n" for number in range(50_001))
    made = upload(tags, text)
    assert made.status == "failed" and "50,001" in made.message and writes(sandbox.url) == 0
    assert upload(tags, text, push=False).counts["added"] == 50_001


DEPENDENT = "Client,Client GL,Project,Project GL\rAcme,100,Refit,20\rAcme,100,Audit,30\rGlobex,200,Refit,40"
INDEPENDENT = "Department,Department GL,Project,Project GL\rSales,3000,P-1042,10\rOps,6000,T-77,20"


def test_dependent_levels_are_sent_as_a_file_and_read_back(tags: Any, sandbox: Any) -> None:
    made = upload(tags, DEPENDENT)
    assert (made.status, counts(made)) == ("done", {"added": 5}), made.message
    assert held(tags) == [
        ("Acme", "100", True), ("Acme:Audit", "30", True), ("Acme:Refit", "20", True), ("Globex", "200", True),
        ("Globex:Refit", "40", True),
    ]  # fmt: skip
    assert [level["name"] for level in at_vendor(sandbox.url)] == ["Client", "Project"]
    assert (tags.levels, tags.dependent) == (["Client", "Project"], True)
    assert counts(upload(tags, DEPENDENT)) == {"unchanged": 5}
    assert writes(sandbox.url) == 1


def test_independent_levels_are_sent_as_a_file_and_read_back(tags: Any, sandbox: Any) -> None:
    made = upload(tags, INDEPENDENT)
    assert (made.status, counts(made)) == ("done", {"added": 4}), made.message
    assert [path for path, _, _ in held(tags)] == [":P-1042", ":T-77", "Ops", "Sales"]
    appended = upload(tags, "Department,Department GL,Project,Project GL\r,,T-78,21", "append")
    assert counts(appended) == {"added": 1, "unchanged": 4}
    assert [len(level["tags"]) for level in at_vendor(sandbox.url)] == [2, 3]


def test_a_file_of_another_shape_replaces_but_does_not_append(tags: Any, sandbox: Any) -> None:
    upload(tags, THREE)
    made = upload(tags, DEPENDENT, "append")
    assert made.status == "failed" and "one level" in made.message and "Client > Project" in made.message
    assert upload(tags, DEPENDENT).status == "done"
    assert len(at_vendor(sandbox.url)) == 2
    undo = upload_undo(upload=TagUpload.objects.get(tag_list=tags, version=2))
    assert carried_out(undo).status == "done"
    assert flat(sandbox.url) == AS_THREE


def test_a_dependent_list_edited_at_ieatta_is_not_appended_to(tags: Any, sandbox: Any) -> None:
    upload(tags, DEPENDENT)
    levels = at_vendor(sandbox.url)
    levels[1]["tags"].append({"name": "Own", "glCode": "9", "enabled": True})
    Control(sandbox.url, "ieatta").act("put", table="policies", rows=[{"id": "0123456789ABCDEF", "tags": levels}])
    more = "Client,Client GL,Project,Project GL\rGlobex,200,Audit,41"
    made = upload(tags, more, "append")
    assert made.status == "failed" and "does not tell" in made.message
    assert upload(tags, DEPENDENT).status == "done"
    tags.refresh_from_db()
    assert tags.apart == {}


def test_what_ieatta_took_differently_is_an_item_not_silence(tags: Any, sandbox: Any) -> None:
    Control(sandbox.url, "ieatta").act("settings", tags_drop=["Beta"])
    made = upload(tags, THREE)
    assert (made.status, made.version, counts(made)["differences"]) == ("done_with_failures", 1, 1)
    assert made.differences[0]["path"] == "Beta" and made.differences[0]["vendor"] == "not there"
    tags.refresh_from_db()
    assert tags.apart["total"] == 1
    assert Incident.objects.filter(workspace=tags.workspace, closed_at=None).exists()
    Control(sandbox.url, "ieatta").act("settings", tags_drop=[])
    assert upload(tags, THREE).status == "done"
    assert flat(sandbox.url) == AS_THREE
    assert not Incident.objects.filter(workspace=tags.workspace, closed_at=None).exists()


def test_colons_reach_ieatta_escaped_and_come_back_as_they_were(tags: Any, sandbox: Any) -> None:
    made = upload(tags, "Name,GL Code\nRetainer: Acme,1\nR&D,2\n")
    assert (made.status, counts(made)) == ("done", {"added": 2}), made.differences
    assert [name for name, _, _ in flat(sandbox.url)] == ["R&D", "Retainer\\: Acme"]
    Control(sandbox.url, "ieatta").act("settings", tags_html=True)
    assert counts(upload(tags, "Name,GL Code\nRetainer: Acme,1\nR&D,2\n")) == {"unchanged": 2}


def test_whether_a_tag_is_required_is_a_setting_that_goes_with_every_list(sandbox: Any) -> None:
    tags = make_list(sandbox.url, tags_required="yes")
    upload(tags, DEPENDENT)
    assert [level["setRequired"] for level in at_vendor(sandbox.url)] == [True, True]
    tags.connection.settings["tags_required"] = "no"
    tags.connection.save()
    assert upload(tags, DEPENDENT).version == 2, "the list is sent again for it"
    assert [level["setRequired"] for level in at_vendor(sandbox.url)] == [False, False]


def test_a_file_whose_colons_are_escaped_already_makes_the_same_tags(tags: Any, sandbox: Any) -> None:
    upload(tags, "Name\nRetainer\\: Acme\n")
    assert counts(upload(tags, "Name\nRetainer: Acme\n")) == {"unchanged": 1}
    assert flat(sandbox.url) == [("Retainer\\: Acme", "", True)]


def test_colons_are_refused_where_the_connection_says_so(sandbox: Any) -> None:
    made = upload(make_list(sandbox.url, colons="refuse"), "Name\nRetainer: Acme\nPlain\n")
    assert counts(made) == {"added": 1, "rejected": 1}


def test_a_refused_list_leaves_everything_as_it_was(tags: Any, sandbox: Any) -> None:
    upload(tags, THREE)
    refusal = '{"responseCode":410,"responseMessage":"\'tags\' object malformed"}'
    fault = {"body": '"type": "update"', "do": "status", "status": 200, "body_text": refusal, "times": -1}
    Control(sandbox.url, "ieatta").faults(fault)
    made = upload(tags, "Name\nOther\n")
    assert made.status == "failed" and "malformed" in made.message and made.version is None
    assert held(tags) == flat(sandbox.url) == AS_THREE
    Control(sandbox.url, "ieatta").faults()
    assert upload(tags, "Name\nOther\n").version == 2


def test_how_a_file_is_read_is_remembered_for_files_with_its_headings(tags: Any) -> None:
    text = "Code;Bezeichnung;Extra\n100;Alpha;x\n"
    made = make_upload(tags, text, push=False)
    layout = upload_look(made).layout
    upload_layout(upload=made, layout=replace(layout, levels=(Level("Code", 0, None),)))
    upload_now(upload=made, wake=False)
    work(made)
    assert held(made.tag_list) == [("100", "", True)]
    assert upload_look(make_upload(tags, text.replace("100", "200"))).layout.levels[0].name_column == 0


def test_a_discarded_upload_is_closed_for_good(tags: Any) -> None:
    looked = preview(tags, THREE)
    assert "nothing was changed" in upload_discard(upload=looked)
    looked.refresh_from_db()
    assert looked.status == "cancelled" and held(tags) == []


def test_files_are_removed_after_their_time_and_their_history_stays(tags: Any, sandbox: Any) -> None:
    made = upload(tags, THREE)
    StoredFile.objects.update(expires_at="2000-01-01T00:00:00Z")
    assert (files_expire(), files_expire()) == (1, 0)
    with pytest.raises(ValueError, match="was removed"):
        upload_create(tag_list=tags, file=made.files.get().file, mode="replace")
    assert TagUpload.objects.get(pk=made.pk).files.get().file.name == "tags.csv"


def test_a_cell_beyond_the_headings_rejects_its_row(tags: Any, sandbox: Any) -> None:
    made = upload(tags, "Name,GL Code\nSmith, Jones,A1\nAlpha,A2,\n")
    assert counts(made) == {"added": 1, "rejected": 1}
    rejected = made.rejections.get()
    assert (rejected.row, rejected.column) == (2, "Column C") and "in quotes" in rejected.reason


def test_a_headerless_file_with_an_empty_code_keeps_its_first_row(tags: Any, sandbox: Any) -> None:
    upload(tags, "Alpha,\nBeta,B1\n")
    assert flat(sandbox.url) == [("Alpha", "", True), ("Beta", "B1", True)]


def test_levels_of_other_names_are_not_appended_by_their_places(tags: Any, sandbox: Any) -> None:
    upload(tags, INDEPENDENT)
    made = upload(tags, "Region,Region GL,Project,Project GL\nNorth,1,,\n", "append")
    assert made.status == "failed" and "Region > Project" in made.message


def test_a_contradiction_names_the_heading_and_a_first_upload_what_was_there(tags: Any, sandbox: Any) -> None:
    person_puts(sandbox.url, ("Own", "9"))
    made = upload(tags, "Title;Ledger code\nAlpha;1\nAlpha;2\n")
    assert made.rejections.get().column == "Ledger code"
    assert "1 tag that Ieatta had before: kept as version 1" in made.message
