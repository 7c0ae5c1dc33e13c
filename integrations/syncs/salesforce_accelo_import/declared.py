"""What an admin can see and change of this import: streams, mapping kinds, options. Data only."""

from __future__ import annotations

from integrations.syncs.base import MappingKind, Option, Step, Stream

COMPANIES, CONTACTS, SALES, TICKETS = "companies", "contacts", "sales", "tickets"
DIRECTORY = "salesforce_accelo"
"""The sync whose links tell which company and contact is which, where there is one between the same connections."""
OBJECTS = {COMPANIES: "account", CONTACTS: "contact", SALES: "opportunity", TICKETS: "case"}
"""Stream -> what people call one record of it at Salesforce."""
NOUNS = {COMPANIES: "company", CONTACTS: "contact", SALES: "sale", TICKETS: "ticket"}
"""Stream -> what people call one record of it at Accelo."""

STREAMS = (
    Stream(
        COMPANIES,
        "Companies",
        "company",
        about="Only accounts that sales and tickets belong to and that Accelo does not have yet.",
    ),
    Stream(
        CONTACTS,
        "Contacts",
        "contact",
        about="Only contacts that sales and tickets need and that Accelo does not have yet. Mobile numbers are left to "
        "the sync of companies and contacts, for Accelo does not take them with a new contact.",
    ),
    Stream(
        SALES,
        "Sales",
        "sale",
        about="Salesforce opportunities. Each gets its status at once: progressions are not run, and nothing that "
        "they would trigger happens.",
    ),
    Stream(
        TICKETS,
        "Tickets",
        "ticket",
        about="Salesforce cases. Progressions are not run. Accelo tells the person to whom a ticket is assigned.",
    ),
)

USER, SALE_STATUS, TICKET_STATUS = "user", "sale_status", "ticket_status"
SALE_TYPE, TICKET_TYPE, TICKET_PRIORITY = "sale_type", "ticket_type", "ticket_priority"
"""Mapping kinds. The option `default_` and the kind stands in for a row that is not there."""

MAPPING_KINDS = (
    MappingKind(
        USER,
        "Users",
        "Salesforce owner",
        "Accelo staff",
        "owner",
        ("staff",),
        help="Every person and queue that owns something to import. An owner without a row gets the default person, "
        "and without a default person what it owns waits. Leave an owner out to leave out what it owns.",
        words=("owner", "staff", "person", "queue"),
    ),
    MappingKind(
        SALE_STATUS,
        "Stages of sales",
        "Salesforce stage",
        "Accelo sale status",
        "sale_stage",
        ("sale_status",),
        help="Every stage of opportunities, old ones too. Leave a stage out to leave out its sales.",
        words=("stage", "opportunity stage"),
    ),
    MappingKind(
        TICKET_STATUS,
        "Statuses of tickets",
        "Salesforce case status",
        "Accelo ticket status",
        "ticket_status",
        ("ticket_status",),
        help="Every status of cases, old ones too. Leave a status out to leave out its tickets.",
        words=("case status",),
    ),
    MappingKind(
        SALE_TYPE,
        "Types of sales",
        "Salesforce opportunity type",
        "Accelo sale type",
        "sale_type",
        ("sale_type",),
        help="An opportunity without a type, or with one that has no row, gets the default type.",
        words=("opportunity type",),
    ),
    MappingKind(
        TICKET_TYPE,
        "Types of tickets",
        "Salesforce case type",
        "Accelo ticket type",
        "ticket_type",
        ("ticket_type",),
        help="A case without a type, or with one that has no row, gets the default type.",
        words=("case type",),
    ),
    MappingKind(
        TICKET_PRIORITY,
        "Priorities of tickets",
        "Salesforce case priority",
        "Accelo ticket priority",
        "ticket_priority",
        ("ticket_priority",),
        required=False,
        help="A case whose priority has no row gets Accelo's own default.",
        words=("case priority",),
    ),
)

STEPS = (
    Step(
        "users",
        "User mapping",
        {SALES: (USER,), TICKETS: (USER,)},
        "Who in Accelo gets what each person or queue in Salesforce owns.",
    ),
    Step(
        "statuses",
        "Status mapping",
        {SALES: (SALE_STATUS, SALE_TYPE), TICKETS: (TICKET_STATUS, TICKET_TYPE, TICKET_PRIORITY)},
        "Which status, type and priority each sale and ticket gets. Progressions are not run.",
    ),
)

CREATE, ATTACH, SKIP = "create", "attach", "skip"
CONVERT, AS_IS, LEAVE_OUT = "convert", "as_is", "leave_out"

