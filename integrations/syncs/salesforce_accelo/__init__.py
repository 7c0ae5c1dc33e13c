"""Companies and contacts of Salesforce and Accelo kept in step, one way or both."""

from __future__ import annotations

from integrations.syncs.base import Context, Driver, Sync
from integrations.syncs.salesforce_accelo.declared import FIELDS, OPTIONS, REMARKS, STREAMS
from integrations.syncs.salesforce_accelo.driver import DirectoryDriver


def open_driver(context: Context) -> Driver:
    return DirectoryDriver(context)


SYNC = Sync(
    key="salesforce_accelo",
    label="Salesforce and Accelo companies and contacts",
    source="salesforce",
    target="accelo",
    streams=STREAMS,
    open=open_driver,
    fields=FIELDS,
    options=OPTIONS,
    remarks=REMARKS,
    schedule="*/15 * * * *",
    deletion="What is deleted on one side is marked here and stays on the other. A merged Salesforce record goes on "
    "under the record it was merged into.",
    about="Accounts and contacts of Salesforce are kept in step with companies and contacts of Accelo: from Salesforce "
    "only, or both ways. Field by field it is decided who wins; values that lose are kept and can be restored.",
)
