from datetime import UTC, datetime, timedelta

import pytest

from integrations.core.retry import backoff, parse_retry_after, retry_wait

NOW = datetime(2026, 7, 3, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempt", "jitter", "seconds"),
    [(1, 1.0, 0.5), (2, 1.0, 1.0), (3, 1.0, 2.0), (4, 0.5, 2.0), (10, 1.0, 30.0), (10_000, 1.0, 30.0), (5, 0.0, 0.0)],
)
def test_backoff_doubles_up_to_its_cap_with_full_jitter(attempt: int, jitter: float, seconds: float) -> None:
    assert backoff(attempt, jitter, cap=30.0) == seconds


@pytest.mark.parametrize(
    ("attempt", "retry_after", "wait"),
    [
        (1, None, 0.5),
        (3, None, 2.0),
        (4, None, None),
        (1, 0.0, 0.5),
        (1, 7.0, 7.0),
        (1, 30.0, 30.0),
        (1, 30.1, None),
        (3, 1.0, 2.0),
        (4, 1.0, None),
    ],
)
def test_wait_is_what_the_vendor_asks_at_least_and_ends_with_attempts_or_patience(
    attempt: int, retry_after: float | None, wait: float | None
) -> None:
    assert retry_wait(attempt=attempt, attempts=4, retry_after=retry_after, max_wait=30.0, jitter=1.0) == wait


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 1.5 ", 1.5),
        ("0", 0.0),
        ("-5", 0.0),
        ("Fri, 03 Jul 2026 12:01:30 GMT", 90.0),
        ("Fri, 03 Jul 2026 11:00:00 GMT", 0.0),
        ("Fri, 03 Jul 2026 14:00:30 +0200", 30.0),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("inf", None),
        ("Fri, 99 Jul 2026 12:01:30 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(value: str, seconds: float | None) -> None:
    assert parse_retry_after(value, NOW) == seconds


def test_retry_after_date_is_compared_across_time_zones() -> None:
    value = (NOW + timedelta(seconds=10)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert parse_retry_after(value, NOW) == 10.0
