"""AccountsIQ reference data -> ExpenseIn, one way, every day at 04:00 GMT."""

from __future__ import annotations

from integrations.syncs.accountsiq_expensein.declared import OPTIONS, REMARKS, STREAMS
from integrations.syncs.accountsiq_expensein.driver import ReferenceDataDriver
from integrations.syncs.base import Context, Driver, Sync


def open_driver(context: Context) -> Driver:
    return ReferenceDataDriver(context)


SYNC = Sync(
    key="accountsiq_expensein",
    label="AccountsIQ data to ExpenseIn",
    source="accountsiq",
    target="expensein",
    streams=STREAMS,
    open=open_driver,
    options=OPTIONS,
    remarks=REMARKS,
    schedule="0 4 * * *",
    deletion="What is deleted in AccountsIQ is reported here and stays in ExpenseIn.",
    about="Categories, projects, departments, tax rates and suppliers follow AccountsIQ, matched by their code. What "
    "you change of a synced field in ExpenseIn is overwritten by the next run; all other fields stay as you set them. "
    "Nothing is deleted, and nothing is written to AccountsIQ.",
)
