"""The ExpenseIn client: lists, creates and updates the reference data that staff choose from. Deletes nothing.

Only the base address, the API key and GET /users are documented (ExpenseIn, Developers); all other names come from the
mapping file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from integrations.core.errors import ConfigError, OutcomeUnknown, ProtocolError, RejectedError
from integrations.http import Reply
from integrations.vendors.base import Access, Candidate, Checked
from integrations.vendors.expensein import checks
from integrations.vendors.expensein.calls import Calls
from integrations.vendors.expensein.mapping import LABELS, ApiMapping, Kind, Lengths
from integrations.vendors.expensein.records import Item, Values, has_id, item_parser, wire_body
from integrations.vendors.expensein.stream import read_list
from integrations.vendors.expensein.wire import WRONG_MAPPING

NO_ID = "no_id"
GONE = "gone"
_SETTINGS = {"purchase": "purchase_type", "all": "expense_types"}
"""Settings of the connection that take the place of the mapping file's lists."""


class ExpenseInClient:
    """One connection to one ExpenseIn account.

    Raises everywhere ConfigError (key, permission, address of this server, base address, mapping file),
    TransientError, BudgetExhausted (429 with a long Retry-After), ProtocolError.
    """

    def __init__(self, access: Access, mapping: ApiMapping) -> None:
        self._access = access
        self._mapping = mapping
        self._calls = Calls(access, mapping)

    def check(self) -> Checked:
        return checks.check(self._access, self._mapping, self._calls, self.list_records)

    def list_candidates(self, kind: str) -> Iterator[Candidate]:
        """None: nothing of ExpenseIn is mapped by a person."""
        return iter(())

    # What the mapping file and the connection's settings tell

    def limits(self, kind: Kind) -> Lengths:
        """Longest name and reference that ExpenseIn takes, in characters, outer blanks counted."""
        return self._mapping.lengths

    def fields(self, kind: Kind) -> frozenset[str]:
        """Our names of the fields that this kind of record has; of `values`, others are left out when writing."""
        return frozenset(ours for ours, _ in self._mapping.objects[kind].fields.items())

    def applies_to(self, kind: Kind) -> tuple[str, ...] | None:
        """The kinds of expenses that a new record is created for, None where that is not told."""
        shape = self._mapping.objects[kind]
        if shape.created_for is None or shape.fields.applies_to is None:
            return None
        own = self._access.settings.get(_SETTINGS[shape.created_for], "")
        words = tuple(word.strip() for word in own.split(",") if word.strip())
        return words or self._mapping.applies_to[shape.created_for]

    # Records

    def list_records(self, kind: Kind) -> Iterator[Item]:
        """All records in ExpenseIn's order, deleted ones included; lazily, memory flat. One call, or one for each page.

        Either ends after the last record or raises: TransientError (code cut_short) for a truncated answer,
        ProtocolError for one that is no list of records with ids. Use nothing of it before it has ended well.
        """
        parse = item_parser(self._mapping, kind)
        if not self._mapping.paging.enabled:
            return map(parse, self._rows(kind, {}))
        return self._paged(kind)

    def create_record(self, kind: Kind, values: Values) -> Item:
        """Sent once, except after a 429. What the answer lacks is taken from what was sent.

        Raises RejectedError with ExpenseIn's words; OutcomeUnknown when no answer came, or one without an id (code
        no_id): look in the list before sending again.
        """
        body = wire_body(self._mapping, kind, values)
        shape = self._mapping.objects[kind]
        try:
            reply = self._calls.write(self._mapping.create_method, shape.path, body, repeatable=False)
        except RejectedError as error:
            if error.code in ("404", "410"):
                raise ConfigError(_no_list(kind, shape.path), error.detail, error.code) from error
            raise
        row = self._record(kind, reply)
        if not has_id(self._mapping, kind, row):
            raise OutcomeUnknown(
                "ExpenseIn says it was created but tells no id; it is looked up before anything is sent again.",
                f"HTTP {reply.status}: {self._access.http.mask(reply.text()[:300])}",
                NO_ID,
            )
        return item_parser(self._mapping, kind)({**body, **row})

    def update_record(self, kind: Kind, id: str, values: Values, current: Mapping[str, Any] | None = None) -> Item:
        """Repeatable. `current`: the record as listed (`Item.raw`), used where the mapping file asks for whole records;
        without it the record is read first. What the answer lacks is taken from what was sent and from `current`,
        and is empty where neither tells it.

        Raises RejectedError with ExpenseIn's words, with code `gone` when there is no such record.
        """
        body = wire_body(self._mapping, kind, values)
        shape = self._mapping.objects[kind]
        path = f"{shape.path}/{quote(id, safe='')}"
        try:
            if self._mapping.full_update:
                body = {**(current or self._record(kind, self._calls.read(path))), **body}
            reply = self._calls.write(self._mapping.update_method, path, body, repeatable=True)
        except RejectedError as error:
            if error.code in ("404", "410"):
                message = f"This is no longer among the {LABELS[kind]} of ExpenseIn: it was deleted there."
                raise RejectedError(message, error.detail, GONE) from error
            raise
        row = {**(current or {}), **body, **self._record(kind, reply), shape.fields.id: id}
        return item_parser(self._mapping, kind)(row)

    def _rows(self, kind: Kind, params: Mapping[str, str]) -> Iterator[Any]:
        path, what = self._mapping.objects[kind].path, f"the list of {LABELS[kind]}"
        try:
            with self._calls.spool(path, params) as file:
                yield from read_list(file, self._mapping.list_keys, what)
        except RejectedError as error:
            raise ConfigError(_no_list(kind, path, error.message), error.detail, error.code) from error

    def _paged(self, kind: Kind) -> Iterator[Item]:
        """Page by page until one is short. A record that moved on to the next page meanwhile is given once."""
        paging, parse = self._mapping.paging, item_parser(self._mapping, kind)
        number, before = paging.first, frozenset[str]()
        while True:
            params = {paging.page: str(number), paging.size: str(paging.per_page)}
            items = list(map(parse, self._rows(kind, params)))
            ids = frozenset(item.id for item in items)
            if len(items) > paging.per_page or (len(items) == paging.per_page and ids <= before):
                raise ProtocolError(
                    f"ExpenseIn did not give the list of {LABELS[kind]} in pages as asked. Correct lists.paging in the "
                    "mapping file.",
                    f"page {number}: {len(items)} records",
                    "paging",
                )
            yield from (item for item in items if item.id not in before)
            if len(items) < paging.per_page:
                return
            number, before = number + 1, ids

    def _record(self, kind: Kind, reply: Reply) -> dict[str, Any]:
        """The record of an answer, also below one of the keys of lists; {} when there is none to be read."""
        try:
            body = reply.json(decimals=True)
        except ProtocolError:
            return {}
        if not isinstance(body, dict):
            return {}
        places: list[Any] = [body, *(body.get(key) for key in self._mapping.list_keys)]
        found: dict[str, Any] = next((row for row in places if has_id(self._mapping, kind, row)), body)
        return found


def _no_list(kind: Kind, path: str, said: str = "") -> str:
    words = f" {said.rstrip('.')}." if said else ""
    return f"ExpenseIn has no list of {LABELS[kind]} at {path}.{words} {WRONG_MAPPING}"
