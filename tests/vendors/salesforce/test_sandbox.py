"""The emulator's own rules: sign-in, versions, allowance, the seed, and the recorded describe answers."""

import base64
import hashlib
import hmac
import json
import pickle
import re
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from integrations.vendors.emulator import Response
from integrations.vendors.salesforce.sandbox import CLIENT_ID, CLIENT_SECRET, SalesforceSandbox
from tests.vendors.salesforce.sandbox_caller import BASE, Caller, body, error

FIELDS = json.loads((Path(__file__).parent / "fixtures/described_fields.json").read_text())
BACK = "http://127.0.0.1:8000/back"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
GRANT = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}


@pytest.fixture
def caller() -> Caller:
    return Caller()


def page(caller: Caller, path: str, **form: str) -> Response:
    return caller.send("POST", f"/services/oauth2/{path}", body=urlencode(form).encode())


def ask(caller: Caller, **more: str) -> Response:
    asked = {"response_type": "code", "client_id": CLIENT_ID, "redirect_uri": BACK, "state": "s/1", **more}
    return caller.send("GET", "/services/oauth2/authorize", urlencode(asked))


def ticket_in(answer: Response) -> str:
    found = re.search(rb'name="ticket" value="([^"]+)"', answer.body)
    assert found, answer.body
    return found[1].decode()


def back(answer: Response) -> dict[str, str]:
    assert answer.status == 302
    location = answer.headers["Location"]
    assert location.startswith(BACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def consent(caller: Caller, answer: str = "allow", **more: str) -> dict[str, str]:
    """Clicks through the pages as a person; what comes back to the application."""
    ticket = ticket_in(ask(caller, **more))
    allow = page(caller, "authorize/login", ticket=ticket, username="alex.morgan@acme.example", pw="x")
    return back(page(caller, "authorize/consent", ticket=ticket_in(allow), answer=answer))


def redeem(caller: Caller, code: str, **more: str) -> Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, **GRANT, **more}
    return caller.form("token", **form)


def refresh(caller: Caller, token: str) -> Response:
    return caller.form("token", grant_type="refresh_token", refresh_token=token, **GRANT)


def connected(caller: Caller) -> dict[str, str]:
    return body(redeem(caller, consent(caller)["code"]))  # type: ignore[no-any-return]


def test_a_person_logs_in_allows_and_the_application_gets_tokens(caller: Caller) -> None:
    came = consent(caller, code_challenge=CHALLENGE, code_challenge_method="S256")
    assert came["state"] == "s/1"
    answer = body(redeem(caller, came["code"], code_verifier=VERIFIER))
    assert "expires_in" not in answer
    assert answer["instance_url"] == BASE
    signed = hmac.new(CLIENT_SECRET.encode(), (answer["id"] + answer["issued_at"]).encode(), hashlib.sha256)
    assert answer["signature"] == base64.b64encode(signed.digest()).decode()
    assert int(answer["issued_at"]) == int(caller.sandbox.clock.now().timestamp() * 1000)
    caller.token = answer["access_token"]
    identity = body(caller.send("GET", answer["id"].removeprefix(BASE)))
    assert identity["username"] == "alex.morgan@acme.example"
    assert identity["organization_id"] in answer["id"]
    assert len(identity["organization_id"]) == 18


def test_a_wrong_password_keeps_the_person_on_the_page_and_deny_says_so(caller: Caller) -> None:
    answer = page(caller, "authorize/login", ticket=ticket_in(ask(caller)), username="nobody@acme.example", pw="x")
    assert answer.status == 200
    assert b'role="alert"' in answer.body
    came = consent(caller, answer="deny")
    assert (came["error"], came["error_description"]) == ("access_denied", "end-user denied authorization")


def test_a_code_works_once_and_not_for_long(caller: Caller) -> None:
    code = consent(caller)["code"]
    assert redeem(caller, code).status == 200
    assert body(redeem(caller, code))["error_description"] == "invalid authorization code"
    code = consent(caller)["code"]
    caller.later(minutes=16)
    assert body(redeem(caller, code))["error_description"] == "expired authorization code"


