"""One scenario for each registered sync: an account on both sides that makes a run do everything it can do.

`prepare(url)` fills both sandboxes and gives the sync; `change(url)` edits the source so that the next run updates,
replaces and reports; `state(url)` is what is held where the sync writes, without the ids that differ from run to run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from integrations.models import Sync
from integrations.sandbox import Control
from tests.factories import ALL_ITEMS, make_data_sync, make_expense_sync, make_mapping
from tests.syncs.salesforce_accelo.accounts import BOTH, Accounts
from tests.syncs.salesforce_accelo_import.accounts import Accounts as ImportAccounts


@dataclass(frozen=True)
class Scenario:
    """`calls`: by the key of each vendor that is written to, the calls that are interrupted, as a fault's `match`.
    `follows`: after the first run only what changed is read. `stride`: of the calls every so manieth is interrupted, in
    turns before and after the vendor did the work."""

    prepare: Callable[[str], Sync]
    change: Callable[[str], None]
    state: Callable[[str], list[Any]]
    calls: Mapping[str, str]
    follows: bool = False
    stride: int = 1


REPORT = "R00EXPENSE01"
DAY = (date.today() - timedelta(days=10)).isoformat()


def prepare_expenses(url: str) -> Sync:
    accelo, ieatta = Control(url, "accelo"), Control(url, "ieatta")
    ieatta.act("settings", windows=[])
    accelo.act("put", table="companies", rows=[{"id": "1", "name": "Harbour Trust"}])
    accelo.act("put", table="expense_types", rows=[{"id": "2", "title": "Travel", "standing": "active"}])
    jobs = [{"id": "41", "title": "Refit", "custom_id": "P-1", "standing": "active", "against_type": "company",
             "against_id": "1"},
            {"id": "42", "title": "Audit", "custom_id": "P-2", "standing": "active", "against_type": "company",
             "against_id": "1"}]  # fmt: skip
    accelo.act("put", table="jobs", rows=jobs)
    ieatta.act("put", table="receipts", rows=[{"id": "taxi"}])
    ieatta.act("put", table="reports", rows=[{"reportID": REPORT, "state": "APPROVED", "created": DAY, "submitted": DAY,
                                              "approved": DAY}])  # fmt: skip
    put_expense(url, "1", comment="Taxi", receipt="taxi")
    put_expense(url, "2", comment="Train", amount=1999)
    put_expense(url, "3", comment="Train", amount=1999)
    sync = make_expense_sync(url)
    make_mapping(sync, "category", "Travel", "2")
    return sync


def put_expense(url: str, number: str, report: str = REPORT, **values: Any) -> str:
    """An expense of 60.00 AUD for project P-1 unless `values` say otherwise. Its 19-digit id."""
    id = f"600000000000000000{number}"
    row = {
        "transactionID": id, "reportID": report, "amount": 6000, "currency": "AUD", "created": DAY,
        "merchant": "Cabcharge", "category": "Travel", "tag": "P-1", "reimbursable": True, "billable": False,
    }  # fmt: skip
    Control(url, "ieatta").act("put", table="expenses", rows=[{**row, **values}])
    return id


def change_expenses(url: str) -> None:
    """One title, one amount (which Accelo can only replace), one more expense; the report is sent back first."""
    ieatta = Control(url, "ieatta")
    for number, edit in (("1", {"comment": "Taxi home"}), ("2", {"amount": 2500})):
        row = {"transactionID": f"600000000000000000{number}", **edit}
        ieatta.act("put", table="expenses", rows=[row])
    put_expense(url, "4", comment="Ferry", tag="P-2")
    ieatta.act("put", table="reports", rows=[{"reportID": "R00EXPENSE02", "state": "SUBMITTED", "created": DAY,
                                              "submitted": DAY}])  # fmt: skip
    put_expense(url, "5", report="R00EXPENSE02", comment="Bus")


def expense_state(url: str) -> list[Any]:
    rows = Control(url, "accelo").act("state", table="expenses")["expenses"]
    rows = list(rows.values()) if isinstance(rows, dict) else rows
    names = ("title", "unit_cost", "price", "quantity", "against_type", "against_id", "type_id", "standing",
             "date_incurred", "billable", "reimbursable")  # fmt: skip
    return sorted([str(row.get(name)) for name in names] + [bool(row.get("resource_id") or row.get("resource"))]
                  for row in rows)  # fmt: skip


# --- reference data ------------------------------------------------------------------------------------------------

CATEGORIES = {"7300": "Fuel", "7310": "Travel", "7320": "Hotels", "7330": "Parking"}
DATA_ITEMS = ("categories", "tax_rates", "suppliers")


def prepare_data(url: str) -> Sync:
    put_accounts(url, CATEGORIES)
    accountsiq = Control(url, "accountsiq")
    accountsiq.act("put", table="tax_codes", rows=[{"Code": "T1", "Description": "Standard", "Rate": "20"}])
    accountsiq.act("put", table="suppliers", rows=[{"Code": "ALB001", "Name": "Albion Supplies"}])
    return make_data_sync(
        url, feeds={name: {**feed, "enabled": name in DATA_ITEMS} for name, feed in ALL_ITEMS.items()}
    )


def put_accounts(url: str, names: dict[str, str]) -> None:
    rows = [{"Code": code, "Description": name} for code, name in names.items()]
    Control(url, "accountsiq").act("put", table="gl_accounts", rows=rows)


def change_data(url: str) -> None:
    """Two accounts swap their names; an account and a supplier are new."""
    put_accounts(url, {"7300": "Travel", "7310": "Fuel", "7340": "Tolls"})
    Control(url, "accountsiq").act("put", table="suppliers", rows=[{"Code": "KES001", "Name": "Kestrel Print"}])


def data_state(url: str) -> list[Any]:
    state = Control(url, "expensein").act("state")
    rows = [
        {"table": table, **{name: value for name, value in row.items() if name not in ("id", "dateAdded")}}
        for table in DATA_ITEMS
        for row in (state[table].values() if isinstance(state[table], dict) else state[table])
    ]
    return sorted(rows, key=str)


# --- companies and contacts ------------------------------------------------------------------------------------------

NAMED = {
    "Account": ("Name", "Phone", "Website", "BillingCity"),
    "Contact": ("FirstName", "LastName", "Title", "Email", "MobilePhone"),
    "companies": ("name", "phone", "website"),
    "contacts": ("firstname", "surname"),
    "affiliations": ("position", "email", "mobile"),
    "addresses": ("title", "city"),
}


def prepare_directory(url: str) -> Sync:
    """On each side two companies, of which one has a contact, that the other side does not know."""
    accounts = Accounts(url, **BOTH)
    id = accounts.account("Harbour Trust", Phone="1", Website="www.harbour.example", BillingCity="Sydney")
    accounts.account("Kestrel Legal", Phone="2")
    accounts.person("Wilson", id, FirstName="Ava", Email="ava@harbour.example", MobilePhone="3", Title="CFO")
    company = accounts.company("Northwind Energy", phone="4")
    accounts.accelo.act("put", table="addresses", rows=[{"title": "Billing", "city": "Perth", "against_type": "company",
                                                         "against_id": company}])  # fmt: skip
    accounts.contact("Ben", "Carter", company, email="ben@northwind.example", position="CTO")
    accounts.company("Osprey Mining", phone="5")
    return accounts.sync


def change_directory(url: str) -> None:
    """One edit and one new record on each side."""
    salesforce, accelo = Control(url, "salesforce"), Control(url, "accelo")
    ids = {row["Name"]: row["Id"] for row in salesforce.act("state", object="Account")["Account"]}
    edited = {"Id": ids["Kestrel Legal"], "Phone": "22", "BillingCity": "Hobart"}
    salesforce.act("put", object="Account", rows=[edited, {"Name": "Albion Supplies", "Phone": "6"}])
    ids = {row["email"]: row["id"] for row in accelo.act("state", table="affiliations")["affiliations"]}
    accelo.act("put", table="affiliations", rows=[{"id": ids["ben@northwind.example"], "position": "CEO"}])
    accelo.act("put", table="companies", rows=[{"name": "Curlew Foods", "phone": "7"}])


def directory_state(url: str) -> list[Any]:
    state = Control(url, "salesforce").act("state") | Control(url, "accelo").act("state")
    rows = []
    for table, names in NAMED.items():
        held = state[table].values() if isinstance(state[table], dict) else state[table]
        rows += [[table, *(str(row.get(name) or "") for name in names)] for row in held if not row.get("IsDeleted")]
    return sorted(rows)


# --- import of sales and tickets -------------------------------------------------------------------------------------

IMPORTED = {
    "companies": ("name", "website"),
    "contacts": ("firstname", "surname"),
    "affiliations": ("company", "email"),
    "prospects": ("title", "status", "manager", "value", "comments"),
    "issues": ("title", "status", "assignee", "description"),
}


def prepare_import(url: str) -> Sync:
    """An account with a contact, another one's case, a sale with two that look alike."""
    accounts = ImportAccounts(url)
    id, other = accounts.account("Harbour Trust", Website="www.harbour.example"), accounts.account("Kestrel Legal")
    contact = accounts.person("Wilson", id, FirstName="Ava", Email="ava@harbour.example")
    accounts.sale("Second site", id, Amount=1200)
    accounts.sale("Second site", id, StageName="Closed Won")
    accounts.ticket("It is broken", id, ContactId=contact)
    accounts.ticket("🚢 is late", other, Status="Closed")
    return accounts.sync


