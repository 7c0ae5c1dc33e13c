"""One record at a time: what is saved, changed on saving, and refused; what the org does afterwards."""

from datetime import datetime
from email.utils import format_datetime

import pytest

from integrations.vendors.emulator import Response
from tests.vendors.salesforce.sandbox_caller import Caller, body, error

QUIET = {"sforce_auto_assign": "FALSE"}


@pytest.fixture
def caller() -> Caller:
    return Caller()


def create(caller: Caller, object: str = "Account", **values: object) -> str:
    answer = caller.api("POST", f"sobjects/{object}/", values, **QUIET)
    assert answer.status == 201, answer.body
    assert body(answer) == {"id": body(answer)["id"], "success": True, "errors": []}
    return str(body(answer)["id"])


def change(caller: Caller, id: str, object: str = "Account", **values: object) -> Response:
    return caller.api("PATCH", f"sobjects/{object}/{id}", values, **QUIET)


def test_create_read_change_delete(caller: Caller) -> None:
    id = create(caller, Name="  Ann  ", Phone="", BillingStreet="1 A St\nSydney", NumberOfEmployees=7)
    caller.later(minutes=1)
    assert (change(caller, id, Name="Bob", NumberOfEmployees=None).status, change(caller, id).body) == (204, b"")
    row = caller.get(f"sobjects/Account/{id}?fields=Name,Phone,BillingStreet,NumberOfEmployees,LastModifiedDate")
    assert (row["Name"], row["Phone"], row["NumberOfEmployees"]) == ("Bob", None, None)
    assert row["BillingStreet"] == "1 A St\r\nSydney"
    assert row["LastModifiedDate"] == "2026-05-08T12:01:00.000+0000"
    assert caller.api("DELETE", f"sobjects/Account/{id}").status == 204
    assert error(caller.api("DELETE", f"sobjects/Account/{id}"))[:2] == (404, "ENTITY_IS_DELETED")
    assert error(change(caller, id, Name="x"))[:2] == (404, "ENTITY_IS_DELETED")
    caller.control("purge", ids=[id])
    assert error(caller.api("GET", f"sobjects/Account/{id}"))[:2] == (404, "NOT_FOUND")
    assert error(caller.api("DELETE", f"sobjects/Account/{id}"))[:2] == (404, "INVALID_CROSS_REFERENCE_KEY")


