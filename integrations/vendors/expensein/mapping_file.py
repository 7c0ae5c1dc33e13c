"""Where the mapping comes from: the built-in file, and the installation's own laid over it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from integrations.core.errors import ConfigError
from integrations.vendors.expensein.mapping import VARIABLE, ApiMapping, parse_mapping

BUILT_IN = Path(__file__).with_name("mapping.yaml")


def read_mapping(changes: str = "", file: str = "mapping.yaml") -> ApiMapping:
    """The built-in mapping with `changes` (YAML text) laid over it. Raises ConfigError naming `file`."""
    return parse_mapping(BUILT_IN.read_text(encoding="utf-8"), changes, file)


def load_mapping(environ: Mapping[str, str] = os.environ) -> ApiMapping:
    """The mapping of this installation. Raises ConfigError when its file is absent, unreadable or wrong."""
    path = environ.get(VARIABLE, "").strip()
    if not path:
        return read_mapping()
    try:
        changes = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"{path}, which {VARIABLE} names, cannot be read. Correct the path, or take {VARIABLE} out of the "
            "environment.",
            f"{type(error).__name__}: {error}",
            "mapping",
        ) from None
    return read_mapping(changes, path)
