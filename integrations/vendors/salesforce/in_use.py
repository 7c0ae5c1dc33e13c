"""What the sales and tickets of an org really use: owners, stages, statuses, types, priorities, each with counts.

`extra["sales"]` and `extra["tickets"]` of a candidate say how many living opportunities and cases have the value.
Source: Salesforce object reference, Opportunity, Case (OwnerId is a user or, of a case, a queue), OpportunityStage,
CaseStatus: records keep values that the setup no longer has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from integrations.core.errors import ConfigError, RejectedError
from integrations.vendors.base import Candidate
from integrations.vendors.salesforce.counting import count_by
from integrations.vendors.salesforce.query import Queries

SALES, TICKETS = "sales", "tickets"
OBJECTS = {SALES: "Opportunity", TICKETS: "Case"}
Setup = Callable[[str], Iterable[Candidate]]
"""The org's own list of a kind (references.py)."""


def _owners(queries: Queries, setup: Setup) -> Iterator[Candidate]:
    """Users and queues that own something, inactive ones too; one that cannot be seen is told by its id."""
    counts = {stream: count_by(queries, object, "OwnerId", "") for stream, object in OBJECTS.items()}
    owning = dict.fromkeys(id for found in counts.values() for id in found if id)
    known = {one.id: one for kind in ("user", "queue") for one in setup(kind)} if owning else {}
    for id in owning:
        one = known.get(id) or Candidate("", id, f"Somebody who cannot be seen ({id})", active=False)
        type = "queue" if one.kind == "queue" else one.extra.get("type", "")
        told = {stream: str(found.get(id, 0)) for stream, found in counts.items()}
        yield replace(one, kind="owner", extra={"type": type, **told})


def _chosen(stream: str, field: str, listed: str = "") -> Callable[[Queries, Setup], Iterator[Candidate]]:
    """Values of a field, those of the setup first (kind `listed`), then what is only in records."""

    def read(queries: Queries, setup: Setup) -> Iterator[Candidate]:
        counts = _counts(queries, OBJECTS[stream], field, required=bool(listed))
        names = {one.id: one for one in setup(listed)} if listed else {}
        for id in dict.fromkeys([*names, *counts]):
            if not id:
                continue
            one = names.get(id) or Candidate("", id, id, active=not listed)
            yield replace(one, kind=KIND[stream, field], extra={**one.extra, stream: str(counts.get(id, 0))})

    return read


def _counts(queries: Queries, object: str, field: str, *, required: bool) -> dict[str, int]:
    """Nothing for a field that this org does not have, hides, or cannot group by."""
    try:
        return count_by(queries, object, field, "")
    except (ConfigError, RejectedError):
        if required:
            raise
        return {}


KIND: Mapping[tuple[str, str], str] = {
    (SALES, "StageName"): "sale_stage",
    (SALES, "Type"): "sale_type",
    (TICKETS, "Status"): "ticket_status",
    (TICKETS, "Type"): "ticket_type",
    (TICKETS, "Priority"): "ticket_priority",
}
LISTED = {"sale_stage": "opportunity_stage", "ticket_status": "case_status"}
IN_USE: Mapping[str, Callable[[Queries, Setup], Iterator[Candidate]]] = {
    "owner": _owners,
    **{kind: _chosen(stream, field, LISTED.get(kind, "")) for (stream, field), kind in KIND.items()},
}
"""By kind of candidate. Inactive: the setup no longer has it, or the user no longer works there."""
