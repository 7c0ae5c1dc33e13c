"""Imports in words, their addresses, and the bar of their steps."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from integrations import registry
from integrations.models import Import
from integrations.services.import_steps import StepState

CONFIRM = "confirm"
BADGES = {"draft": "ready", "ended": "done", "undoing": "running", "discarded": "disabled"}
"""State of an import -> the look of its badge, where that is not the state itself or its run's."""


@dataclass(frozen=True)
class Place:
    """One step in the bar. `state`: done, open or news; `words` say more of it."""

    key: str
    label: str
    address: str
    state: str
    words: str
    current: bool


def what_words(row: Import) -> str:
    """ "Sales and tickets"."""
    labels = {stream.key: stream.label for stream in registry.sync(row.sync.kind).streams}
    return " and ".join(labels.get(name, name).lower() for name in row.kinds).capitalize() or "Nothing"


def heading_of(row: Import) -> str:
    return f"Import {row.pk}: {what_words(row).lower()}"


def import_address(row: Import) -> str:
    return reverse("admin:integrations_import_change", args=[row.pk])


def confirm_address(row: Import) -> str:
    return reverse("admin:integrations_import_confirm", args=[row.pk])


def step_address(row: Import, step: str = "", **query: str) -> str:
    page = reverse("admin:integrations_import_step", args=[row.pk])
    given = {"step": step, **query}
    return f"{page}?{urlencode({name: text for name, text in given.items() if text})}"


def first_open(row: Import, steps: list[StepState]) -> str:
    """The page where somebody goes on with a draft."""
    for state in steps:
        if not is_finished(state):
            return step_address(row, state.step.key)
    return confirm_address(row)


def is_finished(state: StepState) -> bool:
    """A person went on, and nothing came since. What they left undecided waits."""
    return state.finished and not state.news


def bar(row: Import, steps: list[StepState], current: str) -> list[Place]:
    places = [
        Place(
            state.step.key,
            state.step.label,
            step_address(row, state.step.key),
            *state_words(state),
            state.step.key == current,
        )
        for state in steps
    ]
    ready = all(is_finished(state) for state in steps)
    words = "" if ready else "waits for the steps before"
    return [*places, Place(CONFIRM, "Confirmation", confirm_address(row), "open", words, current == CONFIRM)]


def state_words(state: StepState) -> tuple[str, str]:
    """(state, words)."""
    if state.news:
        return "news", f"{len(state.news)} new since"
    left = state.left
    if state.finished:
        return ("open", f"{left} left undecided") if left else ("done", "done")
    return "open", f"{left} undecided" if left else "open"


def blank_words(state: StepState) -> list[str]:
    """ "412 sales have no Salesforce opportunity type. They wait until ..."."""
    return [
        f"{one.number:,} {one.stream if one.number > 1 else one.stream.removesuffix('s')} "
        f"{'have' if one.number > 1 else 'has'} no {one.kind.source_label}. Choose a “{one.default}”, or "
        f"{'they wait' if one.number > 1 else 'it waits'}."
        for one in state.blanks
    ]


def not_ready(row: Import, steps: list[StepState]) -> str:
    """Why an import cannot begin, in words; '' when it can."""
    for state in steps:
        if state.news:
            return (
                f"{state.step.label} is open again: {news_words(state)} came since it was done. Look at it once more."
            )
        if not state.finished:
            return f"{state.step.label} is not done yet. Open that step first."
    if row.preview is None or not row.preview.finished:
        return "Make the preview first, and look at what would be done."
    return ""


def news_words(state: StepState, most: int = 5) -> str:
    names = [value.row.source_label or value.row.source_value for value in state.news]
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
