"""The export template that we send: one JSON object a line. Pure.

A report line (`"t":"r"`) stands before its expense lines (`"t":"e"`); an end line (`"t":"end"`) closes every rendering,
so that an empty export differs from a file that is not ready and a cut file from a whole one. Big exports may be
rendered in batches: then there are several end lines, the last line is always one.

Only constructs that real templates of this vendor use, in their plainest form. Every null is guarded by `!""`, `??` or
`?has_content`. All values are quoted: a number is never invalid JSON. Lists end with a 0, so that no comma has to know
whether it is the last. Source: FreeMarker manual; the vendor's reference of report and expense attributes.

Numbers and ids are printed bare, with a default: that is right whether the server holds an attribute as a number or as
text (an amount that was never corrected is empty text), where `?c` would fail on text. FreeMarker may then group
thousands, which the reader undoes (records.py), and keeps three decimals of a rate, which no amount is made of.

Two styles, since it is not documented which built-ins the server knows:
- `json_string`: text through `?json_string`.
- `replace`: text through a chain of `?replace`.
"""

from __future__ import annotations

import re
from functools import cache

from integrations.core.errors import PortalError, ProtocolError, RejectedError
from integrations.vendors.ieatta.envelope import SERVER, TEMPLATE

STYLES = ("json_string", "replace")
END = b'{"t":"end"}'
TAG_LEVELS = 5
_VALIDATION = re.compile(r"\bdate\b|polic|reportState|status|not found|employeeEmail|reportIDList", re.I)

_CHAIN = r"""?replace("\\","\\\\")?replace('"','\\"')?replace("\n","\\n")?replace("\r","\\r")?replace("\t","\\t")"""

_REPORT_IDS = (("id", "reportID"), ("po", "policyID"))
_REPORT_TEXTS = (
    ("nm", "reportName"),
    ("st", "status"),
    ("ds", "displayStatus"),
    ("cu", "currency"),
    ("em", "accountEmail"),
    ("cr", "created"),
    ("su", "submitted"),
    ("ap", "approved"),
)
_EXPENSE_IDS = (("id", "transactionID"), ("ri", "receiptID"))
_EXPENSE_TEXTS = (
    ("cu", "currency"),
    ("cr", "created"),
    ("mc", "modifiedCreated"),
    ("me", "merchant"),
    ("mm", "modifiedMerchant"),
    ("cm", "comment"),
    ("ca", "category"),
    ("tg", "tag"),
    ("tc", "tagGlCode"),
    ("tn", "taxName"),
    ("tr", "taxRateName"),
    ("tx", "taxCode"),
    ("rf", "receiptFilename"),
)
_EXPENSE_NUMBERS = (
    ("a", "amount"),
    ("ma", "modifiedAmount"),
    ("co", "convertedAmount"),
    ("cx", "currencyConversionRate"),
    ("tp", "taxRate"),
    ("ta", "taxAmount"),
    ("mt", "modifiedTaxAmount"),
)
_EXPENSE_FLAGS = (("bi", "billable"), ("re", "reimbursable"), ("ht", "hasTax"))


@cache
def build_template(style: str) -> str:
    """The FreeMarker source in one of STYLES. Raises ValueError for another word."""
    if style not in STYLES:
        raise ValueError(f"unknown template style {style!r}")
    return "\n".join(
        (
            "<#list reports as report>",
            _report_line(style),
            "<#if report.transactionList?has_content>",
            "<#list report.transactionList as expense>",
            _expense_line(style),
            "</#list>",
            "</#if>",
            "</#list>",
            END.decode(),
            "",
        )
    )


def _escaped(attribute: str, style: str) -> str:
    how = "?json_string" if style == "json_string" else _CHAIN
    return f'${{({attribute}!""){how}}}'


def _text(key: str, attribute: str, style: str) -> str:
    return f'"{key}":"{_escaped(attribute, style)}"'


def _plain(key: str, attribute: str) -> str:
    return f'"{key}":"${{{attribute}!""}}"'


def _flag(key: str, attribute: str) -> str:
    return f'"{key}":<#if {attribute}??>${{{attribute}?string("true","false")}}<#else>false</#if>'


def _report_line(style: str) -> str:
    texts = [_plain(key, f"report.{name}") for key, name in _REPORT_IDS]
    texts += [_text(key, f"report.{name}", style) for key, name in _REPORT_TEXTS]
    message = f"<#if act.details?has_content>{_escaped('act.details.message', style)}</#if>"
    actions = (
        '"l":[<#if report.actionList?has_content><#list report.actionList as act>'
        f'["{_escaped("act.action", style)}","{_escaped("act.created", style)}","{message}"],</#list></#if>0]'
    )
    return '{"t":"r",' + ",".join([*texts, actions]) + "}"


def _expense_line(style: str) -> str:
    parts = [_plain(key, f"expense.{name}") for key, name in (*_EXPENSE_IDS, *_EXPENSE_NUMBERS)]
    parts += [_text(key, f"expense.{name}", style) for key, name in _EXPENSE_TEXTS]
    parts += [_flag(key, f"expense.{name}") for key, name in _EXPENSE_FLAGS]
    parts += [_tags(style), _attendees(style), _units(style), _receipt(style)]
    return '{"t":"e",' + ",".join(parts) + "}"


def _tags(style: str) -> str:
    levels = ",".join(
        f'"{_escaped(f"expense.ntag{n}", style)}","{_escaped(f"expense.ntag{n}GlCode", style)}"'
        for n in range(1, TAG_LEVELS + 1)
    )
    return f'"n":[<#if expense.tag?has_content>{levels}</#if>]'


def _attendees(style: str) -> str:
    pair = f'["{_escaped("person.email", style)}","{_escaped("person.displayName", style)}"],'
    return f'"at":[<#if expense.attendees?has_content><#list expense.attendees as person>{pair}</#list></#if>0]'


def _units(style: str) -> str:
    """`units.unit`, else `units.name`: both are seen in use."""
    unit = (
        f"<#if expense.units.unit?has_content>{_escaped('expense.units.unit', style)}"
        f"<#else>{_escaped('expense.units.name', style)}</#if>"
    )
    counted = f'{_plain("uc", "expense.units.count")},"uu":"{unit}"'
    return f'<#if expense.units?has_content>{counted}<#else>"uc":"","uu":""</#if>'


def _receipt(style: str) -> str:
    found = f"{_text('ru', 'expense.receiptObject.url', style)},{_text('ry', 'expense.receiptObject.type', style)}"
    return f'<#if expense.receiptObject?has_content>{found}<#else>"ru":"","ry":""</#if>'


def template_suspect(error: PortalError) -> bool:
    """Whether another way of writing the template may help: how a template failure is reported is not documented."""
    if error.code == TEMPLATE:
        return True
    if isinstance(error, RejectedError):
        return not _VALIDATION.search(error.message)
    return error.code == SERVER and not isinstance(error, ProtocolError)
