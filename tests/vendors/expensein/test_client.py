"""The client against the emulator, over real HTTP."""

import json
from decimal import Decimal

import pytest

from integrations.core.errors import ConfigError, OutcomeUnknown, RejectedError
from integrations.vendors.expensein.mapping import KINDS, Kind
from integrations.vendors.expensein.records import Item
from integrations.vendors.expensein.sandbox import CLIENT_SECRET, KEY, READ_ONLY_KEY
from tests.vendors.expensein.conftest import BY_TOKEN, World

# Connection test


def test_a_check_reads_users_and_departments_and_tells_no_person(world: World) -> None:
    world.control.seed("demo")
    client = world.client()
    checked = client.check()
    assert checked.facts["Users"] == "12"
    assert checked.facts["Departments"] == "6"
    assert checked.missing == ()
    assert checked.budget == "5 calls in a second"
    assert world.sent() == ["GET /1.0/users", "GET /1.0/departments"]
    kept = repr(checked) + repr(world.opened[0].drain_log())
    assert "harbourlane" not in kept and "Niamh" not in kept


def test_a_regenerated_key_and_other_users_are_still_the_same_account(world: World) -> None:
    world.control.seed("demo")
    first = world.client().check()
    key = world.control.act("regenerate_key")["key"]
    world.control.act("remove", table="users", ids=["u-1", "u-2", "u-3"], purge=True)
    world.put("users", {"id": "a-0", "firstName": "New"})
    again = world.client(key=key, account=dict(first.account)).check()
    assert again.identity == first.identity
    with pytest.raises(ConfigError, match="regenerated"):
        world.client().check()


def test_another_account_has_another_identity(world: World) -> None:
    first = world.client().check()
    world.control.act("remove", table="users", ids=["u-1"], purge=True)
    world.put("users", {"id": "u-1", "firstName": "Somebody", "dateAdded": "2020-02-02T02:02:02Z"})
    assert world.client(account=dict(first.account)).check().identity != first.identity


@pytest.mark.parametrize("status", [403, 404])
def test_departments_that_cannot_be_read_are_missing_and_no_failure(world: World, status: int) -> None:
    world.fault("GET /departments", status=status, body_text='{"message": "No."}')
    checked = world.client().check()
    assert len(checked.missing) == 1
    assert "departments" in checked.missing[0]


@pytest.mark.parametrize("path", ["/2.0", "/elsewhere/1.0"])
def test_an_address_without_the_api_names_base_url(world: World, path: str) -> None:
    with pytest.raises(ConfigError, match="base_url"):
        world.client(base_url=world.root + path).check()


def test_a_web_page_in_place_of_the_users_names_base_url(world: World) -> None:
    world.fault("/users", "html", times=-1)
    with pytest.raises(ConfigError, match="base_url"):
        world.client().check()


# Keys and tokens


@pytest.mark.parametrize("pasted", [f"  {KEY}\n", f"ApiKey {KEY}", f"apikey  {KEY} ", f"Authorization: ApiKey {KEY}"])
def test_a_pasted_key_keeps_only_the_key(world: World, pasted: str) -> None:
    world.client(key=pasted).check()
    assert KEY not in repr(world.opened[0].drain_log())


def test_a_wrong_key_says_where_to_make_a_new_one(world: World) -> None:
    with pytest.raises(ConfigError, match="Admin > Integrations > ExpenseIn API") as caught:
        world.client(key="wrong-key").check()
    assert "wrong-key" not in caught.value.message + caught.value.detail
    assert len(world.sent()) == 1


def test_a_key_without_the_permission_reads_but_does_not_write(world: World) -> None:
    world.control.seed("small")
    client = world.client(key=READ_ONLY_KEY)
    assert len(list(client.list_records("categories"))) == 2
    with pytest.raises(ConfigError, match="Account administrator.*IP addresses"):
        client.create_record("departments", {"name": "Legal", "reference": "LEG"})


def test_a_key_that_may_not_be_used_from_here_says_so(world: World) -> None:
    world.put("keys", {"key": KEY, "addresses": ["198.51.100.7"]})
    with pytest.raises(ConfigError, match="203.0.113.10 is not allowed"):
        list(world.client().list_records("projects"))


