"""Schedules in plain words. Pure."""

from __future__ import annotations

import re

from croniter import croniter

RHYTHMS = (
    ("0 * * * *", "Every hour"),
    ("*/15 * * * *", "Every 15 minutes"),
    ("*/30 * * * *", "Every 30 minutes"),
    ("0 */4 * * *", "Every 4 hours"),
    ("0 4 * * *", "Every day at 04:00 UTC"),
    ("0 4 * * 1-5", "On working days at 04:00 UTC"),
    ("", "By hand only"),
)
DAYS = {"1-5": "On working days", "0": "On Sundays", "1": "On Mondays", "2": "On Tuesdays", "3": "On Wednesdays",
        "4": "On Thursdays", "5": "On Fridays", "6": "On Saturdays", "*": "Every day"}  # fmt: skip


def is_schedule(cron: str) -> bool:
    return len(cron.split()) == 5 and croniter.is_valid(cron)


def schedule_words(cron: str) -> str:
    """What a five-field schedule means, for the common ones; "By its own rule" for others. Times are UTC."""
    if not cron:
        return "By hand only"
    known = dict(RHYTHMS).get(cron)
    if known:
        return known
    fields = cron.split()
    if len(fields) != 5 or fields[2] != "*" or fields[3] != "*":
        return "By its own rule"
    return _words(fields[0], fields[1], fields[4]) or "By its own rule"


def _words(minute: str, hour: str, day: str) -> str:
    every = re.fullmatch(r"\*/(\d+)", minute)
    if every and hour == "*" and day == "*":
        return f"Every {every[1]} minutes"
    if minute.isdecimal() and hour == "*" and day == "*":
        return f"Every hour, {minute} minutes past"
    if minute.isdecimal() and hour.isdecimal() and day in DAYS:
        return f"{DAYS[day]} at {int(hour):02}:{int(minute):02} UTC"
    return ""
