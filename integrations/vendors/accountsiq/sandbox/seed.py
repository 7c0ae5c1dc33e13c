"""Seed data: `demo` is a trading company, Harbour & Lane Ltd; `small` a handful of each; an Irish sister company."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from integrations.vendors.accountsiq.sandbox.charts import generate
from integrations.vendors.accountsiq.sandbox.specs import Row

Data = dict[str, list[Row]]

_TAXES = (
    # code, description, rate, sales, purchases, EU sales, EU purchases, reverse charge
    ("T0", "Zero Rated", "0", True, True, False, False, False),
    ("T1", "Standard Rate 20%", "20", True, True, False, False, False),
    ("T2", "Exempt", "0", True, True, False, False, False),
    ("T4", "EC Sales of Goods", "0", True, False, True, False, False),
    ("T5", "Reduced Rate 5%", "5", True, True, False, False, False),
    ("T7", "EC Purchases Zero Rated", "0", False, True, False, True, False),
    ("T8", "EC Purchases Standard", "20", False, True, False, True, False),
    ("T9", "Outside the Scope of VAT", "0", True, True, False, False, False),
    ("T20", "Domestic Reverse Charge", "20", False, True, False, False, True),
    ("T21", "Services from Abroad, Reverse Charge", "20", False, True, False, False, True),
    ("T22", "EC Sales of Services", "0", True, False, True, False, False),
    ("T25", "Flat Rate Scheme", "12.5", True, False, False, False, False),
    ("PVA", "Postponed VAT Accounting", "20", False, True, False, False, False),
)
_DIMENSIONS = {
    "LOC": (
        "Location",
        "BRS Bristol|LDS Leeds|CRK Cork|DUB Dublin|GLA Glasgow|LON London|MAN Manchester|WEB Web Shop|HOQ Head Office",
    ),
    "DEPT": (
        "Department",
        "SAL Sales|MAR Marketing|WHS Warehouse|FIN Finance|HR People & Culture|IT Systems & Networks|OPS Operations|"
        "RND Research & Development|EXE Management|SVC Customer Service",
    ),
    "PROJ": (
        "Project",
        "P-0001 Harbour Refit|P-0002 Lane Street Fit-out|P-0010 New ERP|P-0011 Web Shop Relaunch|P-0020 Cork Opening|"
        "P-0021 Trade Fair Köln|P-0030 Fleet Renewal|P-0031 Solar Roof|P-0040 Archive Move|P-0041 Warehouse Racking",
    ),
}
_FIRST = (
    "Northgate", "Seabrook", "Albion", "Castle", "Severn", "Müller", "Kestrel", "Oakwood", "Fjord", "Marlow", "Ashton",
    "Blue Anchor", "Café Luna", "Déjà Vu", "Ó Briain", "Smith", "Granite", "Wharf", "Pennine", "Zürcher",
)  # fmt: skip
_TRADES = ("Supplies Ltd", "Logistics", "Timber Ltd", "Print", "Electrical", "Packaging Ltd", "& Sons")


def demo() -> Data:
    return {
        "gl_accounts": [*generate(11, 172, 0), *_odd_accounts()],
        "tax_codes": taxes(),
        **dimensions(_DIMENSIONS),
        "bi_codes": bi_codes(60),
        "suppliers": suppliers(120),
    }


def small() -> Data:
    names = {"6000": "Travel", "6010": "Hotels", "6020": "Travel", "0050": "Petty Cash", "7100-00-010": "Stationery"}
    accounts: list[Row] = [
        {"Code": code, "Description": name, "GLCategory": "Overheads", "AccountType": "Posting"}
        for code, name in names.items()
    ]
    accounts[3]["AccountType"] = "Bank"
    return {
        "gl_accounts": [*accounts, {"Code": "6900", "Description": "Old Account", "IsActive": False}],
        "tax_codes": taxes()[:5],
        **dimensions({"LOC": ("Location", "BRS Bristol|LDS Leeds"), "DEPT": ("Department", "SAL Sales|FIN Finance")}),
        "bi_codes": bi_codes(4),
        "suppliers": suppliers(5),
    }


def second() -> Data:
    """The sister company's data: other codes, so that a mix-up shows."""
    return {
        "gl_accounts": [{"Code": "IE-6000", "Description": "Travel Ireland", "CurrencyCode": "EUR"}],
        "tax_codes": [{"Code": "IE23", "Description": "Standard 23%", "Rate": "23"}],
        "suppliers": [{"Code": "IESHANNON", "Name": "Shannon Paper Ltd", "CurrencyCode": "EUR"}],
    }