@pytest.mark.parametrize(
    ("object", "values", "code", "fields"),
    [
        ("Account", {}, "REQUIRED_FIELD_MISSING", ["Name"]),
        ("Account", {"Name": " "}, "REQUIRED_FIELD_MISSING", ["Name"]),
        ("Account", {"Name": "x" * 256}, "STRING_TOO_LONG", ["Name"]),
        ("Account", {"Name": "x", "Nope": 1}, "INVALID_FIELD", []),
        ("Account", {"Name": "x", "Id": "001"}, "INVALID_FIELD", ["Id"]),
        ("Account", {"Name": "x", "BillingAddress": {}}, "INVALID_FIELD_FOR_INSERT_UPDATE", ["BillingAddress"]),
        ("Account", {"Name": "x", "BillingGeocodeAccuracy": "?"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", None),
        ("Account", {"Name": "x", "NumberOfEmployees": "many"}, "JSON_PARSER_ERROR", None),
        ("Contact", {"LastName": "x", "Name": "y"}, "INVALID_FIELD_FOR_INSERT_UPDATE", ["Name"]),
        ("Contact", {"LastName": "x", "Email": "a@b"}, "INVALID_EMAIL_ADDRESS", ["Email"]),
        ("Contact", {"LastName": "x", "AccountId": "003Hs0000000001"}, "MALFORMED_ID", ["AccountId"]),
        ("Contact", {"LastName": "x", "AccountId": "001Hs000000009z"}, "INVALID_CROSS_REFERENCE_KEY", ["AccountId"]),
        ("Opportunity", {"Name": "x", "StageName": "y"}, "REQUIRED_FIELD_MISSING", ["CloseDate"]),
        ("User", {"LastName": "x"}, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", None),
    ],
)
def test_bad_rows_are_refused(
    caller: Caller, object: str, values: dict[str, object], code: str, fields: list[str] | None
) -> None:
    answer = caller.api("POST", f"sobjects/{object}", values)
    assert error(answer)[:2] == (400, code)
    assert fields is None or body(answer)[0]["fields"] == fields
    assert caller.control("audit")["writes"] == {}


def test_lengths_count_characters_not_bytes_and_picklists_are_open_unless_restricted(caller: Caller) -> None:
    create(caller, Name="Ü" * 255, Industry="Basket weaving")
    caller.control("edit_field", object="Account", field="Industry", restricted=True)
    answer = caller.api("POST", "sobjects/Account", {"Name": "x", "Industry": "Basket weaving"})
    assert error(answer)[1] == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"


def test_upsert_by_external_id(caller: Caller) -> None:
    caller.control("add_field", object="Account", field="Code__c", type="string", length=20, external=True, unique=True)
    path = "sobjects/Account/Code__c/a%2Fb"
    first, second = (caller.api("PATCH", path, {"Name": name}) for name in ("Ann", "Bob"))
    assert (first.status, body(first)["created"], second.status, body(second)["created"]) == (201, True, 200, False)
    caller.control("settings", upsert_update_status=204)
    third = caller.api("PATCH", path, {"Name": "Cy"})
    assert (third.status, third.body) == (204, b"")
    assert caller.get(path)["Name"] == "Cy"
    assert error(caller.api("PATCH", "sobjects/Account/Code__c/zz?updateOnly=true", {"Name": "D"}))[0] == 404
    assert error(caller.api("PATCH", path, {"Code__c": "c"}))[1] == "INVALID_FIELD"
    assert error(caller.api("PATCH", "sobjects/Account/Phone/1", {"Name": "D"}))[:2] == (404, "NOT_FOUND")
    assert caller.api("POST", "sobjects/Account/Id", {"Name": "E"}).status == 201
    assert error(caller.api("POST", "sobjects/Account", {"Name": "F", "Code__c": "A/B"}))[1] == "DUPLICATE_VALUE"


def test_upsert_by_an_email_that_two_people_share_writes_nothing(caller: Caller) -> None:
    one, two = caller.put("Contact", *({"LastName": name, "Email": "x@y.example"} for name in ("One", "Two")))
    answer = caller.api("PATCH", "sobjects/Contact/Email/X@y.example", {"LastName": "Three"})
    assert answer.status == 300
    assert [url.rpartition("/")[2] for url in body(answer)] == [one, two]
    assert [caller.row(id)["LastName"] for id in (one, two)] == ["One", "Two"]


def test_a_change_may_be_tied_to_the_row_not_having_changed(caller: Caller) -> None:
    id = create(caller, "Contact", LastName="One")

    def guarded(stamp: datetime) -> int:
        header = format_datetime(stamp, usegmt=True)
        sent = {"if_unmodified_since": header, **QUIET}
        return caller.api("PATCH", f"sobjects/Contact/{id}", {"LastName": "Two"}, **sent).status

    before = caller.sandbox.clock.now()
    caller.later(seconds=5)
    assert guarded(before) == 204
    assert guarded(before) == 412
    assert caller.api("PATCH", f"sobjects/Contact/{id}", {}, if_unmodified_since="yesterday").status == 400
    fresh = format_datetime(caller.sandbox.clock.now(), usegmt=True)
    assert caller.api("GET", f"sobjects/Contact/{id}", if_modified_since=fresh).status == 304


def test_accounts_have_etags_and_contacts_have_not(caller: Caller) -> None:
    id, person = create(caller, Name="Ann"), create(caller, "Contact", LastName="One")
    tag = caller.api("GET", f"sobjects/Account/{id}").headers["ETag"]
    assert caller.api("GET", f"sobjects/Account/{id}", if_none_match=tag).status == 304
    assert caller.api("PATCH", f"sobjects/Account/{id}", {"Name": "Bob"}, if_match=tag).status == 204
    assert caller.api("PATCH", f"sobjects/Account/{id}", {"Name": "Cy"}, if_match=tag).status == 412
    assert "ETag" not in caller.api("GET", f"sobjects/Contact/{person}").headers


def test_assignment_changes_the_owner_unless_the_header_says_no(caller: Caller) -> None:
    other = caller.put("User", {"LastName": "Other", "Username": "o@acme.example", "UserType": "Standard"})[0]
    caller.control("settings", auto_assign_to=other)
    id = create(caller, Name="Ann")
    assert caller.row(id)["OwnerId"] != other
    caller.api("PATCH", f"sobjects/Account/{id}", {"Phone": "1"})
    assert caller.row(id)["OwnerId"] == other


def test_rules_of_the_customer(caller: Caller) -> None:
    alert = {"object": "Contact", "field": "Email", "action": "alert"}
    block = {"object": "Account", "field": "Name", "action": "block"}
    no_digits = {"object": "Account", "field": "Name", "regex": r"\d", "message": "No digits, please."}
    caller.control("rules", validations=[no_digits], duplicates=[alert, block])
    allow = {"sforce_duplicate_rule_header": "allowSave=true; includeRecordDetails=false"}
    refused = error(caller.api("POST", "sobjects/Account", {"Name": "4U"}))
    assert refused == (400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "No digits, please.")
    create(caller, Name="Ann")
    create(caller, "Contact", LastName="One", Email="x@y.example")
    again = {"LastName": "Two", "Email": "X@Y.example"}
    assert error(caller.api("POST", "sobjects/Contact", again))[1] == "DUPLICATES_DETECTED"
    assert caller.api("POST", "sobjects/Contact", again, **allow).status == 201
    assert error(caller.api("POST", "sobjects/Account", {"Name": "ann"}, **allow))[1] == "DUPLICATES_DETECTED"


def test_automation_changes_what_was_written_as_somebody_else(caller: Caller) -> None:
    upper = {"object": "Account", "field": "Name", "how": "upper", "delay": 2}
    caller.control("rules", automations=[upper])
    id = create(caller, Name="Ann")
    assert caller.column("SELECT Name FROM Account") == ["Ann"]
    caller.later(seconds=5)
    row = caller.query("SELECT Name, LastModifiedBy.Name, SystemModstamp FROM Account")[0]
    assert (row["Name"], row["LastModifiedBy"]["Name"]) == ("ANN", "Automated Process")
    assert row["SystemModstamp"] == "2026-05-08T12:00:02.000+0000"
    caller.later(seconds=30)
    change(caller, id, Name="ANN")
    assert caller.column("SELECT LastModifiedBy.Name FROM Account")[0]["Name"] == "Alex Morgan"
    assert caller.control("audit")["writes"][id]["times"] == 2


def test_a_locked_row_is_refused_so_many_times(caller: Caller) -> None:
    id = create(caller, Name="Ann")
    caller.control("lock", ids=[id], times=1)
    assert error(caller.api("POST", "sobjects/Contact", {"LastName": "x", "AccountId": id}))[1] == "UNABLE_TO_LOCK_ROW"
    assert change(caller, id, Name="Bob").status == 204


def test_rights_and_hidden_fields_are_refused(caller: Caller) -> None:
    caller.control("rights", object="Account", updateable=False)
    id = create(caller, Name="Ann")
    assert error(change(caller, id, Name="Bob"))[:2] == (403, "INSUFFICIENT_ACCESS_OR_READONLY")
    assert caller.get("sobjects/Account/describe")["updateable"] is False
    caller.control("hide_fields", object="Account", fields=["Fax"])
    assert error(caller.api("POST", "sobjects/Account", {"Name": "x", "Fax": "1"}))[1] == "INVALID_FIELD"


def test_an_owner_must_be_active(caller: Caller) -> None:
    gone = caller.put("User", {"LastName": "Gone", "Username": "g@acme.example", "UserType": "Standard"})[0]
    answer = caller.api("POST", "sobjects/Account", {"Name": "x", "OwnerId": gone})
    assert error(answer)[1] == "INACTIVE_OWNER_OR_USER"


# Features of the org


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"BillingCountry": "Australia", "BillingState": "Victoria"}, ("Australia", "AU", "Victoria", "VIC")),
        ({"BillingCountryCode": "US", "BillingStateCode": "TX"}, ("United States", "US", "Texas", "TX")),
        ({"BillingCountryCode": "GB", "BillingCountry": "France"}, ("United Kingdom", "GB", None, None)),
        ({"BillingCountry": "UK"}, "BillingCountry"),
        ({"BillingState": "Victoria"}, "BillingState"),
        ({"BillingCountry": "Australia", "BillingState": "Texas"}, "BillingState"),
        ({"BillingCountry": "Ireland", "BillingState": "Cork"}, "BillingState"),
    ],
)
def test_places_must_be_known_where_the_picklists_are_on(
    caller: Caller, values: dict[str, str], expected: object
) -> None:
    names = ["BillingCountry", "BillingCountryCode", "BillingState", "BillingStateCode"]
    described = {field["name"] for field in caller.get("sobjects/Account/describe")["fields"]}
    assert not {"BillingCountryCode", "BillingStateCode"} & described
    caller.control("settings", state_picklists=True)
    answer = caller.api("POST", "sobjects/Account", {"Name": "x", **values})
    if isinstance(expected, str):
        assert error(answer)[1] == "FIELD_INTEGRITY_EXCEPTION"
        assert body(answer)[0]["fields"] == [expected]
    else:
        row = caller.get(f"sobjects/Account/{body(answer)['id']}?fields={','.join(names)}")
        assert tuple(row[name] for name in names) == expected


