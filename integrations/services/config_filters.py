"""The filter of a stream in a configuration file, as people write it, and the names of what is declared.

A condition {field, comparison, values}, a list of them, or a map from field to {comparison: values}.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from integrations.core.filters import COMPARISONS, LISTS
from integrations.services.config_values import Reading
from integrations.services.config_yaml import Node
from integrations.services.mapping_words import nearest, plain_word, singular
from integrations.syncs.base import FilterField, Stream, StreamSource

COMPARISON_KEYS = ("comparison", "operator", "op")
VALUE_KEYS = ("values", "value")
COMPARISON_WORDS = {
    "in": "is_one_of", "is": "is_one_of", "equals": "is_one_of", "notin": "is_not_one_of", "isnot": "is_not_one_of",
    "beginswith": "starts_with",
}  # fmt: skip
TRUTH = {"true": "yes", "false": "no"}
"""How YAML's truth values stand in the lists of a source."""
Named = TypeVar("Named", Stream, StreamSource, FilterField)


def read_filter(reading: Reading, fields: list[FilterField], node: Node) -> list[dict[str, Any]]:
    """One condition or a list of {field, comparison, values}, or a map from field to {comparison: values}."""
    if node.value is None:
        return []
    if not node.is_list and not node.is_map:
        reading.problems.at(node, "A filter is a list of maps with field, comparison and values.")
        return []
    rows = [row for item in (node.value if node.is_list else [node]) for row in _conditions(reading, fields, item)]
    names = [row["field"] for row in rows]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        reading.problems.at(node, f"The field {name!r} has two comparisons; only one a field is possible.")
    return rows


def _conditions(reading: Reading, known: list[FilterField], node: Node) -> list[dict[str, Any]]:
    if not node.is_map:
        reading.problems.at(
            node, f"A comparison must be a map with field, comparison and values, not {node.describe()}."
        )
        return []
    if field := node.get("field"):
        reading.only(node, ("field", *COMPARISON_KEYS, *VALUE_KEYS))
        comparison = next((found for key in COMPARISON_KEYS if (found := node.get(key))), None)
        values = next((found for key in VALUE_KEYS if (found := node.get(key))), None)
        return _condition(reading, known, field, comparison or nothing(node), values or nothing(node))
    return [row for name, body in node.items() for row in _field_conditions(reading, known, name, body)]


def _field_conditions(reading: Reading, known: list[FilterField], name: str, body: Node) -> list[dict[str, Any]]:
    """field: {comparison: values}"""
    if not body.is_map:
        reading.problems.at(body, f"Write a comparison for {name}, such as {{{name}: {{contains: text}}}}.")
        return []
    field = Node(name, body.line, body.path)
    pairs = [(Node(key, values.line, values.path), values) for key, values in body.items()]
    return [row for key, values in pairs for row in _condition(reading, known, field, key, values)]


def _condition(
    reading: Reading, known: list[FilterField], field: Node, comparison: Node, values: Node
) -> list[dict[str, Any]]:
    """At most one row; what cannot be read is a problem."""
    declared = _field_named(reading, known, field)
    word = _comparison_named(reading, comparison)
    texts = _value_texts(reading, values, word)
    if declared and not texts:
        reading.problems.at(values, f"{declared.label} has no value to compare with. Give one.")
    elif declared and word and len(texts) > 1 and word not in LISTS:
        reading.problems.at(values, f"{COMPARISONS[word]} takes one value; for several use is_one_of.")
    if declared is None or not word or not texts:
        return []
    return [{"field": declared.key, "comparison": word, "values": texts}]


def _field_named(reading: Reading, known: list[FilterField], node: Node) -> FilterField | None:
    text = reading.text(node, "field")
    found = named(known, text) or next((one for one in known if compact(one.vendor_name) == compact(text)), None)
    if found is None:
        keys = [field.key for field in known]
        words = f"There is no field {text!r} to filter by; there are {', '.join(keys)}.{nearest(text, keys)}"
        reading.problems.at(node, words)
    return found


def _comparison_named(reading: Reading, node: Node) -> str:
    text = reading.text(node, "comparison")
    word = compact(text)
    for key, label in COMPARISONS.items():
        if word in (compact(key), compact(label)):
            return key
    if word not in COMPARISON_WORDS:
        known = list(COMPARISONS)
        say = f"There is no comparison {text!r}" if text else "Say which comparison"
        reading.problems.at(node, f"{say}; there are {', '.join(known)}.{nearest(text, known)}")
    return COMPARISON_WORDS.get(word, "")


def _value_texts(reading: Reading, node: Node, comparison: str) -> list[str]:
    texts = [reading.text(item, "A value") for item in (node.value if node.is_list else [node])]
    if comparison in LISTS:
        texts = [TRUTH.get(text.casefold(), text) for text in texts]
    return list(dict.fromkeys(text for text in texts if text))


def nothing(node: Node) -> Node:
    """What is not there, at the place where it is missed."""
    return Node(None, node.line, node.path)


# --- names --------------------------------------------------------------------------------------------------------


def compact(text: str) -> str:
    """`Tax Rates`, `tax_rates` and `taxRates` are the same."""
    return plain_word(text).replace(" ", "")


def named(known: Iterable[Named], text: str) -> Named | None:
    """The one whose key or label people call so, in the singular or the plural."""
    wanted = {compact(text), compact(singular(plain_word(text)))}
    for one in known:
        if wanted & {compact(one.key), compact(one.label), compact(singular(plain_word(one.label)))}:
            return one
    return None
