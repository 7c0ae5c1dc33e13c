"""Salesforce ids: 15 case-sensitive characters, and 3 check characters that make 18."""

from __future__ import annotations

import re

_CHECKS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_POD = "Hs0"
_SHAPE = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?")


def check_characters(id15: str) -> str:
    """One character for each five: the sum of 1, 2, 4, 8, 16 for each of them that is A-Z, as an index."""
    checks = ""
    for start in (0, 5, 10):
        bits = sum(1 << place for place, char in enumerate(id15[start : start + 5]) if "A" <= char <= "Z")
        checks += _CHECKS[bits]
    return checks


def build_id(prefix: str, number: int) -> str:
    """The 18 characters of the record `number`; ids of one prefix sort like their numbers."""
    digits = ""
    while number:
        number, digit = divmod(number, 62)
        digits = _DIGITS[digit] + digits
    id15 = f"{prefix}{_POD}{digits.rjust(9, '0')}"
    return id15 + check_characters(id15)


def to18(text: str) -> str | None:
    """The 18 characters of an id given with 15 or 18; None when it is no id. Letters of an 18 may have lost their
    case only in the check characters."""
    if not _SHAPE.fullmatch(text):
        return None
    checks = check_characters(text[:15])
    if len(text) == 18 and text[15:].upper() != checks:
        return None
    return text[:15] + checks
