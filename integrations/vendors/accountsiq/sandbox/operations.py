"""What each operation answers: the text of its Result. Operations of section "reference data" of both versions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from xml.etree.ElementTree import Element

from integrations.vendors.accountsiq.sandbox.access import Refused
from integrations.vendors.accountsiq.sandbox.render import (
    NAMESPACE,
    element,
    render_fields,
    render_rows,
    render_tree,
    scaled,
)
from integrations.vendors.accountsiq.sandbox.specs import COMPANY, TABLES, Row
from integrations.vendors.accountsiq.sandbox.store import Entity

Settings = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Query:
    """The parameters of one call."""

    body: Element
    settings: Settings

    def text(self, path: str) -> str:
        found = self.body.find("/".join(f"{{{NAMESPACE}}}{part}" for part in path.split("/")))
        return (found.text or "").strip() if found is not None else ""

    def texts(self, path: str) -> list[str]:
        """The strings of an ArrayOfString."""
        found = self.body.find("/".join(f"{{{NAMESPACE}}}{part}" for part in path.split("/")))
        return [(one.text or "").strip() for one in found] if found is not None else []

    def since(self) -> datetime | None:
        """FromLastModifiedDateInUTC; without an offset it is UTC."""
        value = self.text("query/FromLastModifiedDateInUTC")
        if not value:
            return None
        moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _chart(entity: Entity, query: Query) -> str:
    return render_rows(TABLES["gl_accounts"], entity.tables["gl_accounts"].values())


def _gl_list(entity: Entity, query: Query) -> str:
    rows = entity.tables["gl_accounts"].values()
    return "".join(
        f"<ArrayOfString>{element('string', row['Code'])}{element('string', row['Description'])}</ArrayOfString>"
        for row in rows
    )


def _taxes(entity: Entity, query: Query) -> str:
    return render_rows(TABLES["tax_codes"], scaled(entity.tables["tax_codes"].values(), query.settings["rate_scale"]))


def _dimensions(entity: Entity, query: Query) -> str:
    return render_tree(entity.tables["dimensions"], entity.tables["dimension_options"].values())


def _departments(entity: Entity, query: Query) -> str:
    rows: list[Row] = list(entity.tables["bi_codes"].values())
    if not query.settings["inactive_bi_codes"]:
        rows = [row for row in rows if row["IsActive"]]
    return render_rows(TABLES["bi_codes"], rows)


def _suppliers(entity: Entity, query: Query) -> str:
    return render_rows(TABLES["suppliers"], entity.tables["suppliers"].values())


def _active_suppliers(entity: Entity, query: Query) -> str:
    rows = [row for row in entity.tables["suppliers"].values() if row["IsActive"]]
    return render_rows(TABLES["suppliers"], rows)


def _company(entity: Entity, query: Query) -> str:
    return render_fields(
        COMPANY, {"CompanyName": entity.name, "LocaleName": "en-GB", "BaseCurrencyCode": entity.currency}
    )


def _changed(entity: Entity, table: str, since: datetime | None) -> list[Row]:
    dates = entity.modified[table]
    return [row for key, row in entity.tables[table].items() if since is None or dates[key] >= since]


def _departments_by(entity: Entity, query: Query) -> str:
    return render_rows(TABLES["bi_codes"], _changed(entity, "bi_codes", query.since()))


def _suppliers_by(entity: Entity, query: Query) -> str:
    emails = {one.lower() for one in query.texts("query/Emails")}
    default = TABLES["suppliers"].defaults["Email"]
    rows = _changed(entity, "suppliers", query.since())
    found = [row for row in rows if not emails or str(row.get("Email", default)).lower() in emails]
    return render_rows(TABLES["suppliers"], found)


def _departments_by_analysis(entity: Entity, query: Query) -> str:
    wanted = {number: set(query.texts(f"query/a{number}Filter")) for number in range(1, 7)}
    rows = [
        row
        for row in entity.tables["bi_codes"].values()
        if all(not codes or row.get(f"AnalysisCode{number}") in codes for number, codes in wanted.items())
    ]
    return render_rows(TABLES["bi_codes"], rows)


def _one(table: str, parameter: str, code: str) -> Operation:
    def answer(entity: Entity, query: Query) -> str:
        row = entity.tables[table].get(query.text(parameter))
        if row is None:
            raise Refused(code, "There is no such record.")
        spec = TABLES[table]
        tag = len(spec.tag)
        return render_rows(spec, [row])[tag + 2 : -tag - 3]

    return answer


Operation = Callable[[Entity, Query], str]
LISTS: dict[str, Operation] = {
    "GetChartOfAccounts": _chart,
    "GetGLAccountList": _gl_list,
    "GetTaxCodeList": _taxes,
    "GetAnalysisDimensionSetup": _dimensions,
    "GetDepartmentList": _departments,
    "GetSupplierList": _suppliers,
    "GetActiveSupplierList": _active_suppliers,
}
"""Without parameters: their answers are kept until the data changes."""
QUERIES: dict[str, Operation] = {
    "GetCompanyInformation": _company,
    "GetDepartmentsBy": _departments_by,
    "GetDepartmentsByAnalysisCode": _departments_by_analysis,
    "GetDepartmentById": _one("bi_codes", "departmentId", "DEPARTMENT_ID_DOES_NOT_EXIST"),
    "GetSuppliersBy": _suppliers_by,
    "GetSupplier": _one("suppliers", "supplierCode", "SUPPLIER_CODE_DOES_NOT_EXIST"),
}
SIGN_IN = {"2.0": ("TokenGet", "TokenRefresh", "GetEntitiesByToken"), "1.1": ("Login",)}
"""What only one of the versions has."""
