"""A list in the portal's own form, which reads back as the same tags: `own_layout` is how. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest

from integrations.core.tags import TARGET_WORDS, Shape, TagRow, join_path, split_path
from integrations.imports.cells import neutralise
from integrations.imports.columns import own_headings, own_layout

__all__ = ["own_layout", "tag_lines"]


def tag_lines(shape: Shape, tags: Iterable[TagRow], targets: Mapping[str, str]) -> Iterator[list[str]]:
    """The heading, then the rows, all cells neutralised. `tags`: the parents too, in any order. `targets`: path ->
    "job:42".

    One level is streamed. Several have no column for Enabled, as in the vendor's own files: disabled tags are listed
    like the others, and a file without that column leaves what the list says.
    """
    yield [neutralise(heading) for heading in own_headings(shape)]
    if shape.single:
        lines = single_lines(shape, tags, targets)
    elif shape.dependent:
        lines = dependent_lines(shape, list(tags), targets)
    else:
        lines = independent_lines(shape, list(tags), targets)
    for line in lines:
        yield [neutralise(cell) for cell in line]


def target_words(target: str) -> str:
    """ "project:42" for "job:42"."""
    kind, colon, id = target.partition(":")
    return f"{TARGET_WORDS.get(kind, kind)}{colon}{id}"


def single_lines(shape: Shape, tags: Iterable[TagRow], targets: Mapping[str, str]) -> Iterator[list[str]]:
    for tag in tags:
        codes = [tag.gl_code] if shape.gl_codes else []
        yield [tag.name, *codes, "yes" if tag.enabled else "no", target_words(targets.get(tag.path, ""))]


def dependent_lines(shape: Shape, tags: Sequence[TagRow], targets: Mapping[str, str]) -> Iterator[list[str]]:
    """A row for each tag with nothing below it, or with a target: a row's target is its last tag's."""
    codes = {tag.path: tag.gl_code for tag in tags}
    parents = {join_path(split_path(tag.path)[:-1]) for tag in tags}
    for tag in tags:
        if tag.path in parents and tag.path not in targets:
            continue
        names = split_path(tag.path)
        paths = [join_path(names[: depth + 1]) for depth in range(len(names))]
        pairs = [(name, codes.get(path, "")) for name, path in zip(names, paths, strict=True)]
        yield [*cells_of(shape, pairs), target_words(targets.get(tag.path, ""))]


def independent_lines(shape: Shape, tags: Sequence[TagRow], targets: Mapping[str, str]) -> Iterator[list[str]]:
    """Lists side by side; a tag with a target has a row of its own: a row's target is its last tag's."""
    levels = range(1, len(shape.levels) + 1)
    shared = [[tag for tag in tags if tag.depth == depth and tag.path not in targets] for depth in levels]
    for row in zip_longest(*shared):
        yield [*cells_of(shape, [(tag.name, tag.gl_code) if tag else ("", "") for tag in row]), ""]
    for tag in tags:
        if tag.path in targets:
            pairs = [("", "")] * (tag.depth - 1) + [(tag.name, tag.gl_code)]
            yield [*cells_of(shape, pairs), target_words(targets[tag.path])]


def cells_of(shape: Shape, pairs: Sequence[tuple[str, str]]) -> list[str]:
    """Names and codes of all levels, the missing ones blank."""
    filled = [*pairs, *[("", "")] * (len(shape.levels) - len(pairs))]
    return [cell for name, code in filled for cell in ((name, code) if shape.gl_codes else (name,))]
