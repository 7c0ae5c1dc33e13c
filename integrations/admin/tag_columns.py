"""Step 2 of an upload as a form: what each column means. What is chosen there is a Layout, and back. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from integrations.imports.layout import Layout, Level
from integrations.imports.table import DELIMITERS, ENCODINGS, Format

MOST_LEVELS = 10
ENABLED, TARGET = "enabled", "target"
PARTS = (("name", ""), ("gl", " GL code"))


@dataclass(frozen=True)
class Column:
    """`meaning`: the chosen value of its select."""

    number: int
    heading: str
    meaning: str


@dataclass(frozen=True)
class Chosen:
    """What the form says. `count`: levels asked for, whether they have a column already or not. `names`: of the levels.
    `meanings`: by column; `other`: what they were when the list was read the other way (one level or several), so that
    nobody chooses twice. `wrong`: what two columns or none stand for, in words."""

    layout: Layout
    kind: str
    count: int
    names: list[str]
    meanings: dict[int, str]
    wrong: list[str]
    other: dict[int, str] = field(default_factory=dict)

    @property
    def memory(self) -> str:
        """`other` as a form carries it: "0=name-0 3=enabled"."""
        return " ".join(f"{n}={meaning}" for n, meaning in self.other.items() if meaning)

    def columns(self, headings: tuple[str, ...]) -> list[Column]:
        return [Column(n, heading, self.meanings.get(n, "")) for n, heading in enumerate(headings)]


def choices_of(count: int) -> list[tuple[str, str]]:
    """What a column may mean, as (value, words)."""
    own = [("name-0", "Name"), ("gl-0", "GL code"), (ENABLED, "Enabled")]
    if count > 1:
        own = [(f"{part}-{n}", f"Level {n + 1}{words}") for n in range(count) for part, words in PARTS]
    return [("", "Leave out"), *own, (TARGET, "Accelo target")]


def stored(layout: Layout) -> Chosen:
    """The form as the layout fills it."""
    count = max(len(layout.levels), 1)
    kind = "single" if count < 2 else "dependent" if layout.dependent else "independent"
    return Chosen(layout, kind, count, [level.name for level in layout.levels], meanings_of(layout), [])


def meanings_of(layout: Layout) -> dict[int, str]:
    found: dict[int, str] = {}
    for n, level in enumerate(layout.levels):
        found[level.name_column] = f"name-{n}"
        if level.gl_column is not None:
            found[level.gl_column] = f"gl-{n}"
    if layout.enabled_column is not None:
        found[layout.enabled_column] = ENABLED
    if layout.target_column is not None:
        found[layout.target_column] = TARGET
    return found


# --- what was chosen ----------------------------------------------------------------------------------------------


def chosen(before: Layout, given: Mapping[str, str], headings: tuple[str, ...]) -> Chosen:
    """`given`: header; kind (single, dependent, independent) and the kind before, `was`; levels (their number);
    level-<n> (their names); column-<n> (a meaning); `other`, see Chosen. The format stays as it is."""
    kind = given.get("kind", "single")
    count = 1 if kind == "single" else number_of_levels(given.get("levels", ""))
    known = dict(choices_of(count))
    meanings = {n: given.get(f"column-{n}", "") for n in range(len(headings))}
    other = remembered(given.get("other", ""))
    if (count > 1) != (given.get("was", stored(before).kind) != "single"):
        meanings, other = crossed(meanings, other, known), meanings
    meanings = {n: meaning if meaning in known else "" for n, meaning in meanings.items()}
    by_meaning, wrong = turned(meanings, known, headings)
    names = [level_name(before, given, n, by_meaning, headings, count) for n in range(count)]
    layout = replace(
        before,
        header=given.get("header") == "yes",
        levels=tuple(levels_of(by_meaning, names)),
        dependent=kind == "dependent",
        enabled_column=by_meaning.get(ENABLED),
        target_column=by_meaning.get(TARGET),
    )
    return Chosen(layout, kind, count, names, meanings, wrong + missing_levels(by_meaning, count), other)


def levels_of(by_meaning: Mapping[str, int], names: list[str]) -> Iterator[Level]:
    """Those that have a column."""
    for n, name in enumerate(names):
        if f"name-{n}" in by_meaning:
            yield Level(name, by_meaning[f"name-{n}"], by_meaning.get(f"gl-{n}"))


def number_of_levels(text: str) -> int:
    return min(max(int(text), 2), MOST_LEVELS) if text.isdecimal() and len(text) < 4 else 2


def remembered(text: str) -> dict[int, str]:
    pairs = (part.partition("=") for part in text.split())
    return {int(n): meaning for n, _, meaning in pairs if n.isdecimal() and len(n) < 4}


def crossed(meanings: dict[int, str], other: dict[int, str], known: Mapping[str, str]) -> dict[int, str]:
    """From one level to several or back: what both ways know stays, the rest is as it was there, or, the first time,
    where it likely belongs."""
    if not other:
        return spread(meanings) if "name-1" in known else meanings
    taken = set(meanings.values())
    back = {n: meaning for n, meaning in other.items() if meaning in known and meaning not in taken}
    return {n: meaning if meaning in known and meaning else back.get(n, "") for n, meaning in meanings.items()}


def spread(meanings: dict[int, str]) -> dict[int, str]:
    """A single list is read as levels: the column after the name becomes the second level, unless it has a meaning."""
    free = [n for n, meaning in meanings.items() if meaning in ("", ENABLED)]
    if "name-1" in meanings.values() or not free:
        return meanings
    at = next((n for n, meaning in meanings.items() if meaning == "name-0"), -1)
    return meanings | {min((n for n in free if n > at), default=free[0]): "name-1"}


def turned(
    meanings: dict[int, str], allowed: Mapping[str, str], headings: tuple[str, ...]
) -> tuple[dict[str, int], list[str]]:
    """meaning -> column; one that two columns have is told and the first kept."""
    found: dict[str, int] = {}
    wrong = []
    for n, meaning in meanings.items():
        if not meaning or meaning not in allowed:
            continue
        if meaning in found:
            pair = f"“{headings[found[meaning]]}” and “{headings[n]}”"
            wrong.append(f"{pair} are both chosen as {allowed[meaning]}. Leave one out.")
        else:
            found[meaning] = n
    return found, wrong


def missing_levels(by_meaning: Mapping[str, int], count: int) -> list[str]:
    """A single list without a name is told by the layout itself."""
    absent = [str(n + 1) for n in range(count) if f"name-{n}" not in by_meaning]
    if count < 2 or not absent:
        return []
    return [f"Choose the column of level {', '.join(absent)}, or fewer levels."]


def level_name(
    before: Layout,
    given: Mapping[str, str],
    n: int,
    by_meaning: Mapping[str, int],
    headings: tuple[str, ...],
    count: int,
) -> str:
    """As typed, else as before, else the column's heading."""
    typed = given.get(f"level-{n}", "").strip()
    if typed:
        return typed[:100]
    if len(before.levels) == count:
        return before.levels[n].name
    at = by_meaning.get(f"name-{n}")
    return headings[at] if at is not None and headings[at] else f"Level {n + 1}"


def chosen_format(before: Format, given: Mapping[str, str]) -> Format:
    """`given`: encoding and delimiter, or sheet; what is not offered changes nothing."""
    if before.kind == "xlsx":
        return replace(before, sheet=given.get("sheet", before.sheet))
    encoding, delimiter = given.get("encoding", ""), given.get("delimiter", "")
    return replace(
        before,
        encoding=encoding if encoding in dict(ENCODINGS) else before.encoding,
        delimiter=delimiter if delimiter in dict(DELIMITERS) else before.delimiter,
    )