def test_a_change_of_place_keeps_text_and_code_together(caller: Caller) -> None:
    caller.control("settings", state_picklists=True)
    id = create(caller, Name="x", BillingCountry="Australia", BillingState="Victoria")
    clash = change(caller, id, BillingCountryCode="US", BillingCountry="Australia")
    assert error(clash)[1] == "FIELD_INTEGRITY_EXCEPTION"
    assert error(change(caller, id, BillingCountry="Canada"))[1] == "FIELD_INTEGRITY_EXCEPTION"
    assert change(caller, id, BillingCountryCode=None).status == 204
    assert "BillingState" not in caller.row(id)
    caller.put("Account", {"Id": id, "BillingCountry": "Canada"})
    assert caller.row(id)["BillingCountryCode"] == "CA"
    caller.put("Account", {"Id": id, "BillingCountry": "Freedonia"})
    assert "BillingCountryCode" not in caller.row(id)


def test_a_person_account_is_two_rows(caller: Caller) -> None:
    caller.control("settings", person_accounts=True)
    id = create(caller, FirstName="Ann", LastName="Lee", PersonEmail="ann@mail.example")
    account = caller.query("SELECT Name, IsPersonAccount, PersonContactId FROM Account")[0]
    assert (account["Name"], account["IsPersonAccount"]) == ("Ann Lee", True)
    caller.later(minutes=1)
    person = account["PersonContactId"]
    assert caller.row(person)["Email"] == "ann@mail.example"
    change(caller, person, "Contact", Email="lee@mail.example")
    assert caller.row(id)["PersonEmail"] == "lee@mail.example"
    assert caller.row(id)["SystemModstamp"] == caller.row(person)["SystemModstamp"] == "2026-05-08T12:01:00.000+0000"
    create(caller, Name="A company")
    assert caller.column("SELECT Name FROM Account WHERE IsPersonAccount = false") == ["A company"]


def test_currencies_exist_only_where_they_are_switched_on(caller: Caller) -> None:
    assert caller.refused("SELECT CurrencyIsoCode FROM Opportunity")[1] == "INVALID_FIELD"
    caller.control("settings", multi_currency=True)
    create(caller, "Opportunity", Name="x", StageName="Prospecting", CloseDate="2026-06-01", Amount=50)
    row = caller.query("SELECT CurrencyIsoCode, Probability, ExpectedRevenue, IsClosed FROM Opportunity")[0]
    assert list(row.values())[1:] == ["USD", 10.0, 5.0, False]
