"""The steps of an import's wizard: what they show, what is decided, what opens them again."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from integrations.models import Import, Mapping, Sync, WorkerBeat, Workspace
from integrations.sandbox import Control
from integrations.services.import_lists import import_read, import_read_by_id
from tests.admin.import_pages import DEFAULTS, OPTIONS, begin, fill, page, prepare, save, text, value, work
from tests.factories import make_user, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def org(sandbox: Any) -> Any:
    return fill(make_workspace(), sandbox.url)


@pytest.fixture
def client(org: Any) -> Client:
    client = Client()
    client.force_login(make_user("ada", Workspace.objects.get(), "admin"))
    return client


def shown(client: Client, row: Import, **query: str) -> str:
    return text(client.get(page(row, "step"), query))


def test_everybody_who_owns_something_is_shown_with_counts_and_marks(client: Client) -> None:
    """Inactive people, queues and one whom nobody may see are owners too."""
    content = shown(client, begin(client))
    rows = re.findall(r'<tr id="value-.*?</tr>', content, re.S)
    counts = [[int(n) for n in re.findall(r'class="po-number"[^>]*>(?:<span[^>]*>)?(\d+)', one)] for one in rows]
    assert [sum(column) for column in zip(*counts, strict=True)] == [12, 8]
    for name, mark in (("Sam Carter", "Inactive"), ("Support Tier 1", "Queue"), ("Somebody who cannot", "Inactive")):
        assert mark in next(one for one in rows if name in one)


def test_a_choice_is_stored_with_who_made_it_and_another_page_does_not_undo_it(client: Client, org: Any) -> None:
    row = begin(client)
    tom, sam, lena = value("Tom Okafor"), value("Sam Carter"), value("Lena Vogel")
    save(client, row, (tom, "", "102"), (sam, "", "-"), (lena, "", ""))
    tom.refresh_from_db(), sam.refresh_from_db(), lena.refresh_from_db()
    assert [(one.state, one.target_id) for one in (tom, sam)] == [("confirmed", "102"), ("ignored", "")]
    assert lena.state == "suggested"
    told = save(client, row, (tom, "", "101"), (sam, "", ""))
    assert "Tom Okafor was changed by somebody else meanwhile" in told
    tom.refresh_from_db(), sam.refresh_from_db()
    assert (tom.target_id, sam.state) == ("102", "ignored")
    save(client, row, (tom, "102", ""), do=f"reopen:{sam.pk}")
    tom.refresh_from_db(), sam.refresh_from_db()
    assert (tom.state, sam.state) == ("open", "open")
    assert Mapping.history.filter(id=tom.pk, history_user__username="ada").exists()


def test_suggestions_of_a_certain_ground_are_accepted_at_once(client: Client) -> None:
    row = begin(client)
    assert "Accept 3 suggestions with the same e-mail address" in shown(client, row)
    save(client, row, do="ground:same e-mail address")
    mapped = Mapping.objects.filter(kind="user", state="confirmed")
    assert sorted(mapped.values_list("source_label", "target_label")) == [
        ("Lena Vogel", "Lena Vogel"), ("Priya Raman", "Priya Raman"), ("Tom Okafor", "Tom Okafor"),
    ]  # fmt: skip


def test_the_default_person_covers_whoever_is_undecided(client: Client) -> None:
    row = begin(client)
    assert "9 undecided" in shown(client, row)
    save(client, row, ("default:user", "", "101"))
    assert Sync.objects.get().options["default_user"] == "101"
    content = shown(client, row, show="undecided")
    assert "none undecided" in content and "Nothing fits" in content
    robot = value("Import Robot")
    save(client, row, do=f"default:{robot.pk}")
    robot.refresh_from_db()
    assert (robot.state, robot.target_id) == ("confirmed", "101")
    assert "no such" in save(client, row, ("default:user", "101", "999"))


def test_a_name_that_was_typed_but_not_chosen_is_told(client: Client) -> None:
    row = begin(client)
    data = {
        "step": "users",
        "do": "finish",
        "row": value("Tom Okafor").pk,
        "was": "",
        "target_id": "",
        "target_text": "To",
    }
    told = text(client.post(page(row, "step/save"), data, follow=True))
    assert "“To” was not chosen" in told
    row.refresh_from_db()
    assert row.seen == {}


def test_what_came_since_opens_a_step_again_and_says_so_before_the_start(client: Client, org: Any) -> None:
    row = prepare(client)
    org.act("stage", value="Signed by phone", label="Signed by phone", active=True)
    import_read(row)
    assert "1 new since" in shown(client, row, step="users")
    assert "Signed by phone" in shown(client, row, step="statuses", show="new")
    confirm = text(client.get(page(row, "confirm")))
    assert "Status mapping is open again" in confirm and "Start Import" not in confirm
    assert "Signed by phone came since" in text(client.post(page(row, "start"), follow=True))
    row.refresh_from_db()
    assert row.state == "draft"
    save(client, row, step="statuses", do="finish")
    assert "Start Import" in text(client.get(page(row, "confirm")))


def test_a_decision_after_the_preview_takes_the_preview_back(client: Client) -> None:
    row = prepare(client)
    assert row.preview
    save(client, row, (value("Tom Okafor"), "", "102"))
    row.refresh_from_db()
    assert row.preview is None
    assert "Make the preview first" in text(client.post(page(row, "start"), follow=True))


def test_an_option_that_cannot_be_read_stores_nothing(client: Client) -> None:
    row = begin(client)
    data = {"step": "statuses", "do": "finish", **OPTIONS, "option_sales_where": "nonsense"}
    data |= {"row": "default:sale_type", "was": "", "target_id": "1", "target_text": ""}
    answer = text(client.post(page(row, "step/save"), data))
    assert "is no condition" in answer and "nonsense" in answer
    assert Sync.objects.get().options == {}
    client.post(page(row, "step/save"), data | {"option_sales_where": "Type is New Customer"})
    options = Sync.objects.get().options
    assert options["sales_where"][0]["values"] == ["New Customer"] and options["default_sale_type"] == "1"


def test_attaching_needs_the_record_to_attach_to(client: Client, sandbox: Any) -> None:
    Control(sandbox.url, "accelo").act("put", table="companies", rows=[{"id": "1", "name": "Harbour Trust"}])
    row = begin(client, "sales")
    data = {"step": "statuses", "do": "finish", **OPTIONS, "option_missing_company": "attach"}
    answer = client.post(page(row, "step/save"), data)
    assert "choose another rule for “Company that Accelo does not have”" in text(answer)
    assert list(answer.context["form"].errors) == ["option_attach_company"]
    row.sync.refresh_from_db()
    assert row.sync.options == {}
    client.post(page(row, "step/save"), {**data, "option_attach_company": "1"})
    row.sync.refresh_from_db()
    assert (row.sync.options["missing_company"], row.sync.options["attach_company"]) == ("attach", "1")


def test_only_what_the_chosen_kinds_need_is_asked_for(client: Client) -> None:
    row = begin(client, "sales")
    content = shown(client, row, step="statuses")
    assert "Stages of sales" in content and "Statuses of tickets" not in content
    assert "option_sales_where" in content and "option_tickets_where" not in content
    assert "Support Tier 1" not in shown(client, row)


def test_currencies_are_asked_for_only_where_sales_are_in_several(client: Client, org: Any) -> None:
    assert "option_currency" not in shown(client, begin(client, "sales"), step="statuses")
    org.act("settings", multi_currency=True)
    import_read(row := Import.objects.get())
    assert {"option_currency_rule", "option_currency"} <= set(
        re.findall(r'name="(\w+)"', shown(client, row, step="statuses"))
    )
    assert "option_currency" not in shown(client, begin(client, "tickets"), step="statuses")


def test_new_conditions_are_counted_at_once_and_a_wrong_one_is_told(client: Client, org: Any) -> None:
    row = begin(client, "sales")
    data = {"step": "statuses", "do": "save", **OPTIONS}
    client.post(page(row, "step/save"), data | {"option_sales_where": "IsClosed is false"})
    living = [one for one in org.act("state", object="Opportunity")["Opportunity"] if not one["IsClosed"]]
    steps = client.get(page(row, "step"), {"step": "users"}).context["state"].values
    assert sum(value.number for value in steps) == len(living) < 12
    told = text(client.post(page(row, "step/save"), data | {"option_sales_where": "Colour is red"}, follow=True))
    assert "has no field &#x27;Colour&#x27;" in told


def test_the_sheet_names_owners_and_comes_back_to_the_step(client: Client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    row = begin(client)
    base = f"/admin/integrations/sync/{row.sync_id}/mappings"
    sheet = client.get(f"{base}/export/?format=csv").content.decode("utf-8-sig")
    lines = [line for line in sheet.splitlines() if "Sam Carter" in line]
    assert len(lines) == 1
    cells = lines[0].split(",")
    cells[3], cells[6] = "103", "confirmed"
    body = "\r\n".join([sheet.splitlines()[0], ",".join(cells)]).encode()
    step = f"{page(row, 'step')}?step=users"
    data = {"resource": "0", "format": "0", "import_file": SimpleUploadedFile("m.csv", body)}
    judged = client.post(f"{base}/import/", data, QUERY_STRING=f"next={step}")
    rows = re.search(r'name="rows" value="([^"]+)"', text(judged))
    assert rows
    done = client.post(f"{base}/import/?next={step}", {"rows": rows[1]})
    assert done["Location"] == step
    assert value("Sam Carter").target_id == "103"


def test_the_preview_is_counted_by_what_becomes_of_the_records(client: Client) -> None:
    row = begin(client)
    save(client, row, (value("Tom Okafor"), "", "-"), ("default:user", "", "101"), do="finish")
    save(client, row, *DEFAULTS, step="statuses", do="finish")
    making = client.get(page(row, "confirm/live"))
    assert making.status_code == 200 and "is being made" in text(making)
    preview = work()
    answer = client.get(page(row, "confirm/live"))
    groups = {group.key: group.number for group in answer.context["groups"]}
    counts = preview.counts
    assert answer.status_code == 286 and sum(groups.values()) == counts["read"]
    assert (groups["create"], groups["skip"]) == (counts["created"], counts["skipped"]) and counts["skipped"] > 0
    costs = {cost.connection.vendor: cost.calls for cost in answer.context["costs"]}
    assert costs["accelo"] == preview.calls["accelo"] + counts["created"]
    samples = answer.context["samples"]
    assert len(samples) == 10 and {one.kind for one in samples} == {"Sales", "Tickets"}
    assert ("Assigned to", "Priya Raman") in [line[:2] for line in samples[0].after]
    assert "Progressions are not run" in text(answer)


def test_a_worker_reads_the_lists_and_the_step_shows_them_by_itself(client: Client) -> None:
    now = timezone.now()
    WorkerBeat.objects.create(name="w", kind="worker", host="h", pid=1, beat_at=now, started_at=now, state="running")
    row = begin(client)
    assert "A worker reads both applications now" in shown(client, row)
    assert client.get(page(row, "reading")).status_code == 200
    import_read_by_id(row.pk)
    over = client.get(page(row, "reading"))
    assert (over.status_code, over["HX-Refresh"]) == (286, "true")
    assert "Priya Raman" in shown(client, row)
