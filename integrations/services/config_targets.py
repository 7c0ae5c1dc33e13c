"""Looking up mapping targets while a configuration file is read: in the cache, else at the vendor, once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from integrations import registry
from integrations.core.errors import PortalError
from integrations.core.mapping import mapping_key
from integrations.models import Connection
from integrations.services.connections import build_access, connection_door, connection_missing
from integrations.services.mapping_resolve import SHOWN, CachedTargets
from integrations.services.references import references_read
from integrations.vendors.base import Candidate


class MemoryTokens:
    """`TokenStore` for a connection that is not stored yet."""

    def __init__(self) -> None:
        self.token: dict[str, Any] = {}

    def load(self) -> dict[str, Any]:
        return self.token

    def renew(self, stale: str, obtain: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
        if not self.token or self.token.get("access_token") == stale:
            self.token = {**self.token, **obtain(self.token)}
        return self.token


class LoadTargets:
    """`Targets` of a connection as the file leaves it, saved or not.

    What the cache does not hold is read from the vendor, each kind at most once; nothing is stored before `store`.
    A number with nothing cached is taken as an id without asking the vendor. `failed`: why the vendor could not be
    asked, '' as long as it could.
    """

    def __init__(self, connection: Connection, *, changed: bool) -> None:
        self.connection = connection
        self.changed = changed
        self.cached = CachedTargets(connection) if connection.pk else None
        self.read: dict[str, list[Candidate]] = {}
        self.failed = ""

    def has(self, kinds: Sequence[str]) -> bool:
        return all(kind in self.read or self._is_cached(kind) for kind in kinds)

    def _is_cached(self, kind: str) -> bool:
        return self.cached is not None and self.cached.has([kind])

    def tiers(self, kinds: Sequence[str], text: str) -> Iterator[list[Candidate]]:
        cached = [kind for kind in kinds if self._is_cached(kind)]
        if self.cached and cached:
            yield from self.cached.tiers(cached, text)
        if cached or not text.strip().isdecimal():
            self._read(kinds)
        yield from memory_tiers([one for kind in kinds for one in self.read.get(kind, [])], text)

    def labels(self, kinds: Sequence[str]) -> Iterable[str]:
        known = [one.label for kind in kinds for one in self.read.get(kind, []) if one.active]
        return known or (self.cached.labels(kinds) if self.cached else [])

    def _read(self, kinds: Sequence[str]) -> None:
        wanted = [kind for kind in kinds if kind not in self.read]
        if not wanted or self.failed:
            return
        if connection_missing(self.connection):
            self.failed = f"{self.connection.name} has no credentials yet."
            return
        try:
            with connection_door(self.connection) as http:
                vendor = registry.vendor(self.connection.vendor)
                access = build_access(self.connection, vendor, http)
                client = vendor.open(replace(access, tokens=MemoryTokens()) if self.changed else access)
                for kind in wanted:
                    self.read[kind] = list(client.list_candidates(kind))
        except PortalError as error:
            self.failed = f"{self.connection.name}: {error.message}"

    def store(self, connection: Connection) -> None:
        """Put what was read into the cache of the connection, which is now saved. Calls nobody."""
        for kind in self.read:
            references_read(connection=connection, kind=kind, client=self)

    def list_candidates(self, kind: str) -> Iterator[Candidate]:
        return iter(self.read[kind])


def memory_tiers(candidates: list[Candidate], text: str) -> Iterator[list[Candidate]]:
    """By id, code, e-mail address, name; as `CachedTargets.tiers`."""
    key = mapping_key(text)
    active = [one for one in candidates if one.active]
    yield [one for one in candidates if one.id == text.strip()][: SHOWN + 1]
    for name in ("code", "email", "label"):
        yield [one for one in active if key and mapping_key(getattr(one, name)) == key][: SHOWN + 1]
