"""Cells of sheets: a spreadsheet must not run a text as a formula, and what goes out comes back equal. Pure."""

from __future__ import annotations

import re

FORMULA = re.compile(r"'*[=+\-@\t\r]", re.DOTALL)
GUARDED = re.compile(r"'+[=+\-@\t\r]", re.DOTALL)
NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")


def neutralise(text: str) -> str:
    """A text that a spreadsheet would run gets an apostrophe before it; plain numbers stay."""
    return f"'{text}" if FORMULA.match(text) and not NUMBER.fullmatch(text) else text


def restore(text: str) -> str:
    """The inverse of `neutralise`."""
    return text[1:] if GUARDED.match(text) and FORMULA.match(text[1:]) else text


def cell_text(value: object) -> str:
    """A cell as text: none = '', 1200.0 = '1200'."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return restore(str(value).strip())
