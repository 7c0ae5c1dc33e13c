"""The company or contact to attach to: typed by name, chosen from what the target has."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from integrations.models import Import, Sync, Workspace
from integrations.sandbox import Control
from tests.admin.import_pages import OPTIONS, begin, fill, page, text
from tests.factories import make_user, make_workspace

pytestmark = pytest.mark.django_db
FIELD = "option_attach_company"


@pytest.fixture
def client(sandbox: Any) -> Client:
    fill(make_workspace(), sandbox.url)
    companies = [{"id": "501", "name": "Zebra Works", "website": "zebra.example"}, {"id": "502", "name": "Zebra"}]
    accelo = Control(sandbox.url, "accelo")
    accelo.act("put", table="companies", rows=companies)
    accelo.act("put", table="contacts", rows=[{"id": "601", "firstname": "Kim", "surname": "Zadora"}])
    accelo.act("put", table="affiliations", rows=[{"id": "701", "contact": "601", "company": "501"}])
    client = Client()
    client.force_login(make_user("ada", Workspace.objects.get(), "admin"))
    return client


def save(client: Client, row: Import, **given: str) -> Any:
    data = {"step": "statuses", "do": "save", **OPTIONS, "option_missing_company": "attach", **given}
    return client.post(page(row, "step/save"), data)


def stored(name: str = "attach_company") -> Any:
    return Sync.objects.get().options.get(name)


def test_what_accelo_has_is_found_while_one_types(client: Client) -> None:
    row = begin(client, "sales")

    def found(kind: str, q: str) -> Any:
        return client.get(page(row, "find"), {"kind": kind, "q": q}).json()

    assert found("company", "zebra") == {
        "results": [
            {"id": "502", "label": "Zebra", "hint": ""}, {"id": "501", "label": "Zebra Works", "hint": "zebra.example"}
        ],
        "message": "",
    }  # fmt: skip
    assert found("contact", "zadora")["results"][0] == {"id": "701", "label": "Kim Zadora, Zebra Works", "hint": ""}
    assert found("company", "nobody here") == {"results": [], "message": "Accelo has no such company"}
    assert found("staff", "zebra")["results"] == [] == found("company", "z")["results"]
    viewer = Client()
    viewer.force_login(make_user("vic", Workspace.objects.get(), "viewer"))
    assert viewer.get(page(row, "find"), {"kind": "company", "q": "zebra"}).status_code == 403


def test_the_chosen_one_is_kept_by_id_and_shown_by_name(client: Client, sandbox: Any) -> None:
    row = begin(client, "sales")
    assert save(client, row, **{FIELD: "501", f"{FIELD}_text": "Zebra Works"}).status_code == 302
    assert stored() == "501"
    shown = text(client.get(page(row, "step"), {"step": "statuses"}))
    assert 'value="Zebra Works"' in shown and f'name="{FIELD}" value="501"' in shown
    sandbox.down()  # what is stored already is not asked for again
    assert save(client, row, **{FIELD: "501", f"{FIELD}_text": "Zebra Works"}).status_code == 302
    assert stored() == "501"


def test_a_whole_name_or_an_id_that_was_typed_counts_without_a_choice(client: Client) -> None:
    row = begin(client, "sales")
    save(client, row, **{f"{FIELD}_text": "zebra works"})
    assert stored() == "501"
    save(client, row, **{FIELD: "501", f"{FIELD}_text": "Zebra"})  # the text was changed where no script runs
    assert stored() == "502"
    save(client, row, **{f"{FIELD}_text": "501"})
    assert stored() == "501"
    save(client, row, option_missing_contact="attach", option_attach_contact="701", **{FIELD: "501"})
    assert (stored(), stored("attach_contact")) == ("501", "701")


def test_one_that_does_not_exist_is_told_and_nothing_is_stored(client: Client) -> None:
    row = begin(client, "sales")
    for given in ({FIELD: "987654"}, {f"{FIELD}_text": "Zeb"}, {f"{FIELD}_text": "987654"}):
        answer = save(client, row, **given)
        words = next(iter(given.values()))
        assert f"Accelo has no company “{words}”. Type a part of the name and choose" in text(answer)
        assert f'value="{words}"' in text(answer) and stored() is None


def test_an_accelo_that_cannot_be_asked_is_told(client: Client, sandbox: Any) -> None:
    row = begin(client, "sales")
    sandbox.down()
    told = client.get(page(row, "find"), {"kind": "company", "q": "zebra"}).json()
    assert told["results"] == [] and "Accelo" in told["message"]
    answer = save(client, row, **{f"{FIELD}_text": "Zebra"})
    assert answer.status_code == 200 and told["message"] in text(answer) and stored() is None
