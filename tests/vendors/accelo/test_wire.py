"""The table from the vendor's signals to kinds of failure, by itself."""

import pytest

from integrations.http import Reply
from integrations.vendors.accelo.wire import classify

UNAUTHORIZED = '{"response": null, "meta": {"status": "invalid_client", "message": "No."}}'
SIGNALS: list[tuple[int, str, str, str, bool]] = [
    # HTTP, body, kind, code, may have been carried out
    (400, '{"meta": {"status": "invalid_request", "message": "Gone."}}', "rejected", "invalid_request", False),
    (400, '{"meta": {"status": "duplicate", "message": "title"}}', "rejected", "duplicate", False),
    (200, '{"meta": {"status": "duplicate", "response_code": 400}}', "rejected", "duplicate", False),
    (400, '{"error": "invalid_grant"}', "config", "invalid_grant", False),
    (401, '{"error": "unauthorized client"}', "config", "unauthorized_client", False),
    (400, '{"error": "unsupported_grant_type"}', "config", "unsupported_grant_type", False),
    (401, UNAUTHORIZED, "config", "invalid_client", False),
    (401, "<html>", "config", "invalid_client", False),
    (403, '{"meta": {"status": "invalid_permission"}}', "config", "invalid_permission", False),
    (403, '{"status": "too_many_failed_logins"}', "transient", "too_many_failed_logins", False),
    (429, '{"meta": {"status": "too_many_requests"}}', "budget", "too_many_requests", False),
    (429, "", "budget", "too_many_requests", False),
    (500, '{"meta": {"status": "server_error"}}', "transient", "server_error", True),
    (502, "<html>", "transient", "server_error", True),
    (
        500,
        '{"meta": {"status": "server_error", "message": "Deployment can\'t be found"}}',
        "config",
        "wrong_address",
        False,
    ),
    (404, "<html>", "config", "wrong_address", False),
    (404, '{"detail": "Not found."}', "config", "wrong_address", False),
    (302, "", "config", "wrong_address", False),
    (200, "<html>", "transient", "unreadable", True),
    (200, '{"response": [', "transient", "unreadable", True),
    (200, '{"meta": {"status": "brand_new"}}', "protocol", "undocumented", True),
]


@pytest.mark.parametrize(("status", "body", "kind", "code", "done"), SIGNALS)
def test_every_signal_has_its_kind(status: int, body: str, kind: str, code: str, done: bool) -> None:
    verdict = classify(Reply(status, {}, body.encode(), "https://acme.api.accelo.com/api/v0/x", 0.1))
    assert verdict is not None
    assert (verdict.kind, verdict.code, verdict.done) == (kind, code, done)


@pytest.mark.parametrize("status", [200, 201])
@pytest.mark.parametrize("word", ["ok", "ok_created"])
def test_both_words_and_codes_of_success_are_taken(status: int, word: str) -> None:
    body = b'{"meta": {"status": "%s"}, "response": []}' % word.encode()
    assert classify(Reply(status, {}, body, "", 0.1)) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 9),
        ({"retry-after": "7", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1790000600"}, 9),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1790000600"}, 602),
        ({"x-ratelimit-reset": "1790000600"}, 602),
        ({"x-ratelimit-remaining": "4990", "x-ratelimit-reset": "1790000600"}, None),
        ({}, None),
    ],
)
def test_a_used_up_allowance_is_waited_out_only_where_its_end_is_told(
    headers: dict[str, str], seconds: float | None
) -> None:
    dated = {**headers, "date": "Mon, 21 Sep 2026 14:13:20 GMT"}
    verdict = classify(Reply(429, dated, b"", "https://acme.api.accelo.com/api/v0/x", 0.1))
    assert verdict is not None
    assert verdict.retry_after == seconds
