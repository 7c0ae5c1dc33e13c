"""The connection test: reads the users, the only documented list, and the departments.

Which account it is nobody says, so it is told by its users: a key that is regenerated, a user who joins or leaves must
not look like another account. A few one-way digests of user ids and entry dates (no name, no e-mail) are kept with the
connection; as long as one of them is still there it is the same account.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from heapq import nsmallest
from typing import Any
from urllib.parse import urlsplit

from integrations.core.errors import ConfigError, PortalError, ProtocolError, RejectedError, TransientError
from integrations.core.records import fingerprint
from integrations.vendors.base import Access, Checked
from integrations.vendors.expensein.calls import Calls
from integrations.vendors.expensein.mapping import ApiMapping, Kind
from integrations.vendors.expensein.records import Item
from integrations.vendors.expensein.stream import read_list
from integrations.vendors.expensein.wire import WRONG_ADDRESS

KEPT = 32
"""Digests kept. So many users would have to leave between two tests before the account looks like another."""
PROBE: Kind = "departments"
"""Certain to exist (connectors of others read departments) and short."""

List = Callable[[Kind], Iterator[Item]]


def check(access: Access, mapping: ApiMapping, calls: Calls, list_records: List) -> Checked:
    """Two calls. Raises ConfigError for a wrong key, a forbidden address and a base address without ExpenseIn."""
    try:
        users, count = _users(mapping, calls)
    finally:
        access.http.drain_log()  # its last line shows the beginning of the list of users, who are people
    found, departments, lacking = _probe(list_records)
    identity = _identity(access.account, urlsplit(calls.root).netloc, users)
    facts = {"Server": urlsplit(calls.root).netloc, "Users": f"{count:,}", "Departments": departments}
    missing = [] if users else ["The API key is shown no users, so the portal cannot tell which account it belongs to."]
    return Checked(
        identity=identity,
        account={"identity": identity, "users": nsmallest(KEPT, users)},
        facts={label: text for label, text in facts.items() if text},
        missing=(*missing, *([] if found else [lacking])),
        budget=f"{mapping.calls_per_second} calls in a second" if mapping.calls_per_second else "",
    )


def _users(mapping: ApiMapping, calls: Calls) -> tuple[frozenset[str], int]:
    """Digests of the users, and how many there are."""
    try:
        with calls.spool(mapping.users, {}) as file:
            digests = [_digest(row) for row in read_list(file, mapping.list_keys, "the list of users")]
    except (RejectedError, ProtocolError, TransientError) as error:
        if isinstance(error, TransientError) and error.code != "web_page":
            raise
        raise ConfigError(WRONG_ADDRESS, error.detail or error.message, "wrong_address") from error
    return frozenset(filter(None, digests)), len(digests)


def _digest(row: Any) -> str:
    """Of id and entry date: neither tells about the person, and both together do not occur in two accounts."""
    if not isinstance(row, Mapping) or row.get("id") in (None, ""):
        return ""
    return fingerprint([str(row["id"]), str(row.get("dateAdded", ""))])[:16]


def _identity(account: Mapping[str, Any], host: str, users: Iterable[str]) -> str:
    """The one found at the last test while one of its users is left, else one made of a user of now."""
    known = account.get("users") or []
    if account.get("identity") and set(known) & set(users):
        return str(account["identity"])
    return f"{host}, account {min(users, default='unknown')[:8]}"


def _probe(list_records: List) -> tuple[bool, str, str]:
    """Whether the departments can be read, how many there are, and what to do when not."""
    try:
        count = sum(not item.deleted for item in list_records(PROBE))
    except PortalError as error:
        if error.code not in ("403", "404", "405", "410", "400"):
            raise
        return False, "", f"The list of departments cannot be read. {error.message}"
    return True, f"{count:,}", ""
