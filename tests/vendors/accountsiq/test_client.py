"""The client against the emulator, through the real door and over real HTTP."""

from decimal import Decimal

import pytest

from integrations.core.errors import ConfigError, TransientError
from integrations.vendors.accountsiq import VENDOR
from integrations.vendors.accountsiq.client import AccountsIQClient
from integrations.vendors.accountsiq.records import Dimension, DimensionOption, Supplier
from integrations.vendors.accountsiq.sandbox import ENTITY, SECOND_ENTITY, SECOND_USER_KEY
from tests.vendors.accountsiq.conftest import World
from tests.vendors.accountsiq.wire import EXPIRED, GOOD, reply

VERSIONS = ("2.0", "1.1")


# connection test


def test_the_test_names_company_and_reachable_entities(client: AccountsIQClient) -> None:
    checked = client.check()
    assert checked.identity == ENTITY
    assert checked.facts["Company"] == "Harbour & Lane Ltd"
    assert SECOND_ENTITY in checked.facts["Entities it may reach"]


def test_the_test_of_1_1_signs_in_with_its_keys(world: World) -> None:
    assert world.client(version="1.1").check().identity == ENTITY
    assert world.counts() == {"Login": 1, "GetCompanyInformation": 1}


def test_without_an_entity_the_test_offers_those_there_are(world: World) -> None:
    with pytest.raises(ConfigError, match=rf"{ENTITY} \(Harbour & Lane Ltd\), {SECOND_ENTITY}"):
        world.client(entity=" ").check()


def test_another_entity_is_refused_with_those_there_are(world: World) -> None:
    with pytest.raises(ConfigError, match=ENTITY):
        world.client(entity="NOBODY").check()


def test_a_list_of_entities_that_wants_one_in_the_header_gets_the_configured_one(world: World) -> None:
    world.control.act("settings", list_needs_entity=True)
    assert ENTITY in world.client().check().facts["Entities it may reach"]


def test_credentials_are_trimmed_and_escaped(world: World) -> None:
    secret = 'a<b>&"]]>\u00e9'
    world.control.act("application", secret=secret)
    assert world.client({"client_id": "harbour-lane-portal\n", "client_secret": f" {secret}\r\n"}).check()


@pytest.mark.parametrize(
    ("settings", "credentials"),
    [
        ({}, {"client_secret": "wrong"}),
        ({}, {"client_id": ""}),
        ({"version": "1.1"}, {"user_key": SECOND_USER_KEY}),
        ({"version": "1.1"}, {"partner_key": ""}),
        ({"version": "1.1", "entity": ""}, {}),
        ({"version": "3"}, {}),
        ({"rate_scale": "promille"}, {}),
        ({"entity": "A\x01"}, {}),
    ],
)
def test_what_a_person_must_correct_is_a_config_error(
    world: World, settings: dict[str, str], credentials: dict[str, str]
) -> None:
    with pytest.raises(ConfigError):
        world.client(credentials, **settings).check()


# lists


@pytest.mark.parametrize("version", VERSIONS)
def test_each_list_is_one_call_and_one_sign_in_serves_all(world: World, version: str) -> None:
    client = world.client(version=version)
    assert [one.code for one in client.list_gl_accounts()][:2] == ["6000", "6010"]
    assert len(list(client.list_tax_codes())) == 5
    assert client.list_dimensions() == [Dimension("LOC", "Location"), Dimension("DEPT", "Department")]
    assert len(list(client.list_bi_codes())) == 4
    assert len(list(client.list_suppliers())) == 5
    assert set(world.counts().values()) == {1}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_token_that_another_process_stored_is_used(world: World, version: str) -> None:
    for _ in range(3):
        list(world.client(version=version).list_tax_codes())
    assert world.counts()["Login" if version == "1.1" else "TokenGet"] == 1


def test_a_token_of_the_other_version_is_not_used(world: World) -> None:
    for version in ("2.0", "1.1", "2.0"):
        assert list(world.client(version=version).list_tax_codes())
    assert {"TokenGet": 2, "Login": 1}.items() <= world.counts().items()


