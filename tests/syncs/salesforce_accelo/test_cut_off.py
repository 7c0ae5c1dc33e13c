"""A run is killed between a write at a vendor and its record here, and a person edits the field before the next run:
the edit is compared with what was sent, so it survives."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import Budget, FieldConflict, FieldRule, Link
from integrations.services.runs import run_enqueue, runs_reap
from integrations.services.work import run_work
from tests.killing import killed_while_hanging
from tests.syncs.salesforce_accelo.accounts import BOTH, Accounts
from tests.syncs.salesforce_accelo.both import MOVED, STREET, Both

pytestmark = pytest.mark.django_db(transaction=True)
WRITES = {
    "company": "PUT /api/v0/companies/1",
    "contact": "PUT /api/v0/contacts/",
    "place": "PUT /api/v0/affiliations/",
    "address": "PUT /api/v0/addresses/",
}
COLLECTION = "PATCH /composite/sobjects"
CASES = [
    ("companies", "phone", "1", "2", "3", WRITES["company"]),
    ("contacts", "last_name", "Wilson", "Wood", "Woolf", WRITES["contact"]),
    ("contacts", "mobile", "1", "2", "3", WRITES["place"]),
    ("companies", "billing", STREET, MOVED, {**MOVED, "street": "7 Dampier Tce"}, WRITES["address"]),
]
NAMES = [f"{stream}.{key}" for stream, key, *_ in CASES]


def prepared(url: str, stream: str, key: str, value: Any, **options: Any) -> tuple[Both, str, str]:
    """A linked pair whose both sides hold the value. (both, Salesforce id, Accelo id)."""
    accounts = Accounts(url, **(options or BOTH))
    both = Both(accounts)
    held = {"name": "Harbour", "website": "harbour.example"} | ({key: value} if stream == "companies" else {})
    id = both.account(held)
    if stream == "contacts":
        id = both.person({"first_name": "Ava", "last_name": "Wilson", "email": "ava@h.example", key: value}, id)
    run = accounts.run()
    assert run.status == "done", run.message
    accounts.assert_quiet()
    return both, id, both.target_of(stream, id)


def killed(accounts: Accounts, vendor: str, match: str, when: str = "after") -> None:
    """A run that dies while this call of it hangs, after the vendor did the work or before."""
    control = getattr(accounts, vendor)
    control.faults({"match": match, "do": "hang", "when": when})
    run = run_enqueue(sync=accounts.sync, wake=False)
    assert killed_while_hanging(control, lambda: run_work(run.pk, slice_seconds=None)), f"no {match}"


def resumed(accounts: Accounts) -> None:
    """The reaper gives the run to the next worker."""
    Budget.objects.all().delete()
    runs_reap()
    run = accounts.run()
    assert run.status == "done", run.message
    assert not Link.objects.filter(memo__has_key="sent").exists()


@pytest.mark.parametrize(("stream", "key", "old", "sent", "edit", "call"), CASES, ids=NAMES)
def test_an_edit_in_accelo_after_a_kill_survives(
    sandbox: Any, stream: str, key: str, old: Any, sent: Any, edit: Any, call: str
) -> None:
    both, source, target = prepared(sandbox.url, stream, key, old)
    both.edit_salesforce(stream, source, **{key: sent})
    killed(both.accounts, "accelo", call)
    assert both.accelo(stream, target)[key] == sent
    both.edit_accelo(stream, target, **{key: edit})
    resumed(both.accounts)
    assert (both.salesforce(stream, source)[key], both.accelo(stream, target)[key]) == (edit, edit)
    both.accounts.assert_quiet()


@pytest.mark.parametrize(("stream", "key", "old", "sent", "edit", "call"), CASES, ids=NAMES)
def test_an_edit_in_salesforce_after_a_kill_survives(
    sandbox: Any, stream: str, key: str, old: Any, sent: Any, edit: Any, call: str
) -> None:
    both, source, target = prepared(sandbox.url, stream, key, old)
    FieldRule.objects.create(
        sync=both.accounts.sync, target=f"{stream}.{key}", source=key, policy="overwrite", winner="target"
    )
    both.accounts.run()
    both.edit_accelo(stream, target, **{key: sent})
    killed(both.accounts, "salesforce", COLLECTION)
    assert both.salesforce(stream, source)[key] == sent
    both.edit_salesforce(stream, source, **{key: edit})
    resumed(both.accounts)
    assert (both.salesforce(stream, source)[key], both.accelo(stream, target)[key]) == (edit, edit)
    both.accounts.assert_quiet()


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_side_that_a_value_came_from_is_edited_after_a_kill_and_that_goes_over(sandbox: Any, when: str) -> None:
    both, source, target = prepared(sandbox.url, "companies", "phone", "1")
    FieldRule.objects.create(
        sync=both.accounts.sync, target="companies.phone", source="phone", policy="overwrite", winner="target"
    )
    both.accounts.run()
    both.edit_salesforce("companies", source, phone="2")
    killed(both.accounts, "accelo", WRITES["company"], when)
    both.edit_salesforce("companies", source, phone="3")
    resumed(both.accounts)
    assert (both.salesforce("companies", source)["phone"], both.accelo("companies", target)["phone"]) == ("3", "3")
    assert not FieldConflict.objects.exists()
    both.accounts.assert_quiet()


def test_one_way_an_edit_after_a_kill_meets_the_rule_and_nothing_reaches_salesforce(sandbox: Any) -> None:
    both, source, target = prepared(sandbox.url, "companies", "phone", "1", read_only=True)
    both.edit_salesforce("companies", source, phone="2")
    killed(both.accounts, "accelo", WRITES["company"])
    both.edit_salesforce("companies", source, fax="5")
    resumed(both.accounts)
    held = both.accelo("companies", target)
    assert (held["phone"], held["fax"]) == ("2", "5")
    assert not FieldConflict.objects.exists()
    both.accounts.assert_quiet()


@pytest.mark.parametrize(
    ("key", "sent", "settings"),
    [
        ("phone", "+61 2 5550", {"store_as": {"companies.phone": "digits"}}),
        ("fax", "02 5550 1111", {"length_limits": {"companies.fax": 7}}),
    ],
    ids=["rewritten", "cut"],
)
def test_a_value_that_accelo_stores_in_its_own_way_is_no_edit_after_a_kill(
    sandbox: Any, key: str, sent: str, settings: dict[str, Any]
) -> None:
    both, source, target = prepared(sandbox.url, "companies", key, "1")
    both.accounts.accelo.act("settings", **settings)
    both.edit_salesforce("companies", source, **{key: sent})
    killed(both.accounts, "accelo", WRITES["company"])
    stored = both.accelo("companies", target)[key]
    assert stored not in ("1", sent)
    resumed(both.accounts)
    assert (both.salesforce("companies", source)[key], both.accelo("companies", target)[key]) == (sent, stored)
    both.accounts.assert_quiet()


def test_a_line_end_of_salesforce_is_no_edit_after_a_kill(sandbox: Any) -> None:
    both, source, target = prepared(sandbox.url, "companies", "billing", STREET)
    lines = {**MOVED, "street": "9 Bay St\nLevel 2"}
    both.edit_accelo("companies", target, billing=lines)
    killed(both.accounts, "salesforce", COLLECTION)
    assert "\r\n" in both.salesforce("companies", source)["billing"]["street"]
    resumed(both.accounts)
    both.accounts.assert_quiet()
    assert not FieldConflict.objects.exists()


def test_what_was_matched_and_written_stays_matched_when_it_is_edited_after_a_kill(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    accounts.run()
    accounts.company("Harbour", website="harbour.example", phone="1")
    accounts.account("Harbour", Website="harbour.example", Phone="2")
    killed(accounts, "accelo", WRITES["company"])
    accounts.put("companies", "1", phone="3", name="Kestrel", website="kestrel.example")
    resumed(accounts)
    rows = list(accounts.org("Account").values())
    assert [(row["Name"], row["Phone"], row["Website"]) for row in rows] == [("Kestrel", "3", "kestrel.example")]
    assert len(accounts.table("companies")) == 1
    accounts.assert_quiet()


def test_a_value_that_lost_by_rule_is_kept_although_the_run_was_killed(sandbox: Any) -> None:
    both, source, target = prepared(sandbox.url, "companies", "phone", "1")
    both.edit_salesforce("companies", source, phone="2")
    both.edit_accelo("companies", target, phone="3")
    killed(both.accounts, "accelo", WRITES["company"])
    resumed(both.accounts)
    conflict = FieldConflict.objects.get()
    assert (conflict.state, conflict.winner, conflict.target_value) == ("decided", "source", "3")
    both.accounts.assert_quiet()


def test_an_edit_that_may_have_overtaken_an_unsent_value_wins_and_that_value_is_kept(sandbox: Any) -> None:
    both, source, target = prepared(sandbox.url, "companies", "phone", "1")
    both.edit_salesforce("companies", source, phone="2")
    killed(both.accounts, "accelo", WRITES["company"], "before")
    both.edit_accelo("companies", target, phone="3")
    resumed(both.accounts)
    assert both.salesforce("companies", source)["phone"] == "3"
    conflict = FieldConflict.objects.get()
    assert (conflict.code, conflict.winner, conflict.source_value) == ("cut_off", "target", "2")
    both.accounts.assert_quiet()


def test_a_value_that_salesforce_refused_was_not_sent_so_the_rule_decides_about_a_later_edit(sandbox: Any) -> None:
    both, source, target = prepared(sandbox.url, "companies", "phone", "1")
    rule = {"object": "Account", "field": "Phone", "regex": "^3$", "message": "No."}
    both.accounts.salesforce.act("rules", validations=[rule])
    both.edit_accelo("companies", target, phone="3")
    run = both.accounts.run()
    assert both.accounts.told(run)[source][0] == "failed"
    assert not Link.objects.filter(memo__has_key="sent").exists()
    both.accounts.salesforce.act("rules")
    both.edit_salesforce("companies", source, phone="2")
    Link.objects.update(next_attempt_at=None)
    both.accounts.run()
    assert both.accelo("companies", target)["phone"] == "2"
    assert FieldConflict.objects.get().code == "both_changed"
    both.accounts.assert_quiet()


def test_an_edit_after_a_lost_answer_survives(sandbox: Any, settings: Any) -> None:
    settings.PORTAL_HTTP_READ_SECONDS = 1
    settings.PORTAL_HTTP_WAIT_SECONDS = 0.01
    both, source, target = prepared(sandbox.url, "companies", "phone", "1")
    both.edit_salesforce("companies", source, phone="2")
    both.accounts.accelo.faults({"match": WRITES["company"], "do": "reset", "when": "after", "times": 9})
    both.accounts.run()
    both.accounts.accelo.faults()
    assert both.accelo("companies", target)["phone"] == "2"
    both.edit_accelo("companies", target, phone="3")
    Link.objects.update(next_attempt_at=None)
    resumed(both.accounts)
    assert both.salesforce("companies", source)["phone"] == "3"
    both.accounts.assert_quiet()
