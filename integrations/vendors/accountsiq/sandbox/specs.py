"""Fields of each record in schema order, as data. Types: s string, b boolean, i int, d decimal, t dateTime, e enum.

Sources: AccountsIQ WSDL of Integration 2.0 (Tax, Department, entity types), the vendor's collection of answers (chart
of accounts, supplier, company). Strings are absent when null; all other types are always there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]
Fields = tuple[tuple[str, str], ...]


def _fields(text: str) -> Fields:
    """`Name` is a string, `Name:b` a boolean, and so on."""
    pairs = (word.partition(":") for word in text.split())
    return tuple((name, kind or "s") for name, _, kind in pairs)


GL_ACCOUNT = _fields(
    "Code Description AccountType DefaultTaxID GLCategoryID GLSubCategoryID GLCategory GLSubCategory DepartmentID "
    "IsDepartmental:b BalanceSheetType GLCategoryTypeID GLCategoryTypeDescription IsActive:b CurrencyCode GLGroupID "
    "GLGroup"
)
TAX = _fields(
    "ID Code Description RowVersionNumber Rate:d EuropeanCommunitySales:b EuropeanCommunityPurchases:b EUTrade:b "
    "ReverseCharge:b IsGoods:b PartialReclaim:b PartialReclaimRate:d IsDefault:b IsTaxExclude:b IsStandardRate:b "
    "GrossThreshold:d NetThreshold:d TaxTypeId:i SalesTaxInclude:b PurchasesTaxInclude:b DebitGlAccno CreditGlAccno "
    "WithHoldingTaxGLAccount IsWithHoldingTax:b Is1099Code:b Checker:checker"
)
CHECKER = _fields("IdLength:i CodeLength:i DescriptionLength:i AuthorLength:i")
OPTION = _fields("Code Description")
DEPARTMENT = _fields(
    "DepartmentID Description AnalysisCode1 AnalysisCode2 AnalysisCode3 AnalysisCode4 AnalysisCode5 AnalysisCode6 "
    "IsActive:b"
)
SUPPLIER = _fields(
    "AccountID:i ExternalApproverID:i LedgerType:e Code CountryCode Name GroupID DefaultTaxCode AreaID BankAccountCode "
    "CountryID CreditTermID CurrencyCode PaymentMethodID AuthorUserID ShipViaID CreationDate:t Address1 Address2 City "
    "County_State Country PostCode DeliveryName DeliveryAddress1 DeliveryAddress2 DeliveryCity DeliveryCounty_State "
    "DeliveryCountry DeliveryPostCode DeliveryContact DeliveryPhone DeliveryFax Phone Fax Email WebAddress Contact "
    "VATRegistrationNumber VATExemptReference DiscountRate:d UseAccountTaxCode:b DefaultGLAccountCode "
    "ControlGLAccountCode IsActive:b Hold:i HeadOfficeAccountID:i Notes UseHeadOffice:b IsHeadOffice:b CreditLimit:d "
    "RegionID PriorityID DeliveryRouteID PriceCategoryID PriceListID DepartmentID InternationalBankAccountNumber "
    "BankSortCode BankCode BankSwiftCode AccountReferralID MobilePhone IsFranchise:b ContractorTaxCode "
    "RowVersionNumber EDICentralID EPaymentReference SalesRepresentativeID:i"
)
ENTITY = _fields("EntityID EntityName BaseCurrency")
COMPANY = _fields("CompanyName LocaleName BaseCurrencyCode TaxRegistrationNumber RegistrationNumber")

ALWAYS = {"b": "false", "i": "0", "d": "0", "t": "2019-04-01T09:00:00", "e": "Purchases"}
"""What is sent for a value that a row does not name, by type."""

SUPPLIER_DEFAULTS: Row = {
    "CountryCode": "GB", "GroupID": "TRADE", "AreaID": "UK", "BankAccountCode": "1200", "CountryID": "GB",
    "CreditTermID": "30D", "CurrencyCode": "GBP", "PaymentMethodID": "BACS", "AuthorUserID": "admin",
    "Address1": "14 Quay Street", "Address2": "Unit 3", "City": "Bristol", "County_State": "Avon",
    "Country": "United Kingdom", "PostCode": "BS1 4DJ", "DeliveryName": "Stores", "DeliveryAddress1": "2 Dock Road",
    "DeliveryCity": "Bristol", "DeliveryPostCode": "BS1 6XN", "DeliveryContact": "Robin Teller",
    "DeliveryPhone": "0117 496 0123", "Phone": "0117 496 0101", "Fax": "0117 496 0102",
    "Email": "accounts@supplier.example", "WebAddress": "https://supplier.example", "Contact": "Jo Ledger",
    "VATRegistrationNumber": "GB123456789", "DefaultTaxCode": "T1", "DefaultGLAccountCode": "5000",
    "ControlGLAccountCode": "2100", "Notes": "Pays on the last Friday", "InternationalBankAccountNumber":
    "GB29NWBK60161331926819", "BankSortCode": "601613", "BankCode": "31926819", "BankSwiftCode": "NWBKGB2L",
    "MobilePhone": "07700 900123", "RowVersionNumber": "00000000000007D1",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """`tag`: the element of one row. `key`: its identifying field. Lengths in characters.
    `subject` leads error codes."""

    tag: str
    fields: Fields
    subject: str
    key: str = "Code"
    name: str = "Description"
    key_length: int = 50
    name_length: int = 50
    defaults: Row = field(default_factory=dict)
    """Constants sent for what a row does not name."""
    fill: Row = field(default_factory=dict)
    """What an insert stores when it is not named."""


TABLES = {
    "gl_accounts": Table(
        "WSChartOfAccountLine",
        GL_ACCOUNT,
        "GLACCOUNT",
        fill={"AccountType": "Posting", "IsActive": True, "CurrencyCode": "GBP"},
    ),
    "tax_codes": Table(
        "Tax", TAX, "TAX", key_length=10, fill={"Rate": "0", "SalesTaxInclude": True, "PurchasesTaxInclude": True}
    ),
    "dimensions": Table("WSAnalysisDimension", OPTION, "ANALYSIS_GROUP"),
    "dimension_options": Table("WSAnalysisDimensionCode", OPTION, "ANALYSIS_CODE"),
    "bi_codes": Table(
        "Department", DEPARTMENT, "DEPARTMENT", key="DepartmentID", name_length=500, fill={"IsActive": True}
    ),
    "suppliers": Table(
        "Supplier", SUPPLIER, "SUPPLIER", name="Name", defaults=SUPPLIER_DEFAULTS, fill={"IsActive": True}
    ),
}
EXTRA = {"dimension_options": ("dimension",)}
"""Values of a row that are no field of the record: the dimension that an option belongs to."""
