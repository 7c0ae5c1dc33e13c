"""Field rules of a configuration file, checked. What is stored plays no part here."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.core.conflict import Names
from integrations.services.config_values import Reading
from integrations.services.config_yaml import Node
from integrations.services.mapping_words import nearest, plain_word
from integrations.services.two_way import names_of
from integrations.services.two_way_words import Choices, blank_choices, direction_choices, winner_choices
from integrations.syncs.base import FieldRule, Policy
from integrations.syncs.base import Sync as SyncKind

POLICIES: tuple[Policy, ...] = ("overwrite", "set_if_empty", "set_if_new", "off")
ONE_WAY = ("target", "source", "policy")
TWO_WAY = ("target", "direction", "winner", "blank")


@dataclass(slots=True)
class FieldSpec:
    """None = not said. A field that goes both ways has a direction, a winner and a rule for blanks; others a source
    and a policy."""

    rule: FieldRule
    source: str | None = None
    policy: str | None = None
    direction: str | None = None
    winner: str | None = None
    blank: str | None = None


def read_fields(reading: Reading, kind: SyncKind, node: Node) -> list[FieldSpec]:
    """A list of {target, …}, or a map from target to {…} or to one word of these."""
    items = [_named(reading, kind, target, value) for target, value in node.items()] if node.is_map else None
    found = []
    for item in reading.items(node, "target") if items is None else items:
        rule = _rule_named(reading, kind, item)
        if rule is not None:
            found.append(_two_way(reading, kind, rule, item) if rule.winner else _one_way(reading, rule, item))
    return found


def _named(reading: Reading, kind: SyncKind, target: str, value: Node) -> Node:
    body = value.value if value.is_map else {_meant_by(reading.text(value), kind): value}
    return Node({**body, "target": Node(target, value.line, value.path)}, value.line, value.path)


def _meant_by(text: str, kind: SyncKind) -> str:
    """Which part of a rule a lone word is."""
    names = names_of(kind)
    if not any(rule.winner for rule in kind.fields):
        return "policy" if plain_word(text).replace(" ", "_") in POLICIES else "source"
    return "winner" if named(winner_choices(names), text, names) else "direction"


def _rule_named(reading: Reading, kind: SyncKind, node: Node) -> FieldRule | None:
    """By its own name, or by its label where only one field has it."""
    text = reading.text(node.get("target"))
    word = plain_word(text)
    exact = [rule for rule in kind.fields if plain_word(rule.target) == word]
    found = exact or [rule for rule in kind.fields if plain_word(rule.target_label) == word]
    if len(found) == 1:
        return found[0]
    names = [rule.target for rule in found or kind.fields]
    if found:
        reading.problems.at(node, f"{text!r} names several fields; say which: {', '.join(names)}.")
    else:
        words = f"There is no target field {text!r}; there are {', '.join(names)}.{nearest(text, names)}"
        reading.problems.at(node, words)
    return None


# --- one way ------------------------------------------------------------------------------------------------------


def _one_way(reading: Reading, rule: FieldRule, node: Node) -> FieldSpec:
    reading.only(node, ONE_WAY)
    source = reading.text(node.get("source")) or None
    if source is not None:
        source = _source(reading, node.get("source") or node, rule, source)
    policy = reading.text(node.get("policy")).lower().replace(" ", "_") or None
    if policy is not None and policy not in POLICIES:
        words = f"The policy must be one of {', '.join(POLICIES)}.{nearest(policy, POLICIES)}"
        reading.problems.at(node.get("policy") or node, words)
    elif policy is not None and rule.fixed_policy and policy != rule.policy:
        reading.problems.at(node.get("policy") or node, f"The policy of {rule.target_label} is always {rule.policy}.")
    return FieldSpec(rule, source=source, policy=policy)


def _source(reading: Reading, node: Node, rule: FieldRule, text: str) -> str:
    choices = (*rule.sources, (rule.source, rule.source_label))
    for key, label in choices:
        if plain_word(text) in (plain_word(key), plain_word(label)):
            return key
    known = list(dict.fromkeys(key for key, _ in choices))
    reading.problems.at(node, f"{rule.target_label} is filled from one of {', '.join(known)}.{nearest(text, known)}")
    return rule.source


# --- both ways ----------------------------------------------------------------------------------------------------


def _two_way(reading: Reading, kind: SyncKind, rule: FieldRule, node: Node) -> FieldSpec:
    names = names_of(kind)
    reading.only(node, TWO_WAY)
    return FieldSpec(
        rule,
        direction=_choice(reading, node.get("direction"), "direction", direction_choices(rule, names), names),
        winner=_choice(reading, node.get("winner"), "winner", winner_choices(names), names),
        blank=_choice(reading, node.get("blank"), "rule for blanks", blank_choices(names), names),
    )


def _choice(reading: Reading, node: Node | None, what: str, choices: Choices, names: Names) -> str | None:
    text = reading.text(node)
    if node is None or not text:
        return None
    key = named(choices, text, names)
    if key is None:
        known = [key for key, _ in choices]
        words = f"The {what} must be one of {', '.join(known)}, not {text!r}.{nearest(text, known)}"
        reading.problems.at(node, words)
    return key


def named(choices: Choices, text: str, names: Names) -> str | None:
    """By key, by what people read, or, for a side, by the application's name."""
    word = plain_word(text)
    sides = {plain_word(names.source): "source", plain_word(names.target): "target"}
    fitting = [key for key, words in choices if word in (plain_word(key), plain_word(words))]
    return next(iter(fitting), next((key for key, _ in choices if key == sides.get(word)), None))
