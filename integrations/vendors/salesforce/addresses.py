"""Which addresses a connection uses: the log-in host, and below it or elsewhere the org's own instance. Pure.

Source: Salesforce help, OAuth Endpoints; Apex and REST guides on My Domain host names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from integrations.core.errors import ConfigError, ProtocolError

DEFAULT_LOGIN = "https://login.salesforce.com"
DEFAULT_VERSION = "66.0"
SHARED_LOGINS = frozenset({"login.salesforce.com", "test.salesforce.com"})
"""Log-in hosts of all orgs together; client credentials are refused there."""
BROWSER_ONLY = (".lightning.force.com", ".my.salesforce-setup.com")
"""Hosts of pages for people; a token sent there is refused."""
WRONG_ADDRESS = (
    "There is no Salesforce at the log-in address. Set login_url to https://login.salesforce.com, to "
    "https://test.salesforce.com for a sandbox, or to your org's own https://NAME.my.salesforce.com."
)


@dataclass(frozen=True, slots=True)
class Addresses:
    """`login`: scheme, host and path prefix of the log-in host without a final slash. `version`: like 66.0."""

    login: str
    version: str

    @classmethod
    def parse(cls, settings: Mapping[str, str]) -> Addresses:
        """Raises ConfigError naming login_url or api_version."""
        return cls(_parse_login(settings.get("login_url", "")), _parse_version(settings.get("api_version", "")))

    @property
    def login_host(self) -> str:
        return urlsplit(self.login).hostname or ""

    @property
    def is_shared(self) -> bool:
        return self.login_host in SHARED_LOGINS

    def oauth(self, name: str) -> str:
        return f"{self.login}/services/oauth2/{name}"

    def data(self, instance: str, path: str) -> str:
        return f"{instance}{self.data_path(path)}"

    def data_path(self, path: str) -> str:
        """As it stands in a composite request: below the host."""
        return f"/services/data/v{self.version}/{path}"

    def instance(self, url: str) -> str:
        """A checked instance_url of a token answer, without a final slash.

        Raises ConfigError when it is a page for people or not encrypted, ProtocolError when it is no address.
        """
        parts = urlsplit(url.strip().rstrip("/"))
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ProtocolError("Salesforce did not say where the org's data is.", f"instance_url is {url!r}")
        _refuse_browser_host(parts.hostname)
        if parts.scheme != "https" and not self.login.startswith("http://"):
            message = "Salesforce named an address without encryption (http) for the org. The portal does not use it."
            raise ConfigError(message, f"instance_url is {url!r}", "wrong_address")
        return parts.geturl()


def below(instance: str, address: str) -> str:
    """An address that Salesforce names relative to the host (nextRecordsUrl), at this instance."""
    start = address.find("/services/")
    if start < 0:
        raise ProtocolError("Salesforce named an address that is not its own.", repr(address)[:200])
    return instance + address[start:]


def budget_key(settings: Mapping[str, str], credentials: Mapping[str, str]) -> str:
    """Application and log-in host: the allowance belongs to the org, which is known only after signing in."""
    login_url = settings.get("login_url", "")
    try:
        parts = urlsplit(_parse_login(login_url))
    except ConfigError:
        return login_url
    return f"{credentials.get('client_id', '')}@{parts.netloc.lower()}{parts.path}"


def _parse_login(text: str) -> str:
    """With or without scheme, final slash or path. Of another host than Salesforce's the path is kept as a prefix."""
    text = text.strip() or DEFAULT_LOGIN
    parts = _split(text if "://" in text else f"https://{text}")
    host = (parts.hostname or "").lower()
    if not host or parts.scheme not in ("http", "https"):
        raise ConfigError(WRONG_ADDRESS, f"login_url is {text!r}", "wrong_address")
    _refuse_browser_host(host)
    path = "" if host.endswith(".salesforce.com") else parts.path.partition("/services/")[0]
    return f"{parts.scheme}://{parts.netloc}{path.removesuffix('/services').rstrip('/')}"


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise ConfigError(WRONG_ADDRESS, f"login_url is {text!r}", "wrong_address") from None
    return parts


def _refuse_browser_host(host: str) -> None:
    for ending in BROWSER_ONLY:
        if host.endswith(ending):
            cure = host.removesuffix(ending) + ".my.salesforce.com"
            raise ConfigError(
                f"{host} shows pages to people and takes no sign-in of programs. Set login_url to https://{cure}.",
                code="wrong_address",
            )


def _parse_version(text: str) -> str:
    """`66`, `66.0` and `v66.0` are the same."""
    match = re.fullmatch(r"[vV]?(\d{1,3})(?:\.0)?", text.strip() or DEFAULT_VERSION)
    if not match:
        raise ConfigError(f"The setting api_version must look like {DEFAULT_VERSION}.", f"it is {text!r}")
    return f"{match[1]}.0"