def test_a_session_of_1_1_near_its_end_is_replaced_before_it_is_used(world: World) -> None:
    list(world.client(version="1.1").list_tax_codes())
    world.tokens.stored["expires_at"] -= 1150
    list(world.client(version="1.1").list_tax_codes())
    assert world.counts() == {"Login": 2, "GetTaxCodeList": 2}


def test_texts_come_as_they_are(world: World) -> None:
    world.put("gl_accounts", {"Code": "0070 ", "Description": " Fees <&> Café "}, raw=True)
    account = next(one for one in world.client().list_gl_accounts() if one.code == "0070 ")
    assert (account.name, account.category, account.active) == (" Fees <&> Café ", "", True)
    assert account.fields()["is_departmental"] == "no"


def test_inactive_records_say_so(world: World) -> None:
    world.put("bi_codes", {"DepartmentID": "BRS-SAL", "IsActive": False})
    world.put("suppliers", {"Code": "GONE", "Name": "Gone Ltd", "IsActive": False})
    client = world.client()
    assert [one.code for one in client.list_gl_accounts() if not one.active] == ["6900"]
    assert not next(one for one in client.list_bi_codes() if one.code == "BRS-SAL").active
    assert Supplier("GONE", "Gone Ltd", False) in list(client.list_suppliers())
    assert "GONE" not in [one.code for one in world.client(supplier_source="GetActiveSupplierList").list_suppliers()]


@pytest.mark.parametrize("scale", ["percent", "fraction"])
def test_rates_are_per_cent_whatever_the_scale_on_the_wire(world: World, scale: str) -> None:
    world.put("tax_codes", {"Code": "T3", "Description": "Low", "Rate": "12.50"})
    world.control.act("settings", rate_scale=scale)
    taxes = {one.code: one for one in world.client(rate_scale=scale).list_tax_codes()}
    assert (taxes["T1"].rate, taxes["T3"].rate) == (Decimal(20), Decimal("12.5"))
    assert taxes["T1"].fields()["rate"] == "20"


@pytest.mark.parametrize("rate", ["abc", "", "NaN", "INF"])
def test_a_rate_that_is_no_number_is_none(world: World, rate: str) -> None:
    row = f"<Tax><Code>T1</Code><Rate>{rate}</Rate></Tax>"
    world.answer("GetTaxCodeList", reply("GetTaxCodeList", f"{GOOD}<Result>{row}</Result>"))
    assert [one.rate for one in world.client().list_tax_codes()] == [None]


def test_options_of_all_dimensions_name_theirs(client: AccountsIQClient) -> None:
    options = list(client.list_dimension_options())
    assert options[0] == DimensionOption("LOC", "BRS", "Bristol")
    assert [one.dimension for one in options] == ["LOC", "LOC", "DEPT", "DEPT"]


def test_accounts_can_be_read_from_the_plain_list(world: World) -> None:
    accounts = list(world.client(gl_source="GetGLAccountList").list_gl_accounts())
    assert (accounts[0].code, accounts[0].name, accounts[0].active) == ("6000", "Travel", True)


def test_the_entity_decides_whose_data_comes(world: World) -> None:
    assert [one.name for one in world.client(entity=SECOND_ENTITY).list_suppliers()] == ["Shannon Paper Ltd"]
    keys = {"user_key": SECOND_USER_KEY}
    old = world.client(keys, version="1.1", entity=SECOND_ENTITY)
    assert [one.code for one in old.list_gl_accounts()] == ["IE-6000"]


@pytest.mark.parametrize("kind", VENDOR.candidate_kinds)
def test_candidates_of_every_kind_have_trimmed_codes_once(world: World, kind: str) -> None:
    world.put("gl_accounts", {"Code": "6000 ", "Description": "Again"}, {"Code": " ", "Description": "No"}, raw=True)
    found = list(world.client().list_candidates(kind))
    assert found and len({one.id for one in found}) == len(found)
    assert all(one.id == one.code == one.code.strip() != "" and one.label for one in found)
    assert set(found[0].extra) >= ({"dimension"} if kind == "dimension_option" else {"code", "name"})


