"""Fields, filters and orders of sales (prospects), tickets (issues) and the lists they choose from. Data only.

A sale keeps the company and contact of its affiliation: a filter asks for the company, but no field tells it.
Source: Accelo API docs, _prospects, _issues, _statuses.
"""

from __future__ import annotations

from collections.abc import Mapping

from integrations.vendors.accelo.sandbox.spec import Spec, spec

_STATUS = spec(
    "id:id* title:text* color:text standing:text start:yn ordering:int",
    basic="id title standing color",
    orders="id title standing color ordering",
    search="title",
)

WORK: Mapping[str, Spec] = {
    "prospects": spec(
        "id:id* title:text* date_created:time date_actioned:time date_due:time date_last_interacted:time "
        "date_modified:time weighting:int value:dec2 success:yn comments:text progress:dec4 value_weighted:int "
        "staff_bookmarked:01 won_by_id:id cancelled_by_id:id abandoned_by_id:id contact:ref(contacts) "
        "manager:ref(staff) prospect_type:ref(prospect_types) type:ref(prospect_types)=prospect_type "
        "status:ref(prospect_statuses) standing:text prospect_probability:ref(prospect_probabilities) "
        "affiliation:ref(affiliations)",
        basic="id standing weighting success affiliation manager prospect_type type=prospect_type status "
        "prospect_probability company won_by_id cancelled_by_id abandoned_by_id",
        ranges="id weighting value progress value_weighted affiliation manager prospect_type type=prospect_type status",
        dates="date_created date_actioned dated_actioned=date_actioned date_due date_modified",
        orders="date_actioned date_created date_due date_last_interacted date_modified title id standing status",
        search="title",
    ),
    "prospect_types": spec(
        "id:id* title:text* parent:id standing:text ordering:int",
        basic="id standing",
        orders="id title standing ordering",
        search="title",
    ),
    "prospect_statuses": _STATUS,
    "prospect_probabilities": spec("id:id* title:text* value:int* ordering:int"),
    "issues": spec(
        "id:id* title:text* custom_id:text description:text against:path against_type:text against_id:id "
        "issue_type:ref(issue_types) type:ref(issue_types)=issue_type affiliation:ref(affiliations) "
        "contact:id=affiliation class:ref(issue_classes) issue_priority:ref(issue_priorities) "
        "priority:ref(issue_priorities)=issue_priority resolution:ref(issue_resolutions) resolution_detail:text "
        "status:ref(issue_statuses) standing:text date_submitted:time "
        "date_opened:time date_started:time date_resolved:time date_closed:time date_due:time "
        "date_last_interacted:time date_modified:time submitted_by:ref(staff) opened_by:ref(staff) "
        "resolved_by:ref(staff) closed_by:ref(staff) assignee:ref(staff) referrer_type:text referrer_id:id "
        "staff_bookmarked:01 billable_seconds:int company:ref(companies)=against_id contract:ref(contracts) "
        "issue_object_budget:id object_budget:id=issue_object_budget",
        basic="id standing custom_id referrer_type referrer_id against_id against_type status issue_type affiliation "
        "class issue_priority resolution submitted_by opened_by closed_by resolved_by assignee contract",
        ranges="id against_id billable_seconds assignee issue_type affiliation class resolution issue_priority status "
        "contract submitted_by opened_by resolved_by closed_by",
        dates="date_opened date_submitted date_started date_due date_closed date_modified",
        orders="id date_opened date_submitted date_started date_due date_closed date_resolved date_last_interacted "
        "date_modified title standing status",
        search="title",
        against=True,
    ),
    "issue_types": spec(
        "id:id* title:text* notes:text parent:id standing:text budget:yn ordering:int default_class_id:id "
        "has_custom_id:01",
    ),
    "issue_statuses": _STATUS,
    "issue_priorities": spec("id:id* title:text* color:text factor:int"),
    "issue_classes": spec("id:id* title:text* description:text parent:id standing:text"),
    "issue_resolutions": spec(
        "id:id* title:text* parent:id description:text report:text standing:text",
        basic="id standing parent_id=parent",
        orders="id standing title",
        search="title",
        empty="title",
    ),
    "effects": spec("id:id* what:text against_type:text against_id:id staff_id:id date_created:time"),
}
"""`effects` is no resource of Accelo's: what its writes set going besides, for tests to count (a person informed)."""

PATHS: Mapping[str, str] = {
    "prospects": "prospects",
    "prospects/types": "prospect_types",
    "prospects/statuses": "prospect_statuses",
    "prospects/probabilities": "prospect_probabilities",
    "issues": "issues",
    "issues/types": "issue_types",
    "issues/statuses": "issue_statuses",
    "issues/priorities": "issue_priorities",
    "issues/classes": "issue_classes",
    "issues/resolutions": "issue_resolutions",
}

LISTS_ONLY = "prospects/(?:types|statuses|probabilities)|issues/(?:statuses|classes)"
"""Of these neither a count nor a single one is documented."""

INDEXED: Mapping[str, tuple[str, ...]] = {
    "prospects": ("affiliation", "company"),
    "issues": ("against_id", "affiliation"),
}
"""Row keys by whose value rows are found without a look at the others."""
