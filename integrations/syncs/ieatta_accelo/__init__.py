"""Ieatta expenses -> Accelo expenses, one way, every hour."""

from __future__ import annotations

from integrations.syncs.base import Context, Driver, Sync
from integrations.syncs.ieatta_accelo.declared import FIELDS, MAPPING_KINDS, OPTIONS, STREAMS
from integrations.syncs.ieatta_accelo.driver import ExpenseDriver


def open_driver(context: Context) -> Driver:
    """Raises ConfigError when an option cannot be read."""
    return ExpenseDriver(context)


SYNC = Sync(
    key="ieatta_accelo",
    label="Ieatta expenses to Accelo",
    source="ieatta",
    target="accelo",
    streams=STREAMS,
    open=open_driver,
    mapping_kinds=MAPPING_KINDS,
    fields=FIELDS,
    options=OPTIONS,
    schedule="0 * * * *",
    deletion="An expense that disappears from its report in Ieatta is reported here and never deleted in Accelo.",
    about="Each expense of an Ieatta report becomes an Accelo expense against the project, ticket or retainer of its "
    "tag. Later changes follow while Accelo allows them. Nothing is written to Ieatta.",
)
