"""No secret in the log, in errors, in their details."""

import json
import logging
import time
from urllib.parse import quote, quote_plus, urlencode

import pytest

from integrations.core.errors import PortalError
from integrations.http import Masker
from tests.http.conftest import World

SECRET = 'p@ss "w/ord"&<ü>+1'


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        quote(SECRET),
        quote_plus(SECRET),
        quote(SECRET, safe=""),
        quote(SECRET).lower(),
        json.dumps({"x": SECRET}),
        json.dumps({"x": SECRET}, ensure_ascii=False),
        repr({"x": SECRET}),
        "<x>p@ss &quot;w/ord&quot;&amp;&lt;ü&gt;+1</x>",
        urlencode({"requestJobDescription": json.dumps({"x": SECRET})}),
    ],
)
def test_a_known_secret_is_masked_in_every_form_it_travels_in(text: str) -> None:
    masked = Masker([SECRET]).mask(text)
    assert "ord" not in masked
    assert "***" in masked


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer HIDDEN.x-y",
        "authorization: Basic HIDDEN==",
        "it said Bearer HIDDEN.abc",
        '{"access_token": "HIDDEN", "expires_in": 3600}',
        '{"refresh_token":"HIDDEN\\"HIDDEN"}',
        "{'client_secret': 'HIDDEN'}",
        '{"token": 12345678, "x": "HIDDEN"}'.replace('"HIDDEN"', "1").replace("12345678", "HIDDEN"),
        "grant_type=refresh_token&client_secret=HIDDEN&refresh_token=HIDDEN",
        "https://api.example/v1?api_key=HIDDEN&page=2",
        "https://user:HIDDEN@api.example/",
        "x-api-key: HIDDEN",
        '{"credentials": {"partnerUserID": "me", "partnerUserSecret": "HIDDEN"}}',
        '{"job": "{\\"partnerUserSecret\\": \\"HIDDEN\\"}"}',
        quote_plus('{"partnerUserSecret": "HIDDEN", "type": "file"}'),
        "<PartnerKey>HIDDEN</PartnerKey><soap:password a='1'>HIDDEN</soap:password>",
        '{"password": "HIDDEN cut in the mid',
        "code_verifier=HIDDEN",
    ],
)
def test_values_of_telling_names_are_masked_without_being_known(text: str) -> None:
    masked = Masker().mask(text)
    assert "HIDDEN" not in masked
    assert "***" in masked


def test_what_is_no_secret_stays_readable() -> None:
    text = '{"code": "410", "next_page": "abc", "name": "token of thanks", "expires_in": 3600, "partnerUserID": "me"}'
    assert Masker(["abc"]).mask(text) == text


def test_the_authorization_code_is_masked_in_a_grant_only() -> None:
    assert Masker().pairs([("grant_type", "authorization_code"), ("code", "xyz")]).endswith("code=***")
    assert Masker().pairs([("code", "P-1")]) == "code=P-1"


def test_an_excerpt_is_short_and_ends_with_no_half_secret() -> None:
    secret = "s3cret" * 20
    masker = Masker([secret])
    for length in range(4_700, 5_100, 7):
        excerpt = masker.excerpt((secret + " ") * 35 + "x" * (length - 35 * 121) + secret + "tail" * 2000)
        assert len(excerpt) <= 2_000
        assert "s3" not in excerpt


def test_masking_a_large_opaque_text_is_quick() -> None:
    started = time.perf_counter()
    Masker(["something"]).excerpt("a" * 1_000_000)
    Masker(["something"]).excerpt("token" * 200_000)
    Masker(["something"]).excerpt("%22token" * 200_000)
    assert time.perf_counter() - started < 0.5


def test_no_secret_reaches_log_error_or_detail(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said = json.dumps({"message": f"key {SECRET} is wrong", "access_token": "HIDDEN"})
    world.control.faults({"do": "status", "status": 400, "body_text": said, "times": -1})
    with world.door(secrets=(SECRET,)) as http:
        http.add_secret("another-one")
        with pytest.raises(PortalError) as caught:
            http.request(
                "POST",
                f"{world.url}/things",
                repeatable=False,
                params={"api_key": "HIDDEN", "q": "another-one"},
                form={"password": SECRET, "note": f"see {SECRET}"},
                headers={"Authorization": "Bearer HIDDEN"},
                auth=("me", "HIDDEN-too"),
            )
        calls = http.drain_log()
    everything = f"{caught.value.message} {caught.value.detail} {calls} {caplog.text}"
    for secret in ("HIDDEN", "another-one", SECRET, "w/ord", "w%2Ford"):
        assert secret not in everything
    assert calls[0].sent == "password=***&note=see ***"
