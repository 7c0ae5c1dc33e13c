"""Lists of tags, their versions and their targets in the admin. Only the last test calls the vendor."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from integrations.models import Connection, Reference, Tag, TagList, TagTarget, TagUpload
from integrations.sandbox import Control
from integrations.services.tag_lists import tag_list_of, tag_rows
from integrations.services.tag_work import upload_work
from integrations.vendors.ieatta.sandbox.state import POLICY_ID
from tests.admin.tag_pages import BASE, FIRST, begin, done, names, page, previewed, text
from tests.factories import make_ieatta, make_user, make_workspace

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_imports_back_as_no_changes(admin_client: Client, tag_list: TagList, kind: str) -> None:
    done(admin_client, begin(admin_client, tag_list, FIRST + '-Odd,00123,yes\n\'quoted,+4,yes\n"a, ""b""",,no\n'))
    answer = admin_client.get(f"{BASE}/taglist/{tag_list.pk}/export/?format={kind}")
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    upload = previewed(admin_client, begin(admin_client, tag_list, content, f"t.{kind}"))
    assert upload.counts["unchanged"] == 6 and upload.counts["rejected"] == 0
    assert not any(upload.counts[name] for name in ("added", "changed", "removed", "disabled"))
    assert "The list is like this already" in text(admin_client.get(page(upload)))


def test_an_exported_tag_is_not_run_as_a_formula(admin_client: Client, tag_list: TagList) -> None:
    done(admin_client, begin(admin_client, tag_list, FIRST))
    answer = admin_client.get(f"{BASE}/taglist/{tag_list.pk}/export/?format=csv")
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    cells = [cell for line in csv.reader(io.StringIO(content)) for cell in line]
    assert "'=1+1" in cells and not [cell for cell in cells if cell.startswith("=")]


def test_versions_are_compared_and_one_is_undone(admin_client: Client, tag_list: TagList) -> None:
    done(admin_client, begin(admin_client, tag_list, "Name,GL Code\nHarbour,1\nRefit,2\n"))
    second = done(admin_client, begin(admin_client, tag_list, "Name,GL Code\nHarbour,9\nAudit,3\n"))
    answer = admin_client.get(f"{BASE}/taglist/{tag_list.pk}/versions/?a=1&b=2")
    assert answer.context["counts"] == {"added": 1, "changed": 1, "removed": 1}
    assert {(line.kind, line.name) for line in answer.context["shown"].lines} == {
        ("changed", "Harbour"), ("added", "Audit"), ("removed", "Refit"),
    }  # fmt: skip
    made = admin_client.post(page(second, "undo"))
    undo = TagUpload.objects.latest("pk")
    assert made["Location"] == page(undo) and undo.follows == second
    TagUpload.objects.filter(pk=undo.pk).update(push=False)
    upload_work(undo.pk)
    admin_client.post(page(undo, "confirm"))
    upload_work(undo.pk)
    tag_list.refresh_from_db()
    assert {(row.name, row.gl_code) for row in tag_rows(tag_list)} == {("Harbour", "1"), ("Refit", "2")}


def test_a_tag_tells_its_history(admin_client: Client, tag_list: TagList) -> None:
    for content in (
        "Name,GL Code\nHarbour,1\nRefit,\n",
        "Name,GL Code\nHarbour,9\n",
        "Name,GL Code\nRefit,5\nHarbour,9\n",
    ):
        done(admin_client, begin(admin_client, tag_list, content))
    rows = {row.name: row for row in Tag.objects.filter(until=None)}
    seen = {}
    for name, row in rows.items():
        events = admin_client.get(f"{BASE}/tag/{row.pk}/change/").context["events"]
        seen[name] = [(event.version, event.kind, event.by) for event in events]
    assert seen == {
        "Harbour": [(2, "changed", "a-admin"), (1, "added", "a-admin")],
        "Refit": [(3, "added", "a-admin"), (2, "removed", "a-admin"), (1, "added", "a-admin")],
    }


