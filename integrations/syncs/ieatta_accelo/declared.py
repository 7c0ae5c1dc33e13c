"""What an admin can see and change of this sync: mapping kinds, the field table, options. Data only."""

from __future__ import annotations

from integrations.syncs.base import FieldRule, MappingKind, Option, Stream

STREAM = "expenses"
STREAMS = (Stream(STREAM, "Expenses", "Expenses"),)

STATUS_DEFAULTS = (
    ("OPEN", "Open", "submitted", "Submitted"),
    ("SUBMITTED", "Submitted", "submitted", "Submitted"),
    ("APPROVED", "Approved", "approved", "Approved"),
    ("REIMBURSED", "Reimbursed", "approved", "Approved"),
    ("ARCHIVED", "Archived (Closed)", "approved", "Approved"),
    ("REJECTED", "Rejected", "declined", "Declined"),
)

MAPPING_KINDS = (
    MappingKind(
        key="category",
        label="Categories",
        source_label="Ieatta category",
        target_label="Accelo expense type",
        source_kind="category",
        target_kinds=("expense_type",),
        qualified=True,
        help="Each category becomes an expense type. A category used with several tax rates may have several rows: "
        "name the tax in a row to use its type for that tax only. An expense without a category uses the row "
        "of Uncategorized.",
        words=("expense category", "expense type", "type"),
        target_words={"type": "expense_type", "expense type": "expense_type"},
    ),
    MappingKind(
        key="tag",
        label="Tags",
        source_label="Ieatta tag",
        target_label="Accelo project, ticket or retainer",
        source_kind="tag",
        target_kinds=("job", "issue", "contract"),
        required=False,
        help="Only needed for tags without an Accelo target of their own (page Tags) that do not find their project, "
        "ticket or retainer by code or title. "
        "The whole tag is looked up first, then its levels, the last one first.",
        words=("project", "project code", "against"),
        target_words={"project": "job", "ticket": "issue", "retainer": "contract"},
    ),
    MappingKind(
        key="person",
        label="People",
        source_label="Ieatta e-mail address",
        target_label="Accelo staff",
        source_kind="person",
        target_kinds=("staff",),
        required=False,
        help="Only needed for people whose e-mail address differs between Ieatta and Accelo.",
        words=("people", "user", "staff", "employee", "submitter", "attendee"),
        target_words={"person": "staff", "user": "staff"},
    ),
    MappingKind(
        key="tax",
        label="Taxes",
        source_label="Ieatta tax rate",
        target_label="Accelo tax",
        source_kind="tax",
        target_kinds=("tax",),
        required=False,
        help="With a tax mapped, an expense gets the mapped expense type that carries this tax in Accelo. "
        "Leave out a tax here to file its expenses without regard to tax.",
        words=("tax rate", "tax code"),
        target_words={"tax code": "tax", "tax rate": "tax"},
    ),
    MappingKind(
        key="status",
        label="Statuses",
        source_label="Ieatta report status",
        target_label="Accelo expense status",
        required=False,
        defaults=STATUS_DEFAULTS,
        help="Which status an expense gets from its report: submitted, approved or declined. A status left out here "
        "keeps its expenses out of Accelo. A status without a row stands as in the defaults.",
        words=("state", "report status", "expense status"),
    ),
)