@pytest.mark.parametrize(
    ("asked", "sent", "error_code"),
    [
        ({"code_challenge": CHALLENGE}, {}, "invalid_grant"),
        ({"code_challenge": CHALLENGE}, {"code_verifier": "w" * 64}, "invalid_request"),
        ({}, {"code_verifier": VERIFIER}, "invalid_grant"),
        ({}, {"redirect_uri": BACK + "/"}, "redirect_uri_mismatch"),
        ({}, {"client_secret": "wrong"}, "invalid_client"),
        ({}, {"client_id": "wrong"}, "invalid_client_id"),
        ({}, {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer"}, "unsupported_grant_type"),
    ],
)
def test_the_token_address_refuses(
    caller: Caller, asked: dict[str, str], sent: dict[str, str], error_code: str
) -> None:
    answer = redeem(caller, consent(caller, **asked)["code"], **sent)
    assert (answer.status, body(answer)["error"]) == (400, error_code)


def test_only_registered_addresses_are_returned_to_when_strict(caller: Caller) -> None:
    assert ask(caller, redirect_uri="https://portal.example/back").status == 400
    caller.control("settings", strict_redirects=True)
    assert b"redirect_uri_mismatch" in ask(caller).body
    caller.control("apps", **{CLIENT_ID: {"secret": CLIENT_SECRET, "redirect_uris": [BACK]}})
    assert ask(caller).status == 200


def test_a_rotated_refresh_token_is_dead_and_its_reuse_ends_the_grant(caller: Caller) -> None:
    first = connected(caller)["refresh_token"]
    assert "refresh_token" not in body(refresh(caller, first))
    caller.control("settings", rotate_refresh_tokens=True)
    second = body(refresh(caller, first))
    assert second["refresh_token"] != first
    reused = body(refresh(caller, first))
    assert (reused["error"], reused["error_description"]) == ("invalid_grant", "expired access/refresh token")
    assert body(refresh(caller, second["refresh_token"]))["error"] == "invalid_grant"
    caller.token = second["access_token"]
    assert error(caller.api("GET", "limits"))[:2] == (401, "INVALID_SESSION_ID")


def test_the_sixth_grant_of_a_user_ends_the_first(caller: Caller) -> None:
    tokens = [connected(caller)["refresh_token"] for _ in range(6)]
    assert [refresh(caller, token).status for token in tokens] == [400, 200, 200, 200, 200, 200]


def test_sessions_end_idle_by_revoke_by_the_user_and_at_once(caller: Caller) -> None:
    caller.later(minutes=119)
    assert caller.api("GET", "limits").status == 200
    caller.later(minutes=121)
    assert error(caller.api("GET", "limits")) == (401, "INVALID_SESSION_ID", "Session expired or invalid")
    answer = connected(caller)
    caller.token = answer["access_token"]
    assert body(caller.form("introspect", token=caller.token, **GRANT))["active"] is True
    assert caller.form("revoke", token=answer["refresh_token"]).status == 200
    assert caller.api("GET", "limits").status == 401
    assert body(caller.form("introspect", token=caller.token, **GRANT)) == {"active": False}
    assert b"error=" in caller.form("revoke", token="unknown").body
    answer = connected(caller)
    caller.control("user", username="alex.morgan@acme.example", active=False)
    assert body(refresh(caller, answer["refresh_token"]))["error"] == "inactive_user"


def test_the_org_may_move_and_both_addresses_serve(caller: Caller) -> None:
    caller.control("settings", instance_path="/moved")
    assert caller.sign_in()["instance_url"] == f"{BASE}/moved"
    for start in ("", "/moved"):
        assert caller.send("GET", f"{start}/services/data/v66.0/limits").status == 200


def test_versions_are_open_old_ones_gone_and_unknown_ones_not_found(caller: Caller) -> None:
    listed = body(caller.send("GET", "/services/data/", authorization=""))
    assert (listed[0]["version"], listed[-1]["version"]) == ("41.0", "67.0")
    assert {"label": "Spring '26", "url": "/services/data/v66.0", "version": "66.0"} in listed
    statuses = [caller.send("GET", f"/services/data/v{number}.0/limits").status for number in (40, 41, 67, 68)]
    assert statuses == [410, 200, 200, 404]
    assert error(caller.api("GET", "nothing")) == (404, "NOT_FOUND", "The requested resource does not exist")
    assert caller.api("POST", "composite/graph", {}).status == 501


def test_a_body_that_is_not_declared_as_json_gets_the_odd_answer(caller: Caller) -> None:
    answer = caller.api("POST", "sobjects/Account", {"Name": "A"}, content_type="text/plain")
    assert (answer.status, answer.content_type.split(";")[0]) == (401, "text/html")
    assert "Sfdc-OAuth-Error" in answer.headers


def test_the_allowance_rolls_over_a_day(caller: Caller) -> None:
    caller.control("settings", daily_limit=3)
    assert caller.api("GET", "limits").headers["Sforce-Limit-Info"] == "api-usage=1/3"
    caller.later(hours=23)
    caller.token = caller.sign_in()["access_token"]
    assert [caller.api("GET", "limits").status for _ in range(2)] == [200, 200]
    assert error(caller.api("GET", "limits")) == (403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
    caller.later(hours=1)
    caller.token = caller.sign_in()["access_token"]
    caller.control("settings", limit_header="long", per_app_limit=250, used_by_others=0)
    told = caller.api("GET", "limits").headers["Sforce-Limit-Info"]
    assert told == "api-usage=3/3; per-app-api-usage=3/250(appName=Integrations portal)"
    caller.control("settings", daily_limit=100, concurrency_refusals=1)
    assert "ConcurrentPerOrgLongTxn" in error(caller.api("GET", "limits"))[2]
    assert caller.api("GET", "limits").status == 200


def test_too_long_addresses_are_refused_by_the_front_server(caller: Caller) -> None:
    assert caller.api("GET", "query?q=" + "a" * 16_400).status == 414
    assert caller.api("GET", "query?q=" + "a" * 16_260).status == 431


def test_describe_answers_not_modified_until_something_changes(caller: Caller) -> None:
    first = caller.api("GET", "sobjects/Account/describe")
    since = {"if_modified_since": first.headers["Last-Modified"]}
    again = caller.api("GET", "sobjects/Account/describe", **since)
    assert (again.status, again.body) == (304, b"")
    caller.later(seconds=1)
    caller.control("add_field", object="Account", field="Code__c", type="string", length=20, external=True)
    fields = {field["name"]: field for field in body(caller.api("GET", "sobjects/account/describe", **since))["fields"]}
    assert (fields["Code__c"]["externalId"], fields["Code__c"]["custom"], fields["Name"]["length"]) == (True, True, 255)
    user = caller.query("SELECT Id FROM User WHERE LastName = 'Morgan'")[0]["Id"]
    caller.control("hide_fields", object="Account", fields=["Phone"], user=user)
    caller.control("delete_field", object="Account", field="Fax")
    names = {field["name"] for field in caller.get("sobjects/Account/describe")["fields"]}
    assert names & {"Phone", "Fax", "Website"} == {"Website"}
    assert caller.refused("SELECT Phone FROM Account")[1] == "INVALID_FIELD"


@pytest.mark.parametrize("name", ["Account", "Contact", "Opportunity", "Case"])
def test_described_fields_are_as_recorded(caller: Caller, name: str) -> None:
    for field in caller.get(f"sobjects/{name}/describe")["fields"]:
        assert set(field) <= set(FIELDS["keys"])
        recorded = dict(zip(FIELDS["attributes"], FIELDS["objects"][name][field["name"]], strict=True))
        assert {key: field[key] for key in recorded} == recorded, field["name"]


def test_the_org_goes_on_in_another_process_where_it_was() -> None:
    caller = Caller("small")
    caller.control("generate", accounts=300)
    first = caller.get("query?q=SELECT+Id,Owner.Name+FROM+Account", sforce_query_options="batchSize=200")
    job = body(caller.api("POST", "jobs/query", {"operation": "query", "query": "SELECT Id FROM Contact"}))
    before, caller.sandbox = caller.control("state"), pickle.loads(pickle.dumps(caller.sandbox))
    assert caller.control("state") == before
    assert len(body(caller.follow(first["nextRecordsUrl"]))["records"]) == first["totalSize"] - 200
    assert [caller.get(f"jobs/query/{job['id']}")["state"] for _ in range(2)][1] == "JobComplete"
    caller.put("Account", {"Name": "After"})
    assert caller.column("SELECT Name FROM Account ORDER BY SystemModstamp DESC, Id DESC LIMIT 1") == ["After"]


def test_the_demo_is_a_believable_company_and_always_the_same() -> None:
    caller, other = Caller("demo"), SalesforceSandbox()
    other.clock.frozen = caller.sandbox.clock.frozen
    other.reset()
    other.seed("demo")
    assert other.control("state", {}) == caller.control("state")
    counts = {row["name"]: row["count"] for row in caller.get("limits/recordCount")["sObjects"]}
    assert (counts["Account"], counts["Opportunity"], counts["Case"]) == (2000, 300, 250)
    assert counts["Contact"] > 2000
    people = caller.query("SELECT FirstName, IsActive FROM User WHERE UserType = 'Standard'")
    assert (len(people), sum(not one["IsActive"] for one in people)) == (15, 2)
    assert sum(one["FirstName"] is None for one in people) == 1
    emails = caller.query("SELECT Email, COUNT(Id) n FROM Contact WHERE Email != null GROUP BY Email")
    assert max(row["n"] for row in emails) > 1
    assert caller.query("SELECT Id FROM Account WHERE BillingCountry = 'Freedonia' LIMIT 1")
    assert caller.query("SELECT Id FROM Account WHERE Name = 'harbour trust'")
    assert len(caller.query("SELECT Id FROM Group WHERE Type = 'Queue'")) == 2
