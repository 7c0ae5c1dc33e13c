"""The bare scripts that runs are held against: `python -m tests.bench.data.bare read|write FORMS`.

Plain requests and the standard library, written as one would by hand for speed. `read`: the calls of a run without
changes, one session, each answer parsed while it comes, the three fields of a record taken, nothing kept. `write`: the
creates of a first run, one after the other over one session. `FORMS`: the JSON that tests.bench.data.prepare prints.
"""

from __future__ import annotations

import json
import sys
from typing import Any
from xml.etree.ElementTree import iterparse

import requests

from tests.bench.data.samples import bi_code, supplier

SPACE = "{http://www.visorsoftware.com/visor/accountsiq/dashboard/Integration/}"
LISTS = (
    ("GetDepartmentList", "Department", "DepartmentID", "Description"),
    ("GetSupplierList", "Supplier", "Code", "Name"),
)
ACTION = "http://www.visorsoftware.com/visor/accountsiq/dashboard/Integration/"


def read(session: requests.Session, forms: dict[str, Any]) -> int:
    """How many records both sides listed."""
    count = 0
    for operation, item, code, name in LISTS:
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": ACTION + operation}
        body = forms["envelopes"][operation].encode()
        with session.post(forms["endpoint"], data=body, headers=headers, stream=True, timeout=600) as answer:
            tag, names = SPACE + item, (SPACE + code, SPACE + name, f"{SPACE}IsActive")
            for _, element in iterparse(answer.raw):
                if element.tag == tag:
                    count += [element.findtext(one) for one in names].count(None) == 0
                    element.clear()
    for path in ("projects", "suppliers"):
        count += len(session.get(f"{forms['expensein']}/{path}", timeout=600).json())
    return count


def write(session: requests.Session, forms: dict[str, Any]) -> int:
    """How many records were created."""
    count, url = 0, forms["expensein"]
    for number in range(forms["bi_codes"]):
        code, name = bi_code(number)
        body = {"name": name, "code": code, "appliesTo": ["purchase", "mileage", "time"]}
        count += bool(session.post(f"{url}/projects", json=body, timeout=60).json()["id"])
    for number in range(forms["suppliers"]):
        code, name = supplier(number)
        body = {"name": name, "code": code, "isInactive": False}
        count += bool(session.post(f"{url}/suppliers", json=body, timeout=60).json()["id"])
    return count


def main(what: str, forms: dict[str, Any]) -> int:
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = f"ApiKey {forms['key']}"
        return read(session, forms) if what == "read" else write(session, forms)


if __name__ == "__main__":
    print(json.dumps({"records": main(sys.argv[1], json.loads(sys.argv[2]))}))
