"""Connections: encryption, reuse, idle ones."""

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from integrations.core.errors import ConfigError
from integrations.http import Guard
from integrations.http.wire import Trace, open_pool, trusted_authorities
from tests.http.conftest import World


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1 with its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    plain = serialization.NoEncryption()
    path.write_bytes(
        built.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    return path


class Hello(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        body = str(self.client_address[1]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        return None


class Quiet(HTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        return None


@pytest.fixture
def encrypted(certificate: Path) -> Iterator[str]:
    """Address of a local server that speaks TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with Quiet(("127.0.0.1", 0), Hello) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join(2)


def test_a_certificate_that_is_not_trusted_needs_a_person(world: World, encrypted: str) -> None:
    with world.door() as http, pytest.raises(ConfigError, match="certificate of 127.0.0.1 is not valid"):
        http.request("POST", encrypted, repeatable=False, body=b"x")
    assert http.calls == 0
    assert world.sleeps == []


def test_encrypted_calls_work_and_share_one_connection(
    world: World, encrypted: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    trusted_authorities.cache_clear()
    try:
        with world.door() as http:
            ports = {http.request("POST", encrypted, repeatable=False, body=b"x" * 200_000).text() for _ in range(3)}
    finally:
        trusted_authorities.cache_clear()
    assert len(ports) == 1


@pytest.mark.parametrize(("max_idle", "connections"), [(60.0, 1), (-1.0, 3)])
def test_a_connection_that_lay_idle_too_long_is_replaced(world: World, max_idle: float, connections: int) -> None:
    trace = Trace(Guard(frozenset({"127.0.0.1"})))
    trace.max_idle = max_idle
    pool = open_pool("http", "127.0.0.1", world.sandbox.port, trace)
    for _ in range(3):
        assert pool.urlopen("GET", "/tiny/things", retries=False).status == 200
    pool.close()
    assert len({call["port"] for call in world.control.calls()}) == connections


@pytest.mark.parametrize(("size", "pieces"), [(2_000, 1), (200_000, 2)])
def test_a_small_body_leaves_in_one_piece_with_its_head(size: int, pieces: int) -> None:
    """One waking of the other side for each small write; a large body is not copied for it."""
    sent: list[bytes] = []

    class Ear:
        def sendall(self, data: bytes) -> None:
            sent.append(data)

        def settimeout(self, seconds: float | None) -> None:
            pass

    pool = open_pool("http", "127.0.0.1", 1, Trace(Guard()))
    connection = pool.ConnectionCls("127.0.0.1", 1, trace=Trace(Guard()))
    connection.sock = Ear()
    connection.request("POST", "/", body=b"x" * size, headers={"content-type": "text/plain"})
    assert len(sent) == pieces
    assert b"".join(sent).partition(b"\r\n\r\n")[2] == b"x" * size