def test_client_credentials_get_one_token_and_a_refused_one_is_renewed_even_for_a_create(world: World) -> None:
    world.settings(oauth=True)
    list(world.client(**BY_TOKEN).list_records("projects"))
    client = world.client(**BY_TOKEN)
    list(client.list_records("suppliers"))
    assert world.sent().count("POST /oauth/token") == 1
    world.control.shift(7200)
    client.create_record("suppliers", {"name": "Lane", "reference": "L1", "inactive": False})
    assert world.sent().count("POST /oauth/token") == 2
    assert [row["name"] for row in world.rows("suppliers")] == ["Lane"]
    assert CLIENT_SECRET not in repr([http.drain_log() for http in world.opened])


def test_a_refused_client_is_told_as_such(world: World) -> None:
    with pytest.raises(ConfigError, match="token address, client id, client secret"):
        world.client(**BY_TOKEN).check()
    world.settings(oauth=True)
    world.fault("/1.0/", status=401, times=-1)
    with pytest.raises(ConfigError, match="does not accept the token"):
        world.client(**BY_TOKEN).check()


# Lists


def test_every_kind_is_listed_in_one_call_by_our_names(world: World) -> None:
    ids = {
        "categories": world.put("categories", {"name": "Travel", "reference": "7400", "appliesTo": ["purchase"]}),
        "projects": world.put("projects", {"name": " Refit ", "code": None}),
        "departments": world.put("departments", {"name": "Café", "code": "0042"}),
        "tax_rates": world.put("tax_rates", {"name": "Standard", "reference": "T1", "rate": 13.5}),
        "suppliers": world.put("suppliers", {"name": "Lane", "code": "L1", "isInactive": True, "isDeleted": True}),
    }
    client = world.client()
    found = {kind: list(client.list_records(kind)) for kind in KINDS}
    every = ("purchase", "mileage", "time")
    assert found == {
        "categories": [Item(ids["categories"][0], "Travel", "7400", applies_to=("purchase",))],
        "projects": [Item(ids["projects"][0], " Refit ", "", applies_to=every)],
        "departments": [Item(ids["departments"][0], "Café", "0042")],
        "tax_rates": [Item(ids["tax_rates"][0], "Standard", "T1", rate=Decimal("13.5"))],
        "suppliers": [Item(ids["suppliers"][0], "Lane", "L1", inactive=True, deleted=True)],
    }
    assert len(world.sent()) == 5


def test_ids_that_are_numbers_become_text_and_go_back_as_they_were(world: World) -> None:
    world.settings(numeric_ids=True)
    client = world.client()
    made = client.create_record("departments", {"name": "Legal", "reference": "LEG"})
    assert made.id.isdigit()
    assert client.update_record("departments", made.id, {"name": "Law"}).id == made.id
    assert [(item.id, item.name) for item in client.list_records("departments")] == [(made.id, "Law")]


# Writes


def test_a_new_category_is_for_purchases_and_a_new_project_for_all(world: World) -> None:
    client = world.client()
    for kind in ("categories", "projects"):
        values = {"name": "New", "reference": "1", "applies_to": client.applies_to(kind)}
        made = client.create_record(kind, values)
        assert made.applies_to == client.applies_to(kind)
    assert world.rows("categories")[0]["appliesTo"] == ["purchase"]
    assert world.rows("projects")[0]["appliesTo"] == ["purchase", "mileage", "time"]
    assert client.applies_to("suppliers") is None


def test_settings_of_the_connection_name_the_kinds_of_expenses(world: World) -> None:
    client = world.client(purchase_type=" Purchases ", expense_types="Purchases, Miles,")
    assert client.applies_to("categories") == ("Purchases",)
    assert client.applies_to("projects") == ("Purchases", "Miles")


