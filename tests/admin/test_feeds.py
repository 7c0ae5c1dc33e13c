"""Configure data sync: the page, its rows as they are typed, saving, starting, lists that are held."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django_q.models import Schedule

from integrations.models import Connection, Reference, Run, RunItem, Sync
from integrations.sandbox import Control
from integrations.services.feeds import enabled_streams, feeds_save
from integrations.services.syncs import sync_create, sync_pause
from tests.factories import make_accountsiq, make_expensein

pytestmark = pytest.mark.django_db
NOWHERE = "http://127.0.0.1:1"
STREAMS = {
    "categories": "gl_accounts", "projects": "bi_codes", "departments": "bi_codes", "tax_rates": "tax_codes",
    "suppliers": "suppliers",
}  # fmt: skip
ENTRY = {"was": 900, "now": 40, "source": "gl_accounts", "at": "2026-11-22T04:03:00+00:00"}


def make_sync(own: dict[str, Any], url: str = NOWHERE, *, begun: bool = False) -> Sync:
    ends = {"source": make_accountsiq(own["workspace"], url), "target": make_expensein(own["workspace"], url)}
    values = {"workspace": own["workspace"], "key": "data", "name": "Data", "kind": "accountsiq_expensein", **ends}
    return sync_create(**values, enabled=begun)


@pytest.fixture
def sync(own: dict[str, Any]) -> Sync:
    """As the admin makes one: with everything as declared, paused."""
    return make_sync(own)


def address(sync: Sync, name: str = "configure") -> str:
    return f"/admin/integrations/sync/{sync.pk}/{name}/"


def typed(*enabled: str, **more: str) -> dict[str, str]:
    """The page's form with these items enabled; `__` stands for a point in the names of further controls."""
    form = {f"{key}.source": source for key, source in STREAMS.items()}
    form |= {f"{key}.enabled": "on" for key in enabled}
    return form | {name.replace("__", "."): value for name, value in more.items()}


def condition(stream: str, field: str, comparison: str, values: str, at: int = 0) -> dict[str, str]:
    names = ("field", "comparison", "values")
    return {f"{stream}.{at}.{name}": one for name, one in zip(names, (field, comparison, values), strict=True)}


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_new_sync_is_made_paused_and_leads_to_the_page(admin_client: Client, own: dict[str, Any]) -> None:
    source, target = make_accountsiq(own["workspace"], NOWHERE), make_expensein(own["workspace"], NOWHERE)
    add = "/admin/integrations/sync/add/?kind=accountsiq_expensein"
    shown = text(admin_client.get(add))
    assert "What runs" not in shown and "Begin at once" not in shown
    form = {
        "name": "Data", "key": "", "source": source.pk, "target": target.pk, "rhythm": "other",
        "schedule": "0 4 * * *", "begin": "on", "option_same_names": "report", "option_long_names": "report",
    }  # fmt: skip
    answer = admin_client.post(add, form)
    made = Sync.objects.get(kind="accountsiq_expensein")
    assert answer["Location"] == address(made) and not made.enabled
    assert enabled_streams(made) == ("categories", "tax_rates", "suppliers")
    assert not Schedule.objects.filter(name=f"sync:{made.pk}").exists() and not made.runs.exists()
    again = admin_client.post(add, {**form, "name": "Again"})
    assert "a second one would create each of them twice" in text(again)


def test_save_stores_and_starts_nothing(admin_client: Client, sync: Sync) -> None:
    form = typed("projects", **condition("projects", "code", "is_one_of", "A 1\r\n\r\n007\r\nA 1"))
    answer = admin_client.post(address(sync, "configure/save"), {**form, "do": "save"}, follow=True)
    sync.refresh_from_db()
    assert enabled_streams(sync) == ("projects",)
    assert sync.feeds["projects"]["filter"] == [{"field": "code", "comparison": "is_one_of", "values": ["A 1", "007"]}]
    assert not sync.runs.exists() and not sync.enabled
    assert "rests until you press Save &amp; Sync" in text(answer)