def taxes() -> list[Row]:
    return [
        {
            "Code": code,
            "Description": name,
            "Rate": rate,
            "SalesTaxInclude": sales,
            "PurchasesTaxInclude": purchases,
            "EuropeanCommunitySales": eu_sales,
            "EuropeanCommunityPurchases": eu_purchases,
            "EUTrade": eu_sales or eu_purchases,
            "ReverseCharge": reverse,
            "IsDefault": code == "T1",
            "IsStandardRate": code == "T1",
        }
        for code, name, rate, sales, purchases, eu_sales, eu_purchases, reverse in _TAXES
    ]


def dimensions(tree: dict[str, tuple[str, str]]) -> Data:
    options = [
        {"dimension": code, "Code": pair[0], "Description": pair[1]}
        for code, (_, texts) in tree.items()
        for pair in (one.split(" ", 1) for one in texts.split("|"))
    ]
    return {
        "dimensions": [{"Code": code, "Description": name} for code, (name, _) in tree.items()],
        "dimension_options": [dict(row) for row in options],
    }


def bi_codes(count: int) -> list[Row]:
    """Combinations of a location and a department; some inactive, some described at length."""
    places = [one.split(" ", 1) for one in _DIMENSIONS["LOC"][1].split("|")]
    parts = [one.split(" ", 1) for one in _DIMENSIONS["DEPT"][1].split("|")]
    pairs = [(place, part) for part in parts for place in places][:count]
    return [
        {
            "DepartmentID": f"{place[0]}-{part[0]}",
            "Description": f"{place[1]} {part[1]}" + (_LONG if number % 19 == 7 else ""),
            "AnalysisCode1": place[0],
            "AnalysisCode2": part[0],
            "IsActive": number % 11 != 3,
        }
        for number, (place, part) in enumerate(pairs)
    ]


_LONG = (
    ", including everything that was booked under the former regional structure before the two companies were merged "
    "and that has not yet been moved to the new cost centres"
)


def suppliers(count: int) -> list[Row]:
    """Some inactive, names with accents, two that differ by a blank and a letter's case only."""
    random = Random("suppliers")
    names = [f"{first} {trade}" for trade in _TRADES for first in _FIRST]
    alike = ["Harbour Freight Ltd", "HARBOUR  Freight Ltd"]
    return [
        {
            "Code": f"{''.join(char for char in name.upper() if char.isascii() and char.isalnum())[:6]}{number:03d}",
            "Name": name,
            "IsActive": random.random() > 0.08 or number < 3,
        }
        for number, name in enumerate([*alike, *names][:count], 1)
    ]


def _odd_accounts() -> list[Row]:
    """What real charts hold beside the regular: hyphens, leading zeros, doubled names, an old account."""
    rows = (
        ("1050-00-000", "Stock in Transit", "Posting", True),
        ("1050-00-010", "Stock in Transit", "Posting", True),
        ("0001", "Opening Balances", "Control", True),
        ("0002", "Suspense", "Control", True),
        ("7999", "Sundry Expenses", "Posting", True),
        ("7998", "Subscriptions", "Posting", True),
        ("9998", "Mispostings", "Posting", False),
        ("9999", "Rounding", "Posting", True),
    )
    return [
        {"Code": code, "Description": name, "AccountType": kind, "GLCategory": "Other", "IsActive": active}
        for code, name, kind, active in rows
    ]


SEEDS: dict[str, Callable[[], Data]] = {"demo": demo, "small": small}
