"""An Ieatta account and an Accelo deployment with the expense sync between them, as an admin would have set it up.

Everything goes the whole way: the emulators over HTTP, real clients, the engine, the services, the database.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import F

from integrations.models import Budget, Incident, Intent, Link, Run, RunItem
from integrations.sandbox import Control
from integrations.services.runs import runs_reap
from integrations.services.work import run_work
from tests.factories import make_expense_sync, make_mapping, run_sync

TODAY = date.today()
DAY = (TODAY - timedelta(days=10)).isoformat()
REPORT = "R00ABCDEFGH1"
TYPES = {"Travel": "2", "Meals": "3", "Meals (GST Free)": "4", "Mileage": "5", "Hours": "6"}
JOB, OTHER_JOB, TICKET, RETAINER = "41", "42", "51", "61"
GST, FREE = "1", "2"


def taxed(name: str, code: str) -> dict[str, Any]:
    return {"hasTax": True, "taxName": "Tax", "taxRateName": name, "taxCode": code, "taxRate": "0.1", "taxAmount": 10}


class Accounts:
    """`sync`: the expense sync. One approved report, no expense yet; Travel, Meals, Mileage and Hours are mapped."""

    def __init__(self, url: str, workspace: Any = None, **options: Any) -> None:
        self.url = url
        self.ieatta, self.accelo = Control(url, "ieatta"), Control(url, "accelo")
        self.ieatta.act("settings", windows=[])
        self._furnish()
        self.report(REPORT)
        self.sync = make_expense_sync(url, workspace, **options)
        for category in ("Travel", "Meals", "Mileage", "Hours"):
            make_mapping(self.sync, "category", category, TYPES[category])

    def _furnish(self) -> None:
        put = self.put
        put("companies", {"id": "1", "name": "Harbour Trust"})
        put("staff", {"id": "1", "firstname": "Ava", "surname": "Wilson", "email": "ava.wilson@acme.example"})
        put("staff", {"id": "2", "firstname": "Ben", "surname": "Carter", "email": "ben.carter@acme.example"})
        put("taxes", {"id": GST, "title": "GST 10%", "rate": "0.10000"}, {"id": FREE, "title": "GST Free"})
        for title, id in TYPES.items():
            put("expense_types", {"id": id, "title": title, "tax_id": FREE if "Free" in title else GST})
        put("jobs", {"id": JOB, "title": "Refit", "custom_id": "P-1"}, {"id": OTHER_JOB, "title": "Audit"})
        put("jobs", *({"id": id, "title": f"Double {id}", "custom_id": "TWICE"} for id in ("43", "44")))
        put("issues", {"id": TICKET, "title": "Printer", "custom_id": "T-1"})
        put("contracts", {"id": RETAINER, "title": "Care plan"})
        put("periods", {"id": "71", "contract_id": RETAINER, "standing": "opened", "date_commenced": 0,
                        "date_expires": None})  # fmt: skip

    # what people do at the vendors

    def put(self, table: str, *rows: dict[str, Any]) -> None:
        self.accelo.act("put", table=table, rows=list(rows))

    def edit(self, id: str, **values: Any) -> None:
        """A person's edit of an expense in Accelo."""
        self.put("expenses", {"id": id, **values})

    def report(self, id: str, state: str = "APPROVED", day: str = DAY, **values: Any) -> str:
        row = {"reportID": id, "state": state, "created": day, "submitted": day, "approved": day, **values}
        self.ieatta.act("put", table="reports", rows=[row])
        return id

    def expense(self, number: int | str = 1, **values: Any) -> str:
        """A taxi of 60.00 AUD for project P-1 unless `values` say otherwise. Its 19-digit id."""
        id = str(6_000_000_000_000_000_000 + int(number)) if isinstance(number, int) else number
        row = {"transactionID": id, "reportID": REPORT, "amount": 6000, "currency": "AUD", "created": DAY,
               "merchant": "Cabcharge", "comment": "Taxi", "category": "Travel", "tag": "P-1",
               "reimbursable": True, "billable": False}  # fmt: skip
        self.ieatta.act("put", table="expenses", rows=[{**row, **values}])
        return id

    def change(self, id: str, **values: Any) -> None:
        """A person's edit of an expense in Ieatta."""
        self.ieatta.act("put", table="expenses", rows=[{"transactionID": id, **values}])

    def receipt(self, id: str = "R1", **values: Any) -> dict[str, Any]:
        """Attributes of an expense that has this receipt."""
        self.ieatta.act("put", table="receipts", rows=[{"id": id, **values}])
        return {"receiptID": id, "receiptFilename": f"{id}.jpg"}

    # running

    def run(self, **values: Any) -> Run:
        """A run, with the call windows of Ieatta unused."""
        Budget.objects.all().delete()
        return run_sync(self.sync, **values)

    def later(self) -> None:
        """An hour passes: what waited for its time is due, and a held run goes on."""
        Budget.objects.all().delete()
        hour = timedelta(hours=1, minutes=1)
        Link.objects.exclude(next_attempt_at=None).update(next_attempt_at=F("next_attempt_at") - hour)
        Run.objects.exclude(resume_at=None).update(resume_at=F("resume_at") - hour)

    def next_hour(self) -> Run:
        """An hour later: the held run goes on, as the reaper and a worker do it, else a new one."""
        self.later()
        runs_reap()
        waiting = Run.objects.filter(sync=self.sync, status=Run.Status.QUEUED).first()
        if waiting is None:
            return self.run()
        run_work(waiting.pk, slice_seconds=None)
        waiting.refresh_from_db()
        return waiting

    # what came of it

    @property
    def held(self) -> list[dict[str, Any]]:
        """All expenses Accelo holds, by ascending id, as the emulator keeps them."""
        rows = self.accelo.act("state", table="expenses")["expenses"]
        return sorted(rows, key=lambda row: int(row["id"]))

    def link(self, source_id: str) -> Link:
        return Link.objects.get(sync=self.sync, source_id=source_id)

    def of(self, source_id: str) -> dict[str, Any]:
        """The Accelo expense that this Ieatta expense is linked with."""
        target = self.link(source_id).target_id
        return next(row for row in self.held if row["id"] == target)

    def item(self, run: Run, source_id: str) -> RunItem:
        return RunItem.objects.get(run=run, source_id=source_id)

    def resource(self, id: str) -> dict[str, Any]:
        return next(row for row in self.accelo.act("state", table="resources")["resources"] if row["id"] == id)

    def writes(self) -> list[str]:
        """Writing calls at Accelo since the log was cleared."""
        calls = self.accelo.calls()
        return [f"{c['method']} {c['path']}" for c in calls if c["method"] != "GET" and "oauth" not in c["path"]]

    def contents(self) -> list[tuple[Any, ...]]:
        """What Accelo holds, without ids that differ from run to run."""
        names = ("title", "unit_cost", "price", "quantity", "against_type", "against_id", "type_id", "standing",
                 "date_incurred", "billable", "reimbursable")  # fmt: skip
        return sorted((*(str(row[name]) for name in names), bool(row["resource_id"])) for row in self.held)

    def assert_settled(self) -> None:
        """Each expense once, no open intent, every link with a target of its own."""
        assert not Intent.objects.filter(state__in=["sent", "unknown"]).exists()
        targets = list(Link.objects.filter(sync=self.sync, state="linked").values_list("target_id", flat=True))
        assert sorted(targets) == sorted(row["id"] for row in self.held)
        assert len(set(targets)) == len(targets)
        assert not Incident.objects.filter(closed_at=None).exists()
