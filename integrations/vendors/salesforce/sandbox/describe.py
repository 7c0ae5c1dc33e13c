"""`describe` and describe-global, from the fields' data. Source: describe answers of scratch orgs (API 48.0, 49.0)."""

from __future__ import annotations

import zlib
from typing import Any

from integrations.vendors.salesforce.sandbox.answers import Answer, Call
from integrations.vendors.salesforce.sandbox.moments import http_date, parse_http_date
from integrations.vendors.salesforce.sandbox.objects import SPECS
from integrations.vendors.salesforce.sandbox.places import STATES
from integrations.vendors.salesforce.sandbox.removing import RESTRICTED
from integrations.vendors.salesforce.sandbox.schema import IDS, NUMBERS, TEXT, Field
from integrations.vendors.salesforce.sandbox.store import Store

MASTER_RECORD_TYPE = "012000000000000AAA"
CHILDREN = {
    "Account": (("Contact", "AccountId", "Contacts", True), ("Opportunity", "AccountId", "Opportunities", True),
                ("Case", "AccountId", "Cases", False), ("Account", "ParentId", "ChildAccounts", False)),
    "Contact": (("Case", "ContactId", "Cases", False),),
}  # fmt: skip
LISTED = {("Opportunity", "StageName"): "OpportunityStage", ("Case", "Status"): "CaseStatus"}
"""Fields whose values are rows of another object."""
_SOAP = {
    "boolean": "xsd:boolean", "int": "xsd:int", "date": "xsd:date", "datetime": "xsd:dateTime", "id": "tns:ID",
    "reference": "tns:ID", "address": "urn:address",
}  # fmt: skip


def describe_global(store: Store, call: Call) -> Answer:
    objects = [
        _head(store, call, name) for name in SPECS if store.schema.has(name) and store.schema.may(name, "queryable")
    ]
    body = {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": objects}
    return _conditional(store, call, "all", body)


def describe(store: Store, call: Call, object: str) -> Answer:
    fields = store.schema.visible(object, call.user_id).values()
    body = {
        **_head(store, call, object),
        "childRelationships": [_child(*child, object) for child in CHILDREN.get(object, ())],
        "fields": [_field(one) | _listed(store, object, one) for one in fields],
        "recordTypeInfos": _record_types(store, object),
    }
    return _conditional(store, call, object, body)


def _conditional(store: Store, call: Call, what: str, body: dict[str, Any]) -> Answer:
    """304 without a body when nothing has changed since the caller's date; permissions and labels count as change."""
    changed = store.schema.changed_at
    tag = zlib.crc32(f"{what}/{call.user_id}/{changed}".encode())
    headers = {"ETag": f'"{tag:08x}"', "Last-Modified": http_date(changed)}
    since = call.headers.get("if-modified-since")
    try:
        fresh = since is not None and changed <= parse_http_date(since)
    except (ValueError, TypeError):
        fresh = False
    if fresh or call.headers.get("if-none-match") == headers["ETag"]:
        return Answer(304, None, headers)
    return Answer(200, body, headers)


def _head(store: Store, call: Call, name: str) -> dict[str, Any]:
    spec, may = SPECS[name], store.schema.may
    root = f"{call.root}/sobjects/{name}"
    return {
        "name": name,
        "label": name,
        "labelPlural": spec.plural_label,
        "keyPrefix": spec.prefix,
        "custom": False,
        "createable": may(name, "createable"),
        "updateable": may(name, "updateable"),
        "deletable": may(name, "deletable"),
        "undeletable": spec.writable,
        "mergeable": name in ("Account", "Contact"),
        "queryable": may(name, "queryable"),
        "retrieveable": True,
        "replicateable": spec.tracked,
        "searchable": spec.writable,
        "triggerable": spec.writable,
        "urls": {"sobject": root, "describe": f"{root}/describe", "rowTemplate": f"{root}/{{ID}}"},
    }


def _field(one: Field) -> dict[str, Any]:
    text = one.type in TEXT
    return {
        "aggregatable": one.type not in ("address", "boolean"),
        "autoNumber": one.name == "CaseNumber",
        "byteLength": one.length * 3 if text else 18 if one.type in IDS else 0,
        "calculated": False,
        "caseSensitive": False,
        "compoundFieldName": one.compound or None,
        "createable": one.createable,
        "custom": one.custom,
        "defaultValue": False if one.type == "boolean" else None,
        "defaultedOnCreate": one.defaulted,
        "dependentPicklist": one.name.endswith("StateCode"),
        "deprecatedAndHidden": False,
        "externalId": one.external,
        "filterable": one.filterable,
        "groupable": one.groupable,
        "idLookup": one.lookup,
        "label": one.label,
        "length": one.length,
        "name": one.name,
        "nameField": one.name == "Name",
        "nillable": one.nillable,
        "picklistValues": _values(one),
        "polymorphicForeignKey": len(one.refers) > 1,
        "precision": one.precision,
        "referenceTo": list(one.refers),
        "relationshipName": one.relationship or None,
        "restrictedPicklist": one.restricted,
        "scale": one.scale,
        "soapType": _SOAP.get(one.type, "xsd:double" if one.type in NUMBERS else "xsd:string"),
        "sortable": one.sortable,
        "type": one.type,
        "unique": one.unique,
        "updateable": one.updateable,
    }


def _values(one: Field) -> list[dict[str, Any]]:
    labels = {code: name for states in STATES.values() for code, name in states.items()}
    named = labels if one.name.endswith("StateCode") else {}
    return [
        {"active": True, "defaultValue": False, "label": named.get(value, value), "validFor": None, "value": value}
        for value in one.values
    ]


def _listed(store: Store, object: str, one: Field) -> dict[str, Any]:
    """Stages and statuses are lists of their own: what people see of a value may differ from what rows keep."""
    source = LISTED.get((object, one.name))
    if source is None:
        return {}
    rows = sorted(store.tables[source].rows.values(), key=lambda row: row.get("SortOrder", 0))
    values = [
        {
            "active": row.get("IsActive", True),
            "defaultValue": row.get("IsDefault", False),
            "label": row.get("MasterLabel", row["ApiName"]),
            "validFor": None,
            "value": row["ApiName"],
        }
        for row in rows
    ]
    return {"picklistValues": values}


def _child(child: str, field: str, relation: str, cascade: bool, parent: str) -> dict[str, Any]:
    return {
        "cascadeDelete": cascade,
        "childSObject": child,
        "deprecatedAndHidden": False,
        "field": field,
        "relationshipName": relation,
        "restrictedDelete": (child, field) in RESTRICTED.get(parent, ()),
    }


def _record_types(store: Store, object: str) -> list[dict[str, Any]]:
    rows = [row for row in store.tables["RecordType"].rows.values() if row.get("SobjectType") == object]
    infos = [(row["Id"], row["Name"], row["DeveloperName"], False) for row in rows]
    return [
        {
            "active": True,
            "available": True,
            "defaultRecordTypeMapping": master,
            "developerName": developer,
            "master": master,
            "name": name,
            "recordTypeId": id,
            "urls": {},
        }
        for id, name, developer, master in [*infos, (MASTER_RECORD_TYPE, "Master", "Master", True)]
    ]
