"""The Salesforce records that the portal uses by name, each read from a row.

values.py         text, flags, times, sums, parents as Salesforce sends them
opportunities.py  sales
cases.py          tickets
setup.py          people, queues, stages, statuses, currencies

Companies and contacts are synced field by field and stay rows.
"""

from integrations.vendors.salesforce.records.cases import CASE_NEEDED, CASE_OPTIONAL, CASE_PARENTS, Case
from integrations.vendors.salesforce.records.opportunities import (
    OPPORTUNITY_NEEDED,
    OPPORTUNITY_OPTIONAL,
    OPPORTUNITY_PARENTS,
    Opportunity,
)
from integrations.vendors.salesforce.records.setup import (
    CURRENCY_FIELDS,
    QUEUE_FIELDS,
    STAGE_FIELDS,
    STATUS_FIELDS,
    USER_FIELDS,
    CaseStatus,
    Currency,
    Queue,
    Stage,
    User,
)
from integrations.vendors.salesforce.records.values import Wire

__all__ = [
    "CASE_NEEDED",
    "CASE_OPTIONAL",
    "CASE_PARENTS",
    "CURRENCY_FIELDS",
    "OPPORTUNITY_NEEDED",
    "OPPORTUNITY_OPTIONAL",
    "OPPORTUNITY_PARENTS",
    "QUEUE_FIELDS",
    "STAGE_FIELDS",
    "STATUS_FIELDS",
    "USER_FIELDS",
    "Case",
    "CaseStatus",
    "Currency",
    "Opportunity",
    "Queue",
    "Stage",
    "User",
    "Wire",
]
