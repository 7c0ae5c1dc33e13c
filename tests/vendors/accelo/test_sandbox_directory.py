"""The emulator's rules of companies, contacts, affiliations, addresses, statuses and custom fields."""

from datetime import timedelta

import pytest

from integrations.vendors.accelo.sandbox import SERVICE_ID, SERVICE_SECRET
from tests.vendors.accelo.caller import Caller, meta, response


def put(caller: Caller, table: str, *rows: dict[str, object]) -> list[str]:
    return caller.sandbox.control("put", {"table": table, "rows": list(rows)})  # type: ignore[no-any-return]


def wait(caller: Caller) -> None:
    """The next edit is some seconds after the last."""
    caller.sandbox.clock.shift += timedelta(seconds=5)


def modified(caller: Caller, path: str) -> int:
    return int(caller.get(path, _fields="date_modified")["date_modified"])


def test_a_company_takes_five_fields_after_creation(caller: Caller) -> None:
    before = caller.get("companies/3", _fields="_ALL")
    wait(caller)
    form = {"name": "N", "website": "w", "phone": "p", "fax": "f", "comments": "c"}
    rest = {"standing": "inactive", "status_id": "4", "custom_id": "X", "no_such": "field", "default_affiliation": "9"}
    assert caller.api("PUT", "companies/3", {**form, **rest}).status == 200
    after = caller.get("companies/3", _fields="_ALL")
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {*form, "date_modified"}


def test_the_status_of_a_new_company_beats_its_standing(caller: Caller) -> None:
    both = response(caller.api("POST", "companies", {"name": "A", "status_id": "4", "standing": "active"}))["id"]
    alone = response(caller.api("POST", "companies", {"name": "B", "standing": "potential"}))["id"]
    fields = {"_fields": "standing,status(title)"}
    assert caller.get(f"companies/{both}", **fields)["status"]["title"] == "Former client"
    assert caller.get(f"companies/{alone}", **fields)["status"]["title"] == "Lead"
    assert caller.api("POST", "companies", {"name": "C", "status_id": "99"}).status == 400
    assert caller.api("POST", "companies", {"name": " "}).status == 400


def test_a_contact_is_deactivated_an_affiliation_really_deleted(caller: Caller) -> None:
    caller.api("DELETE", "contacts/2")
    assert caller.get("contacts/2", _fields="standing,contact_status")["contact_status"] == "3"
    caller.api("DELETE", "affiliations/2")
    assert caller.api("GET", "affiliations/2").status == 400
    assert caller.get("contacts/2", _fields="default_affiliation")["default_affiliation"] is None
    caller.api("DELETE", "companies/3")
    assert caller.api("GET", "companies/3").status == caller.api("GET", "affiliations/3").status == 400
    assert caller.api("DELETE", "addresses/1").status == 501


def test_an_affiliation_cannot_be_moved_and_a_contact_takes_no_e_mail(caller: Caller) -> None:
    caller.api("PUT", "affiliations/1", {"company_id": "5", "contact_id": "5", "mobile": "0400"})
    tie = caller.get("affiliations/1", _fields="company,contact")
    assert (tie["company"], tie["contact"], tie["mobile"]) == ("1", "1", "0400")
    caller.api("PUT", "contacts/1", {"email": "x@x.example", "phone": "1", "mobile": "2", "firstname": "New"})
    person = caller.get("contacts/1")
    assert (person["firstname"], person["email"], person["mobile"]) == ("New", "", "")


def test_mobile_is_not_taken_with_a_new_contact(caller: Caller) -> None:
    form = {"company_id": "2", "firstname": "A", "surname": "B", "email": "a@b.example", "mobile": "0400"}
    made = response(caller.api("POST", "contacts", {**form, "_fields": "default_affiliation(company,phone)"}))
    assert made["default_affiliation"]["company"] == "2"
    assert (made["default_affiliation"]["email"], made["default_affiliation"]["mobile"]) == ("a@b.example", "")
    assert caller.api("POST", "contacts", {**form, "company_id": "999"}).status == 400


