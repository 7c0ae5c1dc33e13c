"""Carrying out one action at ExpenseIn. Creates and updates; deletes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from integrations.core.errors import PortalError
from integrations.core.records import Action, Written
from integrations.syncs.accountsiq_expensein.lists import kind_of
from integrations.syncs.accountsiq_expensein.rows import Laid, Present, differences, digest_after, rate_text
from integrations.vendors.expensein.client import ExpenseInClient
from integrations.vendors.expensein.records import Item

Raw = Callable[[str], Mapping[str, Any] | None]
"""The record with this id as ExpenseIn listed it, where updates send whole records."""


class Writer:
    def __init__(self, client: ExpenseInClient, raw: Raw) -> None:
        self.client = client
        self.raw = raw

    def create(self, action: Action) -> Written:
        item = self.client.create_record(kind_of(action.stream), action.wanted)
        return self._written(action, item)

    def update(self, action: Action) -> Written:
        """The name is always sent with what changes, for ExpenseIn asks for one."""
        laid: Laid = action.extra["laid"]
        values = {"name": action.wanted["name"], **{name: after for name, (_, after) in action.changes.items()}}
        if laid.park is None:
            return self._written(action, self._update(action.stream, action.target_id, values))
        id, name, meanwhile = laid.park
        self._update(action.stream, id, {"name": meanwhile})
        try:
            item = self._update(action.stream, action.target_id, values)
        except PortalError:
            self._update(action.stream, id, {"name": name})
            raise
        return self._written(action, item)

    def _update(self, stream: str, id: str, values: Mapping[str, Any]) -> Item:
        return self.client.update_record(kind_of(stream), id, values, self.raw(id))

    def _written(self, action: Action, item: Item) -> Written:
        """What ExpenseIn made of it, as far as its answer tells. A value that it stores in its own way is told and not
        sent again."""
        laid: Laid = action.extra["laid"]
        before = laid.present or Present(item.id, "", "", None, laid.rate)
        inactive = item.inactive if item.inactive is not None else action.wanted.get("inactive", before.inactive)
        name, reference = item.name or action.wanted["name"], item.reference or action.wanted["reference"]
        now = Present(item.id, name, reference, inactive, rate_text(item.rate) or before.rate)
        sent = {name: after for name, (_, after) in action.changes.items()}
        other = {name: [after, now] for name, (now, after) in differences(laid, now).items() if name in sent}
        notes = tuple(f"ExpenseIn stored {now!r} for {after!r}." for after, now in other.values())
        return Written(item.id, action.wanted, notes, memo={"stored": other}, digest=digest_after(laid, now))
