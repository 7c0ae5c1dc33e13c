"""Where the system's browser is."""

from __future__ import annotations

import shutil
from functools import cache

NAMES = ("chromium", "chromium-browser", "google-chrome")


@cache
def browser_binary() -> str | None:
    """Path of the first of `NAMES` in PATH, None when there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)
