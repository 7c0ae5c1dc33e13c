"""Answers as XML in the vendor's form: elements in schema order, strings absent when null."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from integrations.vendors.accountsiq.sandbox.specs import ALWAYS, Fields, Row, Table
from integrations.vendors.emulator import Response

NAMESPACE = "http://www.visorsoftware.com/visor/accountsiq/dashboard/Integration/"
_START = (
    '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Body>'
)
_END = "</soap:Body></soap:Envelope>"
_CHECKER = (
    "<Checker><IdLength>20</IdLength><CodeLength>10</CodeLength><DescriptionLength>50</DescriptionLength>"
    "<AuthorLength>50</AuthorLength></Checker>"
)
CONTENT_TYPE = "text/xml; charset=utf-8"


def text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return escape(str(value))


def element(name: str, value: Any) -> str:
    """'' for None."""
    return "" if value is None else f"<{name}>{text(value)}</{name}>"


class Template:
    """Renders rows of one table that name the same fields: what they do not name is worked out once."""

    def __init__(self, tag: str, fields: Fields, defaults: Row, row: Row) -> None:
        self.names = [name for name, _ in fields if row.get(name) is not None]
        parts = "".join(self._part(name, kind, defaults, row) for name, kind in fields)
        self.form = f"<{tag}>{parts}</{tag}>"

    def _part(self, name: str, kind: str, defaults: Row, row: Row) -> str:
        if row.get(name) is not None:
            return f"<{name}>%s</{name}>"
        if kind == "checker":
            return _CHECKER
        value = ALWAYS.get(kind) if name in row else defaults.get(name, ALWAYS.get(kind))
        return element(name, value).replace("%", "%%")

    def render(self, row: Row) -> str:
        return self.form % tuple([text(row[name]) for name in self.names])


def render_rows(table: Table, rows: Iterable[Row]) -> str:
    templates: dict[tuple[tuple[str, bool], ...], Template] = {}
    parts = []
    for row in rows:
        key = tuple([(name, value is None) for name, value in row.items()])
        if key not in templates:
            templates[key] = Template(table.tag, table.fields, table.defaults, row)
        parts.append(templates[key].render(row))
    return "".join(parts)


def render_fields(fields: Fields, row: Row) -> str:
    """The fields of one record without an element around them."""
    return Template("x", fields, {}, row).render(row)[3:-4]


def scaled(rows: Iterable[Row], scale: str) -> list[Row]:
    """Tax codes with rates as they travel: `percent` as stored, `fraction` a hundredth of it."""
    if scale == "percent":
        return list(rows)
    return [{**row, "Rate": (Decimal(str(row["Rate"])) / 100).normalize()} for row in rows]


def render_tree(dimensions: Mapping[str, Row], options: Iterable[Row]) -> str:
    inside: dict[str, list[str]] = {code: [] for code in dimensions}
    for row in options:
        fields = element("Code", row["Code"]) + element("Description", row.get("Description"))
        inside[row["dimension"]].append(f"<WSAnalysisDimensionCode>{fields}</WSAnalysisDimensionCode>")
    return "".join(
        f"<WSAnalysisDimension>{element('Code', code)}{element('Description', row.get('Description'))}"
        f"<DimensionCodes>{''.join(inside[code])}</DimensionCodes></WSAnalysisDimension>"
        for code, row in dimensions.items()
    )


def envelope(operation: str, inner: str) -> bytes:
    return f'{_START}<{operation}Response xmlns="{NAMESPACE}">{inner}</{operation}Response>{_END}'.encode()


def answer(
    operation: str,
    result: str | None,
    *,
    status: str = "Success",
    code: str = "SUCCESS",
    message: str | None = None,
    expired: bool = False,
    result_first: bool = False,
) -> bytes:
    """The envelope of every operation but those of the sign-in. `result` None: no Result element."""
    head = (
        element("Status", status) + element("ErrorCode", code) + element("ErrorMessage", message)
        + element("HasExpired", expired)
    )  # fmt: skip
    data = "" if result is None else f"<Result>{result}</Result>"
    inner = data + head if result_first else head + data
    return envelope(operation, f"<{operation}Result>{inner}</{operation}Result>")


def token_answer(operation: str, pair: tuple[str, str] | None, code: str, message: str | None = None) -> bytes:
    """Result comes first here, and there is no HasExpired."""
    tokens = "" if pair is None else element("AccessToken", pair[0]) + element("RefreshToken", pair[1])
    result = f"<Result>{tokens}</Result>" if pair else ""
    words = element("Status", "Success" if pair else "Failure") + element("ErrorCode", code)
    words += element("ErrorMessage", message)
    return envelope(operation, f"<{operation}Result>{result}{words}</{operation}Result>")


def fault(words: str, who: str = "soap:Server") -> Response:
    inner = f"<soap:Fault>{element('faultcode', who)}{element('faultstring', words)}<detail /></soap:Fault>"
    return Response(500, f"{_START}{inner}{_END}".encode(), CONTENT_TYPE)


def page(status: int, words: str) -> Response:
    body = (
        f"<!DOCTYPE html><html><head><title>{escape(words)}</title></head><body><h1>{escape(words)}</h1></body></html>"
    )
    return Response(status, body.encode(), "text/html; charset=utf-8")
