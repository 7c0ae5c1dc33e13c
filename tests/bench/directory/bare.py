"""The bare scripts that runs are held against: `python -m tests.bench.directory.bare read|poll FORMS`.

Plain requests over one session and the standard library, written as one would by hand for speed. `read`: both sides
whole, in the largest pages that the vendors allow, the fields that are compared, parsed, nothing kept. `poll`: the
calls of a quiet run. `FORMS`: the JSON that tests.bench.directory.prepare prints.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from typing import Any

import requests

QUERY = "/services/data/v66.0/query"
ACCOUNT = "SELECT Id, Name, Phone, Fax, Website, Type, Industry, SystemModstamp FROM Account"
CONTACT = (
    "SELECT Id, AccountId, FirstName, LastName, Title, Phone, Fax, MobilePhone, Email, SystemModstamp FROM Contact"
)
LISTS = {
    "companies": "id,name,website,phone,fax,standing,date_modified",
    "contacts": "id,firstname,surname,standing,default_affiliation,date_modified",
    "affiliations": "id,company,contact,phone,fax,mobile,email,position,standing,date_modified",
}
PAGE = 100
OVERLAP = 900


class Script:
    def __init__(self, forms: dict[str, Any]) -> None:
        self.forms = forms
        self.calls = 0
        self.session = requests.Session()
        self.session.trust_env = False
        self.queries = [ACCOUNT, CONTACT] if forms["contacts"] else [ACCOUNT]
        self.lists = list(LISTS) if forms["contacts"] else ["companies"]

    def read(self) -> int:
        """How many rows both sides have."""
        rows = sum(sum(map(len, self.pages(f"{query} ORDER BY Id"))) for query in self.queries)
        return rows + sum(sum(map(len, self.steps(name))) for name in self.lists)

    def poll(self) -> int:
        """How many rows changed of late."""
        since = int(time.time()) - OVERLAP
        text = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(since))
        asked = [f"{query} WHERE SystemModstamp >= {text} ORDER BY SystemModstamp, Id" for query in self.queries]
        rows = sum(sum(map(len, self.pages(query))) for query in asked)
        changed = f"date_modified_after({since}),order_by_asc(date_modified)"
        return rows + sum(len(self.listed(name, changed)) for name in self.lists)

    def pages(self, query: str) -> Iterator[list[Any]]:
        """Salesforce's rows, 2,000 at a time."""
        path, params = QUERY, {"q": query}
        while path:
            answer = self.get("salesforce", path, params)
            yield answer["records"]
            path, params = answer.get("nextRecordsUrl", ""), {}

    def steps(self, name: str) -> Iterator[list[Any]]:
        """Accelo's rows, 100 at a time, by ascending id."""
        last, order = "0", "" if name == "affiliations" else ",order_by_asc(id)"
        while True:
            rows = self.listed(name, f"id_greater_than({last}){order}")
            yield rows
            if len(rows) < PAGE:
                return
            last = rows[-1]["id"]

    def listed(self, name: str, filters: str) -> list[Any]:
        params = {"_filters": filters, "_fields": LISTS[name], "_limit": str(PAGE)}
        rows: list[Any] = self.get("accelo", f"/api/v0/{name}", params)["response"]
        return rows

    def get(self, vendor: str, path: str, params: dict[str, str]) -> Any:
        self.calls += 1
        headers = {"Authorization": f"Bearer {self.forms['tokens'][vendor]}"}
        answer = self.session.get(f"{self.forms[vendor]}{path}", params=params, headers=headers, timeout=600)
        answer.raise_for_status()
        return answer.json()


if __name__ == "__main__":
    script = Script(json.loads(sys.argv[2]))
    count = script.read() if sys.argv[1] == "read" else script.poll()
    print(json.dumps({"records": count, "calls": script.calls}))