@pytest.mark.parametrize("touches", [False, True])
def test_whether_edits_of_affiliations_and_addresses_move_their_owner_is_a_switch(
    caller: Caller, touches: bool
) -> None:
    caller.sandbox.control("settings", {"touch_parents": touches})
    address = response(caller.api("POST", "companies/4/addresses", {"title": "Billing"}))["id"]
    for edit in (
        lambda: caller.api("PUT", "affiliations/4", {"phone": "1"}),
        lambda: caller.api("PUT", f"addresses/{address}", {"city": "Perth"}),
        lambda: put(caller, "affiliations", {"id": "4", "phone": "2"}),
    ):
        before = modified(caller, "companies/4")
        wait(caller)
        edit()
        assert (modified(caller, "companies/4") > before) is touches


def test_addresses_have_short_forms_one_line_and_no_dates(caller: Caller) -> None:
    form = {"title": "Head office", "street1": "880 Harrison St.", "city": "San Francisco", "postcode": "94107"}
    made = caller.api("POST", "companies/5/addresses", {**form, "state": "California", "country": "us"})
    id = response(made)["id"]
    assert response(made)["full"] == "880 Harrison St., San Francisco, 94107, CA, United States"
    shown = caller.get(f"addresses/{id}", _fields="_ALL")
    assert (shown["state"], shown["country"], shown["postal"]) == ("13", "2", "yes")
    assert not any(name.startswith("date") for name in shown)
    assert caller.get("companies/5", _fields="postal_address(city)")["postal_address"]["city"] == "San Francisco"
    assert [row["id"] for row in caller.get("companies/5/addresses")] == [id]
    assert caller.get("contacts/5/addresses") == []
    again = caller.api("POST", "addresses", {**form, "against_type": "company", "against_id": "5", "overwrite": "1"})
    assert response(again)["id"] == id
    assert caller.api("POST", "contacts/999/addresses", form).status == 400


def test_a_state_belongs_to_its_country_and_an_unknown_one_is_left_out_or_refused(caller: Caller) -> None:
    form = {"against_type": "contact", "against_id": "1", "country": "Canada", "state": "Victoria"}
    made = response(caller.api("POST", "addresses", {**form, "_fields": "state,country(title)"}))
    assert (made["state"], made["country"]["title"]) == (None, "Canada")
    caller.sandbox.control("settings", {"unknown_place_as": "refused"})
    assert caller.api("POST", "addresses", form).status == 400


def test_an_address_need_not_tell_its_owner(caller: Caller) -> None:
    put(caller, "addresses", {"against_id": "5"})
    assert "against_id" not in caller.get("addresses", _fields="_ALL,against_id")[0]
    caller.sandbox.control("settings", {"addresses_tell_owner": True})
    assert caller.get("addresses", _fields="_ALL,against_id")[0]["against_id"] == "5"
    assert len(caller.get("addresses", _filters="against_type(company),against_id(5)")) == 1


def test_sub_paths_of_a_company(caller: Caller) -> None:
    person = put(caller, "contacts", {"firstname": "New", "surname": "Person"})[0]
    put(caller, "affiliations", {"company": "6", "contact": person})
    assert [row["id"] for row in caller.get("companies/6/contacts")] == ["6", person]
    assert caller.get("companies/6/contacts/count") == {"count": "2"}
    assert caller.get("companies/6/contact")["id"] == "6"
    assert caller.get("companies/6/status")["title"] == "Client"
    assert caller.get("contacts/6/status")["title"] == "Current"
    assert [row["title"] for row in caller.get("companies/statuses", _filters="standing(potential)")] == [
        "Lead", "Prospect",
    ]  # fmt: skip


def test_recent_is_by_creation_and_newest_by_change(caller: Caller) -> None:
    wait(caller)
    put(caller, "companies", {"id": "4", "phone": "1"})
    ordered = {"_limit": "2", "_filters": "order_by_asc(id)"}
    assert [row["id"] for row in caller.get("companies/recent", **ordered)] == ["12", "11"]
    assert caller.get("companies/newest", **ordered)[0]["id"] == "4"


def test_moves_follow_the_standing(caller: Caller) -> None:
    assert [move["title"] for move in caller.get("companies/1/progressions")] == ["Deactivate", "Back to prospect"]
    assert caller.api("PUT", "companies/1/progressions/11/auto").status == 400
    moved = response(caller.api("POST", "companies/1/progressions/12/auto", _fields="standing,status"))
    assert (moved["standing"], moved["status"]) == ("inactive", "4")
    caller.sandbox.control("settings", {"progressions_allowed": False})
    assert caller.get("companies/1/progressions") == []


