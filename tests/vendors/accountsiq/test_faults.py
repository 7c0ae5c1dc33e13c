"""What the client makes of trouble: each row is one answer or fault on the wire, and the kind of error it ends in."""

from typing import Any

import pytest

from integrations.core.errors import ConfigError, PortalError, ProtocolError, TransientError
from tests.vendors.accountsiq.conftest import QUICK, World
from tests.vendors.accountsiq.wire import GOOD, failure, fault, reply, soap

OPERATION = "GetTaxCodeList"
HTML = "<!DOCTYPE html><html><body>We will be back soon</body></html>"
ANSWERS: dict[str, tuple[int, str, type[PortalError], str]] = {
    "fault": (500, fault("Server was unable to process request."), TransientError, "unable to process"),
    "fault in 200": (200, fault("Deadlock victim"), TransientError, "Deadlock"),
    "unknown action": (
        500,
        fault("Server did not recognize the value of HTTP Header SOAPAction: x.", "soap:Client"),
        ConfigError,
        "version",
    ),
    "page with 200": (200, HTML, TransientError, "base_url"),
    "page with 500": (500, HTML, TransientError, "disturbance"),
    "json": (200, '{"error": "no"}', ProtocolError, "base_url"),
    "401": (401, "", ConfigError, "region"),
    "403": (403, HTML, ConfigError, "region"),
    "404": (404, HTML, ConfigError, "base_url"),
    "503": (503, "", TransientError, "503"),
    "501": (501, "{}", ProtocolError, "501"),
    "418": (418, "", ProtocolError, "418"),
    "other operation": (200, reply("GetSupplierList", GOOD), ProtocolError, "another operation"),
    "cut": (200, reply(OPERATION, GOOD)[:-10], TransientError, "cut short"),
    "revoked by code": (
        200,
        failure(OPERATION, "OAUTH_INTEGRATION_APPS_APPLICATION_IS_REVOKED"),
        ConfigError,
        "revoked",
    ),
    "application": (200, failure(OPERATION, "OAUTH_INTEGRATION_APPS_SOMETHING"), ConfigError, "client ID"),
    "permission": (200, failure(OPERATION, "UNKNOWN", "User has no permission to read."), ConfigError, "permission"),
    "set-up": (200, failure(OPERATION, "CONFIGURATION_ERROR", "No VAT set-up."), ConfigError, "No VAT set-up"),
    "read only": (200, failure(OPERATION, "READ_ONLY", "Year end."), TransientError, "Year end"),
    "unknown": (200, failure(OPERATION, "UNKNOWN", "Oops.\n at Visor.Foo()"), TransientError, "“Oops.” .UNKNOWN"),
    "new code": (200, failure(OPERATION, "A_CODE_OF_2031"), TransientError, "A_CODE_OF_2031"),
    "in progress": (200, reply(OPERATION, GOOD.replace("Success", "InProgress")), TransientError, "InProgress"),
    "no status": (200, reply(OPERATION, "<HasExpired>false</HasExpired>"), ProtocolError, "without a Status"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_lasting_trouble_ends_in_its_kind_and_says_what_to_do(world: World, name: str) -> None:
    status, text, kind, words = ANSWERS[name]
    client = world.client()
    world.answer(OPERATION, text, status)
    with pytest.raises(kind, match=words) as caught:
        list(client.list_tax_codes())
    assert type(caught.value) is kind
    assert "Visor" not in caught.value.message and "<" not in caught.value.message


PASSING: dict[str, dict[str, Any]] = {
    "refused": {"do": "refuse"},
    "reset after the work": {"do": "reset", "when": "after"},
    "cut": {"do": "cut", "when": "after"},
    "page": {"do": "html"},
    "empty": {"do": "empty"},
    "500": {"do": "status", "status": 500},
    "429": {"do": "status", "status": 429, "headers": {"Retry-After": "7"}},
    "failure": {"do": "status", "status": 200, "body_text": failure(OPERATION)},
    "cut inside": {"do": "status", "status": 200, "body_text": reply(OPERATION, GOOD)[:-1]},
}


@pytest.mark.parametrize("name", PASSING)
def test_a_passing_trouble_is_survived(world: World, name: str) -> None:
    client = world.client()
    world.control.faults({"body": f"<{OPERATION} ", **PASSING[name]})
    assert len(list(client.list_tax_codes())) == 5
    if name == "429":
        assert sum(world.sleeps) == pytest.approx(7)


@pytest.mark.parametrize("operation", ["TokenGet", "TokenRefresh"])
@pytest.mark.parametrize("name", ["reset after the work", "500", "page", "cut"])
def test_signing_in_survives_a_passing_trouble(world: World, operation: str, name: str) -> None:
    client = world.client()
    if operation == "TokenRefresh":
        list(client.list_suppliers())
        world.control.act("expire")
    world.control.faults({"body": f"<{operation} ", **PASSING[name]})
    assert len(list(client.list_tax_codes())) == 5


def test_a_token_answer_without_result_is_refused_credentials(world: World) -> None:
    world.answer("TokenGet", reply("TokenGet", "<Status>Failure</Status><ErrorMessage>Bad pair</ErrorMessage>"))
    with pytest.raises(ConfigError, match="Bad pair"):
        world.client().check()


def test_a_login_answered_with_nothing_is_no_refusal(world: World) -> None:
    world.answer("Login", soap(""))
    with pytest.raises(ProtocolError):
        list(world.client(version="1.1").list_tax_codes())


def test_a_long_pause_is_left_to_the_caller(world: World) -> None:
    world.answer(OPERATION, "", 429, **{"Retry-After": "600"})
    with pytest.raises(TransientError) as caught:
        list(world.client().list_tax_codes())
    assert caught.value.retry_after == 600 > QUICK.max_wait


@pytest.mark.parametrize("text", [HTML, "{}", "", "<a/>"])
def test_other_software_at_the_address_is_a_config_error_of_the_test(world: World, text: str) -> None:
    world.answer("TokenGet", text)
    with pytest.raises(ConfigError, match="base_url"):
        world.client().check()


def test_the_web_service_of_the_other_version_is_a_config_error(world: World) -> None:
    path = "/system/dashboard/integration/integration_1_1.asmx"
    with pytest.raises(ConfigError, match="version"):
        world.client(endpoint_path=path).check()


def test_a_host_that_does_not_exist_is_a_config_error_of_the_test(world: World) -> None:
    with pytest.raises(ConfigError, match="base_url"):
        world.client(base_url="https://uk9.accountsiq.invalid").check()
