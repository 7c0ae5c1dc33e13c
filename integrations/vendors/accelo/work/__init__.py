"""Sales (prospects) and tickets (issues): by id, created, looked for after a lost answer, removed.

kinds.py      the two lists            finding.py   which of the newer ones is the one that was sent
writing.py    creates, statuses        removing.py  what Accelo permits to take away again

What they choose from (types, statuses, ...) and staff: references.py. Source: Accelo API docs, _prospects, _issues.
"""

from __future__ import annotations

from collections.abc import Iterable

from integrations.vendors.accelo.directory.objects import by_id, highest_id
from integrations.vendors.accelo.records import Sale, Ticket
from integrations.vendors.accelo.work.finding import Finding, Lost
from integrations.vendors.accelo.work.kinds import SALES, TICKETS
from integrations.vendors.accelo.work.removing import Removing
from integrations.vendors.accelo.work.writing import Writing

__all__ = ["Lost", "Work"]


class Work(Writing, Finding, Removing):
    """Raises what the client raises everywhere (see `AcceloClient`); a refused write raises RejectedError."""

    def sales_by_id(self, ids: Iterable[str]) -> dict[str, Sale]:
        """One request per 100. Those that do not exist (or may not be seen) are left out."""
        return by_id(self._calls, SALES, ids)

    def tickets_by_id(self, ids: Iterable[str]) -> dict[str, Ticket]:
        return by_id(self._calls, TICKETS, ids)

    def highest_sale_id(self) -> str:
        """The newest one's id, '0' when there is none: the marker for `find_sales`. One call.

        It may be older than the create that it is kept for (one for a whole batch): then own sales that were made
        after it are found again, unless they are given as `Lost.known`.
        """
        return highest_id(self._calls, SALES)

    def highest_ticket_id(self) -> str:
        """As `highest_sale_id`, for `find_tickets`."""
        return highest_id(self._calls, TICKETS)