OPTIONS = (
    Option(
        "default_user",
        "Default person",
        help="Id of the Accelo staff member who gets what owners without a row own. Empty: it waits.",
    ),
    Option("default_sale_type", "Default type of sales", help="Id of an Accelo sale type."),
    Option("default_ticket_type", "Default type of tickets", help="Id of an Accelo ticket type."),
    Option(
        "default_sale_status",
        "Default status of sales",
        help="Id of an Accelo sale status, for stages without a row. Empty: such sales wait.",
    ),
    Option(
        "default_ticket_status",
        "Default status of tickets",
        help="Id of an Accelo ticket status, for statuses without a row. Empty: such tickets wait.",
    ),
    Option(
        "missing_company",
        "Company that Accelo does not have",
        "choice",
        CREATE,
        "What becomes of a sale or ticket whose account has no company in Accelo.",
        choices=((CREATE, "Create it"), (ATTACH, "Attach to the company below"), (SKIP, "Leave it out")),
    ),
    Option(
        "attach_company",
        "Company to attach to",
        help="An Accelo company, in a file by its name or id. It also gets what has no account in Salesforce.",
    ),
    Option(
        "missing_contact",
        "Contact that Accelo does not have",
        "choice",
        CREATE,
        "A sale in Accelo needs a contact. A ticket does without one.",
        choices=((CREATE, "Create it"), (ATTACH, "Attach to the contact below"), (SKIP, "Leave it out")),
    ),
    Option(
        "attach_contact",
        "Contact to attach to",
        help="A contact at a company of Accelo, in a file by name, by e-mail address or by the affiliation's id. It "
        "also gets sales of companies without any contact.",
    ),
    Option(
        "currency_rule",
        "Amounts in other currencies",
        "choice",
        CONVERT,
        "Accelo keeps the value of a sale without a currency.",
        choices=(
            (CONVERT, "Convert by the rate that Salesforce has"),
            (AS_IS, "Take the number as it is"),
            (LEAVE_OUT, "Leave the value out"),
        ),
    ),
    Option(
        "currency",
        "Currency of Accelo",
        help="Three letters, such as GBP. Empty: Salesforce's corporate currency.",
    ),
    Option(
        "title_length",
        "Longest title",
        "int",
        0,
        "Longer titles are cut to this many characters, and the whole title begins the comments; 0 sends them whole.",
        minimum=0,
        maximum=100_000,
    ),
    Option("sales_where", "Opportunities to take", "list", (), "Conditions that an opportunity must meet."),
    Option("tickets_where", "Cases to take", "list", (), "Conditions that a case must meet."),
    Option(
        "search_window",
        "Companies looked up one by one",
        "int",
        20,
        "Up to this many accounts are searched in Accelo one by one; for more all companies of Accelo are read.",
        minimum=0,
        maximum=1000,
    ),
)

REMARKS = {
    "left_out_user": ("1 belongs to an owner that is left out.", "{} belong to owners that are left out."),
    "left_out_status": ("1 has a status that is left out.", "{} have a status that is left out."),
    "left_out_type": ("1 has a type that is left out.", "{} have a type that is left out."),
    "unmapped_user": ("1 has an owner that is not mapped.", "{} have an owner that is not mapped."),
    "unmapped_sale_status": ("1 has a stage that is not mapped.", "{} have a stage that is not mapped."),
    "unmapped_ticket_status": ("1 has a status that is not mapped.", "{} have a status that is not mapped."),
    "unmapped_sale_type": ("1 has a type that is not mapped.", "{} have a type that is not mapped."),
    "unmapped_ticket_type": ("1 has a type that is not mapped.", "{} have a type that is not mapped."),
    "no_company": ("1 has no company in Accelo.", "{} have no company in Accelo."),
    "no_contact": ("1 has no contact in Accelo.", "{} have no contact in Accelo."),
    "no_account": ("1 has no account in Salesforce.", "{} have no account in Salesforce."),
    "amount": ("1 has an amount that Accelo would round.", "{} have an amount that Accelo would round."),
    "no_rate": ("1 is in a currency without a rate.", "{} are in a currency without a rate."),
    "made_meanwhile": ("1 was made meanwhile by another sync.", "{} were made meanwhile by another sync."),
    "undone": ("1 was taken back already.", "{} were taken back already."),
    "kept_edited": ("1 kept because it was edited since.", "{} kept because they were edited since."),
    "kept_synced": ("1 is kept in step by another sync.", "{} are kept in step by another sync."),
    "kept_used": ("1 belongs to a sale or ticket that stays.", "{} belong to sales or tickets that stay."),
    "not_permitted": ("1 not permitted by Accelo.", "{} not permitted by Accelo."),
    "not_removable": ("1 company is never removed.", "{} companies are never removed."),
}
"""Every code that the rules give a record that is left out, waits or is kept."""
