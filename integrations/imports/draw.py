"""A list of tags drawn from projects, tickets and retainers: which of them, and under what names. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal, NamedTuple

from integrations.core.tags import LONGEST_NAME, TARGET_WORDS, TagRow, escape

Naming = Literal["code", "title", "both"]
NAMINGS: tuple[tuple[Naming, str], ...] = (
    ("both", "Code and title (P-1042 Harbour refit)"),
    ("title", "Title (Harbour refit)"),
    ("code", "Code (P-1042)"),
)
PATTERN_SIGNS = frozenset("*?[")


class Work(NamedTuple):
    """A project, ticket or retainer. `kind`: job, issue or contract. `code`: '' where it has none."""

    kind: str
    id: str
    title: str
    code: str = ""

    @property
    def target(self) -> str:
        return f"{self.kind}:{self.id}"


class LeftOut(NamedTuple):
    """`work`: as a person knows it. `reason`: in plain words."""

    work: str
    reason: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """`rows`: a list of one level, in the order of the works. `targets`: path -> "job:42" for each of them."""

    rows: tuple[TagRow, ...]
    targets: dict[str, str]
    left_out: tuple[LeftOut, ...] = ()


def fits(work: Work, pattern: str) -> bool:
    """Whether title or code contain the pattern or fit it as one of a shell (`P-10*`), in any case. '' fits all."""
    wanted = pattern.strip().casefold()
    texts = (work.title.casefold(), work.code.casefold())
    if any(wanted in text for text in texts):
        return True
    return bool(PATTERN_SIGNS & set(wanted)) and any(fnmatchcase(text, wanted) for text in texts)


def draw(works: Iterable[Work], pattern: str = "", by: Naming = "both") -> Drawn:
    """One tag for each work that fits. The work's code becomes the GL code.

    A work without a code goes by its title, one without a title by its code. Where names are equal, each of them gets
    its code added, else its id, so that no name depends on the order of the works.
    """
    chosen = list(dict.fromkeys(work for work in works if fits(work, pattern)))
    names = unique_names(chosen, [name_of(work, by) for work in chosen])
    rows: list[TagRow] = []
    targets: dict[str, str] = {}
    left_out: list[LeftOut] = []
    for work, name in zip(chosen, names, strict=True):
        reason = problem(name)
        if reason:
            left_out.append(LeftOut(known_as(work), reason))
            continue
        path = escape(name)
        rows.append(TagRow(1, path, name, plain(work.code)))
        targets[path] = work.target
    return Drawn(tuple(rows), targets, tuple(left_out))


def plain(text: str) -> str:
    """On one line, without signs that do not print."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def name_of(work: Work, by: Naming) -> str:
    title, code = plain(work.title), plain(work.code)
    if by == "both":
        return title if f"{title} ".startswith(f"{code} ") else f"{code} {title}".strip()
    return (code or title) if by == "code" else (title or code)


def problem(name: str) -> str:
    """Why this cannot be a tag, '' when it can."""
    if not name:
        return "It has neither title nor code in Accelo. Give it one there."
    if name == "0":
        return "Ieatta takes no tag with the name 0. Name it otherwise in Accelo, or choose another naming."
    path = escape(name)
    if len(path) > LONGEST_NAME:
        return (
            f"The name would have {len(path)} characters, colons counted twice; Ieatta takes {LONGEST_NAME}. Shorten "
            "the title in Accelo, or choose another naming."
        )
    return ""


def known_as(work: Work) -> str:
    title = plain(work.title)
    shown = f" {title[:60]}…" if len(title) > 60 else f" {title}" if title else ""
    return f"{TARGET_WORDS.get(work.kind, work.kind)}{shown} (id {work.id})"


# --- equal names --------------------------------------------------------------------------------------------------


def _code(work: Work, name: str) -> str:
    code = plain(work.code)
    return code if code and code not in name else work.id


ADDED: tuple[Callable[[Work, str], str], ...] = (
    _code,
    lambda work, name: work.id,
    lambda work, name: f"{TARGET_WORDS.get(work.kind, work.kind)} {work.id}",
)
"""What is added to a name, one in place of the other, until no other work has the same. The last is a work's own."""


def unique_names(works: list[Work], names: list[str]) -> list[str]:
    """Names in the same order, none twice but ''. No work may be there twice."""
    steps = [0] * len(works)
    found = list(names)
    while doubled := [place for place in _doubled(found) if steps[place] < len(ADDED)]:
        for place in doubled:
            found[place] = f"{names[place]} ({ADDED[steps[place]](works[place], names[place])})"
            steps[place] += 1
    return found


def _doubled(names: list[str]) -> list[int]:
    """Places of names that stand more than once."""
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        if name:
            places.setdefault(name, []).append(place)
    return [place for equal in places.values() if len(equal) > 1 for place in equal]
