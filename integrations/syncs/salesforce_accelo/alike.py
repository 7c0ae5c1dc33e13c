"""When two values count as the same although they are written differently: by field. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from urllib.parse import urlsplit

from integrations.core.conflict import Alike, equal, same
from integrations.core.records import Json, canonical_text
from integrations.syncs.salesforce_accelo.places import same_country, same_state
from integrations.syncs.salesforce_accelo.shape import TITLES, split_street

PLAIN_WEBSITE = re.compile(r"(?:[Hh][Tt][Tt][Pp][Ss]?://)?([A-Za-z0-9.-]+)(/?)")
"""A host and nothing else, as most websites are written: it need not be taken apart."""


@cache
def alike(field: str) -> Alike:
    """How values of this field (`website`, `companies.website`) are compared.

    Websites without scheme, `www.`, case of the host and final slash; e-mails without case; addresses part by part,
    state and country by the place that is meant. All else, phones too, by the text.
    """
    name = field.rpartition(".")[2]
    if name in TITLES:
        return same_address
    return {"website": same_website, "email": same_email}.get(name, equal)


def same_website(one: Json, other: Json) -> bool:
    return equal(one, other) or website_key(str(one or "")) == website_key(str(other or ""))


def same_email(one: Json, other: Json) -> bool:
    return same(one, other) or canonical_text(one).casefold() == canonical_text(other).casefold()


def same_address(one: Json, other: Json) -> bool:
    """By parts; nothing in any part is no address."""
    if same(one, other):
        return True
    first, second = _address(one), _address(other)
    return (
        split_street(first["street"]) == split_street(second["street"])
        and first["city"] == second["city"]
        and first["zip"] == second["zip"]
        and same_country(first["country"], second["country"])
        and same_state(first["country"], first["state"], second["state"])
    )


def website_key(website: str) -> str:
    """`HTTPS://www.Harbour.example/Shop/` -> `harbour.example/Shop`."""
    host, rest = split_website(website)
    return host + rest.rstrip("/")


def split_website(website: str) -> tuple[str, str]:
    """(host in lower case without `www.`, all that follows it). What is no address at all is all host."""
    text = canonical_text(website)
    if plain := PLAIN_WEBSITE.fullmatch(text):
        return _bare(plain[1].lower()), plain[2]
    try:
        parts = urlsplit(text if "://" in text else f"//{text.lstrip('/')}")
        host = (parts.netloc.rpartition("@")[2]).lower()
    except ValueError:
        return text.lower(), ""
    rest = parts.path + (f"?{parts.query}" if parts.query else "") + (f"#{parts.fragment}" if parts.fragment else "")
    return _bare(host), rest


def _bare(host: str) -> str:
    return host.removesuffix(".").removeprefix("www.")


def _address(value: Json) -> Mapping[str, str]:
    held = value if isinstance(value, Mapping) else {}
    return {part: canonical_text(held.get(part)) for part in ("street", "city", "zip", "state", "country")}
