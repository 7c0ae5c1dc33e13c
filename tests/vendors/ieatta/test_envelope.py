"""The verdict table: what one answer means."""

import pytest

from integrations.http import Reply
from integrations.vendors.ieatta.envelope import classify


def reply(content: str, status: int = 200) -> Reply:
    return Reply(status, {"content-type": "text/plain;charset=utf-8"}, content.encode(), "https://x.example", 0.1)


@pytest.mark.parametrize(
    "content",
    [
        "portal7b0c.json",
        "",
        '{"responseCode":200}',
        '{"responseCode":"200","responseMessage":"OK"}',
        '{"responseCode":200.0,"policyList":[]}',
        '{"responseCode":207}',
        '{"t":"end"}\n',
        '{"t":"r","id":"1"}\n{"t":"end"}\n',
    ],
)
def test_names_content_and_good_envelopes_are_successes(content: str) -> None:
    assert classify(reply(content)) is None


@pytest.mark.parametrize(
    ("content", "status", "kind", "code"),
    [
        ('{"responseCode":401,"responseMessage":"x"}', 200, "config", "401"),
        ('{"responseCode":"403"}', 200, "config", "403"),
        ('{"responseCode":500,"responseMessage":"Not authorized to authenticate as user a@b"}', 200, "config", "500"),
        ('{"responseCode":500,"responseMessage":"Oops"}', 200, "transient", "500"),
        (
            '{"responseCode":500,"responseMessage":"Required parameter \'policyName\' is missing"}',
            200,
            "rejected",
            "500",
        ),
        ('{"responseCode":500,"responseMessage":"FreeMarker template error"}', 200, "rejected", "template"),
        ('{"responseCode":410,"responseMessage":"Malformed date"}', 200, "rejected", "410"),
        ('{"responseCode":404.0}', 200, "rejected", "404"),
        ('{"responseCode":429}', 200, "transient", "429"),
        ('{"responseMessage":"File not found"}', 200, "rejected", "message"),
        ('{"responseCode":666,"responseMessage":"exists"}', 200, "rejected", "666"),
        ("slow down", 429, "transient", "429"),
        ("<html>Invalid Credentials</html>", 401, "config", "401"),
        ("<html>Forbidden</html>", 403, "config", "403"),
        ("<html>Not Found</html>", 404, "config", "html"),
        ("<html>HTTP Status 500 - requestJobDescription</html>", 500, "protocol", "500"),
        ("<html>HTTP Status 500 - JSONObject text</html>", 500, "protocol", "500"),
        ("<html>freemarker.core.InvalidReferenceException</html>", 500, "rejected", "template"),
        ("<html>Bad Gateway</html>", 502, "transient", "502"),
        ("<html>Welcome</html>", 200, "transient", "html"),
        ('{"responseCode":410,"responseMessage":"x"}', 400, "rejected", "410"),
    ],
)
def test_each_signal_has_one_verdict(content: str, status: int, kind: str, code: str) -> None:
    verdict = classify(reply(content, status))
    assert verdict is not None
    assert (verdict.kind, verdict.code) == (kind, code)


def test_a_rate_limit_asks_for_ten_seconds_and_was_not_carried_out() -> None:
    verdict = classify(reply('{"responseCode":429}'))
    assert verdict is not None
    assert (verdict.retry_after, verdict.done) == (10.0, False)
