"""An AccountsIQ company and an ExpenseIn account with the reference data sync between them.

Everything goes the whole way: the emulators over HTTP, real clients, the engine, the services, the database.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import F

from integrations.models import Incident, Intent, Link, Run, RunItem
from integrations.sandbox import Control
from integrations.services.runs import runs_reap
from integrations.services.work import run_work
from tests.factories import ALL_ITEMS, make_data_sync, run_sync


@dataclass(frozen=True)
class Item:
    """Where an item's records are. `table`, `code`, `name`: in AccountsIQ; `operation`: its list there; `path`,
    `reference`: in ExpenseIn."""

    table: str
    code: str
    name: str
    operation: str
    path: str
    reference: str


ITEMS = {
    "categories": Item("gl_accounts", "Code", "Description", "GetChartOfAccounts", "categories", "reference"),
    "projects": Item("bi_codes", "DepartmentID", "Description", "GetDepartmentList", "projects", "code"),
    "departments": Item("dimension_options", "Code", "Description", "GetAnalysisDimensionSetup", "departments", "code"),
    "tax_rates": Item("tax_codes", "Code", "Description", "GetTaxCodeList", "taxrates", "reference"),
    "suppliers": Item("suppliers", "Code", "Name", "GetSupplierList", "suppliers", "code"),
}
ACTIVE_ITEMS = ("categories", "projects", "suppliers")
"""Those whose records have an active flag in AccountsIQ."""


def only(*enabled: str, **feeds: dict[str, Any]) -> dict[str, Any]:
    """These items, and no other, enabled; `feeds` changes how an item is fed."""
    return {name: {**usual, "enabled": name in enabled, **feeds.get(name, {})} for name, usual in ALL_ITEMS.items()}


class Accounts:
    """Both accounts empty but for the dimension DEPT. Without `enabled` every item is."""

    def __init__(self, url: str, *enabled: str, feeds: dict[str, Any] | None = None, **options: Any) -> None:
        self.url = url
        self.accountsiq, self.expensein = Control(url, "accountsiq"), Control(url, "expensein")
        self.dimension("DEPT", "Department")
        self.sync = make_data_sync(url, feeds=feeds or only(*(enabled or ITEMS)), **options)

    # what people do at the vendors

    def dimension(self, code: str, name: str) -> None:
        self.accountsiq.act("put", table="dimensions", rows=[{"Code": code, "Description": name}])

    def put(self, item: str, code: str, name: str, **fields: Any) -> None:
        """A record of AccountsIQ, new or edited; what its screens would refuse passes too."""
        kind = ITEMS[item]
        if item == "departments":
            fields.setdefault("dimension", "DEPT")
        row = {kind.code: code, kind.name: name, **fields}
        self.accountsiq.act("put", table=kind.table, rows=[row], raw=True)

    def fill(self, item: str, *names: str) -> None:
        """Records 1, 2, 3 … with these names."""
        for number, name in enumerate(names, 1):
            self.put(item, str(number), name)

    def remove(self, item: str, *codes: str) -> None:
        self.accountsiq.act("remove", table=ITEMS[item].table, ids=list(codes))

    def edit(self, item: str, code: str, /, **fields: Any) -> None:
        """An admin's edit in ExpenseIn of the record with this code."""
        self.expensein.act("put", table=item, rows=[{"id": self.of(item, code)["id"], **fields}])

    def by_hand(self, item: str, name: str, reference: str | None = None, **fields: Any) -> str:
        """A record that somebody typed into ExpenseIn. Its id."""
        row = {"name": name, ITEMS[item].reference: reference, **fields}
        return str(self.expensein.act("put", table=item, rows=[row])["ids"][0])

    def delete(self, item: str, reference: str) -> None:
        """An admin deletes it in ExpenseIn, which marks it."""
        self.expensein.act("remove", table=item, ids=[self.of(item, reference)["id"]])

    # running

    def run(self, **values: Any) -> Run:
        self.sync.refresh_from_db()
        return run_sync(self.sync, **values)

    def preview(self) -> Run:
        return self.run(kind=Run.Kind.PREVIEW)

    def next_day(self) -> Run:
        """A day later: a held run goes on, as the reaper and a worker do it, else a new one is made."""
        day = timedelta(days=1, minutes=1)
        Link.objects.exclude(next_attempt_at=None).update(next_attempt_at=F("next_attempt_at") - day)
        Run.objects.exclude(resume_at=None).update(resume_at=F("resume_at") - day)
        runs_reap()
        waiting = Run.objects.filter(sync=self.sync, status=Run.Status.QUEUED).first()
        if waiting is None:
            return self.run()
        run_work(waiting.pk, slice_seconds=None)
        waiting.refresh_from_db()
        return waiting

    # what came of it

    def rows(self, item: str) -> list[dict[str, Any]]:
        """All records of ExpenseIn, deleted ones included, in order of creation."""
        rows = self.expensein.act("state", table=item)[item]
        return list(rows.values()) if isinstance(rows, dict) else list(rows)

    def alive(self, item: str) -> list[dict[str, Any]]:
        return [row for row in self.rows(item) if not row["isDeleted"]]

    def of(self, item: str, reference: str) -> dict[str, Any]:
        return next(row for row in self.alive(item) if row[ITEMS[item].reference] == reference)

    def names(self, item: str) -> dict[str, str]:
        """Reference -> name of what ExpenseIn holds and has not deleted."""
        return {row[ITEMS[item].reference]: row["name"] for row in self.alive(item)}

    def told(self, run: Run) -> dict[str, tuple[str, str]]:
        """Source id -> (status, code) of the run's items."""
        return {item.source_id: (item.status, item.code) for item in run.items.all()}

    def item(self, run: Run, source_id: str) -> RunItem:
        return RunItem.objects.get(run=run, source_id=source_id)

    def writes(self) -> list[str]:
        """Writes that arrived at ExpenseIn since `clear`."""
        return [f"{one['method']} {one['path']}" for one in self.expensein.act("writes")]

    def bodies(self) -> list[str]:
        return [one["body"] for one in self.expensein.act("writes")]

    def clear(self) -> None:
        self.expensein.act("writes", clear=True)
        self.expensein.clear_calls()
        self.asked_before = self._asked()

    def asked(self) -> dict[str, int]:
        """Calls of AccountsIQ by operation since `clear`."""
        return dict(self._asked() - self.asked_before)

    def _asked(self) -> Counter[str]:
        return Counter(self.accountsiq.act("state", tables=[])["calls"])

    def listed(self) -> list[str]:
        """Lists of ExpenseIn that were read since `clear`, in order."""
        return [call["path"].rpartition("/")[2] for call in self.expensein.calls() if call["method"] == "GET"]

    def assert_quiet(self) -> None:
        """Another run writes nothing and has nothing to tell."""
        self.clear()
        run = self.run()
        assert run.status == Run.Status.DONE, run.message
        assert not run.items.exists(), list(run.items.values_list("source_id", "reason"))
        assert self.writes() == []

    def assert_settled(self) -> None:
        assert not Intent.objects.filter(state__in=["sent", "unknown"]).exists()
        assert not Incident.objects.filter(closed_at=None).exists()
