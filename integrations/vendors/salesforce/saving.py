"""Writing records, 200 a call, each with its own result; and one record that must not have changed meanwhile.

Source: Salesforce REST guide, sObject Collections, Assignment Rule Header, Duplicate Rule Header, Conditional Request
Headers; experience of client authors with locked rows.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from integrations.core.errors import OutcomeUnknown, PortalError, ProtocolError
from integrations.vendors.salesforce import soql
from integrations.vendors.salesforce.ids import is_id, to18
from integrations.vendors.salesforce.rules import LOCKED
from integrations.vendors.salesforce.times import http_date
from integrations.vendors.salesforce.transport import Transport, as_list, lost
from integrations.vendors.salesforce.wire import row_signal, words_of

TOGETHER = 200
"""Records that one call takes."""
LOCK_SIZES = (50, 20, 10, 1)
"""Records a call in the further attempts with rows that another process held: less is locked at once."""
LOCK_PAUSE = 1.0
"""Seconds: the longest pause before the first further attempt; it doubles."""
NO_ASSIGNMENT = {"Sforce-Auto-Assign": "FALSE"}
"""Else Salesforce runs its assignment rules on every write of an account and changes its owner."""
ALLOW_DUPLICATES = {
    "Sforce-Duplicate-Rule-Header": "allowSave=true; includeRecordDetails=false; runAsCurrentUser=true",
}
UNKNOWN, NOT_SENT = "OUTCOME_UNKNOWN", "NOT_SENT"
"""Codes of our own: a create without a readable answer (look before sending it again); a row that may simply be sent
again, for its call or an earlier one went wrong."""
STOPPED = "The run was ended before this was written. The next run writes it."

Method = Literal["POST", "PATCH"]
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of one row. `id`: 18 characters, of a refused create ''. `code`: Salesforce's word, or UNKNOWN or
    NOT_SENT; `message`: for a person; `fields`: those that Salesforce names."""

    id: str
    success: bool
    code: str = ""
    message: str = ""
    fields: tuple[str, ...] = ()


class Saver:
    """`pause(seconds)` waits; `chance()` gives a number from 0 to 1."""

    def __init__(
        self, calls: Transport, pause: Callable[[float], None], chance: Callable[[], float] = random.random
    ) -> None:
        self._calls = calls
        self._pause = pause
        self._chance = chance

    def create(self, object: str, rows: Sequence[Record], *, allow_duplicates: bool) -> list[Saved]:
        """See SalesforceClient.create_records."""
        records = [{"attributes": {"type": soql.name(object)}, **row} for row in rows]
        return self._save("POST", records, NO_ASSIGNMENT | (ALLOW_DUPLICATES if allow_duplicates else {}))

    def update(self, object: str, rows: Sequence[Record]) -> list[Saved]:
        """See SalesforceClient.update_records."""
        records = [_update_of(soql.name(object), row) for row in rows]
        return self._save("PATCH", records, NO_ASSIGNMENT)

    def update_guarded(self, object: str, id: str, changes: Record, unmodified_since: datetime) -> None:
        """See SalesforceClient.update_guarded. Repeatable: what was stored before meets its own new date and is
        refused, as is right."""
        headers = NO_ASSIGNMENT | {"If-Unmodified-Since": http_date(unmodified_since)}
        path = f"sobjects/{soql.name(object)}/{to18(id)}"
        self._calls.send("PATCH", path, dict(changes), repeatable=True, headers=headers, expect="any")

    def _save(self, method: Method, records: list[dict[str, Any]], headers: Mapping[str, str]) -> list[Saved]:
        """All rows, then again those that were locked. Raises what the first call raises; once a row has its result,
        trouble with a later call is told by the rows it concerns."""
        results: list[Saved | None] = [None] * len(records)
        self._round(method, records, headers, results, range(len(records)), TOGETHER)
        for attempt, size in enumerate(LOCK_SIZES):
            locked = [place for place, saved in enumerate(results) if saved is not None and saved.code == LOCKED]
            if not locked:
                break
            try:
                self._pause(LOCK_PAUSE * 2**attempt * (0.5 + self._chance() / 2))
            except Exception:  # the owner of the run wants it to end: the results come first, it says so again
                break
            self._round(method, records, headers, results, locked, size)
        return [saved for saved in results if saved is not None]

    def _round(
        self,
        method: Method,
        records: list[dict[str, Any]],
        headers: Mapping[str, str],
        results: list[Saved | None],
        places: Sequence[int],
        size: int,
    ) -> None:
        """Sends the records at `places` and puts their results there."""
        for start in range(0, len(places), size):
            part = places[start : start + size]
            try:
                answers: Iterable[Saved] = self._call(method, [records[place] for place in part], headers)
            except Exception as error:  # whatever it is, the ids of what was stored must not be lost with it
                if not any(results):
                    raise
                self._give_up(error, records, results, part, places[start + size :])
                return
            for place, saved in zip(part, answers, strict=True):
                results[place] = saved

    def _give_up(
        self,
        error: Exception,
        records: list[dict[str, Any]],
        results: list[Saved | None],
        part: Sequence[int],
        rest: Sequence[int],
    ) -> None:
        """Rows of the call that went wrong, and those after it. One that was only locked before keeps that result,
        unless this call may have stored it."""
        code = UNKNOWN if isinstance(error, OutcomeUnknown) else NOT_SENT
        words = error.message if isinstance(error, PortalError) else STOPPED
        for places, told in ((part, code), (rest, NOT_SENT)):
            for place in places:
                if results[place] is None or told == UNKNOWN:
                    results[place] = Saved(str(records[place].get("id", "")), False, told, words)

    def _call(self, method: Method, records: list[dict[str, Any]], headers: Mapping[str, str]) -> list[Saved]:
        """One result for each record. HTTP 200 says nothing about any of them."""
        body = {"allOrNone": False, "records": records}
        creates = method == "POST"
        reply = self._calls.send(method, "composite/sobjects", body, repeatable=not creates, headers=headers)
        try:
            answers = as_list(reply)
            if len(answers) != len(records):
                raise ProtocolError(
                    "Salesforce answered with another number of results than records were sent.",
                    f"{len(answers)} for {len(records)}",
                )
            return [_saved(answer, record) for answer, record in zip(answers, records, strict=True)]
        except ProtocolError as error:
            if creates:
                raise lost(error) from error
            raise


def _update_of(object: str, row: Record) -> dict[str, Any]:
    """Raises ValueError for a row without an `Id`."""
    id = str(row.get("Id", ""))
    return {
        "attributes": {"type": object},
        "id": to18(id),
        **{name: value for name, value in row.items() if name != "Id"},
    }


def _saved(answer: Any, record: Record) -> Saved:
    if not isinstance(answer, Mapping) or not isinstance(answer.get("success"), bool):
        raise ProtocolError("Salesforce answered to a record without a result.", repr(answer)[:200])
    id = str(answer.get("id") or record.get("id") or "")
    if answer["success"]:
        if not is_id(id):
            raise ProtocolError("Salesforce stored a record without telling its id.", repr(answer)[:200])
        return Saved(to18(id), True)
    errors = answer.get("errors")
    told = row_signal(errors if isinstance(errors, list) else [])
    refused = Saved("", False, told.code or "UNKNOWN_EXCEPTION", words_of(told), told.fields)
    return replace(refused, id=to18(id)) if is_id(id) else refused
