"""Values of the standard picklists. Source: describe answers of scratch orgs."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.vendors.salesforce.sandbox.places import COUNTRIES, STATES

LISTS: Mapping[str, tuple[str, ...]] = {
    "AccountType": (
        "Prospect", "Customer - Direct", "Customer - Channel", "Channel Partner / Reseller", "Installation Partner",
        "Technology Partner", "Other",
    ),
    "Industry": (
        "Agriculture", "Apparel", "Banking", "Biotechnology", "Chemicals", "Communications", "Construction",
        "Consulting", "Education", "Electronics", "Energy", "Engineering", "Entertainment", "Environmental",
        "Finance", "Food & Beverage", "Government", "Healthcare", "Hospitality", "Insurance", "Machinery",
        "Manufacturing", "Media", "Not For Profit", "Recreation", "Retail", "Shipping", "Technology",
        "Telecommunications", "Transportation", "Utilities", "Other",
    ),
    "Ownership": ("Public", "Private", "Subsidiary", "Other"),
    "Rating": ("Hot", "Warm", "Cold"),
    "LeadSource": ("Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other"),
    "Salutation": ("Mr.", "Ms.", "Mrs.", "Dr.", "Prof."),
    "Accuracy": (
        "Address", "NearAddress", "Block", "Street", "ExtendedZip", "Zip", "Neighborhood", "City", "County", "State",
        "Unknown",
    ),
    "Stage": (
        "Prospecting", "Qualification", "Needs Analysis", "Value Proposition", "Id. Decision Makers",
        "Perception Analysis", "Proposal/Price Quote", "Negotiation/Review", "Closed Won", "Closed Lost",
    ),
    "OpportunityType": (
        "Existing Customer - Upgrade", "Existing Customer - Replacement", "Existing Customer - Downgrade",
        "New Customer",
    ),
    "Forecast": ("Omitted", "Pipeline", "Best Case", "Commit", "Closed"),
    "CaseType": ("Mechanical", "Electrical", "Electronic", "Structural", "Other"),
    "Status": ("New", "Working", "Escalated", "Closed"),
    "CaseReason": (
        "Installation", "Equipment Complexity", "Performance", "Breakdown", "Equipment Design", "Feedback", "Other",
    ),
    "CaseOrigin": ("Phone", "Email", "Web"),
    "Priority": ("High", "Medium", "Low"),
    "UserType": ("Standard", "PowerPartner", "CSPLitePortal", "Guest", "AutomatedProcess", "CsnOnly"),
    "GroupType": ("Regular", "Queue", "Role"),
    "Currency": ("USD", "EUR", "GBP", "AUD", "JPY"),
    "Countries": tuple(COUNTRIES),
    "States": tuple(dict.fromkeys(code for states in STATES.values() for code in states)),
}  # fmt: skip
STAGES: tuple[tuple[str, int, bool, bool, str], ...] = (
    ("Prospecting", 10, False, False, "Pipeline"),
    ("Qualification", 10, False, False, "Pipeline"),
    ("Needs Analysis", 20, False, False, "Pipeline"),
    ("Value Proposition", 50, False, False, "Pipeline"),
    ("Id. Decision Makers", 60, False, False, "Pipeline"),
    ("Perception Analysis", 70, False, False, "Pipeline"),
    ("Proposal/Price Quote", 75, False, False, "Pipeline"),
    ("Negotiation/Review", 90, False, False, "Pipeline"),
    ("Closed Won", 100, True, True, "Closed"),
    ("Closed Lost", 0, True, False, "Omitted"),
)
"""Name, probability in percent, closed, won, forecast category."""
CURRENCIES: tuple[tuple[str, float, int], ...] = (
    ("USD", 1.0, 2), ("EUR", 0.92, 2), ("GBP", 0.79, 2), ("AUD", 1.52, 2), ("JPY", 150.25, 0),
)  # fmt: skip
"""Code, how much of it one of the corporate currency (the first) is worth, decimal places."""
CORPORATE = CURRENCIES[0][0]
STATUSES: tuple[tuple[str, bool], ...] = (("New", False), ("Working", False), ("Escalated", False), ("Closed", True))
