"""What arrives at the portal's webhook address, from whoever sends it."""

import hashlib
import hmac

import pytest

from integrations.vendors.accelo.webhooks import parse_webhook, webhook_signature_fits

BODY, SECRET = b"id=7&resource_url=https%3A%2F%2Facme.api.accelo.com", "s3cret"
SHA1 = hmac.new(SECRET.encode(), BODY, hashlib.sha1).hexdigest()
SHA256 = hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest()


@pytest.mark.parametrize("header", [SHA1, SHA256, f"sha1={SHA1}", f"sha256={SHA256}", f" SHA1={SHA1.upper()} "])
def test_the_usual_forms_of_a_signature_fit(header: str) -> None:
    assert webhook_signature_fits(BODY, header, SECRET)


@pytest.mark.parametrize(
    "header", ["", "sha1=", f"sha256={SHA1}", f"md5={SHA1}", SHA1[:-1], SHA1[:-1] + "é", "0" * 40, "=" * 40]
)
def test_other_signatures_do_not_fit(header: str) -> None:
    assert not webhook_signature_fits(BODY, header, SECRET)


def test_without_a_secret_nothing_fits() -> None:
    assert not webhook_signature_fits(BODY, hmac.new(b"", BODY, hashlib.sha1).hexdigest(), "")


@pytest.mark.parametrize(
    ("body", "kind", "id"),
    [
        (BODY, "application/x-www-form-urlencoded", "7"),
        (b'{"id": 7}', "application/json; charset=utf-8", "7"),
        (b'{"id": "7"}', "application/json", "7"),
        (b"[7]", "application/json", ""),
        (b"{", "application/json", ""),
        (b"\xff\xfe", "application/x-www-form-urlencoded", ""),
        (b"id=7/../8", "", ""),
        (b"id=\xd9\xa7", "", ""),
        (b"[" * 100_000, "application/json", ""),
    ],
)
def test_only_a_number_is_taken_for_an_id(body: bytes, kind: str, id: str) -> None:
    assert parse_webhook(body, kind) == id
