"""The mapping grid, and sheets out and back in."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from integrations.models import Link, Mapping, Reference, Run

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(own: dict[str, Any]) -> dict[str, Mapping]:
    """A confirmed row, a suggestion with a formula for a name, a row left out; each with its target cached."""
    sync = own["sync"]
    for number, label in ((11, "Meals"), (12, "=cmd|' /C calc'!A0"), (13, "Travel")):
        Reference.objects.create(
            connection=sync.target,
            kind="expense_type",
            external_id=str(number),
            label=label,
            label_key=label.casefold(),
        )
    made = {}
    for name, state, target in (("Meals", "confirmed", "11"), ("-Odd", "suggested", "12"), ("Gifts", "ignored", "")):
        label = Reference.objects.get(external_id=target).label if target else ""
        made[name] = Mapping.objects.create(
            sync=sync, kind="category", source_value=name, source_key=name.casefold(), source_label=name, state=state,
            target_id=target, target_label=label,
        )  # fmt: skip
    return made


def base(own: dict[str, Any]) -> str:
    return f"/admin/integrations/sync/{own['sync'].pk}/mappings"


def upload(client: Client, own: dict[str, Any], content: bytes, number: str, name: str = "m.csv") -> Any:
    data = {"resource": "0", "format": number, "import_file": SimpleUploadedFile(name, content)}
    return client.post(f"{base(own)}/import/", data)


@pytest.mark.parametrize(("kind", "number"), [("csv", "0"), ("xlsx", "1")])
def test_an_export_imports_back_as_no_change(
    admin_client: Client, own: dict[str, Any], rows: Any, kind: str, number: str
) -> None:
    before = list(Mapping.objects.order_by("pk").values())
    content = admin_client.get(f"{base(own)}/export/?format={kind}").content
    answer = upload(admin_client, own, content, number, f"m.{kind}")
    assert "Nothing would change" in answer.content.decode(), answer.content.decode()[-3000:]
    assert list(Mapping.objects.order_by("pk").values()) == before


def test_an_exported_cell_is_not_run_as_a_formula(admin_client: Client, own: dict[str, Any], rows: Any) -> None:
    text = admin_client.get(f"{base(own)}/export/?format=csv").content.decode("utf-8-sig")
    cells = [cell for line in csv.reader(io.StringIO(text)) for cell in line]
    assert "'-Odd" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "-", "+", "@"))]


def test_an_import_is_shown_before_it_is_stored(admin_client: Client, own: dict[str, Any], rows: Any) -> None:
    content = b"kind,source,target\ncategory,Meals,13\ncategory,Gifts,\n"
    answer = upload(admin_client, own, content, "0")
    rows["Meals"].refresh_from_db()
    assert rows["Meals"].target_id == "11"
    admin_client.post(f"{base(own)}/import/", {"rows": answer.context["rows"]})
    rows["Meals"].refresh_from_db()
    assert (rows["Meals"].target_id, rows["Meals"].target_label) == ("13", "Travel")


def test_rows_with_errors_are_listed_and_nothing_is_imported(
    admin_client: Client, own: dict[str, Any], rows: Any
) -> None:
    answer = upload(admin_client, own, b"kind,source,target\ncolour,Meals,13\ncategory,,13\ncategory,Meals,13\n", "0")
    shown = answer.content.decode()
    assert [number for number, _ in answer.context["judged"].errors] == [2, 3]
    assert "Nothing is imported" in shown and "Traceback" not in shown
    assert not answer.context["rows"]


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\x00\x01PK"])
def test_a_file_that_is_something_else_is_refused_in_words(
    admin_client: Client, own: dict[str, Any], content: bytes
) -> None:
    for number in ("0", "1"):
        answer = upload(admin_client, own, content, number)
        assert answer.status_code == 200
        assert answer.context["form"].errors


def test_an_import_made_for_another_sync_is_refused(admin_client: Client, own: dict[str, Any], rows: Any) -> None:
    answer = upload(admin_client, own, b"kind,source,target\ncategory,Meals,13\n", "0")
    tampered = answer.context["rows"][:-3] + "abc"
    admin_client.post(f"{base(own)}/import/", {"rows": tampered})
    rows["Meals"].refresh_from_db()
    assert rows["Meals"].target_id == "11"


def test_a_decision_tells_what_it_frees_and_offers_to_run_it(
    admin_client: Client, own: dict[str, Any], rows: Any
) -> None:
    sync, row = own["sync"], own["mapping"]
    Link.objects.filter(sync=sync).update(needs={"kind": "category", "source": row.source_value})
    answer = admin_client.post(
        f"{base(own)}/decide/", {"kind": "category", "mapping": row.pk, "do": "save", "target_id": "13"}, follow=True
    )
    assert "This frees 1 blocked record" in answer.content.decode()
    freed = answer.context["freed"]
    answer = admin_client.post(f"{base(own)}/free/", {"rows": freed["rows"]})
    run = Run.objects.order_by("-pk")[0]
    assert run.scope["source_ids"] == [own["link"].source_id]
    assert answer["Location"].endswith(f"/run/{run.pk}/change/")


def test_ticked_suggestions_are_confirmed_with_the_person_in_the_history(
    admin_client: Client, own: dict[str, Any], rows: Any
) -> None:
    admin_client.post(f"{base(own)}/confirm/", {"kind": "category", "row": [rows["-Odd"].pk, rows["Meals"].pk]})
    rows["-Odd"].refresh_from_db()
    assert rows["-Odd"].state == Mapping.State.CONFIRMED
    assert rows["-Odd"].history.latest().history_user.username == "a-admin"
    audit = admin_client.get("/admin/integrations/workspace/audit/?model=mapping").content.decode()
    assert "a-admin" in audit


def test_a_decision_without_a_target_says_what_to_do(admin_client: Client, own: dict[str, Any], rows: Any) -> None:
    data = {"kind": "category", "mapping": rows["Gifts"].pk, "do": "save", "target_text": "Mea"}
    answer = admin_client.post(f"{base(own)}/decide/", data, follow=True)
    assert "Choose a target from the list" in answer.content.decode()


def test_candidates_are_searched_by_what_is_typed(admin_client: Client, own: dict[str, Any], rows: Any) -> None:
    found = admin_client.get(f"{base(own)}/candidates/?kind=category&q=trav").json()["results"]
    assert [one["label"] for one in found] == ["Travel"]


def test_what_waits_for_a_decision_comes_first(admin_client: Client, own: dict[str, Any], rows: Any) -> None:
    Mapping.objects.filter(pk=own["mapping"].pk).update(waiting=3)
    shown = admin_client.get(f"{base(own)}/?kind=category&q=").context["rows"]
    states = [(row.state, row.waiting) for row in shown]
    assert states[0] == ("open", 3)
    assert [state for state, _ in states[1:]][:1] == ["suggested"]
