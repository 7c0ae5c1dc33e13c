"""Which records of the source take part, as lines that people write: "Industry is Banking; Retail". Pure.

An option of a sync whose name ends in `_where` holds such conditions, as [{"field", "operator", "values"}].
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from integrations.core.errors import ConfigError
from integrations.syncs.base import Option

Row = dict[str, Any]
OPERATORS = {
    "is not empty": "not_empty", "is empty": "empty", "is not": "is_not", "is": "is", "contains": "contains",
    "starts with": "starts_with", "in": "in", "greater than": "greater", "less than": "less",
}  # fmt: skip
"""What people write -> stored word; longer ones first."""
WORDS = {stored: words for words, stored in OPERATORS.items()}
ALONE = ("empty", "not_empty")
LINE = re.compile(rf"(?P<field>\S.*?)\s+(?P<operator>{'|'.join(OPERATORS)})(?:\s+(?P<values>.*))?", re.IGNORECASE)
HELP = (
    "One condition a line, all must hold: a field, a comparison, and values with semicolons between them, such as "
    f"“Industry is Banking; Retail”. Comparisons: {', '.join(OPERATORS)}."
)


def holds_conditions(option: Option) -> bool:
    return option.type == "list" and option.name.endswith("_where")


def conditions_text(rows: Iterable[Mapping[str, Any]]) -> str:
    """As `conditions_parse` reads them."""
    return "\n".join(condition_text(row) for row in rows)


def condition_text(row: Mapping[str, Any]) -> str:
    operator = str(row.get("operator", ""))
    values = "; ".join(str(value) for value in row.get("values") or ())
    return f"{row.get('field', '')} {WORDS.get(operator, operator)} {values}".strip()


def conditions_parse(text: str) -> list[Row]:
    """Raises ConfigError naming the line that cannot be read."""
    return [condition_parse(line.strip()) for line in text.splitlines() if line.strip()]


def condition_parse(line: str) -> Row:
    found = LINE.fullmatch(line)
    if found is None:
        raise ConfigError(f"“{line}” is no condition. Write a field, then {', '.join(OPERATORS)}, then values.")
    operator = OPERATORS[" ".join(found["operator"].lower().split())]
    values = [value.strip() for value in (found["values"] or "").split(";") if value.strip()]
    if operator in ALONE and values:
        raise ConfigError(f"“{line}”: nothing may follow “{WORDS[operator]}”.")
    if operator not in ALONE and not values:
        raise ConfigError(f"“{line}”: write what it is compared with.")
    return {"field": found["field"].strip(), "operator": operator, "values": values}


def condition_row(given: Mapping[str, Any]) -> Row:
    """Of a configuration file. Raises ConfigError for a comparison that there is not."""
    word = " ".join(str(given.get("operator", "")).lower().replace("_", " ").split())
    stored = OPERATORS.get(word) or next((key for key in WORDS if key.replace("_", " ") == word), None)
    if not str(given.get("field", "")).strip() or stored is None:
        raise ConfigError(f"A condition has a field, one of {', '.join(WORDS)} as operator, and values.")
    return condition_parse(condition_text({**given, "operator": stored}))
