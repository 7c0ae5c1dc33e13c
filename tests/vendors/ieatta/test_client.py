"""The client against the emulator, over real HTTP."""

from datetime import timedelta

import pytest

from integrations.core.errors import ConfigError, ProtocolError, RejectedError, TransientError
from integrations.vendors.ieatta.export import FileGone
from integrations.vendors.ieatta.records import Expense, Report
from integrations.vendors.ieatta.sandbox.state import POLICY_ID, USER
from tests.vendors.ieatta.conftest import START, TODAY, World, window


def expenses(found: list[object]) -> list[Expense]:
    return [item for item in found if isinstance(item, Expense)]


def test_check_names_the_user_and_the_policy_in_two_calls(world: World) -> None:
    checked = world.client().check()
    assert checked.identity == USER
    assert checked.account == {"policy_id": POLICY_ID, "policy_name": "Acme Services", "output_currency": "AUD"}
    assert checked.missing == ()
    assert world.jobs() == ["get", "get"]


def test_check_says_which_policies_there_are_when_ours_is_unknown(world: World) -> None:
    checked = world.client(policy_id="FFFF").check()
    assert "FFFF" in checked.missing[0]
    assert POLICY_ID in checked.missing[0]


def test_check_says_that_a_user_who_is_no_admin_should_be_made_one(world: World) -> None:
    world.control.act("put", table="policies", rows=[{"id": POLICY_ID, "role": "auditor"}])
    assert "make that user an admin" in world.client().check().missing[0]


@pytest.mark.parametrize("how", ["body401", "http401", "body500"])
def test_a_wrong_secret_stops_with_words_about_a_new_secret(world: World, how: str) -> None:
    world.settings(auth_error=how)
    with pytest.raises(ConfigError) as caught:
        world.client(secret="wrong-one").check()
    assert "secret" in caught.value.message
    assert "wrong-one" not in caught.value.message + caught.value.detail
    assert len(world.control.calls()) == 1


def test_a_regenerated_secret_stops_the_old_one(world: World) -> None:
    client = world.client()
    client.check()
    world.control.act("regenerate_secret")
    with pytest.raises(ConfigError, match="every integration"):
        client.check()


def test_a_web_page_in_place_of_the_server_names_base_url(world: World) -> None:
    world.control.faults({"do": "html", "times": -1})
    with pytest.raises(ConfigError, match="base_url"):
        world.client().check()


def test_an_address_without_the_server_names_base_url(world: World) -> None:
    with pytest.raises(ConfigError, match="base_url"):
        world.client(base_url=world.url + "/elsewhere").check()


def test_every_field_of_the_small_company_is_read(world: World) -> None:
    world.control.seed("small")
    found = window(world.client())
    rows = {row.comment.split("\n")[0]: row for row in expenses(found)}
    assert len(rows) == 14
    assert rows["Lunch"].amount == 2420
    assert rows["Lunch"].original_amount == 2200
    assert rows["Lunch"].modified_amount_present
    assert rows["Lunch"].merchant == "Café Luna"
    assert (rows["Lunch"].tax_rate_name, rows["Lunch"].tax_rate, rows["Lunch"].tax_amount) == ("GST 10%", "0.1", 220)
    assert (rows["Drive to site"].units_count, rows["Drive to site"].units_unit) == ("44", "km")
    assert (rows["Hotel in London"].currency, rows["Hotel in London"].converted_amount) == ("GBP", 38800)
    assert rows["Retainer phone"].tag_levels == (("Retainer: Harbour Trust", ""),)
    assert rows["Taxi to the client"].billable
    assert rows["Taxi to the client"].receipt_url.startswith(world.control.url)
    assert rows['Team dinner 🎉 "très bon"'].attendees[1] == ("finn.oneil@acme.example", "Finn O'Neil")
    assert rows["New Year's Eve courier"].created.endswith("-12-31")
    assert rows[""].tag_levels == (("P-1001 Harbour refit", "P-1001"),)
    reports = {item.name: item for item in found if isinstance(item, Report)}
    assert {name: report.state for name, report in reports.items()} == {
        "Open report": "OPEN",
        "Submitted report": "SUBMITTED",
        "Approved report": "APPROVED",
        "Reimbursed report": "REIMBURSED",
        "Archived report": "ARCHIVED",
        "Rejected report": "OPEN",
    }
    assert [name for name, report in reports.items() if report.rejected] == ["Rejected report"]


