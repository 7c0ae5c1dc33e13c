"""Sliding windows of calls per credential pair, and everything that a test may switch."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Settings:
    """Switches of the emulator, set by the control interface.

    `windows`: (calls, seconds) each. `rate_as`: http or body. `auth_error`: body401, http401, body500. `ready_after`:
    empty downloads before the file comes; `ready_seconds`: seconds before it comes. `never_ready`. `not_ready_as`:
    empty, 404, 410. `truncate`: bytes cut off an exported file. `gone_as`: body404, body410, message, http404.
    `template_error`: answer (at the export) or file (the failure text in the file). `spelling` of report states: label
    or upper. `json_string`: whether the server knows that built-in. `batch`: reports for each rendering, 0 = all at
    once. `seed`: of the order of reports. `grouping`: whether bare numbers are printed as 1,234.

    Of tags. `tags_drop`: names that an update loses without a word. `tags_escape`: none, or double: the server escapes
    the colons of what it is sent. `tags_duplicates` in an inline level: last (counts) or refuse. `tags_connected`: the
    accounting connection of every policy ("xero"), as a policy's own `connected` is of one; `tags_connected_told`:
    whether policyList shows it; `tags_connected_refuse`: whether an update of tags is then refused. Told by the getter:
    `tags_html` names with entities, `tags_null_codes` null for an empty code, `tags_shuffle` in the order of `seed`,
    `tags_per_parent` a dependent name once for each parent.
    """

    windows: list[tuple[int, float]] = field(default_factory=lambda: [(5, 10.0), (20, 60.0)])
    rate_as: str = "body"
    auth_error: str = "body401"
    ready_after: int = 0
    ready_seconds: float = 0.0
    never_ready: bool = False
    not_ready_as: str = "empty"
    truncate: int = 0
    gone_as: str = "body404"
    template_error: str = "answer"
    spelling: str = "label"
    json_string: bool = True
    batch: int = 0
    seed: int = 1
    grouping: bool = True
    tags_drop: list[str] = field(default_factory=list)
    tags_escape: str = "none"
    tags_duplicates: str = "last"
    tags_connected: str = ""
    tags_connected_told: bool = True
    tags_connected_refuse: bool = False
    tags_html: bool = False
    tags_null_codes: bool = False
    tags_shuffle: bool = False
    tags_per_parent: bool = False


@dataclass(slots=True)
class Limiter:
    """Calls that went through, by user, as times."""

    calls: dict[str, deque[datetime]] = field(default_factory=dict)

    def admits(self, user: str, now: datetime, windows: list[tuple[int, float]]) -> bool:
        """Counts the call when every window has room for it."""
        seen = self.calls.setdefault(user, deque())
        longest = max((seconds for _, seconds in windows), default=0.0)
        while seen and (now - seen[0]).total_seconds() >= longest:
            seen.popleft()
        for allowed, seconds in windows:
            if sum((now - at).total_seconds() < seconds for at in seen) >= allowed:
                return False
        seen.append(now)
        return True
