"""How long a number of calls takes, and how that is told."""

from __future__ import annotations

import pytest

from integrations.core.forecast import about, seconds_for


def test_the_tightest_window_counts() -> None:
    assert seconds_for(600, [(5, 10.0), (20, 60.0)]) == 1800.0
    assert seconds_for(600, []) == 0.0


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(59, ""), (61, "about 1 minute"), (300, "about 5 minutes"), (7199, "about 2 hours"), (20_000, "about 6 hours")],
)
def test_a_time_is_told_as_a_person_would(seconds: float, words: str) -> None:
    assert about(seconds) == words