def test_a_report_stands_before_its_expenses_and_ids_keep_19_digits(world: World) -> None:
    id = world.put(amount=100)
    report, expense = window(world.client())
    assert isinstance(report, Report)
    assert expense.report is report
    assert expense.id == id
    assert len(id) == 19


def test_reading_a_window_costs_two_calls(world: World) -> None:
    world.put(amount=100)
    window(world.client())
    assert world.jobs() == ["file", "download"]


def test_an_empty_export_is_no_trouble(world: World) -> None:
    assert window(world.client()) == []


def test_big_exports_in_batches_are_read_whole(world: World) -> None:
    world.settings(batch=2)
    for _ in range(5):
        world.put(amount=1)
    assert len(expenses(window(world.client()))) == 5


def test_a_corrected_amount_wins_and_grouped_thousands_are_read(world: World) -> None:
    id = world.put(amount=1_234_567)
    world.control.act("put", table="expenses", rows=[{"transactionID": id, "amount": -7_654_321, "category": "Meals"}])
    (expense,) = expenses(window(world.client()))
    assert (expense.amount, expense.original_amount, expense.category) == (-7_654_321, 1_234_567, "Meals")


def test_awkward_text_arrives_as_written(world: World) -> None:
    comment = 'a "quote" \\ back\r\nnext\ttab </script> \u2028 🎉 ' + "x" * 5000
    world.put(comment=comment, tag="Oak &amp; Ash:\\:odd", tagGlCode="7")
    for style in ("json_string", "replace"):
        (expense,) = expenses(window(world.client(template_style=style)))
        assert expense.comment == comment
        assert expense.tag_levels == (("Oak & Ash", ""), (":odd", "7"))


def test_without_json_string_the_plainer_template_is_used_and_remembered(world: World) -> None:
    world.settings(json_string=False)
    world.put(amount=1)
    assert len(window(world.client())) == 2
    assert world.jobs() == ["file", "file", "download"]
    world.control.clear_calls()
    assert len(window(world.client())) == 2
    assert world.jobs() == ["file", "download"]


def test_a_template_failure_inside_the_file_leads_to_the_plainer_template(world: World) -> None:
    world.settings(json_string=False, template_error="file")
    world.put(amount=1)
    assert len(window(world.client())) == 2


def test_a_template_style_that_is_set_is_the_only_one_tried(world: World) -> None:
    world.settings(json_string=False)
    with pytest.raises(RejectedError, match="template"):
        window(world.client(template_style="json_string"))
    assert world.jobs() == ["file"]


def test_a_file_that_is_not_ready_is_waited_for(world: World) -> None:
    world.put(amount=1)
    world.settings(ready_after=3)
    assert len(window(world.client())) == 2
    assert sum(world.sleeps) == pytest.approx(7.0)


@pytest.mark.parametrize("answer", ["404", "410"])
def test_a_fresh_file_may_be_unknown_for_a_moment(world: World, answer: str) -> None:
    world.put(amount=1)
    world.settings(ready_after=1, not_ready_as=answer)
    assert len(window(world.client())) == 2


def test_a_file_that_never_comes_is_given_up_after_ready_seconds(world: World) -> None:
    world.settings(never_ready=True)
    with pytest.raises(TransientError) as caught:
        window(world.client(ready_seconds="60"))
    assert caught.value.code == "not_ready"
    assert 50 <= sum(world.sleeps) <= 60


@pytest.mark.parametrize("how", ["body404", "body410", "message", "http404"])
def test_an_unknown_file_is_gone(world: World, how: str) -> None:
    world.settings(gone_as=how)
    with pytest.raises(FileGone):
        list(world.client().read_expenses("portal-nothing.json"))
    assert world.sleeps == []


def test_a_file_that_is_cut_short_yields_nothing(world: World) -> None:
    world.put(amount=1)
    world.settings(truncate=30)
    with pytest.raises(TransientError) as caught:
        window(world.client())
    assert caught.value.code == "cut_short"


