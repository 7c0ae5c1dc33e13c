"""Each call of the client against the emulator, over real HTTP. Failures of the wire: test_faults.py."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from integrations.core.errors import RejectedError
from integrations.vendors.accelo.client import AcceloClient
from integrations.vendors.accelo.records import Attachment, ExpenseFields
from integrations.vendors.accelo.references import KINDS
from tests.vendors.accelo.conftest import World

TAXI = ExpenseFields(
    title="Taxi 🚕 to Harbour Trust",
    quantity=Decimal("3"),
    unit_cost=Decimal("12.3456"),
    price=Decimal("15"),
    date_incurred=date(2026, 12, 31),
    type_id="1",
    against_type="job",
    against_id="7",
    billable=True,
    reimbursable=False,
)
RECEIPT = Attachment("Beleg größe.pdf", b"%PDF-1.4\r\n\x00\xff", "application/pdf")


def expenses(world: World, count: int) -> list[str]:
    return world.put("expenses", *({"title": f"E{n}", "against_id": str(n % 2 + 1)} for n in range(count)))


def test_check_names_deployment_user_and_budget(world: World, client: AcceloClient) -> None:
    checked = client.check()
    assert checked.identity == "acme"
    assert checked.account == {
        "deployment": "acme",
        "staff_id": "1",
        "email": "ava.wilson@acme.example",
        "time_zone": "Australia/Sydney",
        "currency_symbol": "$",
    }
    assert checked.facts["Signed in as"] == "Ava Wilson <ava.wilson@acme.example>"
    assert checked.missing == ()
    assert checked.budget == "4,992 of 5,000 calls left this hour"


def test_check_tells_of_a_read_only_scope(world: World) -> None:
    checked = world.client(scope="read(all)").check()
    assert len(checked.missing) == 1
    assert "read(all),write(all)" in checked.missing[0]


def test_check_names_lists_that_may_not_be_read(world: World, client: AcceloClient) -> None:
    world.control.act("settings", refused_lists=["contracts", "taxes"])
    missing = client.check().missing
    assert [("taxes" in words, "retainers" in words) for words in missing] == [(True, False), (False, True)]


@pytest.mark.parametrize("ending", ["", "/", "/api/v0", "/api/v0/", "/oauth2/v0"])
def test_base_address_may_end_in_several_ways(world: World, ending: str) -> None:
    assert world.client(base_url=world.url + ending).check().identity == "acme"


def test_a_scope_is_always_sent(world: World, client: AcceloClient) -> None:
    client.check()
    assert "scope=read%28all%29%2Cwrite%28all%29" in world.calls("/token")[0]["body"]


def test_one_token_serves_many_calls_and_is_renewed_before_it_ends(world: World) -> None:
    world.control.act("settings", token_seconds=3600)
    client = world.client()
    client.check()
    client.check()
    assert world.tokens.renewals == 1
    world.tokens.stored["expires_at"] = datetime.now(UTC).timestamp() + 59
    world.client().check()
    assert world.tokens.renewals == 2


@pytest.mark.parametrize("form", ["text", "number"])
def test_lifetime_of_a_token_is_read_as_text_and_as_number(world: World, form: str) -> None:
    world.control.act("settings", token_seconds=900, expiry_as=form)
    world.client().check()
    assert world.tokens.stored["expires_at"] == pytest.approx(datetime.now(UTC).timestamp() + 900, abs=30)


def test_a_changed_scope_asks_for_a_new_token(world: World) -> None:
    world.client(scope="read(all)").check()
    assert world.client().check().missing == ()
    assert world.tokens.renewals == 2


def test_candidates_of_every_kind(client: AcceloClient) -> None:
    found = {kind: list(client.list_candidates(kind)) for kind in KINDS}
    assert {kind: len(rows) for kind, rows in found.items()} == {
        "expense_type": 16, "tax": 3, "staff": 15, "job": 60, "issue": 40, "contract": 12,
        "company_status": 4, "contact_status": 3, "company_profile_field": 0, "sale_type": 3, "sale_status": 7,
        "sale_probability": 5, "ticket_type": 3, "ticket_status": 6, "ticket_priority": 5, "ticket_class": 4,
        "ticket_resolution": 3,
    }  # fmt: skip
    assert {one.label: one.extra["standing"] for one in found["contact_status"]}["Left"] == "inactive"
    assert found["tax"][0].extra == {"rate": "0.10000"}
    assert {"Finn O’Neil": "finn.oneil@acme.example"}.items() <= {c.label: c.email for c in found["staff"]}.items()
    assert [job.code for job in found["job"]][:2] == ["P-1001", "P-1002"]
    assert found["contract"][0].label == "Retainer: Harbour Trust"
    types = {one.label: one for one in found["expense_type"]}
    assert types["Meals"].extra["tax_id"] == "1"
    assert types["Meals (GST Free)"].extra["tax_id"] == "2"
    assert not types["Entertainment"].active


def test_tax_of_types_is_found_by_filter_when_the_list_leaves_it_out(world: World, client: AcceloClient) -> None:
    world.control.act("settings", types_show_tax=False)
    types = {one.label: one.extra["tax_id"] for one in client.list_candidates("expense_type")}
    assert (types["Meals"], types["Mileage"], types["Accommodation (VAT 20%)"]) == ("1", "2", "3")


def test_tax_of_types_stays_open_when_that_filter_is_ignored_too(world: World, client: AcceloClient) -> None:
    world.control.act("settings", types_show_tax=False, ignored_filters=["tax_id"])
    assert not any("tax_id" in one.extra for one in client.list_candidates("expense_type"))


@pytest.mark.parametrize("ignored", [[], ["date_modified_after"]])
def test_candidates_changed_since_a_moment(world: World, client: AcceloClient, ignored: list[str]) -> None:
    world.control.act("settings", ignored_filters=ignored)
    since = datetime.now(UTC) + timedelta(hours=1)
    world.put("jobs", {"id": "5", "title": "Renamed", "date_modified": int(since.timestamp())})
    assert [job.label for job in client.list_candidates("job", since)] == ["Renamed"]


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 200])
def test_lists_are_read_to_their_end(world: World, client: AcceloClient, count: int) -> None:
    world.control.act("remove", table="jobs", ids=list(range(1, 61)))
    world.put("jobs", *({"title": f"Job {n}"} for n in range(count)))
    assert len({job.id for job in client.list_candidates("job")}) == count


def test_create_expense_brings_every_field_over(world: World, client: AcceloClient) -> None:
    made = client.create_expense(TAXI, RECEIPT)
    assert made == client.get_expenses([made.id])[made.id]
    assert (made.title, made.quantity, made.unit_cost, made.price) == (
        TAXI.title, Decimal("3"), Decimal("12.3456"), Decimal("15"),
    )  # fmt: skip
    assert (made.against_type, made.against_id, made.type_id) == ("job", "7", "1")
    assert (made.billable, made.reimbursable, made.standing, made.submitter_id) == (True, False, "submitted", "1")
    assert made.date_incurred is not None
    assert client.day_of(made.date_incurred) == date(2026, 12, 31)
    receipt = world.rows("resources")[0]
    assert (receipt["id"], receipt["title"], receipt["filesize"]) == (made.resource_id, RECEIPT.filename, 12)


def test_create_expense_without_receipt(client: AcceloClient) -> None:
    assert client.create_expense(TAXI, None).resource_id == ""


def test_a_refused_expense_carries_the_words_of_accelo(world: World, client: AcceloClient) -> None:
    period = ExpenseFields(
        **{name: getattr(TAXI, name) for name in TAXI.__slots__} | {"against_type": "contract_period"}
    )
    with pytest.raises(RejectedError, match="Engagement must be an issue or job"):
        client.create_expense(period, None)
    assert world.rows("expenses") == []


def test_an_amount_with_too_many_decimals_is_not_rounded(client: AcceloClient) -> None:
    fine = ExpenseFields(**{name: getattr(TAXI, name) for name in TAXI.__slots__} | {"price": Decimal("1.23456")})
    with pytest.raises(RejectedError, match="more than 4 decimals"):
        client.create_expense(fine, None)


@pytest.mark.parametrize("form", ["iso", "unix"])
@pytest.mark.parametrize("zone", ["Australia/Sydney", "America/Sao_Paulo", "Pacific/Kiritimati", "UTC"])
def test_a_date_stays_the_same_day_in_any_zone(world: World, form: str, zone: str) -> None:
    world.control.act("settings", time_zone=zone, accepts_dates=form)
    client = world.client(account={"time_zone": zone}, date_form=form)
    for day in (date(2026, 12, 31), date(2018, 11, 4), date(2026, 4, 5), date(2024, 2, 29)):
        fields = {name: getattr(TAXI, name) for name in TAXI.__slots__} | {"date_incurred": day}
        made = client.create_expense(ExpenseFields(**fields), None)
        assert made.date_incurred is not None
        assert client.day_of(made.date_incurred) == day


@pytest.mark.parametrize("form", ["yes_no", "one_zero"])
def test_booleans_are_written_in_the_form_of_the_setting(world: World, form: str) -> None:
    world.control.act("settings", accepts_booleans=form)
    made = world.client(boolean_form=form).create_expense(TAXI, None)
    assert (made.billable, made.reimbursable) == (True, False)


def test_time_zone_comes_from_the_token_then_from_the_setting(world: World) -> None:
    world.control.act("settings", time_zone="Asia/Tokyo")
    assert str(world.client(account={}).account_zone) == "Asia/Tokyo"
    world.control.act("settings", time_zone="")
    assert str(world.client(account={}, time_zone="Europe/London").account_zone) == "Europe/London"
    assert str(world.client(account={}).account_zone) == "UTC"


def test_get_expenses_reads_in_batches_and_leaves_out_what_is_gone(world: World, client: AcceloClient) -> None:
    ids = expenses(world, 130)
    world.control.act("remove", table="expenses", ids=[ids[0]])
    world.control.clear_calls()
    assert set(client.get_expenses(ids + ["99999"])) == set(ids[1:])
    assert len(world.calls("/expenses")) == 2


def test_get_expenses_is_not_fooled_by_an_ignored_filter(world: World, client: AcceloClient) -> None:
    ids = expenses(world, 4)
    world.control.act("settings", ignored_filters=["id"])
    assert set(client.get_expenses([ids[3], "777"])) == {ids[3]}


@pytest.mark.parametrize("ignored", [[], ["order_by_desc"]])
def test_highest_expense_id(world: World, client: AcceloClient, ignored: list[str]) -> None:
    world.control.act("settings", ignored_filters=ignored)
    assert client.highest_expense_id() == "0"
    for count in (1, 120):
        highest = max(expenses(world, count), key=int)
        assert client.highest_expense_id() == highest


@pytest.mark.parametrize("ignored", [[], ["id_greater_than"], ["against_id", "against_type", "id_greater_than"]])
def test_find_expenses_against_one_object_above_an_id(world: World, client: AcceloClient, ignored: list[str]) -> None:
    ids = expenses(world, 240)
    world.control.act("settings", ignored_filters=ignored)
    found = client.find_expenses("job", "1", ids[9])
    assert [one.id for one in found] == [id for n, id in enumerate(ids) if n % 2 == 0 and n > 9]


def test_update_expense_changes_only_what_is_named(world: World, client: AcceloClient) -> None:
    made = client.create_expense(TAXI, None)
    changes = {"title": "Bus", "unit_cost": "3.5000", "reimbursable": client.wire_bool(True)}
    updated = client.update_expense(made.id, changes)
    assert (updated.title, updated.unit_cost, updated.reimbursable, updated.quantity) == (
        "Bus", Decimal("3.5"), True, Decimal("3"),
    )  # fmt: skip
    with pytest.raises(ValueError, match="price"):
        client.update_expense(made.id, {"price": "1"})


def test_delete_expense_is_done_when_it_is_already_gone(world: World, client: AcceloClient) -> None:
    made = client.create_expense(TAXI, None)
    client.delete_expense(made.id)
    client.delete_expense(made.id)
    assert world.rows("expenses") == []


def test_delete_of_a_locked_expense_is_refused(world: World, client: AcceloClient) -> None:
    made = client.create_expense(TAXI, None)
    world.control.act("settings", locked_standings=["submitted"])
    with pytest.raises(RejectedError, match="cannot be changed"):
        client.delete_expense(made.id)


@pytest.mark.parametrize("shape", ["nested", "flat"])
def test_progressions_move_an_expense(world: World, client: AcceloClient, shape: str) -> None:
    world.control.act("settings", progression_shape=shape)
    made = client.create_expense(TAXI, None)
    moves = {move.standing: move for move in client.list_progressions(made.id)}
    assert set(moves) == {"approved", "declined"}
    assert (moves["approved"].title, moves["approved"].status_id) == ("Approve", "2")
    assert client.run_progression(made.id, moves["approved"].id).standing == "approved"
    assert [row["to_title"] for row in world.rows("history")] == ["Approved"]


def test_without_permission_there_are_no_progressions(world: World, client: AcceloClient) -> None:
    world.control.act("settings", progressions_allowed=False)
    made = client.create_expense(TAXI, None)
    assert client.list_progressions(made.id) == []
    with pytest.raises(RejectedError):
        client.run_progression(made.id, "1")


def test_periods_of_a_retainer(client: AcceloClient) -> None:
    periods = client.list_periods("3")
    assert len(periods) == 14
    assert {period.standing for period in periods} == {"opened", "closed"}
    assert all(period.date_commenced and period.date_expires for period in periods)


def test_the_allowance_is_reported_to_the_pacer(world: World, client: AcceloClient) -> None:
    client.highest_expense_id()
    limit, remaining, reset_in = world.pacer.seen[-1]
    assert (limit, remaining) == (5000, 4999)
    assert reset_in == pytest.approx(3600, abs=5)


def test_the_budget_belongs_to_host_and_path() -> None:
    from integrations.vendors.accelo import VENDOR

    assert VENDOR.budget_key is not None
    keys = {
        VENDOR.budget_key({"base_url": base}, {})
        for base in ("https://Acme.api.accelo.com", "acme.api.accelo.com/", "https://acme.api.accelo.com/api/v0")
    }
    assert keys == {"acme.api.accelo.com"}
