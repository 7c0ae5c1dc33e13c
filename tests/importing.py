"""An org of Salesforce and a deployment of Accelo that nobody has imported between, and `manage.py import`."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command

from integrations.models import Import, Link, Sync
from integrations.sandbox import Control
from tests.factories import make_accelo, make_salesforce, make_workspace
from tests.syncs.salesforce_accelo_import.accounts import STAFF, Accounts

KIND = "salesforce_accelo_import"
FILE = """\
options: {default_user: priya.raman@acme.example, default_sale_type: "1", default_ticket_type: "2"}
mappings:
  user:
    tom.okafor@acme.example: tom.okafor@acme.example
    Lena Vogel: "13"
  stage: {Prospecting: Qualified, Negotiation/Review: "3", Closed Won: "4", Closed Lost: "5"}
  case status: {New: Submitted, Working: "2", Escalated: "2", Closed: "4"}
"""
"""Options and mappings as a person writes them: by name, e-mail address or id."""


class Org(Accounts):
    """Not imported from yet: the sync is made by the first import."""

    def __init__(self, url: str, notify: str = "ops@acme.example") -> None:
        self.url = url
        self.salesforce, self.accelo = Control(url, "salesforce"), Control(url, "accelo")
        self.accelo.act("put", table="staff", rows=STAFF)
        self.workspace = make_workspace(notify=notify)
        make_salesforce(self.workspace, url)
        make_accelo(self.workspace, url)

    @property
    def sync(self) -> Sync:  # type: ignore[override]
        return Sync.objects.get(kind=KIND)

    @property
    def newest(self) -> Import:
        return Import.objects.select_related("run").latest("pk")

    def fill(self, sales: int = 8, tickets: int = 6) -> None:
        """Sales and tickets of two accounts with a contact each, owned by Tom and Lena in turn."""
        self.salesforce.act("pipeline")  # the people and queues of this org
        self.owners = [self.user("Tom Okafor"), self.user("Lena Vogel")]
        self.accounts = [self.account("Harbour Trust"), self.account("Alpine Freight")]
        for account in self.accounts:
            self.person("Wilson", account)
        stages = ["Prospecting", "Negotiation/Review", "Closed Won", "Closed Lost"]
        statuses = ["New", "Working", "Escalated", "Closed"]
        for n in range(sales):
            self.sale(f"Sale {n}", self.accounts[n % 2], StageName=stages[n % 4], OwnerId=self.owners[n % 2])
        for n in range(tickets):
            self.ticket(f"Ticket {n}", self.accounts[n % 2], Status=statuses[n % 4], OwnerId=self.owners[n % 2])

    def user(self, name: str) -> str:
        return next(str(row["Id"]) for row in self.rows("User") if row["Name"] == name)

    def rows(self, object: str) -> list[dict[str, Any]]:
        """Of Salesforce, living ones."""
        return [row for row in self.salesforce.act("state", object=object)[object] if not row.get("IsDeleted")]

    def held(self) -> dict[str, Any]:
        """All that Accelo holds and an import may touch."""
        return {name: self.table(name) for name in ("companies", "contacts", "affiliations", "prospects", "issues")}

    def states(self, stream: str) -> Counter[str]:
        return Counter(Link.objects.filter(sync=self.sync, stream=stream).values_list("state", flat=True))


def manage_import(*arguments: str) -> tuple[int, dict[str, Any]]:
    """`manage.py import ... --json` in this process: (exit status, report)."""
    out, status = StringIO(), 0
    with redirect_stdout(out), redirect_stderr(StringIO()):
        try:
            call_command("import", *arguments, "--json", stdout=out)
        except SystemExit as ended:
            status = int(ended.code or 0)
    report: dict[str, Any] = json.loads(out.getvalue())
    return status, report


def start(file: Path, *more: str) -> tuple[int, dict[str, Any]]:
    """Sales and tickets with this mapping file."""
    return manage_import("start", "acme", "--kind", "sales,tickets", "--mapping", str(file), *more)
