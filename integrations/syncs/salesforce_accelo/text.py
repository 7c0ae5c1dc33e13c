"""Text as it is compared: without case, accents and punctuation. Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
"""Letters that no accent makes, so that none can be taken away."""
JOINED = re.compile(r"[.'’`´‘]")
"""Marks within a word: O'Brien and OBrien, S.A. and SA are one."""
APART = re.compile(r"[\W_]+")


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Lower case, accents folded, `&` and `+` as `and`, one blank between words. Folding twice changes nothing more."""
    if text.isascii():
        plain = text.lower()
    else:
        parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
        plain = "".join(one for one in parts if not "\u0300" <= one <= "\u036f").translate(LETTERS)
    plain = JOINED.sub("", plain).replace("&", " and ").replace("+", " and ")
    return APART.sub(" ", plain).strip()
