"""Home, syncs, the record page, unknown outcomes, audit, members."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django_q.models import Schedule

from integrations.models import Connection, FieldRule, Intent, Link, Mapping, Membership, RunItem, Sync
from tests.factories import make_user, make_workspace

pytestmark = pytest.mark.django_db


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_home_leads_a_new_workspace_by_the_first_steps() -> None:
    client = Client()
    client.force_login(make_user("new", make_workspace(), "admin"))
    shown = text(client.get("/admin/"))
    assert "First steps" in shown and "Add a connection" in shown


def test_home_tells_what_needs_a_person(admin_client: Client, own: dict[str, Any]) -> None:
    Connection.objects.filter(pk=own["connection"].pk).update(state="sign_in", state_reason="The secret is wrong.")
    shown = text(admin_client.get("/admin/"))
    for words in ("1 blocked", "1 sent without an answer", "1 open incident", "The secret is wrong.", "No worker is"):
        assert words in shown, words


def sync_form(own: dict[str, Any], **values: Any) -> dict[str, Any]:
    return {
        "name": "Costs", "key": "", "source": own["connection"].pk, "target": own["target"].pk, "rhythm": "other",
        "schedule": "*/20 * * * *", "option_window_days": "30", "option_closed_targets": "block",
        "option_retainer": "contract", "option_unchangeable": "report", **values,
    }  # fmt: skip


def other_target(own: dict[str, Any], **values: Any) -> Connection:
    return Connection.objects.create(workspace=own["workspace"], key="two", name="Two", vendor="accelo", **values)


@pytest.mark.parametrize("same_connection", [True, False])
def test_a_second_sync_between_the_same_accounts_is_refused(
    admin_client: Client, own: dict[str, Any], same_connection: bool
) -> None:
    place = {"identity": "acme", "settings": {"base_url": "https://acme.api.accelo.com"}}
    Connection.objects.filter(pk=own["target"].pk).update(**place)
    target = own["target"] if same_connection else other_target(own, **place)
    answer = admin_client.post("/admin/integrations/sync/add/?kind=ieatta_accelo", sync_form(own, target=target.pk))
    assert "a second one would create each of them twice" in text(answer) and Sync.objects.count() == 1


def test_a_new_sync_starts_paused_with_its_options(admin_client: Client, own: dict[str, Any]) -> None:
    answer = admin_client.post(
        "/admin/integrations/sync/add/?kind=ieatta_accelo", sync_form(own, target=other_target(own).pk)
    )
    assert answer.status_code == 302, answer.context["errors"]
    sync = Sync.objects.get(key="costs")
    assert not sync.enabled and sync.options["window_days"] == 30 and sync.options["unchangeable"] == "report"
    assert not Schedule.objects.filter(name=f"sync:{sync.pk}").exists()
    admin_client.post(f"/admin/integrations/sync/{sync.pk}/pause/", {"paused": "0"})
    assert Schedule.objects.filter(name=f"sync:{sync.pk}").exists()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"schedule": "hourly"}, "This is not a schedule"),
        ({"key": "expenses"}, "Another sync has the short name"),
        ({"option_window_days": "0"}, "greater than or equal to 1"),
    ],
)
def test_a_wrong_sync_form_says_what_to_do(
    admin_client: Client, own: dict[str, Any], values: dict[str, str], words: str
) -> None:
    answer = admin_client.post("/admin/integrations/sync/add/?kind=ieatta_accelo", sync_form(own, **values))
    assert words in text(answer)
    assert Sync.objects.count() == 1


def test_settings_are_changed_and_told_in_the_audit(admin_client: Client, own: dict[str, Any]) -> None:
    address = f"/admin/integrations/sync/{own['sync'].pk}/settings/"
    answer = admin_client.post(address, sync_form(own, key="expenses", name="Renamed"))
    assert answer.status_code == 302
    shown = text(admin_client.get("/admin/integrations/workspace/audit/?model=sync"))
    assert "Renamed" in shown and "options: unchangeable" in shown and "a-admin" in shown


def test_the_audit_tells_what_a_person_did_and_not_what_the_portal_notes(
    admin_client: Client, own: dict[str, Any]
) -> None:
    row = own["target"]
    for _ in range(60):
        row.account = {"read": "now"}
        row.save()
    address = f"/admin/integrations/connection/{row.pk}"
    data = {"name": row.name, "key": row.key, "credential_client_secret": "quiet-secret"}
    admin_client.post(f"{address}/change/", data)
    admin_client.post(f"{address}/disconnect/")
    shown = text(admin_client.get("/admin/integrations/workspace/audit/?model=connection"))
    assert "Filled in: Client secret" in shown and "Disconnected; credentials forgotten" in shown
    assert shown.count("<td>a-admin</td>") == 2 and "quiet-secret" not in shown


def test_the_audit_goes_on_where_a_page_ended(admin_client: Client, own: dict[str, Any]) -> None:
    for number in range(60):
        own["sync"].name = f"Name {number}"
        own["sync"].save()
    first = text(admin_client.get("/admin/integrations/workspace/audit/?model=sync"))
    older = first.split("before=")[1].split('"')[0]
    second = text(admin_client.get(f"/admin/integrations/workspace/audit/?model=sync&before={older}"))
    for number in range(60):
        page = first if number >= 10 else second
        assert f"<ins>Name {number}</ins>" in page, number


def test_the_sync_page_names_the_values_that_most_records_wait_for(admin_client: Client, own: dict[str, Any]) -> None:
    Link.objects.update(needs={"kind": "category", "value": "Postage", "label": "Postage"})
    address = f"/admin/integrations/sync/{own['sync'].pk}/change/"
    words = "1 record waits for the Ieatta category “Postage” to be mapped."
    assert words in text(admin_client.get(address))
    Mapping.objects.create(
        sync=own["sync"],
        kind="category",
        source_value="Postage",
        source_key="postage",
        state="confirmed",
        target_id="1",
    )
    assert words not in text(admin_client.get(address))


@pytest.mark.parametrize(("model", "words"), [
    ("connection", "No connections yet"), ("sync", "No syncs yet"), ("run", "No runs yet"),
    ("intent", "No unknown outcomes"), ("incident", "No incidents"),
])  # fmt: skip
def test_an_empty_list_says_what_belongs_there(model: str, words: str) -> None:
    client = Client()
    client.force_login(make_user("new", make_workspace(), "admin"))
    shown = text(client.get(f"/admin/integrations/{model}/"))
    assert words in shown and "yielded" not in shown


def test_a_wrong_password_is_told_once_and_in_plain_words(client: Client) -> None:
    shown = text(client.post("/admin/login/", {"username": "nobody", "password": "wrong"}))
    assert "The user name or the password is wrong" in shown and "below" not in shown.split("<form")[0]


def test_accounts_are_fixed_once_records_are_linked(admin_client: Client, own: dict[str, Any]) -> None:
    other = Connection.objects.create(workspace=own["workspace"], key="b", name="B", vendor="accelo")
    address = f"/admin/integrations/sync/{own['sync'].pk}/settings/"
    admin_client.post(address, sync_form(own, key="expenses", target=other.pk))
    own["sync"].refresh_from_db()
    assert own["sync"].target_id == own["target"].pk


@pytest.mark.parametrize(
    ("cron", "words"), [("0 * * * *", "Every hour."), ("x", "not a schedule yet"), ("", "By hand only")]
)
def test_the_schedule_is_explained_while_it_is_written(admin_client: Client, cron: str, words: str) -> None:
    assert words in text(admin_client.get("/admin/integrations/sync/times/", {"schedule": cron}))


def test_field_rules_keep_only_offered_choices(admin_client: Client, own: dict[str, Any]) -> None:
    FieldRule.objects.all().delete()
    data = {
        "source_title": "merchant",
        "policy_title": "set_if_empty",
        "source_price": "password",
        "policy_quantity": "off",
    }
    admin_client.post(f"/admin/integrations/sync/{own['sync'].pk}/fields/save/", data)
    rules = {rule.target: (rule.source, rule.policy) for rule in FieldRule.objects.all()}
    assert rules == {"title": ("merchant", "set_if_empty")}


def test_the_record_page_tells_why(admin_client: Client, own: dict[str, Any]) -> None:
    call = {"method": "POST", "url": "https://x/expenses", "status": 400, "ms": 5, "sent": "a=1", "answered": "no <b>"}
    why = [{"field": "title", "value": "Taxi", "because": "the comment was empty"}]
    RunItem.objects.update(why=why, calls=[call], source={"merchant": "Taxi & Co"}, changes={"title": ["", "Taxi"]})
    Link.objects.update(needs={"kind": "category", "source": "Meals"})
    link = own["link"]
    address = f"/admin/integrations/sync/{own['sync'].pk}/record/?stream=expenses&id={link.source_id}"
    shown = text(admin_client.get(address))
    for words in (
        "Taxi &amp; Co",
        "the comment was empty",
        "https://x/expenses",
        "no &lt;b&gt;",
        "kind=category&amp;q=Meals",
    ):
        assert words in shown, words


@pytest.mark.parametrize(("data", "state", "link_state"), [
    ({"do": "done", "other_id": "77"}, Intent.State.DONE, Link.State.LINKED),
    ({"do": "not_done"}, Intent.State.NOT_DONE, Link.State.FAILED),
])  # fmt: skip
def test_a_person_says_what_became_of_a_lost_answer(
    admin_client: Client, own: dict[str, Any], data: dict[str, str], state: str, link_state: str
) -> None:
    Link.objects.update(state=Link.State.UNKNOWN)
    admin_client.post(f"/admin/integrations/intent/{own['intent'].pk}/settle/", data)
    own["intent"].refresh_from_db()
    own["link"].refresh_from_db()
    assert (own["intent"].state, own["intent"].settled_by, own["link"].state) == (state, "a-admin", link_state)
    answer = admin_client.post(f"/admin/integrations/intent/{own['intent'].pk}/settle/", data, follow=True)
    assert "is settled already" in text(answer)


def test_a_target_that_belongs_to_another_record_is_refused(admin_client: Client, own: dict[str, Any]) -> None:
    Link.objects.create(sync=own["sync"], stream="expenses", source_id="other", target_id="77", state="linked")
    data = {"do": "done", "target_id": "77"}
    answer = admin_client.post(f"/admin/integrations/intent/{own['intent'].pk}/settle/", data, follow=True)
    assert "counterpart of another record" in text(answer)


def test_members_are_added_by_their_exact_name(admin_client: Client, own: dict[str, Any]) -> None:
    make_user("newcomer")
    add = "/admin/integrations/membership/add/"
    assert "There is no user of this name" in text(admin_client.post(add, {"username": "newc", "role": "viewer"}))
    admin_client.post(add, {"username": "newcomer", "role": "viewer"})
    member = Membership.objects.get(user__username="newcomer")
    assert member.workspace == own["workspace"]
    assert "is a member already" in text(admin_client.post(add, {"username": "newcomer", "role": "viewer"}))


def test_a_workspace_keeps_an_admin(own: dict[str, Any]) -> None:
    Membership.objects.all().delete()
    client = Client()
    client.force_login(make_user("last", own["workspace"], "admin"))
    member = Membership.objects.get()
    address = f"/admin/integrations/membership/{member.pk}"
    assert "keeps at least one admin" in text(client.post(f"{address}/change/", {"role": "viewer"}))
    assert client.post(f"{address}/delete/", {"post": "yes"}).status_code == 403


def test_a_member_without_staff_rights_does_not_sign_in(own: dict[str, Any]) -> None:
    user = make_user("outside", own["workspace"], "admin")
    user.is_staff = False
    user.save()
    client = Client()
    client.force_login(user)
    assert "/admin/login/" in client.get("/admin/")["Location"]
