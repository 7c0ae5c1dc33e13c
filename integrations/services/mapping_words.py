"""The words people use for mapping kinds, target kinds and states, and what they stand for. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from integrations.models import Mapping
from integrations.syncs.base import MappingKind
from integrations.syncs.base import Sync as SyncKind

STATE_WORDS: dict[str, str] = {
    "confirmed": Mapping.State.CONFIRMED,
    "mapped": Mapping.State.CONFIRMED,
    "ignored": Mapping.State.IGNORED,
    "ignore": Mapping.State.IGNORED,
    "skip": Mapping.State.IGNORED,
    "leave out": Mapping.State.IGNORED,
    "open": Mapping.State.OPEN,
    "not mapped": Mapping.State.OPEN,
    "suggested": Mapping.State.SUGGESTED,
}
IGNORE_WORDS = frozenset({"ignore", "ignored", "skip", "leave out"})


def plain_word(text: str) -> str:
    """Case, plural's `_`, `-` and spaces do not matter: `Expense_Types` is `expense types`."""
    return " ".join(text.casefold().replace("_", " ").replace("-", " ").split())


def singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("uses", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us")) else word


def nearest(word: str, known: Iterable[str]) -> str:
    """` Did you mean 'x'?` or ''."""
    names = list(known)
    found = difflib.get_close_matches(plain_word(word), [plain_word(name) for name in names], 1, 0.6)
    close = next((name for name in names if found and plain_word(name) == found[0]), "")
    return f" Did you mean {close!r}?" if close else ""


def kind_named(kind: SyncKind, text: str) -> MappingKind:
    """The mapping kind that people call so. Raises ValueError naming those that there are."""
    wanted = {plain_word(text), singular(plain_word(text))}
    for declared in kind.mapping_kinds:
        if wanted & {plain_word(word) for word in (declared.key, declared.label, *declared.words)}:
            return declared
    keys = [declared.key for declared in kind.mapping_kinds]
    raise ValueError(f"There is no mapping {text!r}; there are {', '.join(keys)}.{nearest(text, keys)}")


def target_kind_named(kind: MappingKind, text: str) -> str:
    """The target kind that people call so. Raises ValueError naming those that there are; '' stays ''."""
    if not text.strip():
        return ""
    found = target_kind_or_none(kind, text)
    if found is None:
        words = ", ".join(kind.target_kinds) or "no kind is needed"
        raise ValueError(f"{text!r} is no kind of {kind.target_label}: {words}.{nearest(text, kind.target_kinds)}")
    return found


def target_kind_or_none(kind: MappingKind, text: str) -> str | None:
    word = singular(plain_word(text))
    found = next((key for key in kind.target_kinds if plain_word(key) == word), None) or kind.target_words.get(word)
    return found if found in kind.target_kinds else None


def stored_target_kind(kind: MappingKind, target_kind: str) -> str:
    """A mapping with only one kind of target stores none, so that equal decisions are equal rows."""
    return target_kind if len(kind.target_kinds) > 1 else ""


def state_named(text: str, target: str) -> str:
    """Blank: confirmed when there is a target, else open. Raises ValueError for an unknown word."""
    word = plain_word(text)
    if not word:
        return Mapping.State.CONFIRMED if target else Mapping.State.OPEN
    if word not in STATE_WORDS:
        known = ("confirmed", "ignored", "open", "suggested")
        raise ValueError(f"The state {text!r} is not known; use {', '.join(known)}.{nearest(text, known)}")
    return STATE_WORDS[word]
