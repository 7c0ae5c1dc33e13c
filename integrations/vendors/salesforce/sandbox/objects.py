"""The objects of the emulated org and their fields, as data.

One field a line: `name type[:size or target] words # label`. Words: `req` not nillable, `ro` read-only, `co` writable
only on create, `alone` without a relationship, `df` defaulted on create, `nf` cannot be filtered, `ns` cannot be
sorted, `key` an id look-up, `in=X` part of the compound X, `list=X` the picklist values, `strict` only these values.
Source: describe answers of scratch orgs (API 48.0 and 49.0), and the object reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SYSTEM = """
Id id:18 req ro df key # {label} ID
IsDeleted boolean ro df # Deleted
CreatedDate datetime req ro df # Created Date
CreatedById reference:User req ro df # Created By ID
LastModifiedDate datetime req ro df # Last Modified Date
LastModifiedById reference:User req ro df # Last Modified By ID
SystemModstamp datetime req ro df # System Modstamp
"""
ADDRESS = """
{0}Street textarea:255 in={0}Address # {0} Street
{0}City string:40 in={0}Address # {0} City
{0}State string:80 in={0}Address # {0} State/Province
{0}PostalCode string:20 in={0}Address # {0} Zip/Postal Code
{0}Country string:80 in={0}Address # {0} Country
{0}Latitude double:18,15 in={0}Address # {0} Latitude
{0}Longitude double:18,15 in={0}Address # {0} Longitude
{0}GeocodeAccuracy picklist:40 in={0}Address list=Accuracy strict # {0} Geocode Accuracy
{0}Address address ro ns # {0} Address
"""
STATE_CODES = """
{0}StateCode picklist:10 in={0}Address list=States strict # {0} State/Province Code
{0}CountryCode picklist:10 in={0}Address list=Countries strict # {0} Country Code
"""
ACCOUNT = f"""
MasterRecordId reference:Account ro # Master Record ID
Name string:255 req in=Name # Account Name
Type picklist:40 list=AccountType # Account Type
RecordTypeId reference:RecordType # Record Type ID
ParentId reference:Account # Parent Account ID
{ADDRESS.format("Billing")}
{ADDRESS.format("Shipping")}
Phone phone:40 # Account Phone
Fax phone:40 # Account Fax
AccountNumber string:40 # Account Number
Website url:255 # Website
Sic string:20 # SIC Code
Industry picklist:40 list=Industry # Industry
AnnualRevenue currency:18,0 # Annual Revenue
NumberOfEmployees int # Employees
Ownership picklist:40 list=Ownership # Ownership
TickerSymbol string:20 # Ticker Symbol
Description textarea:32000 nf ns # Account Description
Rating picklist:40 list=Rating # Account Rating
Site string:80 # Account Site
OwnerId reference:User req df # Owner ID
LastActivityDate date ro # Last Activity
AccountSource picklist:40 list=LeadSource # Account Source
"""
CONTACT = f"""
MasterRecordId reference:Contact ro # Master Record ID
AccountId reference:Account # Account ID
LastName string:80 req in=Name # Last Name
FirstName string:40 in=Name # First Name
Salutation picklist:40 in=Name list=Salutation # Salutation
Name string:121 ro req # Full Name
{ADDRESS.format("Other")}
{ADDRESS.format("Mailing")}
Phone phone:40 # Business Phone
Fax phone:40 # Business Fax
MobilePhone phone:40 # Mobile Phone
HomePhone phone:40 # Home Phone
OtherPhone phone:40 # Other Phone
AssistantPhone phone:40 # Asst. Phone
ReportsToId reference:Contact # Reports To ID
Email email:80 key # Email
Title string:128 # Title
Department string:80 # Department
AssistantName string:40 # Assistant's Name
LeadSource picklist:255 list=LeadSource # Lead Source
Birthdate date # Birthdate
Description textarea:32000 nf ns # Contact Description
OwnerId reference:User req df # Owner ID
LastActivityDate date ro # Last Activity
"""
OPPORTUNITY = """
AccountId reference:Account # Account ID
IsPrivate boolean df # Private
Name string:120 req key # Name
Description textarea:32000 nf ns # Description
StageName picklist:255 req list=Stage # Stage
Amount currency:18,2 # Amount
Probability percent:3,0 df # Probability (%)
ExpectedRevenue currency:18,2 ro # Expected Amount
CloseDate date req # Close Date
Type picklist:255 list=OpportunityType # Opportunity Type
NextStep string:255 # Next Step
LeadSource picklist:255 list=LeadSource # Lead Source
IsClosed boolean ro df # Closed
IsWon boolean ro df # Won
ForecastCategory picklist:40 req ro df list=Forecast strict # Forecast Category
ForecastCategoryName picklist:255 df list=Forecast strict # Forecast Category
HasOpportunityLineItem boolean ro df # Has Line Item
OwnerId reference:User req df # Owner ID
LastStageChangeDate datetime ro # Last Stage Change Date
ContactId reference:Contact co alone # Contact ID
"""
CASE = """
MasterRecordId reference:Case ro # Master Record ID
CaseNumber string:30 req ro df key # Case Number
ContactId reference:Contact # Contact ID
AccountId reference:Account # Account ID
ParentId reference:Case # Parent Case ID
SuppliedName string:80 # Name
SuppliedEmail email:80 # Email Address
SuppliedPhone string:40 # Phone
SuppliedCompany string:80 # Company
Type picklist:40 list=CaseType # Case Type
Status picklist:40 df list=Status # Status
Reason picklist:40 list=CaseReason # Case Reason
Origin picklist:40 list=CaseOrigin # Case Origin
Subject string:255 # Subject
Priority picklist:40 df list=Priority # Priority
Description textarea:32000 nf ns # Description
IsClosed boolean ro df # Closed
ClosedDate datetime ro # Closed Date
IsEscalated boolean df # Escalated
OwnerId reference:Group,User req df # Owner ID
ContactPhone phone:40 ro # Contact Phone
ContactEmail email:80 ro # Contact Email
"""
USER = """
Username string:80 req key # Username
LastName string:80 req in=Name # Last Name
FirstName string:40 in=Name # First Name
Name string:121 ro req # Full Name
Email email:128 req # Email
Alias string:8 req # Alias
IsActive boolean df # Active
UserType picklist:40 ro list=UserType strict # User Type
ProfileId id:18 # Profile ID
TimeZoneSidKey picklist:40 df # Time Zone
LanguageLocaleKey picklist:40 df # Language
"""
GROUP = """
Name string:40 req # Name
DeveloperName string:80 # Developer Name
Type picklist:40 ro list=GroupType strict # Type
Email email:255 # Email
OwnerId reference:User ro df # Owner ID
"""
OPPORTUNITY_STAGE = """
MasterLabel string:255 ro # Master Label
ApiName string:255 ro # API Name
IsActive boolean ro # Is Active
SortOrder int ro # Sort Order
IsClosed boolean ro # Is Closed
IsWon boolean ro # Is Won
ForecastCategory picklist:40 ro # Forecast Category
ForecastCategoryName picklist:255 ro # Forecast Category Name
DefaultProbability percent:3,0 ro # Probability (%)
Description textarea:255 ro # Description
"""
CASE_STATUS = """
MasterLabel string:255 ro # Master Label
ApiName string:255 ro # API Name
SortOrder int ro # Sort Order
IsDefault boolean ro # Is Default
IsClosed boolean ro # Is Closed
"""
ORGANIZATION = """
Name string:80 req # Name
InstanceName string:5 ro # Instance Name
IsSandbox boolean ro # Is Sandbox
OrganizationType picklist:40 ro # Edition
TimeZoneSidKey picklist:40 ro # Time Zone
"""
CURRENCY_TYPE = """
IsoCode picklist:40 req list=Currency strict # Currency ISO Code
ConversionRate double:18,6 # Conversion Rate
DecimalPlaces int # Decimal Places
IsActive boolean df # Active
IsCorporate boolean df # Corporate Currency
"""
RECORD_TYPE = """
Name string:80 req # Name
DeveloperName string:80 req # Record Type Name
SobjectType picklist:40 req # SObject Type Name
IsActive boolean df # Active
Description string:255 # Description
"""
PERSON_ACCOUNT = f"""
FirstName string:40 # First Name
LastName string:80 # Last Name
Salutation picklist:40 list=Salutation # Salutation
IsPersonAccount boolean ro df # Is Person Account
PersonContactId reference:Contact ro # Contact ID
PersonEmail email:80 key # Email
PersonTitle string:80 # Title
PersonMobilePhone phone:40 # Mobile
PersonHomePhone phone:40 # Home Phone
{ADDRESS.format("PersonMailing")}
{ADDRESS.format("PersonOther")}
"""
PERSON_CONTACT = "IsPersonAccount boolean ro df # Is Person Account"
CURRENCY = "CurrencyIsoCode picklist:3 df list=Currency strict # Currency ISO Code"


@dataclass(frozen=True, slots=True)
class ObjectSpec:
    """`writable`: the API may create, change and delete rows. `tracked`: `updated`, `deleted` and stamps apply.
    `feature`: the switch of the org without which there is no such object."""

    name: str
    prefix: str
    lines: str
    plural: str = ""
    writable: bool = True
    tracked: bool = True
    in_bulk: bool = True
    feature: str = ""

    @property
    def plural_label(self) -> str:
        return self.plural or f"{self.name}s"


SPECS: Mapping[str, ObjectSpec] = {
    spec.name: spec
    for spec in (
        ObjectSpec("Account", "001", ACCOUNT),
        ObjectSpec("Contact", "003", CONTACT),
        ObjectSpec("Opportunity", "006", OPPORTUNITY, "Opportunities"),
        ObjectSpec("Case", "500", CASE),
        ObjectSpec("User", "005", USER, writable=False),
        ObjectSpec("Group", "00G", GROUP, writable=False),
        ObjectSpec("OpportunityStage", "01J", OPPORTUNITY_STAGE, writable=False, tracked=False),
        ObjectSpec("CaseStatus", "02Z", CASE_STATUS, "Case Statuses", writable=False, tracked=False, in_bulk=False),
        ObjectSpec("CurrencyType", "01L", CURRENCY_TYPE, writable=False, tracked=False, feature="multi_currency"),
        ObjectSpec("Organization", "00D", ORGANIZATION, writable=False, tracked=False),
        ObjectSpec("RecordType", "012", RECORD_TYPE, writable=False, tracked=False),
    )
}
ADDRESSES: Mapping[str, tuple[str, ...]] = {"Account": ("Billing", "Shipping"), "Contact": ("Mailing", "Other")}
"""Beginnings of the address fields of each object."""
