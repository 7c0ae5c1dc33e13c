"""The org's allowance of API calls: what Salesforce says of it, and how much of it the portal takes.

The allowance counts over rolling 24 hours and is shared with every other application of the org. Salesforce names no
moment at which calls come free again, so a portal that is out of its share looks again after a quarter of an hour.
Source: Salesforce limits cheat sheet; the header in both forms in recorded answers of client authors.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from integrations.core.errors import ConfigError
from integrations.http import Pacer, Reply

HEADER = "sforce-limit-info"
ALL_TOGETHER = 80
"""Percent of the allowance, as used by all applications, above which the portal stops."""
DEFAULT_SHARE = 50
LOOK_AGAIN = 900.0
"""Seconds until a portal without calls left asks again."""
_PAIR = re.compile(r"(?<![\w-])(per-app-api-usage|api-usage)=(\d+)/(\d+)")


@dataclass(frozen=True, slots=True)
class Usage:
    """Calls of the last 24 hours: `used` of `limit` by all, `app_used` of `app_limit` by this application; None where
    Salesforce does not tell it."""

    used: int
    limit: int
    app_used: int | None = None
    app_limit: int | None = None


def parse_usage(headers: Mapping[str, str]) -> Usage | None:
    """`api-usage=25/5000`, or `api-usage=25/5000; per-app-api-usage=17/250(appName=x)`. None when it is absent."""
    told = {name: (int(used), int(limit)) for name, used, limit in _PAIR.findall(headers.get(HEADER, ""))}
    if "api-usage" not in told:
        return None
    return Usage(*told["api-usage"], *told.get("per-app-api-usage", (None, None)))


def parse_share(text: str) -> int:
    """Percent. Raises ConfigError naming call_share."""
    number = text.strip().removesuffix("%").strip() or str(DEFAULT_SHARE)
    if not (number.isascii() and number.isdigit() and 1 <= int(number) <= 100):
        raise ConfigError("The setting call_share must be a whole number from 1 to 100.", f"it is {text!r}")
    return int(number)


class Allowance:
    """`share`: percent of the org's daily calls that the portal may use. `calls`: those of this client so far."""

    def __init__(self, share: int, pacer: Pacer) -> None:
        self.calls = 0
        self.usage: Usage | None = None
        self._share = share
        self._pacer = pacer

    def observe(self, reply: Reply) -> None:
        """One call was made: counts it, and tells all processes when the share is used up."""
        self.calls += 1
        usage = parse_usage(reply.headers)
        if usage is None:
            return
        self.usage = usage
        left = max(self.left(usage), 0)
        self._pacer.observe(limit=self.own(usage), remaining=left, reset_in=None if left else LOOK_AGAIN)

    def refused(self, seconds: float) -> None:
        """Salesforce itself says that the allowance is used up."""
        limit = self.own(self.usage) if self.usage else None
        self._pacer.observe(limit=limit, remaining=0, reset_in=seconds)

    def own(self, usage: Usage) -> int:
        """Calls in 24 hours that the portal may use."""
        return usage.limit * self._share // 100

    def left(self, usage: Usage) -> int:
        """Calls that may still be made: of the portal's share, of what all together may use, of the application's own
        limit. The portal's calls are those Salesforce counts for the application, else those of this client."""
        mine = self.calls if usage.app_used is None else usage.app_used
        of_all = usage.limit * ALL_TOGETHER // 100 - usage.used
        of_app = usage.app_limit - mine if usage.app_limit is not None else of_all
        return min(self.own(usage) - mine, of_all, of_app)

    def text(self) -> str:
        """For people, '' when unknown."""
        usage = self.usage
        if usage is None:
            return ""
        return (
            f"{usage.limit - usage.used:,} of {usage.limit:,} calls left in rolling 24 hours, for all applications "
            f"together; at most {self.own(usage):,} calls a day for this portal"
        )