def test_save_and_sync_starts_a_run_and_the_first_time_the_schedule(admin_client: Client, sync: Sync) -> None:
    save = address(sync, "configure/save")
    answer = admin_client.post(save, {**typed("suppliers"), "do": "sync"})
    run = Run.objects.get(sync=sync)
    assert answer["Location"] == f"/admin/integrations/run/{run.pk}/change/"
    assert (run.kind, run.status, run.requested_by.get_username()) == ("run", "queued", "a-admin")
    sync.refresh_from_db()
    assert sync.enabled and Schedule.objects.filter(name=f"sync:{sync.pk}").exists()
    sync_pause(sync=sync, paused=True)
    told = admin_client.post(save, {**typed("categories"), "do": "sync"}, follow=True)
    sync.refresh_from_db()
    assert not sync.enabled and "The schedule is still paused" in text(told)


def test_save_and_sync_with_nothing_enabled_stores_nothing(admin_client: Client, sync: Sync) -> None:
    form = typed(**condition("categories", "name", "contains", "Expenses"))
    answer = admin_client.post(address(sync, "configure/save"), {**form, "do": "sync"})
    sync.refresh_from_db()
    assert sync.feeds == {} and not sync.runs.exists() and not sync.enabled
    assert "No item is enabled, so there is nothing to sync" in text(answer)
    rows = {row.stream.key: row for row in answer.context["rows"]}
    assert not rows["suppliers"].enabled and rows["categories"].lines[0].values == ["Expenses"]


def test_everything_can_be_disabled_and_both_pages_say_so(admin_client: Client, own: dict[str, Any]) -> None:
    sync = make_sync(own, begun=True)
    admin_client.post(address(sync, "configure/save"), {**typed(), "do": "save"})
    assert not Schedule.objects.filter(name=f"sync:{sync.pk}").exists()
    for name in ("configure", "change"):
        shown = text(admin_client.get(address(sync, name)))
        assert "No item is enabled: nothing runs" in shown and "Run now" not in shown
    assert "nothing is enabled" in text(admin_client.get("/admin/"))


@pytest.mark.parametrize(
    ("more", "stream", "words"),
    [
        (condition("categories", "name", "contains", " "), "categories", "Account name: give a value"),
        (condition("categories", "colour", "contains", "x"), "categories", "does not have"),
        (condition("categories", "name", "sounds_like", "x"), "categories", "no comparison"),
        ({"departments.source": "dimension:", "departments.enabled": "on"}, "departments", "Choose which dimension"),
        ({"departments.source": "dimension:GONE", "departments.enabled": "on"}, "departments", "no dimension GONE"),
        ({"projects.source": "planets"}, "projects", "Choose a source"),
        (
            condition("suppliers", "name", "contains", "a") | condition("suppliers", "name", "contains", "b", 1),
            "suppliers",
            "only one comparison a field",
        ),
    ],
)
def test_what_is_not_valid_is_told_at_its_row_and_stays_as_typed(
    admin_client: Client, sync: Sync, more: dict[str, str], stream: str, words: str
) -> None:
    cache(sync, "dimension", "DEPT", "Department")
    form = {**typed("categories"), **more, **condition("tax_rates", "rate", "is_one_of", "20")}
    answer = admin_client.post(address(sync, "configure/save"), {**form, "do": "save"})
    wrong = {row.stream.key: row.wrong for row in answer.context["rows"] if row.wrong}
    assert list(wrong) == [stream] and words in wrong[stream] and words in text(answer)
    assert next(row for row in answer.context["rows"] if row.stream.key == "tax_rates").lines[0].text == "20"
    sync.refresh_from_db()
    assert sync.feeds == {}


def cache(sync: Sync, kind: str, code: str, label: str, **extra: str) -> None:
    Reference.objects.create(
        connection=sync.source, kind=kind, external_id=code, code=code, label=label, label_key=label.casefold(),
        code_key=code.casefold(), extra={"code": code, "name": label, **extra},
    )  # fmt: skip


