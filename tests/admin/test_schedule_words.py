from __future__ import annotations

import pytest

from integrations.admin.schedule_words import is_schedule, schedule_words


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("", "By hand only"),
        ("0 * * * *", "Every hour"),
        ("*/20 * * * *", "Every 20 minutes"),
        ("7 * * * *", "Every hour, 7 minutes past"),
        ("30 6 * * *", "Every day at 06:30 UTC"),
        ("0 9 * * 1", "On Mondays at 09:00 UTC"),
        ("0 9 1 * *", "By its own rule"),
        ("nonsense", "By its own rule"),
    ],
)
def test_a_schedule_is_told_in_plain_words(cron: str, words: str) -> None:
    assert schedule_words(cron) == words


@pytest.mark.parametrize(
    ("cron", "valid"), [("0 * * * *", True), ("0 * * *", False), ("61 * * * *", False), ("* * * * * *", False)]
)
def test_only_five_parts_that_fit_are_a_schedule(cron: str, valid: bool) -> None:
    assert is_schedule(cron) is valid