@pytest.mark.parametrize(("rate", "sent"), [(Decimal("20"), "20"), ("13.50", "13.5"), (Decimal("0.10"), "0.1")])
def test_a_rate_is_sent_as_a_number_in_per_cent(world: World, rate: object, sent: str) -> None:
    made = world.client().create_record("tax_rates", {"name": "Rate", "reference": "T1", "rate": rate})
    assert made.rate == Decimal(sent)
    assert f'"rate": {sent}}}' in world.control.act("writes")[0]["body"]


def test_an_update_leaves_what_was_not_sent(world: World) -> None:
    (id,) = world.put("categories", {"name": "Travel", "reference": "7400", "appliesTo": ["time"], "fixedAmount": 2.5})
    item = world.client().update_record("categories", id, {"name": "Travel costs"})
    assert item == Item(id, "Travel costs", "7400", applies_to=("time",))
    assert world.row("categories", id)["fixedAmount"] == 2.5
    assert [json.loads(write["body"]) for write in world.control.act("writes")] == [{"name": "Travel costs"}]


def test_names_go_and_come_back_as_written(world: World) -> None:
    name = '  Café "Lüne" \\ 🎉\tO\'Neil & Söhne'
    made = world.client().create_record("suppliers", {"name": name, "reference": "ß/1", "inactive": True})
    assert (made.name, made.reference, made.inactive) == (name, "ß/1", True)


def test_what_a_kind_has_no_field_for_is_not_sent(world: World) -> None:
    client = world.client()
    assert client.fields("departments") == {"id", "name", "reference", "deleted"}
    client.create_record("departments", {"name": "Legal", "reference": "L", "inactive": True, "rate": "20"})
    assert json.loads(world.control.act("writes")[0]["body"]) == {"name": "Legal", "code": "L"}


@pytest.mark.parametrize("answer", ["id", "empty"])
def test_an_update_with_a_bare_answer_is_told_from_what_was_sent(world: World, answer: str) -> None:
    (id,) = world.put("suppliers", {"name": "Lane", "code": "L1"})
    world.settings(answer=answer)
    item = world.client().update_record("suppliers", id, {"name": "Lane Ltd", "inactive": True})
    assert (item.id, item.name, item.inactive) == (id, "Lane Ltd", True)


def test_a_create_answered_with_the_id_alone_is_told_from_what_was_sent(world: World) -> None:
    world.settings(answer="id")
    made = world.client().create_record("tax_rates", {"name": "Rate", "reference": "T1", "rate": "5"})
    assert made == Item(world.rows("tax_rates")[0]["id"], "Rate", "T1", rate=Decimal(5))


@pytest.mark.parametrize(
    "answer", ["", "created", "null", "[]", '{"message": "ok"}', '{"id": null}', '{"id": ""}', "<html>ok</html>"]
)
def test_a_create_that_tells_no_id_is_an_unknown_outcome(world: World, answer: str) -> None:
    fault = {"status": 201, "when": "after", "body_text": answer} if answer else {"do": "empty", "when": "after"}
    world.fault("POST /projects", **fault)  # type: ignore[arg-type]
    with pytest.raises(OutcomeUnknown):
        world.client().create_record("projects", {"name": "New", "reference": "1"})
    assert len(world.rows("projects")) == 1


@pytest.mark.parametrize("clash", [400, 409])
def test_a_name_that_is_taken_is_refused_in_the_vendors_words(world: World, clash: int) -> None:
    world.put("projects", {"name": "Refit", "code": "1"})
    world.settings(clash_status=clash)
    with pytest.raises(RejectedError, match="name: This name is already in use"):
        world.client().create_record("projects", {"name": " REFIT ", "reference": "2"})


def test_an_update_of_a_record_that_is_gone_refuses_that_record_alone(world: World) -> None:
    with pytest.raises(RejectedError, match="deleted there") as caught:
        world.client().update_record("projects", "p/1 ?", {"name": "New"})
    assert caught.value.code == "gone"
    assert world.control.act("writes")[0]["path"] == "/1.0/projects/p%2F1%20%3F"


def test_limits_are_those_of_the_mapping_file(world: World) -> None:
    kind: Kind = "projects"
    limits = world.client("lengths: {name: 30}").limits(kind)
    assert (limits.name, limits.reference) == (30, 50)
