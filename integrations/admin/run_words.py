"""Runs in words: who asked for one, how long it took, what is worth a sentence."""

from __future__ import annotations

from integrations.models import Run

TRIGGERS = {
    "schedule": "the schedule", "command": "the command line", "retry": "a retry", "manual": "hand",
    "conflict": "a decided conflict", "matching": "the confirmed matching", "hint": "a change told by the application",
}  # fmt: skip


def list_words(label: str) -> str:
    """A whole list that could not be read or believed, as the subject of an item."""
    return f"List of {label}"


def asked_by(run: Run) -> str:
    """The person, else what asked for it."""
    person = run.requested_by.get_username() if run.requested_by else ""
    return person or TRIGGERS.get(run.trigger, run.trigger)


def duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds else ""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
