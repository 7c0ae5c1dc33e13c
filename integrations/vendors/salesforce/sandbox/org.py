"""What every org has from its first day: itself, an administrator, an automated user, stages and statuses."""

from __future__ import annotations

from typing import Any

from integrations.vendors.salesforce.sandbox.picklists import CURRENCIES, STAGES, STATUSES
from integrations.vendors.salesforce.sandbox.store import Row, Store

ZONE = "Australia/Sydney"
_FORECASTS = {"Best Case": "BestCase"}


def found_org(store: Store) -> None:
    name = str(store.settings["org_name"])
    add_row(store, "Organization", Name=name, InstanceName="AUS74", IsSandbox=False, TimeZoneSidKey=ZONE,
            OrganizationType="Enterprise Edition")  # fmt: skip
    add_user(store, "Alex", "Morgan", "alex.morgan@acme.example")
    add_user(store, None, "Automated Process", "autoproc@acme.example", kind="AutomatedProcess")
    for place, (stage, probability, closed, won, forecast) in enumerate(STAGES, start=1):
        add_row(store, "OpportunityStage", MasterLabel=stage, ApiName=stage, IsActive=True, SortOrder=place,
                IsClosed=closed, IsWon=won, DefaultProbability=probability, ForecastCategoryName=forecast,
                ForecastCategory=_FORECASTS.get(forecast, forecast))  # fmt: skip
    for place, (status, closed) in enumerate(STATUSES, start=1):
        add_row(store, "CaseStatus", MasterLabel=status, ApiName=status, SortOrder=place, IsClosed=closed,
                IsDefault=place == 1)  # fmt: skip
    for place, (code, rate, places) in enumerate(CURRENCIES):
        add_row(store, "CurrencyType", IsoCode=code, ConversionRate=rate, DecimalPlaces=places, IsActive=True,
                IsCorporate=place == 0)  # fmt: skip


def add_user(
    store: Store, first: str | None, last: str, email: str, *, active: bool = True, kind: str = "Standard"
) -> str:
    """The new user's id; the user name is the e-mail address."""
    name = f"{first} {last}" if first else last
    return add_row(store, "User", Username=email, FirstName=first, LastName=last, Name=name, Email=email,
                   Alias=last[:8].lower(), IsActive=active, UserType=kind, TimeZoneSidKey=ZONE,
                   LanguageLocaleKey="en_US")  # fmt: skip


def add_row(store: Store, object: str, **values: Any) -> str:
    """Straight into the table, stamped now, by the first user."""
    now, users = store.now(), store.tables["User"].alive.ids
    id = store.new_id(object)
    by = users[0] if users else id
    row: Row = {
        "Id": id,
        "IsDeleted": False,
        "CreatedDate": now,
        "CreatedById": by,
        "LastModifiedDate": now,
        "LastModifiedById": by,
        "SystemModstamp": now,
    }
    row.update((name, value) for name, value in values.items() if value is not None)
    store.tables[object].put(row)
    return id
