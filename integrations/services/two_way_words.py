"""What people read and write for the choices of a field that goes both ways: direction, winner, blanks. Pure."""

from __future__ import annotations

from integrations.core.conflict import Names
from integrations.syncs.base import Direction, FieldRule

Choices = tuple[tuple[str, str], ...]
"""(stored word, what people read), in the order in which they are offered."""


def direction_words(names: Names) -> dict[Direction, str]:
    return {
        "both": "Both ways",
        "to_target": f"{names.source} → {names.target}",
        "to_source": f"{names.target} → {names.source}",
        "off": "Not synced",
    }


def direction_choices(rule: FieldRule, names: Names) -> Choices:
    """Those that this field may go."""
    words = direction_words(names)
    return tuple((key, words[key]) for key in rule.directions)


def winner_choices(names: Names) -> Choices:
    return (
        ("source", f"{names.source} wins"),
        ("target", f"{names.target} wins"),
        ("newest", "The later change wins"),
        ("ask", "Ask a person"),
    )


def blank_choices(names: Names) -> Choices:
    return (
        ("fill", "Fill blanks from the other side"),
        ("keep", "Leave blanks as they are"),
        ("source", f"{names.source} counts, even when blank"),
    )
