"""Did a create whose answer was lost arrive? Nobody numbers sales and tickets for us, so the newer ones are compared.

The filters keep the look-up at one call; what comes is compared all the same, since Accelo ignores a filter that it
does not know and lists everything. Source: Accelo API docs, _prospects, _issues (filters), _configuring_responses.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TypeVar

from integrations.vendors.accelo.directory.kinds import Kind
from integrations.vendors.accelo.directory.objects import batches
from integrations.vendors.accelo.directory.walks import walk
from integrations.vendors.accelo.records import Sale, Ticket
from integrations.vendors.accelo.transport import Transport
from integrations.vendors.accelo.work.kinds import SALES, TICKETS

SHORTEST_CUT = 30
"""A title that Accelo cut to fewer characters is not taken for the beginning of ours."""

W = TypeVar("W", Sale, Ticket)


@dataclass(frozen=True, slots=True)
class Lost:
    """What was sent, and where it can only be.

    `after_id`: among those with a greater id (`highest_sale_id`, which may be older than this very create). `since`:
    among those made at or after it, unix seconds by Accelo's clock; a margin is the caller's affair. At least one of
    the two should be given, or an old record of the same title is taken for the new one. `known`: ids that are not it,
    because something else was already found to be them. `reference`: a text that was sent within the comments or the
    description.
    """

    title: str
    after_id: str = "0"
    since: int | None = None
    known: Collection[str] = ()
    reference: str = ""


class Finding:
    """Both give, by ascending id, those that could be the lost one: [] when it did not arrive, several when a person
    must say. Those with the reference are the answer, whatever their title is by now; else those whose title is ours;
    else those whose title Accelo may have cut or stripped of signs."""

    _calls: Transport

    def find_sales(self, lost: Lost, affiliation_id: str) -> list[Sale]:
        """Among the sales of this affiliation. One call where they fit a page and the filters are known."""
        filters = f"affiliation({affiliation_id}){_since('date_created', lost)}"
        newer = [row for row in _walked(self._calls, SALES, filters, lost) if row.affiliation == affiliation_id]
        return _alike([row for row in newer if _may_be(lost, row.id, row.created)], lost, lambda row: row.comments)

    def find_tickets(self, lost: Lost, against_type: str, against_id: str) -> list[Ticket]:
        """Among the tickets against this object.

        A ticket has no date of creation: the filter leaves out what was not changed since then, what was submitted
        earlier is left out here.
        """
        filters = f"against_type({against_type}),against_id({against_id}){_since('date_modified', lost)}"
        place = (against_type, against_id)
        rows = _walked(self._calls, TICKETS, filters, lost)
        newer = [row for row in rows if (row.against_type, row.against_id) == place]
        return _alike([row for row in newer if _may_be(lost, row.id, row.submitted)], lost, lambda row: row.description)

    def affiliations_in_use(
        self, ids: Collection[str], *, sales: Collection[str] = (), tickets: Collection[str] = ()
    ) -> set[str]:
        """Those of these affiliations that a sale is of, or a ticket that is not inactive, but for these sales and
        tickets. One call of each kind for a hundred of them, as long as the answers fit a page."""
        found: set[str] = set()
        for part in batches(ids):
            filters = f"affiliation({','.join(part)})"
            for sale in walk(self._calls, SALES, filters):
                found.update(row.affiliation for row in sale if row.id not in sales)
            for ticket in walk(self._calls, TICKETS, filters):
                found.update(row.affiliation for row in ticket if row.standing != "inactive" and row.id not in tickets)
        return found & set(ids)


def _since(name: str, lost: Lost) -> str:
    """The vendor's filter is strictly greater and keeps whole seconds, so one second less is asked for."""
    return "" if lost.since is None else f",{name}_after({lost.since - 1})"


def _walked(calls: Transport, kind: Kind[W], filters: str, lost: Lost) -> Iterator[W]:
    return (row for rows in walk(calls, kind, filters, lost.after_id) for row in rows)


def _may_be(lost: Lost, id: str, made: int) -> bool:
    """One whose time Accelo does not tell may be new."""
    return id not in lost.known and (lost.since is None or not made or made >= lost.since)


def _alike(rows: list[W], lost: Lost, text: Callable[[W], str]) -> list[W]:
    newer = sorted({row.id: row for row in rows}.values(), key=lambda row: int(row.id))
    tests: tuple[Callable[[W], bool], ...] = (
        lambda row: bool(lost.reference) and lost.reference in text(row),
        lambda row: _key(row.title) == _key(lost.title),
        lambda row: _is_left_of(lost.title, row.title),
    )
    for test in tests:
        if found := [row for row in newer if test(row)]:
            return found
    return []


def _key(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split())).casefold()


def _is_left_of(sent: str, kept: str) -> bool:
    """Whether `kept` is ours without its signs (an emoji that the deployment cannot keep), or its beginning."""
    whole, left = _letters(sent), _letters(kept)
    return bool(left) and (whole == left or (len(kept) >= SHORTEST_CUT and whole.startswith(left)))


def _letters(text: str) -> str:
    return "".join(char for char in _key(text) if char.isalnum())
