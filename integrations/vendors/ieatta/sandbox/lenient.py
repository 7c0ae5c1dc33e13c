"""JSON as the server takes it: single quotes and trailing commas too. Pure.

Source: the vendor's own export script sends single quotes; its manual has samples with trailing commas.
"""

from __future__ import annotations

import json
import re
from typing import Any

_TOKEN = re.compile(r"'((?:[^'\\]|\\.)*)'|(\"(?:[^\"\\]|\\.)*\")|,(?=\s*[}\]])", re.S)


def parse(text: str) -> Any:
    """Raises ValueError when even the lenient reading fails."""
    try:
        return json.loads(text)
    except ValueError:
        return json.loads(_TOKEN.sub(_strict, text))


def _strict(match: re.Match[str]) -> str:
    if match[1] is not None:
        return '"' + match[1].replace("\\'", "'").replace('"', '\\"') + '"'
    return match[2] or ""
