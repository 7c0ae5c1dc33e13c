"""Whether one cell can be taken, and if not why and what to do. Exact: for what is not plainly good. Pure."""

from __future__ import annotations

import re

from integrations.core.tags import LONGEST_NAME, escape
from integrations.imports.cells import ERRORS, NO_VALUE, restore
from integrations.imports.headings import meant

LINE_BREAK = re.compile("[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
ESCAPED = re.compile(r"\\+:")
CONTROL = re.compile("[\0-\x1f\x7f-\x9f]")
HALF = re.compile("[\ud800-\udfff]")
TARGET = re.compile(r"(project|job|ticket|issue|retainer|contract)\s*[:#]?\s*([0-9]{1,19})", re.IGNORECASE)
KINDS = {"project": "job", "ticket": "issue", "retainer": "contract"}
"""What people call an object in Accelo, and its kind there."""
FORMULA_WORDS = (
    "is a formula without a value: open the file in a spreadsheet program, save it again, or paste the value"
)


class Refused(Exception):
    """A cell that cannot be taken. Its text completes "the row was rejected, because ..."."""


def text_of(cell: str) -> str:
    """Trimmed, a neutralised formula restored."""
    return restore(trimmed(cell))


def trimmed(cell: str) -> str:
    """Without spaces, no-break spaces and byte order marks around it."""
    return cell.strip().strip("\ufeff").strip()


def check_text(cell: str) -> str:
    """The text, without what no list can hold. Raises Refused."""
    shown = trimmed(cell)
    if shown == NO_VALUE:
        raise Refused(f"{FORMULA_WORDS}.")
    if shown in ERRORS:
        raise Refused(f"is a formula that failed ({shown}): correct it, or type the value.")
    text = restore(shown)
    if LINE_BREAK.search(text):
        raise Refused("has a line break in it: put it on one line.")
    if CONTROL.search(text):
        raise Refused("holds a control character, which cannot be seen: type it anew. Or choose another encoding.")
    if HALF.search(text):
        raise Refused("holds half a character: type it anew.")
    return text


def check_name(cell: str, colons: str) -> str:
    """The name of a tag. Raises Refused.

    A colon that is escaped already, as in a list taken from Ieatta, is a colon: read back from there it looks the same.
    """
    name = check_text(cell)
    if colons == "escape" and "\\" in name:
        name = ESCAPED.sub(":", name)
    if not name:
        raise Refused("is empty: give the tag a name, or remove the row.")
    if name == "0":
        raise Refused("is 0, which Ieatta does not take as a name: add a letter or a word.")
    if colons == "refuse" and ":" in name:
        raise Refused("has a colon in it, which parts levels at Ieatta: write a dash or a space instead.")
    length = len(escape(name))
    if length > LONGEST_NAME:
        extra = ", counting each colon twice" if ":" in name else ""
        raise Refused(f"has {length} characters{extra}; at most {LONGEST_NAME} are allowed: shorten it.")
    return name


def check_code(cell: str) -> str:
    code = check_text(cell)
    if len(code) > LONGEST_NAME:
        raise Refused(f"has {len(code)} characters; at most {LONGEST_NAME} are allowed: shorten it.")
    return code


def check_enabled(cell: str) -> bool:
    """Blank = yes."""
    text = text_of(cell)
    answer = meant(text)
    if answer is None:
        check_text(cell)
        raise Refused(f"reads “{text[:40]}”: write yes or no.")
    return answer


def check_target(cell: str) -> str:
    """ "job:42" for "project:42"; '' for a blank one."""
    text = text_of(cell)
    if not text:
        return ""
    found = TARGET.fullmatch(text)
    if found is None:
        check_text(cell)
        raise Refused(f"reads “{text[:40]}”: write project:42, ticket:7 or retainer:3, with the number in Accelo.")
    kind = found[1].lower()
    return f"{KINDS.get(kind, kind)}:{int(found[2])}"
