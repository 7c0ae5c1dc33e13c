"""An org of Salesforce and a deployment of Accelo, with the sync between them."""

from __future__ import annotations

from typing import Any

from integrations.models import Run, RunItem, Sync
from integrations.sandbox import Control
from tests.factories import make_directory_sync, run_sync

BOTH = {"read_only": False, "two_way_start": "automatic"}
SALESFORCE_WRITES = ("record_write", "collections_write", "composite", "batch", "bulk")


class Accounts:
    """`sync` runs between the two sandboxes at `url`."""

    def __init__(self, url: str, **options: Any) -> None:
        self.url = url
        self.salesforce, self.accelo = Control(url, "salesforce"), Control(url, "accelo")
        self.sync: Sync = make_directory_sync(url, **options)

    # --- what people do at the vendors ------------------------------------------------------------------------

    def account(self, name: str, **values: Any) -> str:
        return str(self.salesforce.act("put", object="Account", rows=[{"Name": name, **values}])[0])

    def person(self, last: str, account: str | None, **values: Any) -> str:
        row = {"LastName": last, "AccountId": account, **values}
        return str(self.salesforce.act("put", object="Contact", rows=[row])[0])

    def edit(self, kind: str, id: str, **values: Any) -> None:
        self.salesforce.act("put", object=kind, rows=[{"Id": id, **values}])

    def company(self, name: str, **values: Any) -> str:
        return str(self.accelo.act("put", table="companies", rows=[{"name": name, **values}])[0])

    def contact(self, first: str, last: str, company: str, **place: Any) -> tuple[str, str]:
        """A contact with one place. (contact id, affiliation id)."""
        id = str(self.accelo.act("put", table="contacts", rows=[{"firstname": first, "surname": last}])[0])
        tie = str(self.accelo.act("put", table="affiliations", rows=[{"company": company, "contact": id, **place}])[0])
        self.accelo.act("put", table="contacts", rows=[{"id": id, "default_affiliation": tie}])
        return id, tie

    def put(self, table: str, id: str, **values: Any) -> None:
        self.accelo.act("put", table=table, rows=[{"id": id, **values}])

    # --- what is there ----------------------------------------------------------------------------------------

    def org(self, kind: str) -> dict[str, dict[str, Any]]:
        rows = self.salesforce.act("state", object=kind)[kind]
        return {row["Id"]: row for row in rows if not row.get("IsDeleted")}

    def table(self, name: str) -> dict[str, dict[str, Any]]:
        return {row["id"]: row for row in self.accelo.act("state", table=name)[name]}

    # --- running ----------------------------------------------------------------------------------------------

    def run(self, **values: Any) -> Run:
        self.salesforce.act("audit", clear=True)
        self.accelo.clear_calls()
        self.sync.refresh_from_db()
        return run_sync(self.sync, **values)

    def preview(self, **values: Any) -> Run:
        return self.run(kind=Run.Kind.PREVIEW, **values)

    def told(self, run: Run) -> dict[str, tuple[str, str]]:
        return {item.source_id: (item.status, item.code) for item in RunItem.objects.filter(run=run)}

    def writes(self) -> tuple[dict[str, Any], list[Any]]:
        """Since the last run began: Salesforce records written, and Accelo's writing calls."""
        org = self.salesforce.act("audit")["writes"]
        calls = [call for call in self.accelo.calls() if call["method"] != "GET" and "oauth2" not in call["path"]]
        return org, calls

    def assert_quiet(self) -> Run:
        """A further run writes nothing on either side and tells nothing."""
        run = self.run()
        assert run.status == "done", run.message
        assert self.writes() == ({}, [])
        assert list(run.items.all()) == []
        return run
