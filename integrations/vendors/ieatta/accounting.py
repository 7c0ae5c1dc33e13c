"""Whether an accounting package sends its own tags into the workspace: then the portal only appends. Pure.

Source: help articles on tags and on the Accelo connection. Whether the Integration Server tells of such a connection is
not documented, so a setting of the connection says it too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

LABELS = {"xero": "Xero", "quickbooks_online": "QuickBooks Online", "other": "another accounting package"}

_NAMES = (
    ("xero", re.compile(r"xero", re.I)),
    ("quickbooks_online", re.compile(r"\bqbo\b|quick\s*books(?!\s*desktop)", re.I)),
    (
        "other",
        re.compile(r"quick\s*books|\bqbd\b|net\s*suite|intacct|financial\s*force|certinia|dynamics|\bsage\b", re.I),
    ),
)
_NOTHING = ("", "false", "none", "null", "0", "[]", "{}", "no")


def told_accounting(*sources: Mapping[str, Any]) -> str:
    """xero, quickbooks_online, other, or '' when no part of the vendor's answer names a connection."""
    for source in sources:
        for key in ("connected", "accountingConnection", "accounting", "connections"):
            text = str(source.get(key) or "").strip()
            if text.lower() in _NOTHING:
                continue
            named = next((name for name, words in _NAMES if words.search(text)), "")
            if named or key != "connections":
                return named or "other"
    return ""


def accounting_of(settings: Mapping[str, str], account: Mapping[str, Any]) -> str:
    """The package in words ("Xero"), '' without one: the list may then be replaced. What a person set in the connection
    wins over what the vendor told at its test."""
    key = settings.get("accounting") or str(account.get("accounting") or "")
    return LABELS.get(key, key)
