"""Cron arithmetic without a clock: moving a schedule by some minutes. Pure."""

from __future__ import annotations


def shift_cron(cron: str, minutes: int) -> str:
    """The five-field schedule, `minutes` later, where that keeps its rhythm; else unchanged.

    `0 * * * *` by 7 is `7 * * * *`; `*/15 * * * *` by 7 is `7-59/15 * * * *`; `0 4 * * *` by 7 is `7 4 * * *`.
    """
    fields = cron.split()
    if len(fields) != 5 or minutes <= 0:
        return cron
    minute = fields[0]
    if minute.isdigit() and (fields[1] == "*" or int(minute) + minutes < 60):
        fields[0] = str((int(minute) + minutes) % 60)
    elif minute.startswith("*/") and minute[2:].isdigit():
        step = int(minute[2:])
        start = minutes % step if step else 0
        fields[0] = f"{start}-59/{step}" if start else minute
    return " ".join(fields)
