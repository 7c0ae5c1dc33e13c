"""Sales and tickets of Salesforce into Accelo, once, by a wizard; with undo."""

from __future__ import annotations

from integrations.syncs.base import Context, Driver, Sync
from integrations.syncs.salesforce_accelo_import.declared import MAPPING_KINDS, OPTIONS, REMARKS, STEPS, STREAMS
from integrations.syncs.salesforce_accelo_import.driver import ImportDriver
from integrations.syncs.salesforce_accelo_import.undoing import UndoDriver


def open_driver(context: Context) -> Driver:
    """Raises ConfigError when an option cannot be read."""
    return UndoDriver(context) if context.scope.undo else ImportDriver(context)


SYNC = Sync(
    key="salesforce_accelo_import",
    label="Salesforce sales and tickets into Accelo",
    source="salesforce",
    target="accelo",
    streams=STREAMS,
    open=open_driver,
    mapping_kinds=MAPPING_KINDS,
    options=OPTIONS,
    schedule="",
    remarks=REMARKS,
    steps=STEPS,
    deletion="What is deleted in Salesforce after the import stays in Accelo.",
    about="Opportunities and cases of Salesforce become sales and tickets in Accelo, with the companies and contacts "
    "that they need. What was imported is never changed by a later import, and nothing is written to Salesforce.",
)