def test_a_stored_dimension_is_shown_by_its_name_and_kept_when_it_is_gone(admin_client: Client, sync: Sync) -> None:
    feeds_save(sync=sync, feeds={"departments": {"enabled": False, "source": "dimension", "choice": "department"}})
    assert "Dimension: department (not in the list)" in text(admin_client.get(address(sync)))
    cache(sync, "dimension", "DEPT", "Department")
    shown = text(admin_client.get(address(sync)))
    assert '<option value="dimension:DEPT" selected>Dimension: Department (DEPT)</option>' in shown


# --- one row ------------------------------------------------------------------------------------------------------


def row_of(client: Client, sync: Sync, do: str, form: dict[str, str], stream: str = "categories", **more: str) -> Any:
    answer = client.post(address(sync, "configure/part"), {**form, "do": do, "stream": stream, **more})
    assert answer.status_code == 200
    return answer.context["row"]


def test_comparisons_are_added_with_a_free_field_and_removed(admin_client: Client, sync: Sync) -> None:
    form = (
        typed() | condition("categories", "name", "contains", "x") | condition("categories", "code", "contains", "y", 4)
    )
    added = row_of(admin_client, sync, "add", form)
    assert [line.field.key for line in added.lines] == ["name", "code", "account_type"]
    assert "name" not in [one.key for one in added.lines[2].fields]
    left = row_of(admin_client, sync, "remove", form, at="0")
    assert [(line.field.key, line.text) for line in left.lines] == [("code", "y")]


def test_another_source_drops_comparisons_that_it_does_not_have(admin_client: Client, sync: Sync) -> None:
    form = (
        typed()
        | condition("projects", "analysis_1", "contains", "x")
        | condition("projects", "code", "contains", "y", 1)
    )
    changed = row_of(admin_client, sync, "change", {**form, "projects.source": "dimension:DEPT"}, "projects")
    assert [line.field.key for line in changed.lines] == ["code"]


def test_a_preview_reads_the_list_and_warns_when_nothing_is_left(
    admin_client: Client, own: dict[str, Any], sandbox: Any
) -> None:
    Control(sandbox.url, "accountsiq").seed("small")
    sync = make_sync(own, sandbox.url)
    form = typed() | condition("tax_rates", "name", "contains", "no such thing")
    answer = admin_client.post(
        address(sync, "configure/part"), {**form, "do": "preview", "stream": "tax_rates"}
    )  # fmt: skip
    preview = answer.context["row"].preview
    assert preview.total > 0 and preview.kept == 0 and f"leaves out all {preview.total} records" in text(answer)
    whole = admin_client.post(address(sync, "configure/part"), {**typed(), "do": "preview", "stream": "tax_rates"})
    assert f"all {preview.total} records take part" in text(whole) and "as of" in text(whole)
    assert not sync.runs.exists()


def test_a_preview_works_on_the_old_list_when_the_source_cannot_be_asked(admin_client: Client, sync: Sync) -> None:
    cache(sync, "tax_code", "S", "Standard")
    Connection.objects.filter(pk=sync.source_id).update(credentials={})
    row = row_of(admin_client, sync, "preview", typed(), "tax_rates")
    assert "not connected yet" in row.trouble and row.preview.total == 1


def test_lists_are_read_for_choosing_and_what_is_typed_stays(
    admin_client: Client, own: dict[str, Any], sandbox: Any
) -> None:
    Control(sandbox.url, "accountsiq").seed("small")
    sync = make_sync(own, sandbox.url)
    assert admin_client.get(address(sync)).context["reads"]
    form = typed("projects", **condition("projects", "code", "contains", "7"))
    answer = admin_client.post(address(sync, "configure/part"), {**form, "do": "lists"})
    row = next(row for row in answer.context["rows"] if row.stream.key == "projects")
    assert row.enabled and row.lines[0].text == "7" and len(row.options) > 1
    assert 'hx-trigger="load"' not in text(answer)


# --- who sees what ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_others_see_it_and_change_nothing(sign_in: Callable[[str], Client], sync: Sync, role: str) -> None:
    feeds_save(
        sync=sync,
        feeds={
            "categories": {"enabled": True, "filter": [{"field": "code", "comparison": "contains", "values": ["4"]}]}
        },
    )
    client = sign_in(role)
    shown = text(client.get(address(sync)))
    assert "Account number contains “4”" in shown and "Save &amp; Sync</button>" not in shown
    assert "<select" not in shown.split('id="feed-rows"')[1]
    assert client.post(address(sync, "configure/save"), typed()).status_code == 403


