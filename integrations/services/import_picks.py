"""One record of the target that a person picks by its name: the company or contact that an import attaches to.

An option `attach_…` holds the id of such a record; what follows in its name is the kind. The target's client has
`search_records(kind, text)` and `get_record(kind, id)`. What was picked is kept by name, for the pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations import registry
from integrations.core.errors import ConfigError
from integrations.models import Reference, Sync
from integrations.services.clients import Clients, both_sides
from integrations.services.references import build_reference
from integrations.vendors.base import Candidate

ATTACH = "attach_"
NUMBERS = {"contact": " A number is that of a contact's place at a company, its affiliation."}
LEAST = 2
"""Letters from which on it is searched."""


def pick_kind(option: str) -> str:
    """ "company" of the option attach_company; '' for an option that holds no such record."""
    return option.removeprefix(ATTACH) if option.startswith(ATTACH) else ""


def picks_search(sync: Sync, kind: str, text: str) -> list[Candidate]:
    """What the target has by this text, best first. Calls it; raises PortalError."""
    text = text.strip()
    if len(text) < LEAST:
        return []
    with Clients(both_sides(sync), lambda: None) as clients:
        found: list[Candidate] = clients.get("target").search_records(kind, text)
    return found


def pick_label(sync: Sync, kind: str, id: str) -> str:
    """What was picked, by name; its id where the name was never asked for."""
    row = Reference.objects.filter(connection=sync.target_id, kind=kind, external_id=id).first()
    return row.label if row else id


def pick_chosen(sync: Sync, option: str, id: str, text: str) -> str:
    """The id of what a person chose, '' for nothing; asks the target unless it is what is stored already.

    `id` '' and a text: the id, or the whole name, was typed and not chosen. Raises ConfigError in words when the target
    does not have it, PortalError when it cannot be asked.
    """
    kind, stored = pick_kind(option), str(sync.options.get(option) or "")
    id, text = id.strip(), text.strip()
    if not id and not text:
        return ""
    if id == stored and text in ("", pick_label(sync, kind, id)):
        return id
    with Clients(both_sides(sync), lambda: None) as clients:
        client = clients.get("target")
        found = client.get_record(kind, id) if id else None
        if found is None or text not in ("", found.label):
            found = typed(client, kind, text or id)
    if found is None:
        raise ConfigError(
            f"{registry.vendor(sync.target.vendor).label} has no {kind} “{text or id}”. Type a part of the name and "
            f"choose from the list that opens.{NUMBERS.get(kind, '')}"
        )
    remember(sync, found)
    return found.id


def typed(client: Any, kind: str, text: str) -> Candidate | None:
    """The one with this id, else the only one of this name or e-mail address. Raises ConfigError for several."""
    if text.isdecimal() and (found := client.get_record(kind, text)):
        return found
    name = (kind == "contact" and text.rpartition(", ")[0]) or text
    named = [one for one in client.search_records(kind, name) if is_called(one, text.casefold())]
    if len(named) > 1:
        several = "; ".join(f"{one.label} ({one.id})" for one in named[:5])
        raise ConfigError(f"Several are called “{text}”: {several}. Name one of them by its id.")
    return named[0] if named else None


def is_called(one: Candidate, text: str) -> bool:
    """A contact is shown as `name, company`."""
    names = {one.label.casefold(), one.email.casefold()}
    return text in names or (one.kind == "contact" and one.label.casefold().startswith(f"{text}, "))


def picks_settled(sync: Sync, options: Mapping[str, Any]) -> dict[str, Any]:
    """Options of a file in which such a record stands by its id, name or e-mail address, by their ids. Raises
    ConfigError in words for what the target does not have, PortalError when it cannot be asked."""
    named = {name: str(value) for name, value in options.items() if pick_kind(name) and value}
    return {**options, **{name: pick_chosen(sync, name, "", text) for name, text in named.items()}}


def remember(sync: Sync, one: Candidate) -> None:
    row = build_reference(sync.target, one)
    fields = ("label", "code", "email", "active", "extra", "label_key", "code_key")
    values = {name: getattr(row, name) for name in fields}
    Reference.objects.update_or_create(
        connection=sync.target, kind=one.kind, external_id=one.id, defaults=values
    )  # fmt: skip