# --- rows -------


def shown_names(answer: Any) -> list[str]:
    return [row.name for row in answer.context["cl"].result_list]


def test_tags_are_searched_and_filtered(admin_client: Client, tag_list: TagList) -> None:
    done(admin_client, begin(admin_client, tag_list, FIRST))
    TagTarget.objects.create(tag_list=tag_list, path="Harbour refit", kind="job", external_id="1", ground="hand")
    TagTarget.objects.create(tag_list=tag_list, path="=1+1", kind="job", external_id="2", ground="code")
    for query, expected in {
        "q=t-77": ["Printer fault"],
        "q=harbour": ["Harbour refit"],
        "enabled=no": ["Printer fault"],
        "target=none": ["Printer fault"],
        "target=has": ["=1+1", "Harbour refit"],
        "target=decided": ["Harbour refit"],
        "target=found": ["=1+1"],
    }.items():
        assert shown_names(admin_client.get(f"{BASE}/tag/?{query}")) == expected, query


def test_the_number_of_queries_does_not_grow_with_the_tags(
    admin_client: Client, tag_list: TagList, django_assert_max_num_queries: Any
) -> None:
    done(admin_client, begin(admin_client, tag_list, "Name\n" + "".join(f"T{n:03}\n" for n in range(120))))
    admin_client.get(f"{BASE}/tag/")
    with django_assert_max_num_queries(16):
        admin_client.get(f"{BASE}/tag/")


def test_of_several_lists_one_is_shown_and_the_other_can_be_chosen(
    admin_client: Client, own: dict[str, Any], tag_list: TagList
) -> None:
    done(admin_client, begin(admin_client, tag_list, FIRST))
    second = Connection.objects.create(workspace=own["workspace"], key="zwei", name="Zwei", vendor="ieatta")
    other = tag_list_of(second)
    done(admin_client, begin(admin_client, other, "Name\nElsewhere\n"))
    chosen = admin_client.get(f"{BASE}/tag/?list={other.pk}")
    assert shown_names(chosen) == ["Elsewhere"] and f'name="list" value="{other.pk}"' in text(chosen)
    assert shown_names(admin_client.get(f"{BASE}/tag/?list={other.pk}&q=harbour&enabled=yes")) == []
    first = admin_client.get(f"{BASE}/tag/")
    assert "Elsewhere" not in text(first) and f"list={other.pk}" in text(first)
    assert admin_client.get(f"{BASE}/tag/?list=987654").status_code == 404


def test_a_target_is_chosen_by_hand_and_taken_back(
    admin_client: Client, own: dict[str, Any], tag_list: TagList
) -> None:
    Reference.objects.create(
        connection=own["target"], kind="job", external_id="42", label="Harbour refit", label_key="harbour refit"
    )
    done(admin_client, begin(admin_client, tag_list, "Name\nHarbour\n"))
    tag = Tag.objects.get(tag_list=tag_list)
    found = admin_client.get(f"{BASE}/tag/{tag.pk}/suggestions/?q=refit").json()["results"]
    assert [(one["kind"], one["id"]) for one in found] == [("job", "42")]
    admin_client.post(f"{BASE}/tag/{tag.pk}/target/", {"do": "save", "target_kind": "job", "target_id": "42"})
    assert TagTarget.objects.get(tag_list=tag_list).ground == "hand"
    shown = text(admin_client.get(f"{BASE}/tag/"))
    assert "Project Harbour refit" in shown and "chosen by hand" in shown
    wrong = admin_client.post(
        f"{BASE}/tag/{tag.pk}/target/", {"do": "save", "target_kind": "job", "target_id": "43"}, follow=True
    )
    assert "no project with the id 43" in text(wrong)
    admin_client.post(f"{BASE}/tag/{tag.pk}/target/", {"do": "remove"})
    assert not TagTarget.objects.filter(tag_list=tag_list).exists()


