"""Whether a company or contact of Accelo is the one of Salesforce. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping


def name_key(text: str) -> str:
    """Names are compared without regard to case and blanks."""
    return unicodedata.normalize("NFC", " ".join(text.split())).casefold()


def host_key(website: str) -> str:
    """`www.harbour.example` of `https://www.Harbour.example/about` is `harbour.example`; '' for none."""
    host = website.strip().casefold().partition("://")[2] or website.strip().casefold()
    for mark in "/?#":
        host = host.partition(mark)[0]
    return host.rpartition("@")[2].partition(":")[0].removeprefix("www.").strip(".")


def same_company(values: Mapping[str, str], name: str, website: str) -> bool:
    """Equal names, unless both have a website and these differ. Both texts may be keys already."""
    ours, theirs = host_key(values.get("website", "")), host_key(website)
    return name_key(values["name"]) == name_key(name) and not (ours and theirs and ours != theirs)


def same_person(values: Mapping[str, str], firstname: str, surname: str, emails: set[str]) -> bool:
    """Of the same company: an equal e-mail address, or equal names and not another address."""
    ours = values.get("email", "").strip().casefold()
    theirs = {email.strip().casefold() for email in emails if email.strip()}
    if ours and ours in theirs:
        return True
    same_name = name_key(f"{values.get('firstname', '')} {values.get('surname', '')}") == name_key(
        f"{firstname} {surname}"
    )
    return same_name and not (ours and theirs)
