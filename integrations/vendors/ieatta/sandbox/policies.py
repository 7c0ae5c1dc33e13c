"""The policy getter and updater; its tags are in tags.py. Raises Refused.

Source: the vendor's Integration Server manual.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.vendors.emulator import Response
from integrations.vendors.ieatta.sandbox.answers import Refused, envelope
from integrations.vendors.ieatta.sandbox.limits import Settings
from integrations.vendors.ieatta.sandbox.state import Row, State
from integrations.vendors.ieatta.sandbox.tags import connection_of, told, updated

SECTIONS = ("categories", "reportFields", "tags", "tax", "employees")


def policy_list(state: State, wanted: Row, switches: Settings) -> Response:
    rows = [
        _row(row, switches)
        for row in state.policies.values()
        if row["role"] == "admin" or wanted.get("adminOnly") not in (True, "true")
    ]
    return envelope(policyList=rows)


def _row(policy: Row, switches: Settings) -> Row:
    """Whether the real server tells of an accounting connection, and how, is not known: a switch."""
    row = {key: policy[key] for key in ("id", "name", "owner", "role", "outputCurrency", "type")}
    connection = connection_of(policy, switches) if switches.tags_connected_told else None
    return {**row, "connected": connection} if connection else row


def policy_info(state: State, wanted: Row, switches: Settings) -> Response:
    ids, fields = wanted.get("policyIDList"), wanted.get("fields") or []
    if not ids:
        raise Refused(410, "Required parameter 'policyIDList' is missing")
    if not isinstance(ids, list) or not isinstance(fields, list) or set(fields) - set(SECTIONS):
        raise Refused(410, "Argument 'policyIDList' or 'fields' is missing or malformed")
    if any(id not in state.policies for id in ids):
        raise Refused(410, "Policy not found")
    return envelope(
        policyInfo={id: {name: _section(state.policies[id], name, switches) for name in fields} for id in ids}
    )


def _section(policy: Row, name: str, switches: Settings) -> Any:
    if name == "employees" and policy["role"] != "admin":
        raise Refused(500, "Not authorized to read the employees of this policy")
    return told(policy, switches) if name == "tags" else policy[name]


def update_policy(state: State, job: Row, file: str | None, switches: Settings) -> Response:
    """All or nothing: a section that is refused leaves every policy as it was."""
    wanted = job["inputSettings"]
    ids = wanted.get("policyIDList") or [wanted.get("policyID")]
    if any(id not in state.policies for id in ids):
        raise Refused(404, "Policy not found")
    lists = {name: _list_section(job[name], name) for name in ("categories", "reportFields") if name in job}
    tags = {id: updated(state.policies[id], job["tags"], file, switches) for id in ids if "tags" in job}
    for id in ids:
        for name, (merge, rows) in lists.items():
            held = {row["name"]: row for row in state.policies[id][name]} if merge else {}
            state.policies[id][name] = list({**held, **{row["name"]: row for row in rows}}.values())
        if id in tags:
            state.policies[id]["tags"] = tags[id]
    return envelope()


def _list_section(section: Any, name: str) -> tuple[bool, list[Row]]:
    if not isinstance(section, Mapping) or not isinstance(section.get("data"), list):
        raise Refused(410, f"'{name}' object malformed")
    if section.get("action") not in ("merge", "replace"):
        raise Refused(410, f"'{name}' object malformed")
    return section["action"] == "merge", section["data"]
