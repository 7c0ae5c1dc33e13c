"""Which addresses the portal may call. The check runs on the very address that is then connected to."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from functools import lru_cache

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from integrations.core.errors import ConfigError

SETTING = "PORTAL_ALLOWED_PRIVATE_HOSTS"
PORTS = {"http": 80, "https": 443}
NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Guard:
    """Which addresses may be called: https to public addresses, anything to the hosts named in `allowed`
    (`host` or `host:port`). Checked at connect time, after name resolution, for each request and redirect."""

    allowed: frozenset[str] = frozenset()

    def trusts(self, host: str, port: int) -> bool:
        """Whether `host` (name or address, IPv6 with or without brackets) is named in `allowed`."""
        name = _plain(host)
        bracketed = f"[{name}]" if ":" in name else name
        return not _named(self.allowed).isdisjoint((name, bracketed, f"{bracketed}:{port}"))

    def check_url(self, url: str) -> Url:
        """The parsed address. Raises ConfigError when it is no web address, or plain http to an unnamed host."""
        parsed = parse_address(url)
        host, port = parsed.host or "", port_of(parsed)
        if parsed.scheme != "https" and not self.trusts(host, port):
            raise ConfigError(
                f"The address of {host} begins with http://, which is not encrypted. Use https://. Only hosts named in "
                f"the setting {SETTING} may be called without encryption."
            )
        return parsed

    def check_address(self, host: str, port: int, address: str) -> None:
        """Raises ConfigError when `address` (what `host` resolved to) is not public and the host is not named."""
        if self.trusts(host, port) or is_public(address):
            return
        name = _plain(host)
        raise ConfigError(
            f"{name} leads to the private or local address {address}, which the portal does not call. Check the "
            f"address of the connection. If this host is meant, whoever runs the portal adds {name}:{port} to the "
            f"setting {SETTING}."
        )


@lru_cache(maxsize=16)
def _named(allowed: frozenset[str]) -> frozenset[str]:
    return frozenset(entry.strip().lower() for entry in allowed)


@lru_cache(maxsize=128)
def parse_address(url: str) -> Url:
    """Raises ConfigError when `url` is not a complete http or https address."""
    try:
        parsed = parse_url(url)
    except LocationParseError:
        parsed = Url()
    if parsed.scheme not in PORTS or not parsed.host:
        raise ConfigError("The address is not a complete web address (https://…). Correct it in the connection.")
    return parsed


def port_of(url: Url) -> int:
    return url.port or PORTS[url.scheme or "https"]


def origin(url: Url) -> tuple[str, str, int]:
    """Scheme, host and port: what two addresses share when they are the same server."""
    return url.scheme or "", _plain(url.host or ""), port_of(url)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet: not private, loopback, link-local, multicast, reserved
    or unspecified, nor an IPv6 wrapping of such an IPv4 address."""
    ip = _unwrapped(ipaddress.ip_address(address.partition("%")[0]))
    if isinstance(ip, ipaddress.IPv6Address) and ip.is_site_local:
        return False
    return ip.is_global and not (
        ip.is_private or ip.is_loopback or ip.is_link_local or ip.is_multicast or ip.is_reserved or ip.is_unspecified
    )


def _unwrapped(ip: Address) -> Address:
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip in NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else ip)


def _plain(host: str) -> str:
    return host.strip("[]").rstrip(".").lower()
