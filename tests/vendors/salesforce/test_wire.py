"""What answers and settings mean."""

import pytest

from integrations.core.errors import ConfigError, ProtocolError
from integrations.http import NoPacer, Reply
from integrations.vendors.salesforce.addresses import Addresses, below, budget_key
from integrations.vendors.salesforce.allowance import LOOK_AGAIN, Allowance, Usage, parse_share, parse_usage
from integrations.vendors.salesforce.wire import classify

API = "https://acme.my.salesforce.com/services/data/v66.0/query"
TOKEN = "https://login.salesforce.com/services/oauth2/token"


def reply(status: int, body: str, url: str = API, **headers: str) -> Reply:
    return Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, body.encode(), url, 0.1)


def error(code: str, message: str = "No.") -> str:
    return f'[{{"message":"{message}","errorCode":"{code}","fields":["Name"]}}]'


@pytest.mark.parametrize(
    ("answer", "kind", "code", "retry_after"),
    [
        (reply(401, error("INVALID_SESSION_ID")), "config", "INVALID_SESSION_ID", None),
        (
            reply(401, error("INVALID_SESSION_ID", "This session is not valid for use with the REST API")),
            "config", "session_not_for_api", None,
        ),
        (
            reply(401, error("INVALID_SESSION_ID", "Connected app is not attached to Agent")),
            "config", "session_not_for_api", None,
        ),
        (reply(401, "<?xml><fault>LOGIN_OAUTH_INVALID_TOKEN"), "config", "sign_in_refused", None),
        (reply(403, "Bad_OAuth_Token"), "config", "INVALID_SESSION_ID", None),
        (
            reply(403, error("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")),
            "budget", "daily_limit", LOOK_AGAIN,
        ),
        (
            reply(403, error("REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded.")),
            "transient", "REQUEST_LIMIT_EXCEEDED", None,
        ),
        (reply(403, error("REQUEST_LIMIT_EXCEEDED", "Limite")), "transient", "REQUEST_LIMIT_EXCEEDED", 60.0),
        (reply(403, error("API_DISABLED_FOR_ORG")), "config", "API_DISABLED_FOR_ORG", None),
        (reply(400, error("UNABLE_TO_LOCK_ROW")), "transient", "UNABLE_TO_LOCK_ROW", None),
        (reply(400, error("QUERY_TIMEOUT")), "rejected", "QUERY_TIMEOUT", None),
        (reply(400, error("MALFORMED_QUERY")), "protocol", "MALFORMED_QUERY", None),
        (reply(400, error("A_NEW_WORD")), "rejected", "A_NEW_WORD", None),
        (reply(404, error("NOT_FOUND")), "rejected", "NOT_FOUND", None),
        (reply(404, "<html>"), "config", "wrong_address", None),
        (reply(410, error("UNSUPPORTED_API_VERSION")), "config", "version_gone", None),
        (reply(412, ""), "rejected", "PRECONDITION_FAILED", None),
        (reply(420, ""), "transient", "overload", None),
        (reply(429, ""), "transient", "too_many", None),
        (reply(503, error("SERVER_UNAVAILABLE")), "transient", "SERVER_UNAVAILABLE", None),
        (reply(500, error("A_NEW_WORD")), "transient", "A_NEW_WORD", None),
        (reply(503, "<html>"), "transient", "server_error", None),
        (reply(200, "<html>We will be back"), "transient", "unreadable", None),
        (reply(302, "", location="https://elsewhere"), "config", "wrong_address", None),
        (reply(400, '{"error":"invalid_grant","error_description":"x"}', TOKEN), "config", "invalid_grant", None),
        (reply(400, '{"error":"a_new_word","error_description":"x"}', TOKEN), "config", "a_new_word", None),
        (reply(400, "error=invalid_token&error_description=x", TOKEN), "config", "invalid_token", None),
    ],
)  # fmt: skip
def test_each_signal_has_its_meaning(answer: Reply, kind: str, code: str, retry_after: float | None) -> None:
    verdict = classify(answer)
    assert verdict is not None
    assert (verdict.kind, verdict.code, verdict.retry_after) == (kind, code, retry_after)
    assert "{" not in verdict.message


@pytest.mark.parametrize("answer", [reply(200, "[]"), reply(204, ""), reply(304, ""), reply(200, '"Id"\n"001"\n')])
def test_success_is_no_failure(answer: Reply) -> None:
    assert classify(answer) is None


def test_a_refusal_names_the_fields_and_keeps_the_words() -> None:
    body = '[{"message":"data value too large: x {0}","errorCode":"STRING_TOO_LONG","fields":["Name","Phone"]}]'
    verdict = classify(reply(400, body))
    assert verdict is not None
    assert "(Name, Phone): data value too large: x {0}." in verdict.message


# Addresses


@pytest.mark.parametrize(
    ("given", "login"),
    [
        ("", "https://login.salesforce.com"),
        ("login.salesforce.com/", "https://login.salesforce.com"),
        ("https://test.salesforce.com/services/oauth2/token", "https://test.salesforce.com"),
        ("https://acme.my.salesforce.com/lightning/setup?x=1", "https://acme.my.salesforce.com"),
        ("http://127.0.0.1:8000/salesforce/", "http://127.0.0.1:8000/salesforce"),
        ("http://127.0.0.1:8000/salesforce/services/oauth2", "http://127.0.0.1:8000/salesforce"),
    ],
)
def test_the_log_in_address_is_read_with_tolerance(given: str, login: str) -> None:
    assert Addresses.parse({"login_url": given}).login == login


