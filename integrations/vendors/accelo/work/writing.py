"""What is written of sales and tickets. A create is sent once; what came of each field stands in the answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from integrations.vendors.accelo.directory.objects import create, update
from integrations.vendors.accelo.records import Sale, SaleFields, Ticket, TicketFields
from integrations.vendors.accelo.transport import Transport
from integrations.vendors.accelo.work.kinds import SALES, TICKETS


class Writing:
    """`date_text`: how a day is written, as the connection's setting says."""

    def __init__(self, calls: Transport, date_text: Callable[[date], str]) -> None:
        self._calls = calls
        self._date_text = date_text

    def create_sale(self, fields: SaleFields) -> Sale:
        """One call. A status that is given runs no progression.

        Whether a status that is not marked for new sales (`start`) is taken, left out or refused is not documented:
        compare `status_id` of the answer, and see `set_sale_status`. Raises OutcomeUnknown: see `find_sales`.
        """
        return create(self._calls, SALES, fields.to_wire(self._date_text))

    def create_ticket(self, fields: TicketFields) -> Ticket:
        """One call. Accelo informs the assignee. Of statuses as `create_sale`. Raises OutcomeUnknown: see
        `find_tickets`."""
        return create(self._calls, TICKETS, fields.to_wire(self._date_text))

    def set_sale_status(self, id: str, status_id: str) -> Sale:
        """Directly, past all progressions, for a status that was not taken at creation. Repeatable."""
        return update(self._calls, SALES, id, {"status_id": status_id})

    def set_ticket_status(self, id: str, status_id: str) -> Ticket:
        """As `set_sale_status`."""
        return update(self._calls, TICKETS, id, {"status_id": status_id})
