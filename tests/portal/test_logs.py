from __future__ import annotations

import io
import json
import logging
from typing import Any

import pytest
from structlog.contextvars import bound_contextvars

from portal.logs import Mask, NoCanary, logging_config

KNOWN = "a-very-private-key"


def line(form: str, *args: object, extra: dict[str, Any] | None = None, exc_info: bool = False) -> str:
    """What one call of the standard library's logger looks like in the log."""
    config = logging_config(level="INFO", form=form, known=[KNOWN])["formatters"]["portal"]
    from structlog.stdlib import ProcessorFormatter

    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(ProcessorFormatter(**{key: value for key, value in config.items() if key != "()"}))
    logger = logging.Logger("some.library")
    logger.addHandler(handler)
    logger.warning(*args, extra=extra, exc_info=exc_info)
    return stream.getvalue()


def test_json_lines_carry_level_logger_time_and_bound_ids() -> None:
    with bound_contextvars(run=17, request="abc"):
        entry = json.loads(line("json", "page %s of %s", 2, 9))
    assert (entry["event"], entry["level"], entry["logger"]) == ("page 2 of 9", "warning", "some.library")
    assert (entry["run"], entry["request"]) == (17, "abc")
    assert entry["timestamp"].endswith("Z")


def test_the_secret_part_of_a_hooks_address_is_masked() -> None:
    text = "Gone: /hooks/accelo/0b6c9a1e-8f3d-4d6f-9a8e-2f7f1f0c5d11/"
    assert Mask().text(text) == "Gone: /hooks/accelo/***/"


@pytest.mark.parametrize("form", ["json", "console"])
def test_credentials_do_not_appear_in_a_traceback(form: str) -> None:
    secret = "s3cr3t-value"
    try:
        raise ValueError(f'refused {{"partnerUserSecret": "{secret}"}} Authorization: Bearer {secret} {KNOWN}')
    except ValueError:
        text = line(form, "call failed", exc_info=True)
    assert "ValueError" in text
    assert secret not in text
    assert KNOWN not in text


@pytest.mark.parametrize(
    "name",
    ["secret", "client_secret", "token", "access_token", "password", "Authorization", "api_key", "apiKey",
     "partnerUserSecret", "credentials", "set-cookie", "partner_key", "user_key", "code"],
)  # fmt: skip
def test_a_value_with_a_telling_name_is_masked_at_any_depth(name: str) -> None:
    masked = Mask()(None, "info", {"event": "e", name: "hush", "data": {"list": [{name: {"deep": "hush"}}]}})
    assert "hush" not in str(masked)


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer hush-hush.hush",
        "authorization=Basic aHVzaC1odXNo_hush",
        "POST /token client_secret=hush-1&grant_type=x",
        '{"partnerUserSecret": "hush 1", "type": "get"}',
        "{'refresh_token': 'hush'}",
        "postgres://user:hush@db/portal",
        "password: hush",
        f"known value {KNOWN}hush"[:-4],
    ],
)
def test_credentials_inside_a_text_are_masked(text: str) -> None:
    masked = Mask([KNOWN]).text(text)
    assert "hush" not in masked
    assert KNOWN not in masked
    assert "***" in masked


@pytest.mark.parametrize(
    "text",
    ["12 tokens left", "GET /api/v0/expenses?_limit=100 -> 200", "token_type=bearer", "the secret: of success"[:10]],
)
def test_ordinary_texts_stay_as_they_are(text: str) -> None:
    assert Mask().text(text) == text


def test_numbers_and_flags_are_never_masked() -> None:
    event = {"event": "e", "tokens_left": 12, "has_secret": True, "code": 404}
    assert Mask()(None, "info", dict(event)) == event


def test_lines_about_trial_tasks_are_left_out() -> None:
    def record(text: str) -> logging.LogRecord:
        return logging.LogRecord("django-q", logging.INFO, "", 0, text, None, None)

    assert not NoCanary().filter(record("Processed 'integrations.tasks.canary' (canary)"))
    assert NoCanary().filter(record("Processed 'integrations.tasks.run_sync' (echo)"))
