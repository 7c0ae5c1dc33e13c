"""Ids of Salesforce records: 15 case-sensitive characters and 3 check characters. Pure.

Source: Salesforce's description of 15 and 18 character ids; the algorithm was confirmed on recorded ids.
"""

from __future__ import annotations

import re
from functools import lru_cache

CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
"""Check characters by the sum of one group of five."""
_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Z0-5]{3})?")

ACCOUNT, CONTACT, USER, QUEUE, ORGANIZATION = "001", "003", "005", "00G", "00D"
"""First three characters of an id, by what it names. A queue is one kind of group."""


def to18(id: str) -> str:
    """The 18-character form of a 15 or 18 character id, which is what is stored and compared.

    The check characters are computed anew. Raises ValueError for what is no id.
    """
    if not _ID.fullmatch(id):
        raise ValueError(f"{id!r} is no Salesforce id: it needs 15 or 18 letters and digits.")
    short = id[:15]
    return short + "".join(_check(short[start : start + 5]) for start in (0, 5, 10))


def is_id(text: str) -> bool:
    """Whether this is a 15-character id, or an 18-character one with the right check characters."""
    return bool(_ID.fullmatch(text)) and (len(text) == 15 or to18(text) == text)


def has_prefix(id: str, *prefixes: str) -> bool:
    """Whether an id names one of these kinds of record (`ACCOUNT`, `USER`)."""
    return id[:3] in prefixes


@lru_cache(maxsize=4096)
def _check(group: str) -> str:
    """Ids of one object begin alike."""
    return CHECK[sum(1 << place for place, character in enumerate(group) if "A" <= character <= "Z")]
