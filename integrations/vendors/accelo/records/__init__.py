"""The Accelo objects the portal uses.

values.py     ids, times, flags as Accelo sends them
expenses.py   expenses, receipts, status moves, retainer periods
directory.py  companies, contacts, affiliations, addresses
sales.py tickets.py   sales (prospects) and tickets (issues)
profiles.py   custom fields, webhook subscriptions
"""

from integrations.vendors.accelo.records.directory import (
    ADDRESS_FIELDS,
    AFFILIATION_FIELDS,
    COMPANY_FIELDS,
    CONTACT_FIELDS,
    Address,
    Affiliation,
    Company,
    Contact,
)
from integrations.vendors.accelo.records.expenses import (
    DECIMALS,
    EXPENSE_FIELDS,
    PERIOD_FIELDS,
    Attachment,
    Expense,
    ExpenseFields,
    Period,
    Progression,
)
from integrations.vendors.accelo.records.profiles import ProfileField, ProfileValue, Subscription
from integrations.vendors.accelo.records.sales import SALE_FIELDS, Sale, SaleFields
from integrations.vendors.accelo.records.tickets import TICKET_FIELDS, Ticket, TicketFields
from integrations.vendors.accelo.records.values import (
    Wire,
    wire_decimal,
    wire_flag,
    wire_id,
    wire_ref,
    wire_text,
    wire_time,
)

__all__ = [
    "ADDRESS_FIELDS",
    "AFFILIATION_FIELDS",
    "COMPANY_FIELDS",
    "CONTACT_FIELDS",
    "DECIMALS",
    "EXPENSE_FIELDS",
    "PERIOD_FIELDS",
    "SALE_FIELDS",
    "TICKET_FIELDS",
    "Address",
    "Affiliation",
    "Attachment",
    "Company",
    "Contact",
    "Expense",
    "ExpenseFields",
    "Period",
    "ProfileField",
    "ProfileValue",
    "Progression",
    "Sale",
    "SaleFields",
    "Subscription",
    "Ticket",
    "TicketFields",
    "Wire",
    "wire_decimal",
    "wire_flag",
    "wire_id",
    "wire_ref",
    "wire_text",
    "wire_time",
]
