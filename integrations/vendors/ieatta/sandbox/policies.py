"""The policy getter and updater, tags above all. Raises Refused.

Source: the vendor's Integration Server manual; that `merge` deletes what is not listed was seen by a public client.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from integrations.vendors.emulator import Response
from integrations.vendors.ieatta.sandbox.answers import Refused, envelope
from integrations.vendors.ieatta.sandbox.state import Row, State

SECTIONS = ("categories", "reportFields", "tags", "tax", "employees")
MAX_TAGS = 50_000
MAX_NAME = 255


def policy_list(state: State, wanted: Row) -> Response:
    rows = [
        {key: row[key] for key in ("id", "name", "owner", "role", "outputCurrency", "type")}
        for row in state.policies.values()
        if row["role"] == "admin" or wanted.get("adminOnly") not in (True, "true")
    ]
    return envelope(policyList=rows)


def policy_info(state: State, wanted: Row) -> Response:
    ids, fields = wanted.get("policyIDList"), wanted.get("fields") or []
    if not ids:
        raise Refused(410, "Required parameter 'policyIDList' is missing")
    if not isinstance(ids, list) or not isinstance(fields, list) or set(fields) - set(SECTIONS):
        raise Refused(410, "Argument 'policyIDList' or 'fields' is missing or malformed")
    if any(id not in state.policies for id in ids):
        raise Refused(410, "Policy not found")
    return envelope(policyInfo={id: {name: _section(state.policies[id], name) for name in fields} for id in ids})


def _section(policy: Row, name: str) -> Any:
    """Tags: flat for one level, wrapped for several or when there are none."""
    if name == "employees" and policy["role"] != "admin":
        raise Refused(500, "Not authorized to read the employees of this policy")
    section = policy[name]
    if name != "tags" or not section:
        return [{"name": "Tag", "tags": []}] if name == "tags" else section
    return section[0]["tags"] if len(section) == 1 else section


def update_policy(state: State, job: Row, file: str | None) -> Response:
    wanted = job["inputSettings"]
    ids = wanted.get("policyIDList") or [wanted.get("policyID")]
    if any(id not in state.policies for id in ids):
        raise Refused(404, "Policy not found")
    changes: Row = {}
    for name in ("categories", "reportFields"):
        if name in job:
            changes[name] = _list_section(job[name], name)
    if "tags" in job:
        changes["tags"] = _tags(job["tags"], file)
    for id in ids:
        for name, (merge, rows) in changes.items():
            held = {row["name"]: row for row in state.policies[id][name]} if merge else {}
            state.policies[id][name] = list({**held, **{row["name"]: row for row in rows}}.values())
    return envelope()


def _list_section(section: Any, name: str) -> tuple[bool, list[Row]]:
    if not isinstance(section, Mapping) or not isinstance(section.get("data"), list):
        raise Refused(410, f"'{name}' object malformed")
    if section.get("action") not in ("merge", "replace"):
        raise Refused(410, f"'{name}' object malformed")
    return section["action"] == "merge", section["data"]


def _tags(section: Any, file: str | None) -> tuple[bool, list[Row]]:
    """Whatever the action says, the list is replaced."""
    if not isinstance(section, Mapping):
        raise Refused(410, "'tags' object malformed")
    levels = _file_levels(section, file) if section.get("source") == "file" else _inline_levels(section)
    if sum(len(level["tags"]) for level in levels) > MAX_TAGS:
        raise Refused(410, f"A policy can have {MAX_TAGS} tags at most")
    for level in levels:
        for tag in level["tags"]:
            if not tag["name"] or tag["name"] == "0" or len(tag["name"]) > MAX_NAME:
                raise Refused(410, "'tags' object malformed: invalid tag name")
    return False, levels


def _inline_levels(section: Mapping[str, Any]) -> list[Row]:
    data = section.get("data")
    if not isinstance(data, list) or any(not isinstance(level.get("tags"), list) for level in data):
        raise Refused(410, "'tags' object malformed")
    several = len(data) > 1
    return [
        {
            "name": level.get("name", "Tag"),
            "setRequired": level.get("setRequired", False),
            "tags": [
                {
                    "name": str(tag.get("name", "")),
                    "glCode": str(tag.get("glCode", "")),
                    "enabled": True if several else tag.get("enabled", True),
                }
                for tag in level["tags"]
            ],
        }
        for level in data
    ]


def _file_levels(section: Mapping[str, Any], file: str | None) -> list[Row]:
    config = section.get("config") or {}
    if not file:
        raise Refused(410, "Required parameter 'file' is missing")
    if config.get("fileType") not in ("csv", "tsv"):
        raise Refused(410, "Argument 'fileType' is missing or malformed")
    plain = file.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    rows = [
        row for row in csv.reader(io.StringIO(plain), delimiter="\t" if config["fileType"] == "tsv" else ",") if row
    ]
    step = 2 if config.get("glCodes") else 1
    width = max((len(row) for row in rows), default=0) // step
    required, dependent = config.get("setRequired", False), bool(config.get("dependency"))
    if isinstance(required, list) == dependent or (isinstance(required, list) and len(required) != width):
        raise Refused(410, "Argument 'setRequired' is missing or malformed")
    names = rows.pop(0)[::step] if config.get("header") and rows else [f"Level {n + 1}" for n in range(width)]
    return [
        {
            "name": names[n],
            "setRequired": required[n] if isinstance(required, list) else required,
            "tags": _column(rows, n * step, step == 2),
        }
        for n in range(width)
    ]


def _column(rows: list[list[str]], at: int, coded: bool) -> list[Row]:
    """One level's distinct tags in the order of the file; every listed tag is enabled."""
    found: dict[str, Row] = {}
    for row in rows:
        if len(row) > at and row[at]:
            code = row[at + 1] if coded and len(row) > at + 1 else ""
            found.setdefault(row[at], {"name": row[at], "glCode": code, "enabled": True})
    return list(found.values())
