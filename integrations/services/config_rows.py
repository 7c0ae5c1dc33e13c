"""Mapping rows in every form that a person might write them. Pure.

{Meals: "12", Hotel: Travel costs}            a map from value to target
- {category: Meals, to: "12", tax: Standard}  a list of maps; the keys may be the mapping's own words
- {source: Meals, target: {type: job, id: 42}}
- [Meals, "12"]   - Meals: "12"   - Meals -> 12
a list of targets is several rows; no target, `ignore` or `skip` leaves the value out
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from integrations.services.config_values import NO, Reading
from integrations.services.config_yaml import Node
from integrations.services.mapping_words import (
    IGNORE_WORDS,
    nearest,
    plain_word,
    singular,
    target_kind_or_none,
)
from integrations.syncs.base import MappingKind

SOURCE, TARGET, QUALIFIER, TARGET_KIND = "source", "target", "qualifier", "target_kind"
LABEL, SOURCE_LABEL, IGNORE, STATE = "target_label", "source_label", "ignore", "state"
SOURCE_KEYS = ("source", "from", "value", "source value", "source id", "source key", "from id")
TARGET_KEYS = ("target", "to", "target id", "target key", "to id", "id", "maps to", "against", "against id")
WORDS: dict[str, str] = {
    "qualifier": QUALIFIER, "tax": QUALIFIER, "tax rate": QUALIFIER, "only for": QUALIFIER,
    "target kind": TARGET_KIND, "target type": TARGET_KIND, "against type": TARGET_KIND, "kind": TARGET_KIND,
    "type": TARGET_KIND,
    "target label": LABEL, "label": LABEL, "source label": SOURCE_LABEL,
    "ignore": IGNORE, "skip": IGNORE, "leave out": IGNORE, "state": STATE,
}  # fmt: skip
"""A key of a row beside its source and target, as people write it -> its role."""
NAME_KEYS = ("name", "title", "code", "email", "custom id")
"""What a target written as a map may be called by, beside its id."""

SUGGESTED_KEYS = ("source", "target", "qualifier", "target_kind", "target_label", "ignore")
ARROW = re.compile(r"\s*(?:->|=>|→)\s*")
PATH = re.compile(r"(\w+)/(\d+)")
"""`job/12`: a kind of target and its id, as the history of a run writes them."""


@dataclass(frozen=True, slots=True)
class RowSpec:
    """One decision as written. `target` '' with `ignore`: leave the value out. `kind`: a word for the target's kind."""

    source: str
    target: str
    node: Node
    kind: str = ""
    qualifier: str = ""
    label: str = ""
    source_label: str = ""
    ignore: bool = False