def test_tabs_are_those_that_the_kind_has(admin_client: Client, own: dict[str, Any], sync: Sync) -> None:
    shown = text(admin_client.get(address(sync, "records")))
    assert "Configure data sync" in shown and f"{sync.pk}/mappings/" not in shown and f"{sync.pk}/fields/" not in shown
    other = text(admin_client.get(address(own["sync"], "change")))
    assert "Configure data sync" not in other and f"{own['sync'].pk}/mappings/" in other
    assert admin_client.get(address(own["sync"])).status_code == 302


# --- lists that are held ------------------------------------------------------------------------------------------


def hold(sync: Sync) -> None:
    sync.memory = {"held": {"categories": ENTRY}, "lists": {"categories": {"source": "gl_accounts", "count": 900}}}
    sync.save()


def test_an_operator_accepts_a_shorter_list_by_its_numbers(sign_in: Callable[[str], Client], sync: Sync) -> None:
    hold(sync)
    client = sign_in("operator")
    for page in ("/admin/", address(sync, "change")):
        shown = text(client.get(page))
        assert "Categories had 900 records in GL accounts and now has 40" in shown
        assert "Accept the shorter list" in shown
    form = {"stream": "categories", "was": "900", "now": "41"}
    assert "has changed meanwhile" in text(client.post(address(sync, "accept"), form, follow=True))
    assert "is accepted" in text(client.post(address(sync, "accept"), {**form, "now": "40"}, follow=True))
    sync.refresh_from_db()
    assert sync.memory["lists"]["categories"]["count"] == 40 and not sync.memory["held"]


def test_a_viewer_sees_a_held_list_without_the_button(sign_in: Callable[[str], Client], sync: Sync) -> None:
    hold(sync)
    shown = text(sign_in("viewer").get("/admin/"))
    assert "now has 40" in shown and "Accept the shorter list" not in shown


# --- what a run did -----------------------------------------------------------------------------------------------


def test_the_run_page_counts_by_item_in_words(admin_client: Client, sync: Sync) -> None:
    progress = {"streams": {"tax_rates": {"read": 9, "unchanged": 4, "quiet": {"skipped": 2}}}}
    run = Run.objects.create(
        workspace=sync.workspace, sync=sync, status="done_with_failures", progress=progress,
        counts={"read": 9, "failed": 1}, finished_at=sync.created_at,
    )  # fmt: skip
    differs = {"stream": "tax_rates", "action": "skip", "status": "skipped", "code": "rate_differs"}
    RunItem.objects.bulk_create([
        *(RunItem(run=run, source_id=f"T{number}", **differs) for number in range(2)),
        RunItem(run=run, stream="tax_rates", source_id="T9", action="link", status="linked"),
        RunItem(run=run, stream="suppliers", source_id="", action="read", status="failed", reason="It said no."),
    ])  # fmt: skip
    page = f"/admin/integrations/run/{run.pk}/change/"
    answer = admin_client.get(page)
    rates, suppliers = answer.context["streams"]
    assert {words: number for words, number, _ in rates.cells if number} == {
        "Taken over": 1, "Unchanged": 4, "Skipped": 4,
    }  # fmt: skip
    assert rates.read == 9 and rates.remarks == ["2 rates differ and are not changed."]
    assert suppliers.wrong == ["List of Suppliers: It said no."]
    (item,) = answer.context["items"]
    assert (item.label, item.why, item.words) == ("List of Suppliers", "", "Not read")
    assert "Why?" not in text(answer)
    narrowed = admin_client.get(page, {"stream": "tax_rates"}).context
    assert {one.item.source_id for one in narrowed["items"]} == {"T0", "T1", "T9"}
    admin_client.post(f"/admin/integrations/run/{run.pk}/act/", {"do": "retry-all"})
    again = Run.objects.filter(sync=sync).latest("pk")
    assert again.pk != run.pk and again.scope["streams"] == ["suppliers"] and not again.scope["source_ids"]
