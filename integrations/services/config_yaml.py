"""YAML with line numbers, in which every scalar stays the text that was written. Pure.

Ids such as `007`, values such as `No` or `12:30` must arrive as they stand; whoever reads a value knows its type.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

DEEPEST = 20
MOST_NODES = 500_000
NOTHING = ("", "~", "null", "Null", "NULL")


@dataclass(frozen=True, slots=True)
class Problem:
    """`line` counts from 1, 0 = none; `path` such as `connections[0].settings.base_url`."""

    line: int
    path: str
    message: str

    @property
    def where(self) -> str:
        return ", ".join(part for part in (f"line {self.line}" if self.line else "", self.path) if part)


class Problems(list[Problem]):
    """All that is wrong with a file, in the order it was found."""

    def at(self, node: Node, message: str) -> None:
        self.append(Problem(node.line, node.path, message))

    def errors(self) -> list[dict[str, str]]:
        """By line, each once."""
        rows = sorted(dict.fromkeys(self), key=lambda problem: problem.line)
        return [{"where": problem.where, "message": problem.message} for problem in rows]


@dataclass(slots=True)
class Node:
    """One value of the file. `value`: text, None, a list of nodes, or a dict from key to node."""

    value: Any
    line: int
    path: str
    key_lines: dict[str, int] = field(default_factory=dict)

    @property
    def is_map(self) -> bool:
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        return isinstance(self.value, list)

    @property
    def is_text(self) -> bool:
        return isinstance(self.value, str)

    def get(self, key: str) -> Node | None:
        """The value of a key; None when it is absent or the node is no map."""
        return self.value.get(key) if isinstance(self.value, dict) else None

    def items(self) -> Iterator[tuple[str, Node]]:
        if isinstance(self.value, dict):
            yield from self.value.items()

    def describe(self) -> str:
        """What kind of thing it is, in words that show no value."""
        return "a map" if self.is_map else "a list" if self.is_list else "nothing" if self.value is None else "a text"


def read_yaml(text: str, problems: Problems) -> Node | None:
    """The file's one document, None when it has none or cannot be read. Double keys are problems.

    The parser's own message is told without its excerpt of the file, which may hold a secret.
    """
    loader = yaml.SafeLoader(text)
    try:
        root = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = ", ".join(part for part in (error.context, error.problem) if part)
        problems.append(Problem(mark.line + 1 if mark else 0, "", f"This is not valid YAML: {what}."))
        return None
    except yaml.YAMLError as error:
        problems.append(Problem(0, "", f"The file cannot be read as text: {getattr(error, 'reason', 'invalid YAML')}."))
        return None
    finally:
        loader.dispose()
    if root is None:
        problems.append(Problem(0, "", "The file is empty."))
        return None
    return _Reader(loader, problems).read(root, "", 0)


class _Reader:
    def __init__(self, loader: yaml.SafeLoader, problems: Problems) -> None:
        self.loader = loader
        self.problems = problems
        self.left = MOST_NODES

    def read(self, node: yaml.Node, path: str, depth: int) -> Node:
        line = node.start_mark.line + 1
        self.left -= 1
        if depth > DEEPEST or self.left < 0:
            if self.left in (-1, 0) or depth > DEEPEST:
                self.problems.append(Problem(line, path, "The file is nested too deeply, or repeats itself."))
            return Node(None, line, path)
        if isinstance(node, yaml.MappingNode):
            return self._map(node, path, depth)
        if isinstance(node, yaml.SequenceNode):
            items = [self.read(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(node.value)]
            return Node(items, line, path)
        plain = isinstance(node, yaml.ScalarNode) and node.style is None and node.value in NOTHING
        return Node(None if plain else node.value, line, path)

    def _map(self, node: yaml.MappingNode, path: str, depth: int) -> Node:
        result = Node({}, node.start_mark.line + 1, path)
        self._check_double(node, path)
        self.loader.flatten_mapping(node)
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self.problems.append(Problem(line, path, "A key must be a plain text."))
                continue
            below = self.read(value, f"{path}.{key.value}" if path else key.value, depth + 1)
            result.value[key.value] = below if below.is_map or below.is_list else Node(below.value, line, below.path)
            result.key_lines[key.value] = line
        return result

    def _check_double(self, node: yaml.MappingNode, path: str) -> None:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.value == "<<":
                continue
            if key.value in seen:
                line = key.start_mark.line + 1
                self.problems.append(Problem(line, path, f"The key {key.value!r} stands here twice; keep one."))
            seen.add(key.value)