FIELDS = (
    FieldRule(
        "title",
        "Title",
        "comment",
        "Comment, else merchant",
        sources=(
            ("comment", "Comment, else merchant"),
            ("merchant", "Merchant, else comment"),
            ("merchant_comment", "Merchant and comment"),
        ),
        note="One line: line breaks become blanks, because a title in Accelo is a single line.",
    ),
    FieldRule("date_incurred", "Date Incurred", "date", "Date", note="The calendar date, never shifted."),
    FieldRule("type_id", "Type", "category", "Category", note="By the category mapping, and the tax where mapped."),
    FieldRule("against", "Against", "tag", "Tags", note="Accelo cannot change it later: see *Unchangeable fields*."),
    FieldRule(
        "quantity",
        "Quantity",
        "units",
        "Distance or hours, else 1",
        sources=(("units", "Distance or hours, else 1"), ("one", "Always 1")),
        fixed_policy=True,
        note="Written together with the price, so that both always multiply to the amount.",
    ),
    FieldRule("unit_cost", "Purchase Price", "amount", "Amount, per unit", fixed_policy=True),
    FieldRule(
        "price",
        "Sale Price",
        "amount",
        "Amount, per unit",
        note="Accelo cannot change it later: see *Unchangeable fields*. Choose *only when new* to set your own "
        "sale prices in Accelo.",
    ),
    FieldRule("reimbursable", "Reimbursable?", "reimbursable", "Reimbursable?"),
    FieldRule("billable", "Billable?", "billable", "Billable?"),
    FieldRule("receipt", "Attachment", "receipt", "Receipt", note="Sent once, with the expense."),
    FieldRule(
        "tax", "Tax Code", "tax", "Tax rate", fixed_policy=True, note="Accelo keeps the tax with the expense type."
    ),
    FieldRule(
        "submitter_id",
        "Submitted By",
        "attendees",
        "First attendee, else the report's owner",
        policy="set_if_new",
        sources=(
            ("attendees", "First attendee, else the report's owner"),
            ("account_email", "The report's owner"),
        ),
        fixed_policy=True,
        note="Accelo files expenses under its own signed-in user; see *Send Submitted By*.",
    ),
    FieldRule(
        "status", "Status", "report_status", "Report status", fixed_policy=True, note="Reached by Accelo's own steps."
    ),
)
LABELS = {rule.target: rule.target_label for rule in FIELDS}

OPTIONS = (
    Option(
        "currency",
        "Books' currency",
        default="",
        help="Three letters, such as GBP. Accelo keeps amounts without a currency, so all expenses must be in one. "
        "Empty: the currency of the first report read is kept.",
    ),
    Option(
        "window_days",
        "Days looked back",
        "int",
        60,
        "Each run reads reports created or submitted in this many days, and older ones that were not finished.",
        minimum=1,
        maximum=360,
    ),
    Option(
        "title_length",
        "Longest title",
        "int",
        0,
        "Longer titles are cut to this many characters; 0 sends them whole.",
        minimum=0,
        maximum=100_000,
    ),
    Option(
        "default_against",
        "Project for expenses without a tag",
        default="",
        help="Such as job:123, issue:45 or contract:6; empty: an expense without a tag waits for one.",
    ),
    Option(
        "closed_targets",
        "Closed projects, tickets and retainers",
        "choice",
        "late",
        "Expenses often arrive after their project is complete, and belong to it all the same. Inactive and cancelled "
        "ones can usually not be invoiced any more.",
        (
            ("late", "Complete and closed ones take late expenses, inactive and cancelled ones hold them"),
            ("block", "Hold the expense of any that is not open"),
            ("allow", "File it there in any case"),
        ),
    ),
    Option(
        "retainer",
        "Retainers",
        "choice",
        "contract_period",
        "Accelo files a retainer's expenses under its open period in the web application. Whether its API takes "
        "that differs between deployments.",
        (
            ("contract_period", "Under the open period of the expense's date"),
            ("contract", "Under the retainer itself"),
            ("block", "Hold the expense and say so"),
        ),
    ),
    Option(
        "unchangeable",
        "Unchangeable fields",
        "choice",
        "replace",
        "Accelo cannot change sale price, project or receipt of an expense that exists.",
        (
            ("replace", "Replace the expense while it is not approved or invoiced"),
            ("report", "Leave it and report the difference"),
        ),
    ),
    Option("status_sync", "Carry over the status", "bool", True, "Off: expenses stay in the status Accelo gives them."),
    Option("receipts", "Carry over receipts", "bool", True),
    Option("max_receipt_mb", "Largest receipt, MB", "int", 10, "Larger ones are noted, not sent.", (), 1, 45),
    Option(
        "send_submitter",
        "Send Submitted By",
        "bool",
        False,
        "Accelo documents no way to file an expense for someone else. On: it is asked for all the same, and told "
        "when Accelo did not take it.",
    ),
    Option(
        "recreate_gone",
        "Create again what was deleted in Accelo",
        "bool",
        False,
        "Off: an expense that a person deleted in Accelo stays deleted.",
    ),
)
