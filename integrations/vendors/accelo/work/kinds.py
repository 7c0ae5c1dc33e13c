"""The two lists: where each is read, what is asked for, how a row becomes a record."""

from __future__ import annotations

from integrations.vendors.accelo.directory.kinds import Kind
from integrations.vendors.accelo.records import SALE_FIELDS, TICKET_FIELDS, Sale, Ticket

SALES = Kind("prospects", SALE_FIELDS, Sale.from_wire)
TICKETS = Kind("issues", TICKET_FIELDS, Ticket.from_wire)