@pytest.mark.parametrize("how", ["http", "body"])
def test_a_rate_limit_is_waited_out(world: World, how: str) -> None:
    world.settings(windows=[[1, 0.2]], rate_as=how)
    client = world.client()
    with pytest.raises(TransientError) as caught:
        for _ in range(5):
            client.get_policy(["tax"])
    assert caught.value.code == "429"
    assert caught.value.retry_after == 10.0
    assert sum(world.sleeps) >= 20.0


@pytest.mark.parametrize("deed", ["refuse", "reset", "cut", "html", "status"])
@pytest.mark.parametrize("job", ["file", "download"])
def test_one_disturbance_on_the_wire_is_survived(world: World, deed: str, job: str) -> None:
    world.put(amount=1)
    world.control.faults({"do": deed, "match": "POST", "body": f'"type": "{job}"', "when": "after"})
    assert len(window(world.client())) == 2


def test_an_empty_answer_to_an_export_is_asked_for_again(world: World) -> None:
    world.control.faults({"do": "empty", "match": "POST", "body": '"type": "file"', "when": "after"})
    assert window(world.client()) == []


def test_a_bad_date_in_the_vendors_words_is_not_taken_for_a_template_failure(world: World) -> None:
    with pytest.raises(RejectedError, match="span one year"):
        world.client().export(start=START, end=START - timedelta(days=9))


def test_a_window_of_years_is_read_in_yearly_pieces(world: World) -> None:
    world.put(amount=1)
    found = window(world.client(), start=TODAY - timedelta(days=900))
    assert len(found) == 2
    assert world.jobs() == ["file", "download"] * 3


def test_nothing_but_a_file_name_is_taken_for_one(world: World) -> None:
    world.control.faults({"do": "status", "status": 200, "body_text": "Something went wrong, sorry"})
    with pytest.raises(ProtocolError, match="name of a file"):
        world.client().export(start=START)


def test_reports_are_found_by_id_alone(world: World) -> None:
    world.put(amount=1)
    world.put(amount=2)
    client = world.client()
    (first, _, _, _) = window(client)
    assert [item.id for item in client.read_window(start=None, report_ids=[first.id])][0] == first.id


def test_all_four_kinds_of_candidates_cost_one_call(world: World) -> None:
    world.control.seed("small")
    client = world.client()
    found = {kind: list(client.list_candidates(kind)) for kind in ("category", "tag", "tax", "person")}
    assert world.jobs() == ["get"]
    assert (found["category"][0].id, found["category"][0].code) == ("Travel", "6000")
    assert (found["tag"][0].id, found["tag"][0].code) == ("P-1001 Harbour refit", "P-1001")
    retainer = next(tag for tag in found["tag"] if "Oak" in tag.label and "Retainer" in tag.label)
    assert (retainer.id, retainer.label) == ("Retainer\\: Oak & Ash", "Retainer: Oak & Ash")
    assert (found["tax"][0].id, found["tax"][0].extra["rate"]) == ("GST 10%", "10")
    assert found["person"][5].email == "finn.oneil@acme.example"


def test_a_kind_asked_again_is_read_anew(world: World) -> None:
    client = world.client()
    assert list(client.list_candidates("category")) == []
    world.control.act("put", table="policies", rows=[{"id": POLICY_ID, "categories": [{"name": "R&amp;D"}]}])
    assert [item.id for item in client.list_candidates("category")] == ["R&D"]


def test_only_approved_reports_become_reimbursed(world: World) -> None:
    world.control.seed("small")
    client = world.client()
    reports = {item.name: item.id for item in window(client) if isinstance(item, Report)}
    done, skipped = client.update_report_status([reports["Approved report"], reports["Open report"]])
    assert done == [reports["Approved report"]]
    assert skipped == {reports["Open report"]: "Report is in status 'Open'"}
    again, _ = client.update_report_status([reports["Approved report"]])
    assert again == done


def test_no_secret_stands_in_the_request_log(world: World) -> None:
    client = world.client()
    client.check()
    for call in world.opened[0].drain_log():
        assert "sandbox-secret" not in call.sent + call.answered + call.url


def test_a_style_that_stops_working_is_left_for_the_other(world: World) -> None:
    world.put(amount=1)
    client = world.client()
    window(client)
    world.settings(json_string=False)
    assert len(window(client)) == 2


def test_a_setting_that_is_no_number_is_named(world: World) -> None:
    with pytest.raises(ConfigError, match="ready_seconds"):
        world.client(ready_seconds="soon")
