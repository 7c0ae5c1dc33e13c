"""Charts of accounts in the likeness of real ones, from 50 to 2,000 accounts, as they change over five years.

Deterministic: the same arguments give the same chart. Composed; no real company's chart is in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from random import Random

from integrations.vendors.accountsiq.sandbox.specs import Row

YEARS = 5
LONGEST = 50
"""Characters of a name (vendor's wiki, GL account)."""


@dataclass(frozen=True, slots=True)
class Section:
    """A range of the chart. `kind`: the account type of accounts that `special` does not name."""

    start: int
    category: str
    sub_category: str
    names: tuple[str, ...]
    balance_sheet: str = ""
    special: tuple[tuple[str, str], ...] = ()


def _section(start: int, category: str, sub: str, names: str, sheet: str = "", special: str = "") -> Section:
    """`names` parted by bars; `special`: `Name=Type` parted by bars."""
    pairs = tuple((name, kind) for name, _, kind in (one.partition("=") for one in special.split("|") if one))
    return Section(start, category, sub, tuple(names.split("|")), sheet, pairs)


SECTIONS = (
    _section(
        10, "Fixed Assets", "Tangible Assets",
        "Land and Buildings|Leasehold Improvements|Plant and Machinery|Motor Vehicles|Fixtures and Fittings|"
        "Computer Equipment|Depreciation - Buildings|Depreciation - Vehicles|Depreciation - Computers", "Assets",
    ),
    _section(
        1000, "Current Assets", "Stock and Debtors",
        "Stock - Finished Goods|Stock - Raw Materials|Debtors Control|Prepayments|Accrued Income|Staff Loans|"
        "Deposits Paid|Intercompany - Ireland", "Assets", "Debtors Control=Control",
    ),
    _section(
        1200, "Current Assets", "Bank",
        "Current Account|Deposit Account|Euro Account|Petty Cash|Company Credit Card", "Assets",
        "Current Account=Bank|Deposit Account=Bank|Euro Account=Bank|Petty Cash=Bank|Company Credit Card=Bank",
    ),
    _section(
        2100, "Current Liabilities", "Creditors",
        "Creditors Control|Accruals|Deferred Income|Wages Control|Pension Creditor|PAYE and NI|Corporation Tax|"
        "Hire Purchase", "Liabilities", "Creditors Control=Control|Wages Control=Control",
    ),
    _section(
        2200, "Current Liabilities", "VAT", "VAT on Sales|VAT on Purchases|VAT Liability|EU VAT Control",
        "Liabilities", "VAT on Sales=VAT|VAT on Purchases=VAT|VAT Liability=VAT|EU VAT Control=VAT",
    ),
    _section(
        3000, "Capital and Reserves", "Equity", "Ordinary Shares|Retained Earnings|Dividends|Director's Loan Account",
        "Equity",
    ),
    _section(
        4000, "Sales", "Sales of Goods",
        "Sales - Trade|Sales - Retail|Sales - Export|Sales - Online|Carriage Charged|Discounts Allowed|Other Income",
    ),
    _section(
        5000, "Cost of Sales", "Purchases",
        "Materials Purchased|Goods for Resale|Packaging|Carriage Inwards|Import Duty|Subcontractors|Stock Movement|"
        "Discounts Taken",
    ),
    _section(
        6000, "Overheads", "Staff Costs",
        "Wages - Regular|Wages - Casual|Employer's NI|Employer's Pension|Recruitment|Training|Staff Welfare|"
        "Health & Safety|Protective Clothing|Temporary Staff",
    ),
    _section(
        7000, "Overheads", "Premises",
        "Rent|Rates|Water|Electricity|Gas|Cleaning|Repairs and Renewals|Waste Collection|Premises Insurance|Security",
    ),
    _section(
        7300, "Overheads", "Motor and Travel",
        "Fuel|Vehicle Repairs|Vehicle Insurance|Road Tax|Rail Fares|Air Fares|Taxis|Hotels|Subsistence|Parking|"
        "Mileage|Tolls and Congestion Charge|Travel and Subsistence",
    ),
    _section(
        7500, "Overheads", "Office and IT",
        "Stationery|Postage|Telephone|Mobile Phones|Broadband|Software Subscriptions|Hosting|IT Support|Printing|"
        "Books and Journals|Small Equipment|Couriers",
    ),
    _section(
        7600, "Overheads", "Professional Fees",
        "Audit Fees|Accountancy|Legal Fees|Consultancy|Bank Charges|Card Processing|Debt Collection|Bad Debts",
    ),
    _section(
        7700, "Overheads", "Marketing and Sundry",
        "Advertising|Trade Shows|Website|Client Entertaining|Staff Entertaining|Gifts|Donations|Sundry Expenses|"
        "Subscriptions|Café and Catering",
    ),
)  # fmt: skip
PLACES = (
    "Bristol", "Cork", "Leeds", "Warehouse", "Head Office", "Retail", "Export", "Online", "Workshop", "Fleet",
    "Projects", "Marketing", "R&D", "Shop 2", "Dock", "Canteen", "Région Sud", "Night Shift", "Events", "Service",
)  # fmt: skip
STYLES = ("{:04d}", "{:04d}-00-000", "{:06d}", "{:05d}")
"""How codes are written; the low ranges then have leading zeros."""


def generate(seed: int, accounts: int, year: int) -> list[Row]:
    """The chart in `year` (0 to 4), rows for `put` of gl_accounts, in order of their codes.

    Year 0 has just `accounts` of them (50 to 2,000). Each later year brings a few renames, one of them a change of
    case only, new accounts, deactivations, deletions, and one account that moves to another code with its name.
    """
    if not 0 <= year < YEARS:
        raise ValueError(f"year is 0 to {YEARS - 1}")
    style = STYLES[Random(f"style {seed}").randrange(len(STYLES))]
    rows = {row["Code"]: row for row in _opening(seed, accounts, style)}
    for passed in range(1, year + 1):
        _age(rows, Random(f"year {seed} {passed}"), style, passed)
    return [rows[code] for code in sorted(rows)]


def _opening(seed: int, accounts: int, style: str) -> list[Row]:
    """Plain accounts first, then the same by place, until there are enough; some names repeat, some are inactive."""
    random = Random(f"chart {seed}")
    plain = [(section, number, name, "") for section in SECTIONS for number, name in enumerate(section.names)]
    placed = [(section, number, name, place) for place in PLACES for section, number, name, _ in plain]
    chosen = islice([*plain, *placed], accounts)
    return [
        _row(section, style.format(_number(section, number, place)), name, place, active=random.random() > 0.06)
        for section, number, name, place in chosen
    ]


def _number(section: Section, number: int, place: str) -> int:
    """Unique for 2,000 accounts: places have a range of their own above the plain chart."""
    if not place:
        return section.start + number * 5
    return 8000 + PLACES.index(place) * 600 + SECTIONS.index(section) * 40 + number


def _row(section: Section, code: str, name: str, place: str, *, active: bool) -> Row:
    """Accounts of some places carry the plain name, so that names repeat under different codes."""
    shown = name if place in ("", "Shop 2", "Night Shift") else f"{name} - {place}"
    return {
        "Code": code,
        "Description": shown[:LONGEST],
        "AccountType": dict(section.special).get(name, "Posting"),
        "DefaultTaxID": "T1" if section.start >= 4000 else "T9",
        "GLCategoryID": str(section.start // 1000),
        "GLSubCategoryID": str(section.start),
        "GLCategory": section.category,
        "GLSubCategory": section.sub_category,
        "IsDepartmental": section.start >= 4000,
        "BalanceSheetType": section.balance_sheet or None,
        "GLCategoryTypeID": "1" if section.balance_sheet else "2",
        "GLCategoryTypeDescription": "Balance Sheet" if section.balance_sheet else "Profit and Loss",
        "IsActive": active,
        "CurrencyCode": "EUR" if name == "Euro Account" else "GBP",
        "GLGroup": place or None,
    }


def _age(rows: dict[str, Row], random: Random, style: str, year: int) -> None:
    codes = sorted(rows)
    few = max(2, len(codes) // 60)
    for code in random.sample([code for code in codes if rows[code]["IsActive"]], few):
        rows[code] = {**rows[code], "IsActive": False}
        codes.remove(code)
    picked = random.sample(codes, few * 2 + 2)
    for code in picked[:few]:
        rows[code] = {**rows[code], "Description": f"{rows[code]['Description'][:42]} ({2020 + year})"}
    for code in picked[few : 2 * few]:
        del rows[code]
    cased, moved = picked[2 * few :]
    rows[cased] = {**rows[cased], "Description": rows[cased]["Description"].swapcase()}
    for number in range(few):
        code = style.format(_fresh(year, number))
        rows[code] = {**rows[cased], "Code": code, "Description": f"New Account {year}-{number + 1}", "IsActive": True}
    other = style.format(_fresh(year, few))
    rows[other] = {**rows.pop(moved), "Code": other}


def _fresh(year: int, number: int) -> int:
    """Numbers in the gap between reserves and sales, which no opening chart uses."""
    return 3100 + year * 150 + number
