"""The emulator's own rules, asked directly: sign-in, limits, envelope, control, seed, and the vendor's samples."""

import json
import pickle
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from integrations.vendors.accelo.sandbox import SERVICE_ID, SERVICE_SECRET, WEB_ID, WEB_SECRET, AcceloSandbox
from tests.vendors.accelo.caller import Caller, meta, response

SAMPLES = Path(__file__).parents[3] / "../shared/vendors/samples/accelo"

# Sign-in


def test_default_scope_reads_only(caller: Caller) -> None:
    caller.sign_in(scope="")
    assert caller.api("GET", "expenses").status == 200
    refused = caller.create()
    assert (refused.status, meta(refused)["status"]) == (403, "invalid_permission")
    caller.sandbox.control("settings", {"scope_error": "invalid_scope"})
    refused = caller.create()
    assert (refused.status, meta(refused)["status"]) == (400, "invalid_scope")


def test_a_narrow_scope_covers_only_its_resources(caller: Caller) -> None:
    caller.sign_in(scope="write(expenses) read(jobs,issues)")
    assert [caller.api("GET", path).status for path in ("expenses", "jobs", "issues", "staff")] == [200, 200, 200, 403]
    assert caller.create().status == 200


def test_service_applications_get_no_refresh_token(caller: Caller) -> None:
    answer = json.loads(caller.sign_in().body)
    assert "refresh_token" not in answer
    assert answer["expires_in"] == "2592000"


def test_credentials_may_travel_in_the_body(caller: Caller) -> None:
    form = {"grant_type": "client_credentials", "client_id": SERVICE_ID, "client_secret": SERVICE_SECRET}
    assert caller.send("POST", "/oauth2/v0/token", body=urlencode(form).encode()).status == 200


@pytest.mark.parametrize(
    ("form", "client", "status", "word"),
    [
        ({"grant_type": "password"}, (SERVICE_ID, SERVICE_SECRET), 400, "unsupported_grant_type"),
        ({"grant_type": "", "token_type": "refresh_token"}, (WEB_ID, WEB_SECRET), 400, "unsupported_grant_type"),
        ({"scope": "everything"}, (SERVICE_ID, SERVICE_SECRET), 400, "invalid_scope"),
        ({}, (SERVICE_ID, "wrong"), 401, "invalid_client"),
        ({}, ("nobody", "wrong"), 401, "invalid_client"),
        ({}, (WEB_ID, WEB_SECRET), 401, "unauthorized_client"),
        ({"grant_type": "authorization_code", "code": "x"}, (WEB_ID, WEB_SECRET), 400, "invalid_grant"),
    ],
)
def test_sign_in_is_refused_in_the_short_shape(
    caller: Caller, form: dict[str, str], client: tuple[str, str], status: int, word: str
) -> None:
    answer = caller.sign_in(client, **form)
    assert (answer.status, json.loads(answer.body)["error"]) == (status, word)


def test_the_approval_page_escapes_what_it_shows(caller: Caller) -> None:
    query = urlencode({"client_id": WEB_ID, "response_type": "code", "scope": "read(all)", "state": '"><b>'})
    page = caller.send("GET", "/oauth2/v0/authorize", query)
    assert page.content_type.startswith("text/html")
    assert b"<b>" not in page.body


def test_a_post_to_authorize_is_sent_on_to_the_page(caller: Caller) -> None:
    body = urlencode({"client_id": WEB_ID, "response_type": "code", "redirect_uri": "https://a.example/b"}).encode()
    answer = caller.send("POST", "/oauth2/v0/authorize", body=body)
    assert (answer.status, answer.headers["Location"].startswith("http://127.0.0.1/accelo/")) == (302, True)


def test_denying_goes_back_with_an_error(caller: Caller) -> None:
    query = urlencode({"client_id": WEB_ID, "redirect_uri": "https://a.example/b", "state": "s", "answer": "deny"})
    answer = caller.send("GET", "/oauth2/v0/approval", query)
    assert "error=access_denied" in answer.headers["Location"]


def test_a_token_may_stand_in_header_or_query_but_not_in_both(caller: Caller) -> None:
    assert caller.send("GET", "/api/v0/staff", f"_bearer_token={caller.token}").status == 200
    assert caller.api("GET", "staff", _bearer_token=caller.token).status == 400


