"""The address of the web service, from what a person enters. Pure.

Source: the vendor's documentation on endpoints (regions uk1, eu1, eu2, us1; one path for each version).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from integrations.core.errors import ConfigError

REGIONS = ("uk1", "eu1", "eu2", "us1")
VERSIONS = ("2.0", "1.1")
PATHS = {
    "2.0": "/system/dashboard/integration/integration_2_0.asmx",
    "1.1": "/system/dashboard/integration/integration_1_1.asmx",
}
EXAMPLE = "https://uk1.accountsiq.com"


def version_of(settings: Mapping[str, str]) -> str:
    version = settings.get("version", "").strip() or VERSIONS[0]
    if version not in VERSIONS:
        raise ConfigError(f"The version is “{version}”; choose 2.0 or 1.1.")
    return version


def endpoint(settings: Mapping[str, str]) -> str:
    """`base_url` may be the host, a bare region word, or the whole endpoint (ends in .asmx), which counts as it is.

    Raises ConfigError naming base_url.
    """
    text = settings.get("base_url", "").strip() or EXAMPLE
    if re.fullmatch(r"[A-Za-z]{2}\d", text):
        text = f"{text.lower()}.accountsiq.com"
    text = text if "://" in text else f"https://{text}"
    parts = urlsplit(text)
    if not parts.hostname or parts.scheme not in ("http", "https"):
        raise ConfigError(f"Enter the address of your AccountsIQ region as base_url, like {EXAMPLE}.", repr(text))
    plain = parts._replace(query="", fragment="").geturl().rstrip("/")
    if plain.lower().endswith(".asmx"):
        return plain
    path = settings.get("endpoint_path", "").strip() or PATHS[version_of(settings)]
    return f"{plain}/{path.lstrip('/')}"