@pytest.mark.parametrize("given", ["ftp://login.salesforce.com", "https://", "https://[", "https://acme:port"])
def test_a_log_in_address_that_is_none_names_the_setting(given: str) -> None:
    with pytest.raises(ConfigError, match="login_url"):
        Addresses.parse({"login_url": given})


def test_a_page_for_people_is_refused_with_the_cure() -> None:
    with pytest.raises(ConfigError, match="https://acme--dev.sandbox.my.salesforce.com"):
        Addresses.parse({"login_url": "https://acme--dev.sandbox.lightning.force.com/lightning/page/home"})


@pytest.mark.parametrize("given", ["66", "66.0", "v66.0", ""])
def test_the_version_is_read_in_each_form(given: str) -> None:
    assert Addresses.parse({"api_version": given}).version == "66.0"


def test_a_version_that_is_none_names_the_setting() -> None:
    with pytest.raises(ConfigError, match="api_version"):
        Addresses.parse({"api_version": "latest"})


def test_the_instance_must_be_encrypted_and_for_programs() -> None:
    addresses = Addresses.parse({})
    assert addresses.instance("https://acme.my.salesforce.com/") == "https://acme.my.salesforce.com"
    with pytest.raises(ConfigError, match="encryption"):
        addresses.instance("http://acme.my.salesforce.com")
    with pytest.raises(ConfigError, match="my.salesforce.com"):
        addresses.instance("https://acme.lightning.force.com")
    with pytest.raises(ProtocolError):
        addresses.instance("acme")


def test_an_address_relative_to_the_host_goes_to_the_present_instance() -> None:
    root = "http://127.0.0.1:8000/salesforce"
    for named in ("/services/data/v66.0/query/0r8-2000", "/salesforce/services/data/v66.0/query/0r8-2000"):
        assert below(root, named) == f"{root}/services/data/v66.0/query/0r8-2000"
    with pytest.raises(ProtocolError):
        below(root, "//elsewhere.example/steal")


def test_connections_of_one_application_and_log_in_host_share_a_budget() -> None:
    own = {"client_id": "3MVG9"}
    assert budget_key({"login_url": "https://LOGIN.salesforce.com/"}, own) == "3MVG9@login.salesforce.com"
    assert budget_key({}, own) == budget_key({"login_url": "login.salesforce.com"}, own)
    assert budget_key({"login_url": "https://test.salesforce.com"}, own) != budget_key({}, own)


# Allowance


class Told(NoPacer):
    def __init__(self) -> None:
        self.seen: list[tuple[int | None, int | None, float | None]] = []

    def observe(self, *, limit: int | None, remaining: int | None, reset_in: float | None) -> None:
        self.seen.append((limit, remaining, reset_in))


@pytest.mark.parametrize(
    ("header", "usage"),
    [
        ("api-usage=18/5000", Usage(18, 5000)),
        ("api-usage=25/5000; per-app-api-usage=17/250(appName=x)", Usage(25, 5000, 17, 250)),
        ("per-app-api-usage=17/250(appName=x); api-usage=25/5000", Usage(25, 5000, 17, 250)),
        ("", None),
        ("something else", None),
    ],
)
def test_the_allowance_is_read_in_both_forms(header: str, usage: Usage | None) -> None:
    assert parse_usage({"sforce-limit-info": header}) == usage


@pytest.mark.parametrize(
    ("share", "header", "left"),
    [
        (50, "api-usage=100/1000", 499),
        (50, "api-usage=799/1000", 1),
        (100, "api-usage=800/1000", 0),
        (50, "api-usage=500/1000; per-app-api-usage=499/900(appName=x)", 1),
        (50, "api-usage=500/1000; per-app-api-usage=500/900(appName=x)", 0),
        (50, "api-usage=25/1000; per-app-api-usage=20/25(appName=x)", 5),
        (1, "api-usage=5/50", 0),
    ],
)
def test_the_smallest_of_share_all_and_own_limit_counts(share: int, header: str, left: int) -> None:
    told = Told()
    Allowance(share, told).observe(reply(200, "[]", sforce_limit_info=header))
    limit = int(header.partition("/")[2].partition(";")[0]) * share // 100
    assert told.seen == [(limit, left, None if left else LOOK_AGAIN)]


def test_without_salesforces_count_of_the_application_our_own_calls_count() -> None:
    told = Told()
    allowance = Allowance(10, told)
    for used in range(1, 11):
        allowance.observe(reply(200, "[]", sforce_limit_info=f"api-usage={used}/100"))
    assert told.seen[-2:] == [(10, 1, None), (10, 0, LOOK_AGAIN)]


@pytest.mark.parametrize(("text", "share"), [("", 50), ("1", 1), ("100", 100), (" 25 % ", 25)])
def test_the_share_is_percent(text: str, share: int) -> None:
    assert parse_share(text) == share


@pytest.mark.parametrize("text", ["0", "101", "half", "-5", "12.5", "²"])
def test_a_share_that_is_none_names_the_setting(text: str) -> None:
    with pytest.raises(ConfigError, match="call_share"):
        parse_share(text)
