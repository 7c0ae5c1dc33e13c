"""Every code that the rules give has words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from integrations.syncs import salesforce_accelo_import
from integrations.syncs.salesforce_accelo_import.declared import MAPPING_KINDS, NOUNS, REMARKS

FOLDER = Path(salesforce_accelo_import.__file__).parent
BUILT = {
    "unmapped_{asked.kind}": [f"unmapped_{kind.key}" for kind in MAPPING_KINDS if kind.required],
    "no_{NOUNS[record.stream]}": [f"no_{NOUNS[stream]}" for stream in ("companies", "contacts")],
}
"""A code that is put together -> what comes of it."""
GIVERS = {"Stop": 0, "_kept": 1, "Asked": 6, "NotPermitted": 2}
"""Who gives a code -> where in its call that stands, unless it is named."""
NAMED = {"code", "left_out"}


def given() -> Iterator[str]:
    """What stands in the code for a code, whichever way it is written."""
    for file in sorted(FOLDER.glob("*.py")):
        for call in ast.walk(ast.parse(file.read_text())):
            if not isinstance(call, ast.Call):
                continue
            name = getattr(call.func, "id", getattr(call.func, "attr", ""))
            at = GIVERS.get(name)
            if at is not None and len(call.args) > at:
                yield ast.unparse(call.args[at])
            yield from (ast.unparse(one.value) for one in call.keywords if one.arg in NAMED)


def codes() -> set[str]:
    found = set[str]()
    for text in given():
        if text.startswith("f"):
            found |= set(BUILT[text[2:-1]])
        elif text.startswith(("'", '"')):
            found.add(text[1:-1])
        else:  # it is passed on
            assert text in ("code", "told[0].code", "asked.left_out"), f"Where does the code {text} come from?"
    return found


def test_every_code_that_the_rules_give_has_words_and_no_words_are_for_nothing() -> None:
    assert codes() == set(REMARKS)


@pytest.mark.parametrize("code", sorted(REMARKS))
def test_the_words_are_sentences_about_one_and_about_several(code: str) -> None:
    one, many = REMARKS[code]
    assert one.startswith("1 ") and one.endswith(".") and many.format(12).startswith("12 ") and many.endswith(".")
    assert "_" not in one + many
