"""Step 2 of an upload: how its file is read, as a person corrects it."""

from __future__ import annotations

import pytest
import tablib
from django.test import Client

from integrations.core.tags import TagRow
from integrations.models import TagList, TagUpload
from integrations.services.tag_lists import tag_rows
from integrations.services.tag_uploads import layout_of
from tests.admin.tag_pages import begin, done, page, text

pytestmark = pytest.mark.django_db


def test_a_column_is_corrected_and_problems_are_told_at_once(admin_client: Client, tag_list: TagList) -> None:
    upload = begin(admin_client, tag_list, "A;B\nP-1;Harbour\nP-2;Refit\n")
    given = {
        "do": "change",
        "header": "yes",
        "kind": "single",
        "encoding": "utf-8",
        "delimiter": ";",
        "mode": "replace",
    }
    columns = page(upload, "columns/save")
    both = admin_client.post(columns, {**given, "column-0": "name-0", "column-1": "name-0"})
    assert "both chosen as Name" in text(both)
    none = admin_client.post(columns, {**given, "do": "preview", "column-0": "gl-0", "column-1": ""})
    upload.refresh_from_db()
    assert none.status_code == 200 and upload.status == TagUpload.Status.DRAFT and none.context["problems"]
    admin_client.post(columns, {**given, "column-0": "gl-0", "column-1": "name-0", "keep": "on"})
    done(admin_client, upload)
    tag_list.refresh_from_db()
    assert list(tag_rows(tag_list)) == [TagRow(1, "Harbour", "Harbour", "P-1"), TagRow(1, "Refit", "Refit", "P-2")]


def columns_form(upload: TagUpload, **given: str) -> dict[str, str]:
    """As the page was shown, with what is chosen now."""
    format = layout_of(upload).format
    own = {"encoding": format.encoding, "delimiter": format.delimiter} if format.kind == "text" else {}
    return {"do": "change", "header": "yes", "kind": "single", "mode": "replace", "keep": "on", **own, **given}


def test_another_delimiter_finds_the_columns_anew(admin_client: Client, tag_list: TagList) -> None:
    upload = begin(admin_client, tag_list, "Code|Name|Active\nP-1|Harbour, quay|yes\nP-2|Refit, hull|no\n")
    wrong = admin_client.post(page(upload, "columns/save"), columns_form(upload, delimiter=","))
    assert len(wrong.context["columns"]) == 2
    upload.refresh_from_db()
    right = admin_client.post(
        page(upload, "columns/save"), columns_form(upload, delimiter="|", **{"column-0": "name-0"})
    )
    meanings = [(column.heading, column.meaning) for column in right.context["columns"]]
    assert meanings == [("Code", "gl-0"), ("Name", "name-0"), ("Active", "enabled")]
    given = {"column-0": "", "column-1": "name-0", "column-2": "enabled"}
    upload.refresh_from_db()
    admin_client.post(page(upload, "columns/save"), columns_form(upload, **given))
    upload.refresh_from_db()
    assert layout_of(upload).levels[0].gl_column is None  # with the same delimiter nothing is found anew


def test_an_encoding_in_which_the_file_cannot_be_read_is_told_and_changes_nothing(
    admin_client: Client, tag_list: TagList
) -> None:
    upload = begin(admin_client, tag_list, "Name,GL Code\nCafé,1\n")
    before = upload.layout
    for encoding in ("utf-16", "no-such-encoding"):
        given = columns_form(upload, encoding=encoding, **{"column-0": "name-0", "column-1": "gl-0"})
        answer = admin_client.post(page(upload, "columns/save"), given)
        upload.refresh_from_db()
        assert upload.layout == before and "Café" in text(answer)
        assert ("Until then it is read as before" in answer.context["trouble"]) is (encoding == "utf-16")


def test_another_sheet_is_read_and_its_columns_are_looked_at_before_the_preview(
    admin_client: Client, tag_list: TagList
) -> None:
    book = tablib.Databook(
        [
            tablib.Dataset(("Harbour", "1"), headers=["Name", "GL Code"], title="Projects"),
            tablib.Dataset(("7", "Globex"), headers=["Number", "Client"], title="Clients"),
        ]
    )
    upload = begin(admin_client, tag_list, book.export("xlsx"), "t.xlsx")
    answer = admin_client.post(page(upload, "columns/save"), columns_form(upload, do="preview", sheet="Clients"))
    upload.refresh_from_db()
    assert upload.status == TagUpload.Status.DRAFT and "then press Preview again" in text(answer)
    assert [column.meaning for column in answer.context["columns"]] == ["gl-0", "name-0"]
    gone = admin_client.post(page(upload, "columns/save"), columns_form(upload, sheet="Nowhere"))
    assert "no visible sheet" in text(gone) and "Globex" in text(gone)
