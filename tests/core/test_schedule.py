import pytest

from integrations.core.schedule import shift_cron


@pytest.mark.parametrize(
    ("cron", "minutes", "shifted"),
    [
        ("0 * * * *", 7, "7 * * * *"),
        ("55 * * * *", 7, "2 * * * *"),
        ("*/15 * * * *", 7, "7-59/15 * * * *"),
        ("*/5 * * * *", 7, "2-59/5 * * * *"),
        ("*/7 * * * *", 7, "*/7 * * * *"),
        ("0 4 * * *", 7, "7 4 * * *"),
        ("58 4 * * *", 7, "58 4 * * *"),  # would fall into another hour: the admin's time is kept
        ("0,30 * * * *", 7, "0,30 * * * *"),
        ("0 * * * *", 0, "0 * * * *"),
        ("", 7, ""),
    ],
)
def test_a_schedule_is_moved_only_where_its_rhythm_is_kept(cron: str, minutes: int, shifted: str) -> None:
    assert shift_cron(cron, minutes) == shifted