# tokens that run out, rights that are taken away


def test_an_expired_token_is_refreshed_once_in_mid_run(world: World) -> None:
    client = world.client()
    list(client.list_tax_codes())
    world.control.act("expire")
    assert len(list(client.list_suppliers())) == 5
    assert {"TokenGet": 1, "TokenRefresh": 1, "GetSupplierList": 2}.items() <= world.counts().items()


def test_when_refreshing_fails_it_signs_in_anew(world: World) -> None:
    client = world.client()
    list(client.list_tax_codes())
    world.control.act("expire", refresh=True)
    assert len(list(client.list_suppliers())) == 5
    assert {"TokenGet": 2, "TokenRefresh": 1}.items() <= world.counts().items()


def test_a_token_renewed_by_another_process_is_taken_over(world: World) -> None:
    mine, other = world.client(), world.client()
    list(mine.list_tax_codes())
    list(other.list_tax_codes())
    world.control.act("expire")
    list(other.list_tax_codes())
    list(mine.list_tax_codes())
    assert world.counts()["TokenRefresh"] == 1


def test_an_expired_session_of_1_1_logs_in_again(world: World) -> None:
    client = world.client(version="1.1")
    list(client.list_tax_codes())
    world.control.act("expire")
    assert len(list(client.list_suppliers())) == 5
    assert world.counts()["Login"] == 2


def test_expired_counts_even_beside_success_and_data_and_is_given_up(world: World) -> None:
    row = "<Result><Supplier><Code>A</Code></Supplier></Result>"
    world.answer("GetSupplierList", reply("GetSupplierList", row + EXPIRED))
    with pytest.raises(ConfigError, match="expired"):
        list(world.client().list_suppliers())
    assert {"TokenGet": 2, "TokenRefresh": 1}.items() <= world.counts().items()


def test_a_revoked_application_is_named_at_once(world: World) -> None:
    client = world.client()
    list(client.list_tax_codes())
    world.control.act("application", revoked=True)
    for call in (lambda: list(client.list_suppliers()), lambda: world.client().check()):
        with pytest.raises(ConfigError, match="revoked"):
            call()


@pytest.mark.parametrize("message", ["The application may not reach this entity.", "Failed."])
def test_an_entity_taken_away_is_a_config_error_whatever_the_words(world: World, message: str) -> None:
    client = world.client()
    list(client.list_tax_codes())
    world.control.act("settings", no_access_message=message)
    world.control.act("application", entities=[SECOND_ENTITY])
    with pytest.raises(ConfigError, match=SECOND_ENTITY if message == "Failed." else ENTITY):
        list(client.list_suppliers())


def test_one_failing_list_leaves_the_others_readable(world: World) -> None:
    client = world.client()
    world.control.act("fail", operation="GetTaxCodeList", times=-1, message="Broken ledger")
    with pytest.raises(TransientError, match="Broken ledger"):
        list(client.list_tax_codes())
    assert len(list(client.list_suppliers())) == 5


# what is kept


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("fault", [None, "status", "cut", "html"])
def test_neither_secrets_nor_suppliers_data_reach_the_log_or_an_error(
    world: World, version: str, fault: str | None
) -> None:
    client = world.client({"client_secret": "sandbox-client-secret"}, version=version)
    list(client.list_tax_codes())
    if fault:
        world.control.faults({"do": fault, "body": "<GetSupplierList ", "times": -1, "when": "after", "status": 500})
    said = ""
    try:
        list(client.list_suppliers())
    except (TransientError, ConfigError) as error:
        said = f"{error.message} {error.detail}"
    token = world.tokens.stored["access_token"]
    logged = " ".join(f"{call.url} {call.sent} {call.answered} {call.error}" for call in world.opened[-1].drain_log())
    for text in ("Harbour Freight", "GB29NWBK", "supplier.example", token, "sandbox-client-secret", "sandbox-user-key"):
        assert text not in logged + said