def change_import(url: str) -> None:
    """A sale and a ticket under other titles, one more sale of one more account."""
    salesforce = Control(url, "salesforce")
    rows = salesforce.act("state")
    for object, field in (("Opportunity", "Name"), ("Case", "Subject")):
        first = min(rows[object], key=lambda row: row["Id"])
        salesforce.act("put", object=object, rows=[{"Id": first["Id"], field: "Renamed"}])
    id = salesforce.act("put", object="Account", rows=[{"Name": "Osprey Mining"}])[0]
    salesforce.act("put", object="Contact", rows=[{"LastName": "Carter", "AccountId": id}])
    row = {"Name": "Third site", "AccountId": id, "StageName": "Prospecting", "CloseDate": "2026-12-01"}
    salesforce.act("put", object="Opportunity", rows=[row])


def import_state(url: str) -> list[Any]:
    """Ids that Salesforce gave are not the same in the next test."""
    state = Control(url, "accelo").act("state")
    return sorted(
        [table, *(str(row.get(name) or "").partition(" (")[0] for name in names)]
        for table, names in IMPORTED.items()
        for row in state[table]
    )


SCENARIOS = {
    "ieatta_accelo": Scenario(prepare_expenses, change_expenses, expense_state, {"accelo": "* /api/"}),
    "accountsiq_expensein": Scenario(prepare_data, change_data, data_state, {"expensein": "* /1.0/"}),
    "salesforce_accelo": Scenario(
        prepare_directory,
        change_directory,
        directory_state,
        {"salesforce": "* /services/data/", "accelo": "* /api/"},
        follows=True,
        stride=3,
    ),
    "salesforce_accelo_import": Scenario(
        prepare_import,
        change_import,
        import_state,
        {"salesforce": "* /services/data/", "accelo": "* /api/"},
        stride=2,
    ),
}
