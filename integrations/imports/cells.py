"""Cells of sheets: a spreadsheet must not run a text as a formula, and what goes out comes back equal. Pure."""

from __future__ import annotations

import datetime
import re

NO_VALUE = "#NO VALUE!"
"""What a formula reads as when the file holds no value for it."""
ERRORS = frozenset(
    ["#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#N/A", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA", "#####"]
)
"""What a spreadsheet shows, and writes into a CSV, for a formula that failed."""

RUN = rf"(?:[=+\-@\t\r]|(?:{'|'.join(map(re.escape, [NO_VALUE, *sorted(ERRORS)]))})\Z)"
FORMULA = re.compile(rf"'*{RUN}", re.DOTALL)
GUARDED = re.compile(rf"'+{RUN}", re.DOTALL)
NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")
UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def neutralise(text: str) -> str:
    """A text that a spreadsheet would run, or take for an error, gets an apostrophe before it; plain numbers stay."""
    return f"'{text}" if FORMULA.match(text) and not NUMBER.fullmatch(text) else text


def restore(text: str) -> str:
    """The inverse of `neutralise`."""
    return text[1:] if GUARDED.match(text) and FORMULA.match(text[1:]) else text


def cell_text(value: object) -> str:
    """A cell as the text that was meant: as `shown`, trimmed, a neutralised formula restored."""
    return restore(shown(value).strip())


def shown(value: object) -> str:
    """A cell as a person sees it: none = '', 1200.0 = '1200', dates as ISO, booleans as yes and no."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.15g}"
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)


def storable(text: str) -> str:
    """Without what no database takes as text: NUL and half a character become U+FFFD."""
    return UNSTORABLE.sub("\ufffd", text)


def letter(column: int) -> str:
    """A spreadsheet's name of a column, the first is 0: A, Z, AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name
