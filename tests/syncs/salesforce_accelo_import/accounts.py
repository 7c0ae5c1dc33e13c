"""An org of Salesforce and a deployment of Accelo, with the import between them."""

from __future__ import annotations

from typing import Any

from integrations.models import Link, Run, RunItem, Sync, Workspace
from integrations.sandbox import Control
from integrations.services.syncs import sync_create
from integrations.syncs.base import Scope
from tests.factories import make_accelo, make_mapping, make_salesforce, make_workspace, run_sync

CLOSES = "2026-12-01"
STAGES = {"Prospecting": "2", "Negotiation/Review": "3", "Closed Won": "4", "Closed Lost": "5"}
"""Stage -> id of the status in the emulated Accelo: Qualified, Negotiation, Won, Lost."""
STATUSES = {"New": "3", "Working": "2", "Escalated": "2", "Closed": "4"}
"""Status of a case -> id of the status: Submitted, Open, Closed."""
STAFF = [
    {"id": "11", "firstname": "Priya", "surname": "Raman", "email": "priya.raman@acme.example"},
    {"id": "12", "firstname": "Tom", "surname": "Okafor", "email": "tom.okafor@acme.example"},
    {"id": "13", "firstname": "Lena", "surname": "Vogel", "email": "lena.vogel@acme.example"},
]
DEFAULTS = {"default_user": "11", "default_sale_type": "1", "default_ticket_type": "2"}


def make_import_sync(url: str, workspace: Workspace | None = None, **options: Any) -> Sync:
    """The import between both sandboxes, with the connections that are there, else with new ones."""
    workspace = workspace or make_workspace()
    source = workspace.connections.filter(vendor="salesforce").first() or make_salesforce(workspace, url)
    target = workspace.connections.filter(vendor="accelo").first() or make_accelo(workspace, url)
    return sync_create(
        workspace=workspace, key="import", name="Sales and tickets", kind="salesforce_accelo_import", source=source,
        target=target, options=options, enabled=False,
    )  # fmt: skip


class Accounts:
    """`sync` runs between the two sandboxes at `url`; its stages and statuses are mapped."""

    def __init__(self, url: str, workspace: Workspace | None = None, **options: Any) -> None:
        self.url = url
        self.salesforce, self.accelo = Control(url, "salesforce"), Control(url, "accelo")
        self.accelo.act("put", table="staff", rows=STAFF)
        self.sync: Sync = make_import_sync(url, workspace, **{**DEFAULTS, **options})
        for stage, status in STAGES.items():
            make_mapping(self.sync, "sale_status", stage, status)
        for name, status in STATUSES.items():
            make_mapping(self.sync, "ticket_status", name, status)

    # --- what people do at the vendors ------------------------------------------------------------------------

    def put(self, object: str, **values: Any) -> str:
        return str(self.salesforce.act("put", object=object, rows=[values])[0])

    def account(self, name: str, **values: Any) -> str:
        return self.put("Account", Name=name, **values)

    def person(self, last: str, account: str | None, **values: Any) -> str:
        return self.put("Contact", LastName=last, AccountId=account, **values)

    def sale(self, name: str, account: str | None = None, **values: Any) -> str:
        row = {"Name": name, "AccountId": account, "StageName": "Prospecting", "CloseDate": CLOSES, **values}
        return self.put("Opportunity", **row)

    def ticket(self, subject: str | None, account: str | None = None, **values: Any) -> str:
        return self.put("Case", **{"Subject": subject, "AccountId": account, "Status": "New", **values})

    def company(self, name: str, **values: Any) -> str:
        return str(self.accelo.act("put", table="companies", rows=[{"name": name, **values}])[0])

    def contact(self, first: str, last: str, company: str, **place: Any) -> tuple[str, str]:
        """A contact with one place, which is the company's default one. (contact id, affiliation id)."""
        act = self.accelo.act
        id = str(act("put", table="contacts", rows=[{"firstname": first, "surname": last}])[0])
        tie = str(act("put", table="affiliations", rows=[{"company": company, "contact": id, **place}])[0])
        act("put", table="contacts", rows=[{"id": id, "default_affiliation": tie}])
        act("put", table="companies", rows=[{"id": company, "default_affiliation": tie}])
        return id, tie

    def edit(self, table: str, id: str, **values: Any) -> None:
        self.accelo.act("put", table=table, rows=[{"id": id, **values}])

    # --- what is there ----------------------------------------------------------------------------------------

    def table(self, name: str) -> dict[str, dict[str, Any]]:
        return {row["id"]: row for row in self.accelo.act("state", table=name)[name]}

    def target(self, stream: str, source: str) -> str:
        return str(Link.objects.get(sync=self.sync, stream=stream, source_id=source).target_id)

    def sold(self, source: str) -> dict[str, Any]:
        """The sale that an opportunity became."""
        return self.table("prospects")[self.target("sales", source)]

    def ticketed(self, source: str) -> dict[str, Any]:
        return self.table("issues")[self.target("tickets", source)]

    # --- running ----------------------------------------------------------------------------------------------

    def run(self, **values: Any) -> Run:
        self.salesforce.clear_calls()
        self.accelo.clear_calls()
        self.sync.refresh_from_db()
        run: Run = run_sync(self.sync, **values)
        return run

    def done(self, **values: Any) -> Run:
        run = self.run(**values)
        assert run.status == Run.Status.DONE, (run.message, [*run.items.values_list("reason", "detail")])
        return run

    def undo(self, *runs: Run, **values: Any) -> Run:
        return self.run(scope=Scope(undo=tuple(run.pk for run in runs)), **values)

    def told(self, run: Run) -> dict[str, tuple[str, str]]:
        return {item.source_id: (item.status, item.code) for item in RunItem.objects.filter(run=run)}

    def writes(self) -> list[str]:
        """Writing calls at Accelo since the last run began."""
        calls = [call for call in self.accelo.calls() if call["method"] != "GET" and "oauth2" not in call["path"]]
        return [f"{call['method']} {call['path']}" for call in calls]
