"""What the sales and tickets of an org really use: owners, stages, statuses, types, priorities, each with counts; and,
under conditions, what only some of them use (`survey`).

`extra["sales"]` and `extra["tickets"]` of a candidate say how many living opportunities and cases have the value.
Source: Salesforce object reference, Opportunity, Case (OwnerId is a user or, of a case, a queue), OpportunityStage,
CaseStatus: records keep values that the setup no longer has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypedDict

from integrations.core.errors import ConfigError, RejectedError
from integrations.vendors.base import Candidate
from integrations.vendors.salesforce import soql
from integrations.vendors.salesforce.counting import count_by
from integrations.vendors.salesforce.describe import Describe
from integrations.vendors.salesforce.pipeline import CASES, OPPORTUNITIES, is_multi_currency
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
        counts = _counts(queries, OBJECTS[stream], field, required=bool(listed)) or {}
        names = {one.id: one for one in setup(listed)} if listed else {}
        for id in dict.fromkeys([*names, *counts]):
            if not id:
                continue
            one = names.get(id) or Candidate("", id, id, active=not listed)
            yield replace(one, kind=KIND[stream, field], extra={**one.extra, stream: str(counts.get(id, 0))})

    return read


def _counts(queries: Queries, object: str, field: str, where: str = "", *, required: bool) -> dict[str, int] | None:
    """None for a field that this org does not have, hides, or cannot group by."""
    try:
        return count_by(queries, object, field, where)
    except (ConfigError, RejectedError):
        if required:
            raise
        return None


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


# --- under conditions -----------------------------------------------------------------------------------------------

PIPELINES: Mapping[str, Any] = {SALES: OPPORTUNITIES, TICKETS: CASES}
PRICED = (SALES,)
"""Streams whose records have a sum."""
OTHERS = frozenset({"LeadSource", "NextStep", "Origin", "Reason", "ParentId", "SuppliedCompany", "ClosedDate"})
"""Fields that sales and tickets of other applications have no place for: their absence takes nothing away."""
COUNTED: Mapping[str, Mapping[str, str]] = {
    SALES: {"OwnerId": "owner", "StageName": "sale_stage", "Type": "sale_type"},
    TICKETS: {"OwnerId": "owner", "Status": "ticket_status", "Type": "ticket_type", "Priority": "ticket_priority"},
}
"""Stream -> field -> kind of candidate."""
OFTEN_BLANK: Mapping[str, Mapping[str, str]] = {SALES: {"Type": "sale_type"}, TICKETS: {"Type": "ticket_type"}}
"""Those of them that most orgs leave empty in many records."""


class Survey(TypedDict):
    """`counts`: stream -> kind of candidate -> value -> records that meet the conditions; only of streams that have
    conditions, and of fields that can be counted. `blank`: stream -> kind of candidate -> records that meet the
    conditions and have no value at all, of fields that are often left empty. `hidden`: stream -> fields that the user
    of the connection cannot see, "Opportunity.Amount". `currencies`: streams whose sums carry a currency of their
    own."""

    counts: dict[str, dict[str, dict[str, int]]]
    blank: dict[str, dict[str, int]]
    hidden: dict[str, list[str]]
    currencies: list[str]


def survey(
    queries: Queries,
    describe: Callable[[str], Describe],
    conditions: Mapping[str, Sequence[Mapping[str, Any]]],
) -> Survey:
    """`conditions`: stream -> rows of soql.build_condition. One description of each object and one count; for a stream
    with conditions one request per 2,000 values of each field. Raises ConfigError in words for a wrong condition."""
    there = {stream: describe(object) for stream, object in OBJECTS.items()}
    wheres = {stream: soql.build_condition(conditions.get(stream, ()), one) for stream, one in there.items()}
    return {
        "counts": {stream: _kept(queries, stream, where) for stream, where in wheres.items() if where},
        "blank": {stream: _blank(queries, stream, where, there[stream]) for stream, where in wheres.items()},
        "hidden": {stream: _hidden(stream, one) for stream, one in there.items()},
        "currencies": [stream for stream in PRICED if is_multi_currency(there[stream])],
    }


def _blank(queries: Queries, stream: str, where: str, there: Describe) -> dict[str, int]:
    """All records, where the org does not show the field."""
    found = {}
    for field, kind in OFTEN_BLANK[stream].items():
        tests = [where, f"{field} = null" if there.has(field) else ""]
        found[kind] = queries.count(OBJECTS[stream], " AND ".join(f"({one})" for one in tests if one))
    return found


def _hidden(stream: str, there: Describe) -> list[str]:
    return [f"{OBJECTS[stream]}.{name}" for name in PIPELINES[stream].hidden(there) if name not in OTHERS]


def _kept(queries: Queries, stream: str, where: str) -> dict[str, dict[str, int]]:
    found = {}
    for field, kind in COUNTED[stream].items():
        counts = _counts(queries, OBJECTS[stream], field, where, required=kind == "owner" or kind in LISTED)
        if counts is not None:
            found[kind] = {value: number for value, number in counts.items() if value}
    return found
