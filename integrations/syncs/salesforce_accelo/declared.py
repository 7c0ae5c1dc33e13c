"""What this sync declares: its streams, its field table and its options."""

from __future__ import annotations

from collections.abc import Iterable

from integrations.syncs.base import Direction, FieldRule, Option, Stream

COMPANIES, CONTACTS = "companies", "contacts"
OBJECTS = {COMPANIES: "Account", CONTACTS: "Contact"}
"""Stream -> object at Salesforce."""

STREAMS = (
    Stream(
        COMPANIES,
        "Companies",
        "company",
        about="Salesforce accounts and Accelo companies. Owners, account managers and all fields that are not in the "
        "field table stay as they are on both sides.",
    ),
    Stream(
        CONTACTS,
        "Contacts",
        "contact",
        about="Salesforce contacts and Accelo contacts. Phone, fax, mobile, e-mail and position are those of the "
        "contact's place at the linked company; its places at other companies are left alone.",
    ),
)

BOTH: tuple[Direction, ...] = ("both", "to_target", "to_source", "off")
ONE_WAY: tuple[Direction, ...] = ("to_target", "off")
NEVER_BACK = "Never written to Salesforce."
TITLED = "Only the Accelo address titled “{}”."


def _rule(stream: str, key: str, label: str, source: str, back: bool = True, note: str = "") -> FieldRule:
    directions = BOTH if back else ONE_WAY
    return FieldRule(
        target=f"{stream}.{key}", target_label=label, source=source, source_label=source, note=note, winner="source",
        direction=directions[0], directions=directions, stream=stream,
    )  # fmt: skip


FIELDS = (
    _rule(COMPANIES, "name", "Name", "Name"),
    _rule(COMPANIES, "phone", "Phone", "Phone"),
    _rule(COMPANIES, "fax", "Fax", "Fax"),
    _rule(COMPANIES, "website", "Website", "Website"),
    _rule(COMPANIES, "type", "Type", "Type", back=False, note=f"{NEVER_BACK} Goes to the profile field chosen below."),
    _rule(COMPANIES, "industry", "Industry", "Industry", back=False, note=f"{NEVER_BACK} As the type."),
    _rule(COMPANIES, "billing", "Address “Billing”", "Billing address", note=TITLED.format("Billing")),
    _rule(COMPANIES, "shipping", "Address “Shipping”", "Shipping address", note=TITLED.format("Shipping")),
    _rule(CONTACTS, "first_name", "First name", "First name"),
    _rule(CONTACTS, "last_name", "Surname", "Last name"),
    _rule(CONTACTS, "title", "Position", "Title"),
    _rule(CONTACTS, "phone", "Phone", "Phone"),
    _rule(CONTACTS, "fax", "Fax", "Fax"),
    _rule(CONTACTS, "mobile", "Mobile", "Mobile"),
    _rule(CONTACTS, "email", "E-mail", "Email"),
    _rule(CONTACTS, "mailing", "Address “Mailing”", "Mailing address", note=TITLED.format("Mailing")),
    _rule(CONTACTS, "other", "Address “Other”", "Other address", note=TITLED.format("Other")),
)
LABELS = {rule.target: rule.target_label for rule in FIELDS}
ADDRESSES = {COMPANIES: ("billing", "shipping"), CONTACTS: ("mailing", "other")}

OPTIONS = (
    Option(
        "read_only",
        "Read-only",
        "bool",
        True,
        "On: Salesforce to Accelo only, and nothing is ever written to Salesforce. Off: both ways. After it is turned "
        "off a preview is made first, and nothing is written to Salesforce before somebody has confirmed it.",
    ),
    Option(
        "two_way_start",
        "Both ways start",
        "choice",
        "review",
        "After somebody has looked at the matching, or at once: exact matches are linked, all others are created.",
        choices=(("review", "After the matching was confirmed"), ("automatic", "At once")),
    ),
    Option(
        "create_in_accelo",
        "Create in Accelo",
        "bool",
        True,
        "New Salesforce records are created in Accelo. Off: only records that are linked are kept in step.",
    ),
    Option(
        "create_in_salesforce",
        "Create in Salesforce",
        "bool",
        True,
        "Both ways only: new Accelo records are created in Salesforce.",
    ),
    Option(
        "likely",
        "Likely matches",
        "choice",
        "ask",
        "What becomes of a record that looks much like one on the other side, without an exact match.",
        choices=(("ask", "Wait for a person"), ("link", "Link them"), ("create", "Create a new one")),
    ),
    Option(
        "companies_where",
        "Accounts to take",
        "list",
        (),
        "Conditions on Salesforce fields that an account must meet. A linked one that no longer meets them stays "
        "linked and is left alone.",
    ),
    Option("contacts_where", "Contacts to take", "list", (), "As for accounts."),
    Option(
        "person_accounts",
        "Person accounts",
        "bool",
        False,
        "Salesforce keeps a person account as an account and as a contact. Off: neither is taken.",
    ),
    Option(
        "first_name",
        "In place of a missing first name",
        "text",
        "-",
        "Accelo asks for a first name, Salesforce does not. This text stands for none, on both ways.",
    ),
    Option(
        "type_to",
        "Type goes to",
        "text",
        "",
        "The name of a profile field of companies in Accelo. Empty: not carried over, for Accelo companies have no "
        "type of their own.",
    ),
    Option("industry_to", "Industry goes to", "text", "", "As the type."),
    Option(
        "allow_duplicates",
        "Save duplicates in Salesforce",
        "bool",
        False,
        "Lets Salesforce save what one of its duplicate rules only warns of. Off: such a record fails and says so.",
    ),
    Option(
        "compare_hour",
        "Compare everything at",
        "int",
        2,
        "Hour of the day (UTC) after which the first run compares all records of both sides, once a day.",
        minimum=0,
        maximum=23,
    ),
)
REMARKS = {
    "only_in_accelo": ("is in Accelo only", "are in Accelo only"),
    "not_selected": ("does not meet the conditions", "do not meet the conditions"),
    "not_visible": ("is not visible in Salesforce any more", "are not visible in Salesforce any more"),
}


def by_stream(rules: Iterable[FieldRule]) -> dict[str, dict[str, FieldRule]]:
    """Field key -> rule, without those that are off."""
    found: dict[str, dict[str, FieldRule]] = {COMPANIES: {}, CONTACTS: {}}
    for rule in rules:
        if rule.direction != "off" and rule.policy != "off":
            found[rule.stream][rule.target.partition(".")[2]] = rule
    return found
