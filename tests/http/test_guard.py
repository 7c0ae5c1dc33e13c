"""Which addresses may be called, on requests and on redirects."""

import socket
from urllib.parse import quote

import pytest

from integrations.core.errors import ConfigError, OutcomeUnknown
from integrations.http import Guard, Http
from integrations.http.guard import is_public
from tests.http.conftest import World


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("127.8.8.8", False),
        ("10.0.0.1", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("255.255.255.255", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("ff0e::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("::127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b:1::7f00:1", False),
        ("64:ff9b::5db8:d822", True),
        ("2002:7f00:1::", False),
    ],
)
def test_only_addresses_of_the_open_internet_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1:{port}/", "https://localhost:{port}/", "https://[::ffff:7f00:1]:{port}/"]
)
def test_private_addresses_are_refused_at_connect_time(world: World, url: str) -> None:
    with world.door(guard=Guard()) as http, pytest.raises(ConfigError, match="PORTAL_ALLOWED_PRIVATE_HOSTS"):
        http.request("GET", url.format(port=world.sandbox.port), repeatable=True)
    assert world.control.calls() == []
    assert world.sleeps == []


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "017700000001", "127.1"])
def test_unusual_spellings_of_loopback_are_refused_too(world: World, host: str) -> None:
    assert socket.gethostbyname(host) == "127.0.0.1"
    with world.door(guard=Guard()) as http, pytest.raises(ConfigError, match="PORTAL_ALLOWED_PRIVATE_HOSTS"):
        http.request("GET", f"https://{host}:{world.sandbox.port}/", repeatable=True)


def test_plain_http_is_refused_unless_the_host_is_named(world: World) -> None:
    with world.door(guard=Guard()) as http, pytest.raises(ConfigError, match="https://"):
        http.request("GET", "http://example.com/", repeatable=True)


@pytest.mark.parametrize(
    "url", ["", "example.com/x", "ftp://example.com/", "file:///etc/passwd", "https://", "http://[:/"]
)
def test_what_is_no_web_address_is_refused(world: World, http: Http, url: str) -> None:
    with pytest.raises(ConfigError, match="not a complete web address"):
        http.request("GET", url, repeatable=True)


@pytest.mark.parametrize("named", ["127.0.0.1", "127.0.0.1:{port}", " 127.0.0.1 "])
def test_a_named_host_may_be_private_and_plain(world: World, named: str) -> None:
    with world.door(guard=Guard(frozenset({named.format(port=world.sandbox.port)}))) as http:
        assert http.request("GET", f"{world.url}/things", repeatable=True).status == 200


def test_a_host_named_with_another_port_stays_refused(world: World) -> None:
    with world.door(guard=Guard(frozenset({"127.0.0.1:1"}))) as http, pytest.raises(ConfigError):
        http.request("GET", f"{world.url}/things", repeatable=True)


def test_a_name_and_an_ipv6_address_can_be_named() -> None:
    guard = Guard(frozenset({"LocalHost", "[::1]:8000"}))
    assert guard.trusts("localhost.", 443)
    assert guard.trusts("[::1]", 8000)
    assert not guard.trusts("::1", 8001)


@pytest.mark.parametrize(
    "to", ["https://169.254.169.254/latest", "http://example.com/", "https://localhost:{port}/", "ftp://a/"]
)
def test_a_redirect_is_guarded_like_a_request(world: World, http: Http, to: str) -> None:
    to = to.format(port=world.sandbox.port)
    with pytest.raises(ConfigError):
        http.request("GET", f"{world.url}/redirect?to={quote(to, safe='')}", repeatable=True)
    assert len(world.control.calls()) == 1


def redirect(world: World, to: str, status: int = 302) -> str:
    return f"{world.url}/redirect?status={status}&to={quote(to, safe='')}"


def test_a_read_follows_redirects_on_the_same_server_with_its_headers(world: World, http: Http) -> None:
    reply = http.request(
        "GET", redirect(world, f"{world.url}/echo"), repeatable=True, headers={"Authorization": "Bearer abcdef"}
    )
    assert reply.json()["headers"]["authorization"] == "Bearer abcdef"
    assert reply.url == f"{world.url}/echo"
    assert http.calls == 2


def test_a_redirect_to_another_server_gets_no_credentials(world: World) -> None:
    with world.door(guard=Guard(frozenset({"127.0.0.1", "localhost"}))) as http:
        to = f"http://localhost:{world.sandbox.port}/tiny/echo"
        headers = {"Authorization": "Bearer abcdef", "X-Api-Key": "abcdef", "Cookie": "a=b", "Accept": "text/x"}
        seen = http.request("GET", redirect(world, to), repeatable=True, headers=headers).json()["headers"]
    assert seen["accept"] == "text/x"
    assert {"authorization", "x-api-key", "cookie"}.isdisjoint(seen)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_body_is_never_sent_on_to_another_server(world: World, status: int) -> None:
    with world.door(guard=Guard(frozenset({"127.0.0.1", "localhost"}))) as http:
        to = f"http://localhost:{world.sandbox.port}/tiny/things"
        with pytest.raises(ConfigError, match="enter that address"):
            http.request("POST", redirect(world, to, status), repeatable=True, json={"secret": 1})
    assert world.things() == []


def test_a_temporary_redirect_on_the_same_server_resends_the_body(world: World, http: Http) -> None:
    http.request("POST", redirect(world, f"{world.url}/things", 307), repeatable=False, body=b"x")
    assert world.things() == ["x"]


@pytest.mark.parametrize(("status", "kind"), [(301, ConfigError), (302, OutcomeUnknown), (303, OutcomeUnknown)])
def test_a_create_never_turns_into_a_read(world: World, http: Http, status: int, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        http.request("POST", redirect(world, f"{world.url}/things", status), repeatable=False, body=b"x")
    assert len(world.control.calls()) == 1


def test_see_other_after_a_repeatable_write_reads_the_result(world: World, http: Http) -> None:
    seen = http.request("PUT", redirect(world, f"{world.url}/echo", 303), repeatable=True, json=1).json()
    assert (seen["method"], seen["body"]) == ("GET", "")
    assert "content-type" not in seen["headers"]


def test_redirects_in_a_circle_end(world: World, http: Http) -> None:
    world.control.faults({"do": "status", "status": 302, "headers": {"Location": "/tiny/things"}, "times": -1})
    with pytest.raises(ConfigError, match="circle"):
        http.request("GET", f"{world.url}/things", repeatable=True)
    assert http.calls == 6


def test_a_redirect_is_returned_when_not_followed(world: World, http: Http) -> None:
    reply = http.request("GET", redirect(world, "https://a.example/?code=1"), repeatable=True, follow=False)
    assert reply.headers["location"] == "https://a.example/?code=1"


def test_proxies_of_the_environment_are_ignored(world: World, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert http.request("GET", f"{world.url}/things", repeatable=True).status == 200
