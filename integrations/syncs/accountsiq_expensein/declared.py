"""What this sync declares: its items, where each can be fed from, and its options."""

from __future__ import annotations

from integrations.syncs.base import FilterField, Option, Stream, StreamSource

NAME = "Description"
ACTIVE = FilterField("active", "Active", "IsActive")

GL_ACCOUNTS = StreamSource(
    "gl_accounts",
    "GL accounts",
    "gl_account",
    (
        FilterField("name", "Account name", NAME),
        FilterField("code", "Account number", "Code"),
        FilterField("account_type", "Account type", "AccountType"),
        FilterField("category", "GL category", "GLCategory"),
        FilterField("sub_category", "GL sub-category", "GLSubCategory"),
        FilterField("category_type", "GL category type", "GLCategoryTypeDescription"),
        FilterField("group", "GL group", "GLGroup"),
        FilterField("balance_sheet_type", "Balance sheet type", "BalanceSheetType"),
        FilterField("department", "BI code of the account", "DepartmentID"),
        FilterField("is_departmental", "Needs a BI code", "IsDepartmental"),
        FilterField("default_tax", "Default tax code", "DefaultTaxID"),
        FilterField("currency", "Currency", "CurrencyCode"),
        ACTIVE,
    ),
)
DIMENSION = StreamSource(
    "dimension",
    "Dimension",
    "dimension_option",
    (FilterField("name", "Option name", NAME), FilterField("code", "Option code", "Code")),
    choice="dimension",
)
BI_CODES = StreamSource(
    "bi_codes",
    "BI codes",
    "bi_code",
    (
        FilterField("name", "Description", NAME),
        FilterField("code", "BI code", "DepartmentID"),
        *(FilterField(f"analysis_{n}", f"Option in dimension {n}", f"AnalysisCode{n}") for n in range(1, 7)),
        ACTIVE,
    ),
)
TAX_CODES = StreamSource(
    "tax_codes",
    "Tax codes",
    "tax_code",
    (
        FilterField("name", "Tax description", NAME),
        FilterField("code", "Tax code", "Code"),
        FilterField("rate", "Rate", "Rate"),
        FilterField("sales_tax", "For sales", "SalesTaxInclude"),
        FilterField("purchases_tax", "For purchases", "PurchasesTaxInclude"),
        FilterField("reverse_charge", "Reverse charge", "ReverseCharge"),
        FilterField("eu_sales", "EU sales", "EuropeanCommunitySales"),
        FilterField("eu_purchases", "EU purchases", "EuropeanCommunityPurchases"),
        FilterField("is_default", "Default", "IsDefault"),
    ),
)
SUPPLIERS = StreamSource(
    "suppliers",
    "Suppliers",
    "supplier",
    (FilterField("name", "Supplier name", "Name"), FilterField("code", "Supplier code", "Code"), ACTIVE),
)

STREAMS = (
    Stream(
        "categories",
        "Categories",
        "category",
        (GL_ACCOUNTS,),
        about="New ones are made for purchase expenses only. The name and the reference are overwritten, nothing else.",
    ),
    Stream(
        "projects",
        "Projects",
        "project",
        (BI_CODES, DIMENSION),
        enabled=False,
        about="New ones are made for all expense types. The name and the code are overwritten, nothing else.",
    ),
    Stream(
        "departments",
        "Departments",
        "department",
        (BI_CODES, DIMENSION),
        enabled=False,
        about="The name and the code are overwritten, nothing else. Approval flows hang on departments: preview first.",
    ),
    Stream(
        "tax_rates",
        "Tax rates",
        "tax rate",
        (TAX_CODES,),
        about="The name is overwritten. The rate is set when a tax rate is made and never changed; one that differs is "
        "reported.",
    ),
    Stream(
        "suppliers",
        "Suppliers",
        "supplier",
        (SUPPLIERS,),
        about="The name, the code and Inactive are overwritten: a supplier that is inactive in AccountsIQ is made "
        "inactive in ExpenseIn, and one that is active there is made active again, whatever was set in ExpenseIn.",
    ),
)

REMARKS = {
    "rate_differs": ("1 rate differs and is not changed.", "{} rates differ and are not changed."),
    "reference_differs": ("1 reference differs and is not changed.", "{} references differ and are not changed."),
    "name_taken": ("1 name is taken.", "{} names are taken."),
    "inactive": ("1 is inactive.", "{} are inactive."),
    "deleted": ("1 was deleted in ExpenseIn.", "{} were deleted in ExpenseIn."),
    "vanished": ("1 is gone from AccountsIQ and stays.", "{} are gone from AccountsIQ and stay."),
    "adopted": ("1 was taken over by its name.", "{} were taken over by their names."),
    "long_name": ("1 name is too long.", "{} names are too long."),
    "doubled_reference": ("1 reference is there several times.", "{} references are there several times."),
    "doubled_code": ("1 code is there several times.", "{} codes are there several times."),
}

OPTIONS = (
    Option(
        "adopt_by_name",
        "Take over records of the same name",
        "bool",
        False,
        "For an account that was filled by hand: a record without a reference gets the code of the record of the same "
        "name in AccountsIQ. Off: they are reported. The preview shows each.",
    ),
    Option(
        "same_names",
        "Two codes with the same name",
        "choice",
        "report",
        "ExpenseIn takes each name once for each kind of record.",
        (("report", "The first takes the name, the others are reported"), ("add_code", "Add the code to the name")),
    ),
    Option(
        "long_names",
        "Names that are too long for ExpenseIn",
        "choice",
        "report",
        "",
        (("report", "Leave the record out and report it"), ("cut", "Cut the name at the limit")),
    ),
    Option(
        "ignore_code_case",
        "Capital letters in codes do not matter",
        "bool",
        False,
        "Off: ab1 and AB1 are two codes. AccountsIQ writes codes in capital letters.",
    ),
    Option(
        "recreate_deleted",
        "Create again what was deleted in ExpenseIn",
        "bool",
        False,
        "Off: a record that this sync made and that a person deleted in ExpenseIn stays deleted.",
    ),
)
