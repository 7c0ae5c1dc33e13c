"""Fields that Salesforce fills itself: names, what a stage or status means, the twin row of a person account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.vendors.salesforce.sandbox.store import Row, Store

PERSON_FIELDS: Mapping[str, str] = {
    "FirstName": "FirstName",
    "LastName": "LastName",
    "Salutation": "Salutation",
    "PersonEmail": "Email",
    "PersonTitle": "Title",
    "PersonMobilePhone": "MobilePhone",
    "PersonHomePhone": "HomePhone",
    **{
        f"Person{start}{part}": f"{start}{part}"
        for start in ("Mailing", "Other")
        for part in ("Street", "City", "State", "PostalCode", "Country")
    },
}
"""Fields of a person account to those of its contact."""


def full_name(row: Mapping[str, Any]) -> str:
    return " ".join(part for part in (row.get("FirstName"), row.get("LastName")) if part)


def derive(store: Store, object: str, row: Row, changed: set[str]) -> None:
    """Completes a row that is about to be saved. `changed`: names of the fields that were set."""
    if object in ("Contact", "User"):
        row["Name"] = full_name(row)
    if object == "Account" and store.settings["person_accounts"]:
        row["IsPersonAccount"] = bool(row.get("LastName"))
        if row["IsPersonAccount"]:
            row["Name"] = full_name(row)
    if object == "Opportunity":
        _opportunity(store, row, changed)
    if object == "Case":
        _case(store, row, changed)


def _opportunity(store: Store, row: Row, changed: set[str]) -> None:
    stages = store.tables["OpportunityStage"].rows.values()
    stage: Mapping[str, Any] = next((one for one in stages if one["ApiName"] == row.get("StageName")), {})
    _mean(row, stage, "StageName", ("IsClosed", "IsWon"), changed)
    if "StageName" in changed:
        row["LastStageChangeDate"] = store.now()
        row["ForecastCategory"] = row["ForecastCategoryName"] = stage.get("ForecastCategoryName", "Pipeline")
        if "Probability" not in changed:
            row["Probability"] = stage.get("DefaultProbability", 0)
    row["HasOpportunityLineItem"] = row.get("HasOpportunityLineItem", False)
    if row.get("Amount") is None:
        row.pop("ExpectedRevenue", None)
    else:
        row["ExpectedRevenue"] = round(row["Amount"] * row.get("Probability", 0) / 100, 2)


def _mean(row: Row, value: Mapping[str, Any], name: str, flags: tuple[str, ...], changed: set[str]) -> None:
    """What a stage or status says of the row. One that the org's list has dropped says nothing: the row keeps what it
    was when it came to it."""
    for flag in flags:
        unknown = False if name in changed and flag not in changed else row.get(flag, False)
        row[flag] = bool(value.get(flag)) if value else unknown


def _case(store: Store, row: Row, changed: set[str]) -> None:
    row.setdefault("Status", "New")
    row.setdefault("Priority", "Medium")
    row.setdefault("CaseNumber", f"{1000 + store.number('Case'):08d}")
    statuses = store.tables["CaseStatus"].rows.values()
    status: Mapping[str, Any] = next((one for one in statuses if one["ApiName"] == row["Status"]), {})
    _mean(row, status, "Status", ("IsClosed",), changed)
    if row["IsClosed"]:
        row.setdefault("ClosedDate", store.now())
    else:
        row.pop("ClosedDate", None)


def twin_of(store: Store, object: str, row: Row) -> Row | None:
    """The other row of a person account after this one was saved, with the same stamps; None for all other rows."""
    if not store.settings["person_accounts"] or object not in ("Account", "Contact"):
        return None
    if object == "Account":
        return _contact_of(store, row) if row.get("IsPersonAccount") else None
    account = store.tables["Account"].rows.get(row.get("AccountId", ""))
    if account is None or account.get("PersonContactId") != row["Id"]:
        return None
    values = {name: row.get(other) for name, other in PERSON_FIELDS.items()}
    return _merged(account, {**values, "Name": full_name(row)}, row)


def _contact_of(store: Store, account: Row) -> Row:
    values = {other: account.get(name) for name, other in PERSON_FIELDS.items()}
    known = store.tables["Contact"].rows.get(account.get("PersonContactId", ""))
    fixed = {"AccountId": account["Id"], "IsPersonAccount": True, "OwnerId": account["OwnerId"], "IsDeleted": False}
    first = {
        "Id": store.new_id("Contact"),
        "CreatedDate": account["CreatedDate"],
        "CreatedById": account["CreatedById"],
    }
    return _merged(known or first, {**values, **fixed, "Name": full_name(account)}, account)


def _merged(row: Row, values: Mapping[str, Any], stamped: Row) -> Row:
    stamps = {name: stamped[name] for name in ("LastModifiedDate", "LastModifiedById", "SystemModstamp")}
    return {name: value for name, value in {**row, **values, **stamps}.items() if value is not None}