def test_where_ieattas_list_differs_both_are_shown(admin_client: Client, tag_list: TagList) -> None:
    row = {"path": "Harbour", "portal": "GL code 1, enabled", "vendor": "not there"}
    apart = {"at": "2026-11-01T10:00:00+00:00", "total": 1, "rows": [row]}
    TagList.objects.filter(pk=tag_list.pk).update(apart=apart, version=1)
    shown = text(admin_client.get(f"{BASE}/tag/"))
    for words in ("GL code 1, enabled", "not there", "Send the portal&#x27;s list again", "Take Ieatta"):
        assert words in shown or words.replace("&#x27;", "'") in shown, words


def test_a_connection_to_accounting_software_takes_append_only_and_says_why(
    admin_client: Client, own: dict[str, Any], tag_list: TagList
) -> None:
    own["connection"].settings = {**own["connection"].settings, "accounting": "xero"}
    own["connection"].save()
    shown = admin_client.get(f"{BASE}/taglist/{tag_list.pk}/upload/")
    assert "Tags can only be appended" in text(shown)
    data = {"mode": "replace", "keep": "on", "file": SimpleUploadedFile("t.csv", FIRST.encode())}
    refused = admin_client.post(f"{BASE}/taglist/{tag_list.pk}/upload/", data)
    assert "Choose append" in text(refused) and not TagUpload.objects.exists()


def test_tags_are_drawn_from_accelo_with_what_they_stand_for(
    admin_client: Client, own: dict[str, Any], tag_list: TagList
) -> None:
    for number, title, standing in ((1, "Harbour", "active"), (2, "Old", "complete"), (3, "Quay", "active")):
        Reference.objects.create(
            connection=own["target"], kind="job", external_id=str(number), label=title, label_key=title.casefold(),
            code=f"P-{number}", code_key=f"p-{number}", extra={"standing": standing},
        )  # fmt: skip
    address = f"{BASE}/taglist/{tag_list.pk}/draw/"
    choice = {"kind": "job", "status": "active", "by": "title", "mode": "replace", "keep": "on"}
    counted = admin_client.post(address, {**choice, "do": "change"})
    assert counted.context["found"] == 2 and not TagUpload.objects.exists()
    admin_client.post(address, {**choice, "do": "draw"})
    upload = TagUpload.objects.get()
    upload_work(upload.pk)
    admin_client.post(page(upload, "confirm"))
    upload_work(upload.pk)
    assert names(tag_list) == ["Harbour", "Quay"]
    targets = TagTarget.objects.filter(tag_list=tag_list).values_list("path", "external_id", "ground")
    assert set(targets) == {("Harbour", "1", "drawn"), ("Quay", "3", "drawn")}


def test_a_list_edited_at_ieatta_is_taken_over_or_overwritten(sandbox: Any) -> None:
    workspace = make_workspace()
    found = tag_list_of(make_ieatta(workspace, sandbox.url))
    client = Client()
    client.force_login(make_user("anna", workspace, "admin"))
    Control(sandbox.url, "ieatta").seed("small")
    Control(sandbox.url, "ieatta").act("settings", windows=[])
    at_ieatta = "P-1001 Harbour refit"
    client.post(f"{BASE}/taglist/{found.pk}/take/")
    assert at_ieatta in names(found) and found.version == 1
    done(client, begin(client, found, "Name\nOnly here\n"))
    client.post(f"{BASE}/taglist/{found.pk}/resend/")
    upload = TagUpload.objects.latest("pk")
    upload_work(upload.pk)
    assert "Upload 1 tag to Ieatta" in text(client.get(page(upload)))
    client.post(page(upload, "confirm"))
    upload_work(upload.pk)
    levels = Control(sandbox.url, "ieatta").act("state")["policies"][POLICY_ID]["tags"]
    assert [tag["name"] for tag in levels[0]["tags"]] == ["Only here"]