def test_a_custom_field_belongs_to_one_kind_of_object(caller: Caller) -> None:
    [field] = put(caller, "profile_fields", {"field_name": "Hours"})
    first = response(caller.api("POST", f"companies/2/profiles/fields/{field}", {"value": "9-5"}))
    second = response(caller.api("POST", f"companies/2/profiles/fields/{field}", {"value": "8-4"}))
    assert (first["id"], first["value"], second["id"], second["value"]) == ("1", "9-5", "1", "8-4")
    assert caller.api("POST", f"contacts/2/profiles/fields/{field}", {"value": "x"}).status == 400
    assert caller.api("PUT", "companies/3/profiles/values/1", {"value": "x"}).status == 400
    assert caller.get("companies/profiles/values", _filters=f"field_id({field}),link_id(2)")[0]["value"] == "8-4"


def test_a_name_in_use_may_be_a_duplicate(caller: Caller) -> None:
    assert caller.api("POST", "companies", {"name": "Harbour Trust"}).status == 200
    caller.sandbox.control("settings", {"unique_company_names": True})
    answer = caller.api("PUT", "companies/2", {"name": "HARBOUR TRUST"})
    assert (answer.status, meta(answer)["status"]) == (400, "duplicate")
    assert caller.api("PUT", "companies/2", {"name": "Northwind Energy"}).status == 200


def test_bulk_rows_are_listed_like_any_other(caller: Caller) -> None:
    told = caller.sandbox.control("bulk", {"table": "companies", "rows": [{"name": f"C{n}"} for n in range(150)]})
    assert told == {"count": 150, "first": "13", "last": "162"}
    assert caller.get("companies/count") == {"count": "162"}
    assert len(caller.ids("companies", "id_greater_than(100)")) == 62
    with pytest.raises(ValueError, match="already"):
        caller.sandbox.control("bulk", {"table": "companies", "rows": [{"id": "5"}]})


def test_the_demo_has_variants_people_and_titled_addresses() -> None:
    caller = Caller()
    caller.sandbox.reset()
    caller.sandbox.seed("demo")
    caller.sign_in()
    assert caller.get("companies/count") == {"count": "315"}
    assert [row["name"] for row in caller.get("companies", _search="harbour trust")] == [
        "Harbour Trust", "Harbour Trust Ltd",
    ]  # fmt: skip
    store = caller.sandbox.store
    titles = {row["title"] for row in store.rows("addresses")}
    assert {"Billing", "Shipping", "Mailing", "Other"} < titles
    assert all(store.find("companies", tie["company"]) for tie in store.rows("affiliations"))
    assert len({tie["email"] for tie in store.rows("affiliations")}) < len(store.rows("affiliations"))


def test_subscriptions_come_beside_their_users_and_belong_to_them(caller: Caller) -> None:
    form = {"trigger_url": "https://192.0.2.1/hint", "event_id": "update_contact", "secret": "s"}
    made = caller.api("POST", "webhooks/subscriptions", form)
    assert (made.status, meta(made)["status"]) == (201, "ok_created")
    subscription = response(made)["subscription"]
    assert (subscription["trigger_table"], subscription["trigger_type"]) == ("contact", "update")
    listed = caller.get("webhooks/subscriptions")
    assert [one["subscription_id"] for one in listed["subscriptions"]] == [subscription["subscription_id"]]
    assert listed["subscriptions_users"] == [subscription["user"]]
    assert "create_company" in {one["event_id"] for one in caller.get("webhooks/subscriptions/types")["types"]}
    path = f"webhooks/subscriptions/{subscription['subscription_id']}"
    assert response(caller.api("POST", f"{path}/dispatch", {"object_id": "1"})) == {"status": 0}
    caller.sandbox.control("apps", {SERVICE_ID: {"secret": SERVICE_SECRET, "kind": "service", "staff_id": "2"}})
    caller.sign_in()
    assert caller.get("webhooks/subscriptions")["subscriptions"] == []
    assert caller.api("DELETE", path).status == 400
