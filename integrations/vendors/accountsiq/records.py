"""What is used of AccountsIQ's records. Texts are as they came, blanks included; absent = ''.

Sources: AccountsIQ WSDL of Integration 2.0 (tax code, dimension, BI code), the vendor's collection of answers (GL
account, supplier). `fields()` of each: what a filter may look at, as text, booleans as yes and no.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Self

from integrations.vendors.accountsiq.answers import Row, Shape

Wire = Mapping[str, str]

GL_FIELDS = {
    "Code": "code",
    "Description": "name",
    "AccountType": "account_type",
    "GLCategory": "category",
    "GLSubCategory": "sub_category",
    "GLCategoryTypeDescription": "category_type",
    "GLGroup": "group",
    "DefaultTaxID": "default_tax",
    "DepartmentID": "department",
    "BalanceSheetType": "balance_sheet_type",
    "CurrencyCode": "currency",
}
_TAX_FLAGS = {
    "SalesTaxInclude": "sales_tax",
    "PurchasesTaxInclude": "purchases_tax",
    "ReverseCharge": "reverse_charge",
    "EuropeanCommunitySales": "eu_sales",
    "EuropeanCommunityPurchases": "eu_purchases",
    "IsDefault": "is_default",
}
_ANALYSIS = tuple(f"AnalysisCode{number}" for number in range(1, 7))
_NAMED = frozenset({"Code", "Description"})

GL_ACCOUNTS = Shape("GetChartOfAccounts", "WSChartOfAccountLine", frozenset({*GL_FIELDS, "IsDepartmental", "IsActive"}))
GL_ROWS = Shape("GetGLAccountList", "ArrayOfString", frozenset({"string"}))
TAX_CODES = Shape("GetTaxCodeList", "Tax", frozenset({"Code", "Description", "Rate", *_TAX_FLAGS}))
DIMENSIONS = Shape(
    "GetAnalysisDimensionSetup", "WSAnalysisDimension", _NAMED, inner=("WSAnalysisDimensionCode", _NAMED)
)
BI_CODES = Shape("GetDepartmentList", "Department", frozenset({"DepartmentID", "Description", "IsActive", *_ANALYSIS}))
SUPPLIER_FIELDS = frozenset({"Code", "Name", "IsActive"})
ENTITIES = Shape("GetEntitiesByToken", "WSEntity", frozenset({"EntityID", "EntityName", "BaseCurrency"}))
COMPANY = Shape("GetCompanyInformation", "", frozenset({"CompanyName", "LocaleName", "BaseCurrencyCode"}))


@dataclass(frozen=True, slots=True)
class GlAccount:
    """One account of the chart. `active` is True where the operation has no such flag (GetGLAccountList)."""

    code: str
    name: str
    account_type: str = ""
    category: str = ""
    sub_category: str = ""
    category_type: str = ""
    group: str = ""
    default_tax: str = ""
    department: str = ""
    is_departmental: bool = False
    balance_sheet_type: str = ""
    currency: str = ""
    active: bool = True

    @classmethod
    def from_wire(cls, wire: Wire) -> Self:
        texts = {ours: wire.get(theirs, "") for theirs, ours in GL_FIELDS.items()}
        return cls(
            **texts,
            is_departmental=parse_bool(wire.get("IsDepartmental", "")),
            active=parse_bool(wire.get("IsActive", ""), absent=True),
        )

    @classmethod
    def from_strings(cls, row: Row) -> Self:
        """A row of GetGLAccountList: code and name come first (seen in use, not documented)."""
        texts = [text for _, text in row] + ["", ""]
        return cls(texts[0], texts[1])

    def fields(self) -> dict[str, str]:
        return {
            "code": self.code,
            "name": self.name,
            "account_type": self.account_type,
            "category": self.category,
            "sub_category": self.sub_category,
            "category_type": self.category_type,
            "group": self.group,
            "default_tax": self.default_tax,
            "department": self.department,
            "is_departmental": yes_no(self.is_departmental),
            "balance_sheet_type": self.balance_sheet_type,
            "currency": self.currency,
            "active": yes_no(self.active),
        }


@dataclass(frozen=True, slots=True)
class TaxCode:
    """`rate`: per cent, None when absent or no number. Tax codes have no active flag."""

    code: str
    name: str
    rate: Decimal | None = None
    sales_tax: bool = False
    purchases_tax: bool = False
    reverse_charge: bool = False
    eu_sales: bool = False
    eu_purchases: bool = False
    is_default: bool = False

    @classmethod
    def from_wire(cls, wire: Wire, scale: Decimal) -> Self:
        """`scale`: what a rate is multiplied with to be per cent (whether 20 or 0.2 travels is not public)."""
        flags = {ours: parse_bool(wire.get(theirs, "")) for theirs, ours in _TAX_FLAGS.items()}
        return cls(wire.get("Code", ""), wire.get("Description", ""), parse_rate(wire.get("Rate", ""), scale), **flags)

    def fields(self) -> dict[str, str]:
        return {
            "code": self.code,
            "name": self.name,
            "rate": "" if self.rate is None else rate_text(self.rate),
            "sales_tax": yes_no(self.sales_tax),
            "purchases_tax": yes_no(self.purchases_tax),
            "reverse_charge": yes_no(self.reverse_charge),
            "eu_sales": yes_no(self.eu_sales),
            "eu_purchases": yes_no(self.eu_purchases),
            "is_default": yes_no(self.is_default),
        }


@dataclass(frozen=True, slots=True)
class Dimension:
    code: str
    name: str

    def fields(self) -> dict[str, str]:
        return {"code": self.code, "name": self.name}


@dataclass(frozen=True, slots=True)
class DimensionOption:
    """`dimension`: code of the dimension it belongs to. Codes are unique across all dimensions of an entity."""

    dimension: str
    code: str
    name: str

    def fields(self) -> dict[str, str]:
        return {"dimension": self.dimension, "code": self.code, "name": self.name}


@dataclass(frozen=True, slots=True)
class BiCode:
    """What the API calls a Department. `analysis`: the option in each of the six dimensions, '' where there is none."""

    code: str
    name: str
    active: bool = True
    analysis: tuple[str, str, str, str, str, str] = ("",) * 6

    @classmethod
    def from_wire(cls, wire: Wire) -> Self:
        one, two, three, four, five, six = (wire.get(name, "") for name in _ANALYSIS)
        return cls(
            wire.get("DepartmentID", ""),
            wire.get("Description", ""),
            parse_bool(wire.get("IsActive", ""), absent=True),
            (one, two, three, four, five, six),
        )

    def fields(self) -> dict[str, str]:
        options = {f"analysis_{number}": text for number, text in enumerate(self.analysis, 1)}
        return {"code": self.code, "name": self.name, "active": yes_no(self.active), **options}


@dataclass(frozen=True, slots=True)
class Supplier:
    """Three of 69 fields. The others hold bank and contact data and are not even parsed."""

    code: str
    name: str
    active: bool = True

    @classmethod
    def from_wire(cls, wire: Wire) -> Self:
        return cls(wire.get("Code", ""), wire.get("Name", ""), parse_bool(wire.get("IsActive", ""), absent=True))

    def fields(self) -> dict[str, str]:
        return {"code": self.code, "name": self.name, "active": yes_no(self.active)}


@dataclass(frozen=True, slots=True)
class Entity:
    """A company that the application may reach."""

    id: str
    name: str
    currency: str

    @classmethod
    def from_wire(cls, wire: Wire) -> Self:
        return cls(*(wire.get(name, "").strip() for name in ("EntityID", "EntityName", "BaseCurrency")))

    def __str__(self) -> str:
        return f"{self.id} ({self.name})" if self.name and self.name != self.id else self.id


def parse_bool(text: str, *, absent: bool = False) -> bool:
    """xsd:boolean; `absent` for an element that did not come."""
    word = text.strip().lower()
    return word in ("true", "1") if word else absent


def parse_rate(text: str, scale: Decimal) -> Decimal | None:
    """Per cent; None for what is no number, so that one odd tax code stops nothing."""
    try:
        rate = Decimal(text.strip()) * scale
    except InvalidOperation:
        return None
    return rate if rate.is_finite() else None


def rate_text(rate: Decimal) -> str:
    """Without needless zeros: 20, 17.5."""
    text = format(rate, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def yes_no(value: bool) -> str:
    return "yes" if value else "no"
