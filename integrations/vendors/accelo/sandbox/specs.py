"""Which fields, filters and orders each object has. Data only; the rules that read it are in render.py and filters.py.

Source: Accelo API docs, one section per object; where sample and text differ both names are kept.
"""

from __future__ import annotations

from collections.abc import Mapping

from integrations.vendors.accelo.sandbox.spec import Spec, spec
from integrations.vendors.accelo.sandbox.specs_directory import DIRECTORY
from integrations.vendors.accelo.sandbox.specs_work import PATHS as WORK_PATHS
from integrations.vendors.accelo.sandbox.specs_work import WORK

SPECS: Mapping[str, Spec] = {
    "staff": spec(
        "id:text* firstname:text* surname:text* standing:text financial_level:text title:text email:text mobile:text "
        "phone:text fax:text position:text username:text timezone:text",
        basic="id email standing username",
        orders="",
    ),
    **DIRECTORY,
    **WORK,
    "jobs": spec(
        "id:id* title:text* against:path against_type:text against_id:id custom_id:text paused:int staff_bookmarked:01 "
        "date_created:time date_modified:time date_commenced:time date_started:time date_due:time "
        "date_completed:time date_last_interacted:time job_type:id type:id=job_type rate:id rate_charged:dec2 "
        "status:id standing:text manager:ref(staff) modified_by:ref(staff) company:ref(companies)=against_id "
        "affiliation:ref(affiliations) job_object_budget:id job_contract:ref(contracts) job_object_schedule:id",
        basic="id standing against_id against_type paused job_type manager modified_by status rate affiliation "
        "custom_id",
        ranges="id against_id job_type manager affiliation modified_by status rate rate_charged contract=job_contract "
        "custom_id",
        dates="date_created dated_created=date_created date_modified date_started date_commenced date_due "
        "date_completed",
        orders="id date_created date_modified date_started date_commenced date_due date_completed "
        "date_last_interacted title standing status custom_id",
        search="title",
        against=True,
    ),
    "contracts": spec(
        "id:id* title:text* period_template_id:id* date_created:time date_started:time date_expires:time "
        "date_period_expires:time date_last_interacted:time against:path against_id:id against_type:text value:dec2 "
        "auto_renew:yn renew_days:text send_invoice:text notes:text staff_bookmarked:01 "
        "owner_affiliation:ref(affiliations) affiliation:ref(affiliations)=owner_affiliation "
        "billable_affiliation:id billable:id=billable_affiliation contract_type:id type:id=contract_type "
        "manager:ref(staff) status:id standing:text job:ref(jobs) company:ref(companies)=against_id deployment:text",
        basic="id standing contract_type manager billable_affiliation owner_affiliation status against_id against_type",
        ranges="id contract_type billable=billable_affiliation affiliation=owner_affiliation manager against_id "
        "status value renew_days period_template=period_template_id",
        dates="date_created date_started date_expired=date_expires date_expires date_period_expires",
        orders="id date_created date_started date_expires date_period_expires standing status title "
        "date_last_interacted",
        search="title",
        against=True,
        empty="date_expires",
        bare_count=True,
    ),
    "periods": spec(
        "id:id date_created:time date_commenced:time date_expires:time date_closed:time budget_type:text "
        "allowance_type:text rate_type:text rate_id:id service_item_id:id duration_type:text rollover:yn "
        "standing:text contract:text=contract_path contract_id:id contract_budget:id",
    ),
    "expenses": spec(
        "id:id* title:text* unit_cost:dec4* quantity:dec4* standing:text* price:dec4 date_incurred:time activity_id:id "
        "type_id:id approver_id:id submitter_id:id against_id:id against_type:text billable:yn reimbursable:yn "
        "approver:ref(staff)=approver_id submitter:ref(staff)=submitter_id expense_type:ref(expense_types)=type_id "
        "type:ref(expense_types)=type_id activity:ref(activities)=activity_id resource:ref(resources)=resource_id",
        basic="id standing expense_type=type_id type=type_id submitter=submitter_id approver=approver_id "
        "against_type against_id",
        ranges="id expense_type=type_id submitter=submitter_id approver=approver_id quantity unit_cost cost",
        dates="date_incurred",
        orders="id date_incurred title standing",
        search="title",
        against=True,
    ),
    "expense_types": spec(
        "id:id* title:text* standing:text ledger_id:id tax_id:id expense_type_ledger:id=ledger_id",
        basic="id standing ledger_id tax_id",
        orders="id title standing",
        search="title",
        empty="title",
    ),
    "taxes": spec(
        "id:id* title:text* standing:text rate:dec5",
        basic="id standing",
        orders="id standing title",
    ),
    "resources": spec(
        "id:id* title:text* date_created:time mimetype:text filesize:int collection_id:id owner_type:text owner_id:id",
        basic="id mimetype collection_id",
        dates="date_created",
        orders="id title filesize mimetype",
        search="title",
    ),
    "activities": spec(
        "id:id* subject:text* against:path against_type:text against_id:id owner_type:text owner_id:id medium:text "
        "body:text visibility:text date_created:time date_modified:time",
        basic="id against_type against_id owner_id owner_type medium visibility",
        ranges="id against_id",
        dates="date_created date_modified",
        orders="id date_created date_modified",
        against=True,
    ),
    "history": spec(
        "id:id* to_id:id* to_title:text* against_type:text against_id:id modified_by:ref(staff) date_modified:time",
        basic="id against_type against_id modified_by",
        dates="date_modified",
        orders="id date_modified",
        against=True,
    ),
}

PATHS: Mapping[str, str] = {
    "staff": "staff",
    "companies": "companies",
    "contacts": "contacts",
    "affiliations": "affiliations",
    "addresses": "addresses",
    "companies/statuses": "company_statuses",
    "contacts/statuses": "contact_statuses",
    **WORK_PATHS,
    "jobs": "jobs",
    "contracts": "contracts",
    "expenses": "expenses",
    "expenses/types": "expense_types",
    "taxes": "taxes",
    "resources": "resources",
    "activities": "activities",
    "progressions/history": "history",
}
"""Path below /api/v0 -> table. Each has a list, a count and single objects."""

PLURALS: Mapping[str, str] = {
    "company": "companies",
    "contact": "contacts",
    "contract": "contracts",
    "contract_period": "contract_periods",
    "issue": "issues",
    "job": "jobs",
    "expense": "expenses",
    "prospect": "prospects",
}
AGAINST_TABLES: Mapping[str, str] = {"job": "jobs", "issue": "issues", "contract_period": "periods"}
"""What an expense may be against, when the settings permit it -> table."""

ELSEWHERE = frozenset(
    "assets contributors divisions filters groups holidays invoices ledgers milestones object_budgets "
    "payments purchases quotes rates referrals requests segmentations signoffs skills tags tasks timers "
    "progressions".split()
)
"""Resources that Accelo documents and this emulator does not know: answered with 501."""
