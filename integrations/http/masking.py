"""Takes secrets out of whatever is logged, stored or shown."""

from __future__ import annotations

import html
import json as jsonlib
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

MASK = "***"
EXCERPT = 2_000
"""Characters kept of one body in the log and in error details."""
WINDOW = 5_000
"""Characters of a body looked at to make an excerpt; masking may shorten them."""
SHORTEST = 4
"""A shorter secret is masked by its field's name only: replacing it everywhere would shred the text."""

_SENSITIVE = (
    r"(?:[\w.-]{0,40}(?:secret|password|passwd|api[_-]?key|partner[_-]?key|user[_-]?key|private[_-]?key"
    r"|access[_-]?token|refresh[_-]?token|id[_-]?token|auth[_-]?token|session[_-]?id|signature)"
    r"|(?:proxy-)?authorization|token|assertion|code_verifier|cookie|set-cookie)"
)
_HINTS = tuple("secret passw key token session signature auth assertion verifier cookie bearer basic @".split())
"""In lower case. A text without any of these cannot match a pattern below; most bodies have none, which is quick."""
_NAME = re.compile(_SENSITIVE, re.IGNORECASE)
_WORD = rf"(?<![\w.-]){_SENSITIVE}"
_PATTERNS = tuple(
    (re.compile(pattern, re.IGNORECASE | re.MULTILINE), replacement)
    for pattern, replacement in (
        (rf'("{_WORD}"\s*:\s*")(?:\\.|[^"\\])*', rf"\g<1>{MASK}"),
        (rf"('{_WORD}'\s*:\s*')(?:\\.|[^'\\])*", rf"\g<1>{MASK}"),
        (rf'("{_WORD}"\s*:\s*)[^\s"\',}}\]\[{{]+', rf"\g<1>{MASK}"),
        (rf'(\\+"{_WORD}\\+"\s*:\s*\\+")[^"\\]*', rf"\g<1>{MASK}"),
        (
            rf"(%22{_SENSITIVE}%22(?:%20|\+)*%3A(?:%20|\+)*%22)(?:(?!%22)[^&\s])*",
            rf"\g<1>{MASK}",
        ),
        (rf"(<(?:\w{{1,40}}:)?{_SENSITIVE}(?:\s[^>]*)?>)[^<]*", rf"\g<1>{MASK}"),
        (rf"^([ \t]*{_WORD}[ \t]*:[ \t]*)[^\r\n]+", rf"\g<1>{MASK}"),
        (rf"({_WORD}=)[^&\s\"'<>;]*", rf"\g<1>{MASK}"),
        (r"\b(Bearer|Basic)\s+[\w.~+/=!-]{4,}", rf"\g<1> {MASK}"),
        (r"(https?://)[^/@\s]+@", rf"\g<1>{MASK}@"),
    )
)


class Masker:
    """Replaces known secrets, in every form they travel in, and the values of fields with telling names."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._forms: set[str] = set()
        self._known: re.Pattern[str] | None = None
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """From now on `secret` is masked; shorter than four characters only by its field's name."""
        if len(secret) < SHORTEST or secret in self._forms:
            return
        self._forms |= _forms(secret)
        longest_first = sorted(self._forms, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first)))

    def mask(self, text: str) -> str:
        masked = self._known.sub(MASK, text) if self._known else text
        lowered = masked.lower()
        if not any(hint in lowered for hint in _HINTS):
            return masked
        for pattern, replacement in _PATTERNS:
            masked = pattern.sub(replacement, masked)
        return masked

    def excerpt(self, text: str) -> str:
        """The masked beginning of `text`, at most 2,000 characters. Masked before it is cut, so that no half secret
        is left at the end."""
        masked = self.mask(text[:WINDOW])
        if len(text) > WINDOW:
            masked = masked[: max(len(masked) - max(map(len, self._forms), default=0), 0)]
        return masked if len(masked) <= EXCERPT else masked[: EXCERPT - 1] + "…"

    def pairs(self, pairs: Iterable[tuple[str, str]]) -> str:
        """Form fields as readable text, values of sensitive fields masked whole."""
        fields = list(pairs)
        grant = any(name == "grant_type" for name, _ in fields)
        return "&".join(
            f"{name}={MASK if is_sensitive(name) or (grant and name == 'code') else value}" for name, value in fields
        )


def is_sensitive(name: str) -> bool:
    """Whether a field or header of this name holds a secret."""
    return _NAME.fullmatch(name) is not None


def _forms(secret: str) -> set[str]:
    """The secret as it looks plain, URL-encoded (either hex case), in JSON, in XML and in a Python repr."""
    encoded = {quote(secret), quote(secret, safe=""), quote_plus(secret)}
    lowered = {re.sub(r"%[0-9A-F]{2}", lambda match: match.group().lower(), form) for form in encoded}
    quoted = {
        jsonlib.dumps(secret)[1:-1],
        jsonlib.dumps(secret, ensure_ascii=False)[1:-1],
        repr(secret)[1:-1],
    }
    in_url = {quote_plus(form) for form in quoted}
    return {secret, html.escape(secret), html.escape(secret, quote=False)} | encoded | lowered | quoted | in_url
