"""What the tests of imports share: an org with a little of everything, and its import's pages."""

from __future__ import annotations

from typing import Any

from django.test import Client

from integrations.models import Budget, Import, Mapping, Run, Workspace
from integrations.sandbox import Control
from integrations.services.work import run_work
from tests.factories import make_accelo, make_salesforce

BASE = "/admin/integrations/import"
PEOPLE = (("Priya", "Raman"), ("Tom", "Okafor"), ("Lena", "Vogel"))
"""Staff of Accelo, ids from 101."""


def fill(workspace: Workspace, url: str) -> Control:
    """Both connections; 12 sales and 8 tickets of six people, two queues and one who cannot be seen, at 2 companies.
    The org's control."""
    make_salesforce(workspace, url)
    make_accelo(workspace, url)
    staff = [
        {"id": str(101 + n), "firstname": first, "surname": last, "email": f"{first}.{last}@acme.example".lower()}
        for n, (first, last) in enumerate(PEOPLE)
    ]
    many = [{"id": str(200 + n), "firstname": "Extra", "surname": f"Person {n}"} for n in range(40)]
    Control(url, "accelo").act("put", table="staff", rows=[*staff, *many])
    org = Control(url, "salesforce")
    accounts = org.act("put", object="Account", rows=[{"Name": "Harbour Trust"}, {"Name": "Kestrel Legal"}])
    org.act("put", object="Contact", rows=[{"LastName": "Wilson", "AccountId": one} for one in accounts])
    org.act("pipeline", opportunities=12, cases=8)
    return org


def text(answer: Any) -> str:
    return str(answer.content.decode())


def begin(client: Client, *streams: str) -> Import:
    data = {"kind": "salesforce_accelo_import", "stream": streams or ("sales", "tickets")}
    answer = client.post(f"{BASE}/begin/", data, follow=True)
    assert answer.status_code == 200, text(answer)
    return Import.objects.latest("pk")


def page(row: Import, name: str = "change") -> str:
    return f"{BASE}/{row.pk}/{name}/"


def value(label: str) -> Mapping:
    return Mapping.objects.get(source_label=label, kind="user")


def save(client: Client, row: Import, *choices: tuple[Any, str, str], step: str = "users", do: str = "save") -> str:
    """(row, the id that the page showed, the chosen id); the page that follows."""
    data: dict[str, Any] = {"step": step, "do": do}
    data["row"] = [str(getattr(one, "pk", one)) for one, _, _ in choices]
    data["was"], data["target_id"] = [was for _, was, _ in choices], [id for _, _, id in choices]
    data["target_text"] = ["" for _ in choices]
    return text(client.post(page(row, "step/save"), data | OPTIONS if step == "statuses" else data, follow=True))


OPTIONS = {
    "option_missing_company": "create", "option_missing_contact": "create", "option_currency_rule": "convert",
    "option_title_length": "0", "option_search_window": "20",
}  # fmt: skip
DEFAULTS = [
    ("default:sale_status", "", "2"), ("default:sale_type", "", "1"), ("default:ticket_status", "", "3"),
    ("default:ticket_type", "", "2"),
]  # fmt: skip


def prepare(client: Client, *streams: str) -> Import:
    """Both steps done by defaults, and the preview that this asks for made."""
    row = begin(client, *streams)
    save(client, row, ("default:user", "", "101"), do="finish")
    save(client, row, *[one for one in DEFAULTS if not streams or one[0][8:].startswith(tuple(s[:4] for s in streams))],
         step="statuses", do="finish")  # fmt: skip
    work()
    row.refresh_from_db()
    return row


def work() -> Run:
    """What a worker would do with the newest run, a minute later."""
    Budget.objects.all().delete()
    run = Run.objects.latest("pk")
    run_work(run.pk, slice_seconds=None)
    run.refresh_from_db()
    return run