class Rows:
    """Reads the rows of one mapping kind. `vendors`: keys of the source's and target's vendor, taken as words too."""

    def __init__(self, reading: Reading, kind: MappingKind, vendors: tuple[str, str] = ("", "")) -> None:
        self.reading = reading
        self.kind = kind
        self.source_words = (
            {vendors[0], *SOURCE_KEYS},
            {singular(plain_word(word)) for word in (kind.key, kind.label, kind.source_kind) if word},
            {*kind.words, "email"} - set(kind.target_kinds),
            set(kind.target_kinds) & set(kind.words),
        )
        self.target_words = {vendors[1], *TARGET_KEYS}

    def parse(self, node: Node) -> list[RowSpec]:
        if node.value is None:
            return []
        if node.is_list:
            return [row for item in node.value for row in self.listed(item)]
        if node.is_map:
            return self.item(node)
        return self.wrong(node, "Rows are a map from value to target, or a list of rows.")

    def listed(self, node: Node) -> list[RowSpec]:
        """One row of a list. Keys such as `source` beside others that are not understood are no values to be mapped."""
        if node.is_map and len(node.value) > 1 and not self.source_key(node):
            known = set().union(*self.source_words, self.target_words, WORDS)
            odd = next((key for key in node.value if plain_word(key) in known or bare(key) in known), "")
            if odd:
                message = f"This row with {odd!r} is not understood; write source: and target:, or {{value: target}}."
                return self.wrong(node, message)
        return self.item(node)

    def item(self, node: Node) -> list[RowSpec]:
        if node.is_map:
            source = self.source_key(node)
            return self.row(node, source) if source else self.pairs(node)
        if node.is_list:
            return self.short(node)
        parts = ARROW.split(node.value or "", maxsplit=1)
        if len(parts) == 2 and parts[0]:
            return self.targets(parts[0], Node(parts[1], node.line, node.path), node)
        return self.wrong(node, "A row needs a value and a target, such as {source: Meals, target: 12}.")

    def wrong(self, node: Node, message: str) -> list[RowSpec]:
        self.reading.problems.at(node, message)
        return []

    def pairs(self, node: Node) -> list[RowSpec]:
        """{value: target, ...}"""
        return [row for source, target in node.items() for row in self.targets(source.strip(), target, target)]

    def short(self, node: Node) -> list[RowSpec]:
        """[value, target] or [value, target, qualifier]"""
        if not 2 <= len(node.value) <= 3 or not node.value[0].is_text:
            return self.wrong(node, "A short row is [value, target] or [value, target, qualifier].")
        more = {"qualifier": self.reading.text(node.value[2])} if len(node.value) == 3 else {}
        return self.targets(self.reading.text(node.value[0]), node.value[1], node, **more)

    def source_key(self, node: Node) -> str:
        """The key that holds the source value; '' when the map is one from values to targets.

        The plain words win over the mapping's own; the latter count only beside a key for the target.
        """
        for certain, words in zip((True, False, False, False), self.source_words, strict=True):
            key = next(
                (key for key in node.value if plain_word(key) in words or singular(plain_word(key)) in words), ""
            )
            if key and (certain or self.target_key(node, key) or self.decided_without(node)):
                return key
        return ""

    def target_key(self, node: Node, source: str) -> str:
        """The key that holds the target, '' when there is none: a plain word, else a kind such as `project`."""
        others = [key for key in node.value if key != source]
        plain = next((key for key in others if plain_word(key) in self.target_words), "")
        named = [key for key in others if target_kind_or_none(self.kind, bare(key)) and self.role(key) != QUALIFIER]
        return plain or next((key for key in named if plain_word(key) != "type"), "") or next(iter(named), "")

    def role(self, key: str) -> str:
        return WORDS.get(plain_word(key), "")

    def decided_without(self, node: Node) -> bool:
        return any(self.role(key) in (IGNORE, STATE) for key in node.value)

    def row(self, node: Node, source: str) -> list[RowSpec]:
        target = self.target_key(node, source)
        cells: dict[str, Node] = {}
        for key, value in node.items():
            role = self.role(key)
            if key in (source, target):
                continue
            if not role or role in cells:
                what = "says what another key says too" if role else "is not known in a row"
                self.reading.problems.at(value, f"{key!r} {what}.{'' if role else nearest(key, SUGGESTED_KEYS)}")
            cells[role] = value
        texts = {role: self.reading.text(cells.get(role)) for role in (QUALIFIER, TARGET_KIND, LABEL, SOURCE_LABEL)}
        kind = bare(target) if target and plain_word(target) not in self.target_words else ""
        more = {
            "qualifier": texts[QUALIFIER], "kind": texts[TARGET_KIND] or kind, "label": texts[LABEL],
            "source_label": texts[SOURCE_LABEL], "ignore": self.ignored(cells),
        }  # fmt: skip
        if not target and not more["ignore"]:
            return self.wrong(node, "This row has no target; write target: and the id or name, or ignore: yes.")
        value = node.value[target] if target else Node(None, node.line, node.path)
        return self.targets(self.reading.text(node.value[source]), value, node, **more)

    def ignored(self, cells: dict[str, Node]) -> bool:
        flag = plain_word(self.reading.text(cells[IGNORE])) if IGNORE in cells else "no"
        state = plain_word(self.reading.text(cells.get(STATE)))
        if state and state not in IGNORE_WORDS | {"confirmed", "mapped"}:
            self.reading.problems.at(cells[STATE], f"The state {state!r} is not known; use confirmed or ignored.")
        return flag not in NO or state in IGNORE_WORDS

    def targets(self, source: str, target: Node, node: Node, **more: Any) -> list[RowSpec]:
        """One row for each target; `target` may be a text, nothing, {type, id}, or a list of these."""
        if not source:
            return self.wrong(node, "The value that comes from the source is missing.")
        if target.is_list:
            if not target.value:
                return self.wrong(target, f"The list of targets for {source!r} is empty; write ignore to leave it out.")
            return [row for item in target.value for row in self.targets(source, item, item, **more)]
        if target.is_map:
            return self.structured(source, target, more)
        text, more["kind"] = self.of_path(self.reading.text(target), more.get("kind", ""))
        if more.get("qualifier") and not self.kind.qualified:
            return self.wrong(node, f"{self.kind.label} take no qualifier or tax; leave it out.")
        ignore = bool(more.pop("ignore", False)) or not text or plain_word(text) in IGNORE_WORDS
        return [RowSpec(source=source, target="" if ignore else text, node=node, ignore=ignore, **more)]

    def of_path(self, text: str, kind: str) -> tuple[str, str]:
        """(id, kind) of `job/12`; any other text stays as it is."""
        found = PATH.fullmatch(text)
        if found and not kind and target_kind_or_none(self.kind, found[1]):
            return found[2], found[1]
        return text, kind

    def structured(self, source: str, target: Node, more: dict[str, Any]) -> list[RowSpec]:
        """{type: job, id: 42}, {job: 42}, {type: job, name: Website}, with a qualifier where the kind takes one."""
        names = [key for key in target.value if plain_word(key) in (*TARGET_KEYS, *NAME_KEYS)]
        names += [key for key in target.value if plain_word(key) == "label" and not names]
        named = [key for key in target.value if target_kind_or_none(self.kind, bare(key)) and self.role(key) == ""]
        chosen = next(iter(names or named), "")
        if not chosen:
            return self.wrong(target, f"The target of {source!r} has no id, code or name.")
        cells: dict[str, Node] = {}
        for key, value in target.items():
            role = self.role(key)
            if key != chosen and (role not in (TARGET_KIND, QUALIFIER, LABEL) or role in cells):
                self.reading.problems.at(value, f"{key!r} is not known in a target; write type and id.")
            elif key != chosen:
                cells[role] = value
        if QUALIFIER in cells:
            more["qualifier"] = self.reading.text(cells[QUALIFIER])
        kind = (
            self.reading.text(cells.get(TARGET_KIND))
            or ("" if chosen in names else bare(chosen))
            or more.get("kind", "")
        )
        return self.targets(source, target.value[chosen], target, **{**more, "kind": kind})


def bare(key: str) -> str:
    """`type_id` and `type` name the same."""
    return plain_word(key).removesuffix(" id")