def test_without_a_token_there_are_no_limit_headers(caller: Caller) -> None:
    answer = caller.send("GET", "/api/v0/staff")
    assert (answer.status, meta(answer)["status"]) == (401, "invalid_client")
    assert not any(name.startswith("X-RateLimit") for name in answer.headers)


def test_an_unknown_deployment_is_named(caller: Caller) -> None:
    answer = caller.send("GET", "/nobody/api/v0/staff")
    assert (answer.status, meta(answer)["message"]) == (400, "Deployment 'nobody' was not found.")
    caller_in = caller.send("GET", "/acme/api/v0/staff", f"_bearer_token={caller.token}")
    assert caller_in.status == 200


# Limits


def test_the_hourly_limit_answers_429_with_headers_until_the_window_ends(caller: Caller) -> None:
    caller.sandbox.control("settings", {"limit": 1})
    first, second = caller.api("GET", "staff"), caller.api("GET", "staff")
    assert (first.headers["X-RateLimit-Limit"], first.headers["X-RateLimit-Remaining"]) == ("1", "0")
    assert (second.status, meta(second)["message"]) == (429, "Rate limit exceeded for acme.api.accelo.com")
    assert second.headers["X-RateLimit-Reset"] == first.headers["X-RateLimit-Reset"]
    assert caller.sign_in().status == 200


def test_too_many_failures_lock_out_and_an_attempt_prolongs_it(caller: Caller) -> None:
    for _ in range(101):
        assert caller.send("GET", "/api/v0/staff").status == 401
    locked = caller.api("GET", "staff")
    assert (locked.status, json.loads(locked.body)["status"]) == (401, "too_many_failed_logins")
    assert locked.headers["Retry-After"] == "300"


# Envelope


def test_the_control_parameters_shape_the_envelope(caller: Caller) -> None:
    assert set(meta(caller.api("GET", "staff", _suppress_message="1"))) == {"status"}
    assert "meta" not in json.loads(caller.api("GET", "staff", _suppress_meta="yes").body)
    quiet = caller.api("GET", "jobs/999", _suppress_http_status="1")
    assert (quiet.status, meta(quiet)["response_code"]) == (200, 400)
    assert set(caller.get("staff/1", _hide_defaults="1", _fields="email")) == {"email"}


def test_a_delete_answers_the_meta_alone(caller: Caller) -> None:
    id = response(caller.create())["id"]
    assert set(json.loads(caller.api("DELETE", f"expenses/{id}").body)) == {"meta"}
    assert caller.api("DELETE", f"expenses/{id}").status == 400


def test_a_missing_object_is_a_400(caller: Caller) -> None:
    answer = caller.api("GET", "jobs/999")
    assert (answer.status, response(answer), meta(answer)["status"]) == (400, None, "invalid_request")


def test_an_unknown_path_is_a_400_or_by_switch_a_web_page(caller: Caller) -> None:
    assert caller.api("GET", "unicorns").status == 400
    caller.sandbox.control("settings", {"unknown_path_as": "404"})
    answer = caller.api("GET", "unicorns")
    assert (answer.status, answer.content_type) == (404, "text/html")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "milestones"), ("POST", "jobs"), ("GET", "jobs/1/milestones"), ("GET", "staff.xml"), ("PUT", "staff/1")],
)
def test_what_is_not_emulated_is_said_plainly(caller: Caller, method: str, path: str) -> None:
    assert caller.api(method, path).status == 501


def test_a_part_of_a_field_request_that_is_not_emulated_is_said_plainly(caller: Caller) -> None:
    assert caller.api("GET", "jobs/1", _fields="breadcrumbs").status == 501
    assert caller.api("GET", "jobs/1", _fields="job_type(title)").status == 501


# Control and seed


def test_a_person_edits_and_removes_rows(caller: Caller) -> None:
    control = caller.sandbox.control
    assert control("put", {"table": "jobs", "rows": [{"id": "1", "title": "New"}, {"title": "Other"}]}) == ["1", "61"]
    control("remove", {"table": "jobs", "ids": ["2"]})
    titles = {row["id"]: row["title"] for row in control("state", {})["jobs"]}
    assert (titles["1"], titles["61"], "2" in titles) == ("New", "Other", False)


@pytest.mark.parametrize(
    ("name", "data"),
    [("fly", {}), ("settings", {"colour": 1}), ("put", {"table": "unicorns", "rows": []})],
)
def test_an_unknown_control_is_a_key_error(caller: Caller, name: str, data: dict[str, Any]) -> None:
    with pytest.raises(KeyError):
        caller.sandbox.control(name, data)


