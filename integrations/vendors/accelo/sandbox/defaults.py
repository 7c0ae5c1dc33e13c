"""The switches a test may set, and what a new row holds when nothing is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DEFAULT_SETTINGS: Mapping[str, Any] = {
    "deployment": "acme",
    "deployment_name": "Acme Services",
    "time_zone": "Australia/Sydney",
    "currency_symbol": "$",
    # Allowance and lock-out
    "limit": 5000,
    "window_seconds": 3600,
    "retry_after_on_429": False,
    "lockout_limit": 100,
    "lockout_seconds": 300,
    "lockout_http": 401,
    "lockout_meta": False,
    # Sign-in
    "token_seconds": 2_592_000,
    "expiry_as": "text",
    "scope_error": "invalid_permission",
    "refused_lists": [],
    # Answers
    "created_status": 200,
    "unknown_path_as": "400",
    "ignored_filters": [],
    "types_show_tax": True,
    # Companies and contacts
    "addresses_tell_owner": False,
    "unknown_place_as": "ignored",
    "unique_company_names": False,
    "touch_parents": False,
    "length_limits": {},
    "store_as": {},
    # Sales and tickets
    "other_start_statuses": "taken",
    "sales_deletable": True,
    "fields_not_taken": [],
    # Webhooks
    "webhook_hash": "sha1",
    "webhook_prefix": False,
    "webhook_copies": 1,
    "webhook_seconds": 10.0,
    "webhook_failures": 3,
    "webhook_own_writes": True,
    # Expenses
    "first_standing": "submitted",
    "engagement_check": True,
    "retainer_periods": False,
    "submitter_writable": False,
    "accepts_dates": "both",
    "accepts_booleans": "both",
    "locked_standings": [],
    "progressions_allowed": True,
    "progression_shape": "nested",
}
"""What is not documented is a switch here; README.md says what each does."""

DEFAULT_ROWS: Mapping[str, Mapping[str, Any]] = {
    "staff": {"firstname": "", "surname": "", "standing": "active", "financial_level": "all", "title": "", "email": ""},
    "companies": {"name": "", "standing": "active", "status": "3", "comments": "", "staff_bookmarked": False},
    "contacts": {
        "firstname": "", "surname": "", "email": "", "mobile": "", "standing": "active", "contact_status": "2",
    },
    "affiliations": {"mobile": "", "email": "", "standing": "active", "affiliation_status": "0"},
    "addresses": {
        "title": "", "street1": "", "street2": "", "city": "", "zipcode": "", "state_id": None, "country_id": None,
        "postal": True, "physical": True, "against_type": "company", "against_id": "1",
    },
    "states": {"title": "", "abbreviation": "", "country_id": "1", "ordering": 0},
    "countries": {"title": "", "prefix": "", "suffix": "", "state_required": False, "postcode_required": False},
    "company_statuses": {"title": "", "color": "grey", "standing": "active", "start": True, "ordering": 0},
    "contact_statuses": {"title": "", "color": "grey", "standing": "active", "start": True, "ordering": 0},
    "profile_fields": {
        "field_name": "", "field_type": "text", "parent_id": "0", "link_type": "company", "required": False,
        "restrictions": "all", "exported": False, "lookup_type": None, "options": [], "confidential": False,
        "description": "",
    },
    "profile_values": {
        "field_type": "text", "field_name": "", "value_type": None, "value": "", "values": None, "modified_by": "1",
        "link_type": "company",
    },
    "prospects": {
        "title": "", "comments": "", "weighting": 0, "value": "0.00", "success": False, "progress": "0.0000",
        "value_weighted": 0, "staff_bookmarked": False, "prospect_type": "1", "status": "2", "standing": "active",
        "prospect_probability": None, "manager": "1", "affiliation": None, "company": None, "contact": None,
        "won_by_id": None, "cancelled_by_id": None, "abandoned_by_id": None,
    },
    "prospect_types": {"title": "", "parent": "0", "standing": "active", "ordering": 0},
    "prospect_statuses": {"title": "", "color": "grey", "standing": "active", "start": True, "ordering": 0},
    "prospect_probabilities": {"title": "", "value": 0, "ordering": 0},
    "issues": {
        "title": "", "custom_id": "", "description": "", "against_type": "company", "against_id": "1",
        "standing": "open", "status": "2", "issue_type": "1", "billable_seconds": 0, "staff_bookmarked": False,
    },
    "issue_types": {
        "title": "", "notes": "", "parent": "0", "standing": "active", "budget": True, "ordering": 0,
        "has_custom_id": False,
    },
    "issue_statuses": {"title": "", "color": "grey", "standing": "open", "start": True, "ordering": 0},
    "issue_priorities": {"title": "", "color": "grey", "factor": 1},
    "issue_classes": {"title": "", "description": "", "parent": "0", "standing": "active"},
    "issue_resolutions": {"title": "", "description": "", "report": "", "parent": "0", "standing": "active"},
    "effects": {"what": "", "against_type": "", "against_id": "", "staff_id": ""},
    "jobs": {
        "title": "", "custom_id": "", "against_type": "company", "against_id": "1", "standing": "active",
        "status": "5", "job_type": "3", "rate": "3", "rate_charged": "125.00", "paused": 0, "staff_bookmarked": False,
    },
    "contracts": {
        "title": "", "period_template_id": "2", "against_type": "company", "against_id": "1", "standing": "active",
        "status": "2", "contract_type": "1", "value": "0.00", "auto_renew": False, "renew_days": "0",
        "send_invoice": "none", "notes": "", "staff_bookmarked": False,
    },
    "periods": {
        "contract_id": "1", "budget_type": "pre-paid", "allowance_type": "unlimited_hours", "rate_type": "object",
        "rate_id": "11", "service_item_id": "1", "duration_type": "fixed", "rollover": False, "standing": "opened",
        "contract_budget": "1",
    },
    "expenses": {
        "title": "", "unit_cost": "0.0000", "price": "0.0000", "quantity": "1.0000", "standing": "submitted",
        "against_type": "job", "against_id": "1", "type_id": "1", "billable": False, "reimbursable": False,
        "submitter_id": "1", "approver_id": "1", "activity_id": None, "resource_id": None, "date_incurred": None,
    },
    "expense_types": {"title": "", "standing": "active", "ledger_id": "3", "tax_id": None},
    "taxes": {"title": "", "standing": "active", "rate": "0.00000"},
    "resources": {"title": "", "mimetype": "application/octet-stream", "filesize": 0},
    "activities": {"subject": "", "body": "", "medium": "note", "visibility": "all", "owner_type": "staff"},
    "history": {"to_title": ""},
}  # fmt: skip