def test_the_demo_is_a_believable_company_and_always_the_same() -> None:
    states: list[dict[str, list[dict[str, Any]]]] = []
    for _ in range(2):
        sandbox = AcceloSandbox()
        sandbox.clock.frozen = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
        sandbox.seed("demo")
        states.append(sandbox.control("state", {}))
    assert states[0] == states[1]
    sizes = {name: len(rows) for name, rows in states[0].items()}
    assert (sizes["staff"], sizes["issues"], sizes["contracts"], sizes["taxes"]) == (25, 40, 12, 3)
    assert sizes["jobs"] >= 60
    assert sizes["expense_types"] >= 12
    codes = [row["custom_id"] for row in states[0]["jobs"] if row["custom_id"]]
    assert codes == [f"P-{number}" for number in range(1001, 1061)]
    json.dumps(states[0])


def test_every_retainer_has_a_period_for_today(caller: Caller) -> None:
    now = caller.sandbox.store.now()
    covered = {
        row["contract_id"]
        for row in caller.sandbox.store.rows("periods")
        if row["date_commenced"] <= now < row["date_expires"] and row["standing"] == "opened"
    }
    assert len(covered) == 12


OBJECTS = {
    "company.json": "companies/1",
    "affiliation.json": "affiliations/1",
    "address.json": "addresses/1",
    "issue.json": "issues/1",
    "prospect.json": "prospects/1",
    "job.json": "jobs/1",
    "contract.json": "contracts/1",
    "contract_period.json": "contracts/periods/1",
    "expense.json": "expenses/1",
    "expense_type.json": "expenses/types/1",
    "resource.json": "resources/1",
    "tax.json": "taxes/1",
}


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the vendor's samples are not beside this repository")
@pytest.mark.parametrize("sample", OBJECTS)
def test_objects_have_the_keys_and_value_types_of_the_vendors_samples(caller: Caller, sample: str) -> None:
    caller.sandbox.control("put", {"table": "resources", "rows": [{"title": "a.pdf", "filesize": 5}]})
    caller.sandbox.control("put", {"table": "addresses", "rows": [{"city": "Perth", "state": "WA", "country": "AU"}]})
    sale = {"affiliation": "1", "prospect_probability": "2", "date_due": 5, "date_actioned": 5, "status": "7"}
    caller.sandbox.control("put", {"table": "prospects", "rows": [sale | {"date_last_interacted": 5}]})
    caller.create(resource_id="1")
    expected = json.loads((SAMPLES / sample).read_text())
    shown = caller.get(OBJECTS[sample], _fields=",".join(expected))
    assert set(expected) <= set(shown)
    for name, value in expected.items():
        assert shown[name] is None or value is None or type(shown[name]) is type(value), name


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the vendor's samples are not beside this repository")
def test_errors_and_tokens_have_the_keys_of_the_vendors_samples(caller: Caller) -> None:
    def keys(name: str) -> set[str]:
        return set(json.loads((SAMPLES / name).read_text()))

    info = json.loads((SAMPLES / "tokeninfo.json").read_text())["response"]
    assert set(caller.get("tokeninfo")) == set(info)
    assert set(meta(caller.api("GET", "jobs/999"))) == keys("error_rate_limited_meta.json")
    assert set(json.loads(caller.api("GET", "jobs/999").body)) == keys("error_unknown_object_envelope.json")
    assert {"access_token", "expires_in"} <= set(json.loads(caller.sign_in().body))


def test_a_stored_deployment_goes_on_and_one_of_an_older_version_is_refused(caller: Caller) -> None:
    caller.sandbox.hooks.subscribe("update_company", "http://127.0.0.1:9/", "", "", "1")
    taken_up = pickle.loads(pickle.dumps(caller.sandbox))
    assert taken_up.control("state", {}) == caller.sandbox.control("state", {})
    assert len(taken_up.control("webhooks", {})["subscriptions"]) == 1
    caller.sandbox = taken_up
    assert caller.api("PUT", "companies/1", {"phone": "1"}).status == 200
    assert len(caller.ids("companies", "date_modified_after(0),order_by_asc(date_modified)")) == 12
    older = taken_up.__reduce_ex__(2)[2] | {"_layout": 1}
    with pytest.raises(ValueError, match="older"):
        taken_up.__setstate__(older)
