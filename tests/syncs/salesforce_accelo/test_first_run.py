"""The first run: who belongs to whom, what waits for a person, and which blanks are filled."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import FieldRule, Link, Run, RunItem
from integrations.services.matching_decide import match_create, match_leave_out, match_link
from integrations.syncs.base import Scope
from tests.syncs.salesforce_accelo.accounts import BOTH, Accounts

pytestmark = pytest.mark.django_db(transaction=True)
FULL = Scope(full=True)


def pairs(accounts: Accounts, stream: str) -> dict[str, str]:
    links = Link.objects.filter(sync=accounts.sync, stream=stream, state="linked").exclude(target_id="")
    return dict(links.values_list("source_id", "target_id"))


def codes(run: Run) -> dict[str, str]:
    return dict(run.items.values_list("source_id", "code"))


# --- who is who -------------------------------------------------------------------------------------------------------


def test_companies_are_linked_by_name_with_website_or_phone_and_by_name_alone(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    by_site = accounts.account("Harbour Trust Ltd", Website="https://www.harbour.example/")
    by_phone = accounts.account("Northwind Energy", Phone="+61 2 5550 1234")
    by_name = accounts.account("Kestrel Legal")
    accounts.company("Harbour Trust", website="harbour.example")
    accounts.company("Northwind Energy Pty Ltd", phone="(02) 5550 1234")
    accounts.company("Kestrel Legal")
    run = accounts.run()
    assert codes(run) == {by_site: "matched_website", by_phone: "matched_phone", by_name: "matched_name"}
    assert pairs(accounts, "companies") == {by_site: "1", by_phone: "2", by_name: "3"}
    assert len(accounts.org("Account")) == len(accounts.table("companies")) == 3
    accounts.assert_quiet()


def test_contacts_are_linked_by_email_phone_or_the_whole_name_at_the_linked_company(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    id = accounts.account("Harbour Trust")
    by_mail = accounts.person("Wilson", id, FirstName="Ava", Email="AVA@harbour.example")
    by_phone = accounts.person("Carter", id, FirstName="Ben", Phone="+61 2 5550 1234")
    by_name = accounts.person("Evans", id, FirstName="Cleo")
    company = accounts.company("Harbour Trust")
    accounts.contact("A.", "Wilson", company, email="ava@harbour.example")
    accounts.contact("Ben", "Carter", company, phone="02 5550 1234")
    accounts.contact("Cleo", "Evans", company)
    run = accounts.run()
    assert {id: code for id, code in codes(run).items() if id.startswith("003")} == {
        by_mail: "matched_email", by_phone: "matched_phone", by_name: "matched_name",
    }  # fmt: skip
    assert pairs(accounts, "contacts") == {by_mail: "1", by_phone: "2", by_name: "3"}
    accounts.assert_quiet()


def test_what_is_only_likely_waits_with_its_candidates_and_nothing_is_written(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    id = accounts.account("Harbour Trust", Website="harbour.example", Phone="1")
    accounts.company("Harbour Trust Holdings", website="www.harbour.example")
    run = accounts.run()
    assert accounts.told(run) == {id: ("blocked", "likely"), "accelo:1": ("blocked", "likely")}
    item = RunItem.objects.get(run=run, source_id=id)
    assert [one["id"] for one in item.candidates] == ["1"]
    assert item.candidates[0]["label"].startswith("Harbour Trust Holdings, www.harbour.example")
    assert "same website" in item.candidates[0]["reason"]
    other = RunItem.objects.get(run=run, source_id="accelo:1")
    assert [(one["id"], one["label"]) for one in other.candidates] == [(id, "Harbour Trust, harbour.example, 1")]
    assert "same website" in other.candidates[0]["reason"]
    assert accounts.writes() == ({}, [])
    accounts.assert_quiet()
    match_link(sync=accounts.sync, stream="companies", source_id=id, target_id="1", who="Ava")
    run = accounts.run()
    assert accounts.told(run)[id][0] == "updated"
    assert pairs(accounts, "companies") == {id: "1"}
    accounts.assert_quiet()


def test_of_two_that_match_equally_well_a_person_chooses(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    id = accounts.account("Harbour Trust", Website="harbour.example")
    for _ in range(2):
        accounts.company("Harbour Trust", website="harbour.example")
    run = accounts.run()
    assert accounts.told(run) == {
        id: ("blocked", "ambiguous"), "accelo:1": ("blocked", "ambiguous"), "accelo:2": ("blocked", "ambiguous"),
    }  # fmt: skip
    assert accounts.writes() == ({}, [])
    accounts.assert_quiet()
    match_link(sync=accounts.sync, stream="companies", source_id=id, target_id="2", who="Ava")
    match_create(sync=accounts.sync, stream="companies", source_id="accelo:1", who="Ava")
    accounts.run()
    linked = pairs(accounts, "companies")
    assert (linked[id], sorted(linked.values())) == ("2", ["1", "2"])
    accounts.assert_quiet()


def test_a_person_may_name_the_counterpart_by_its_15_characters(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    company = accounts.company("Harbour Trust", phone="2")
    id = accounts.account("Old Harbour", Fax="1")
    accounts.sync.options = {**BOTH, "create_in_salesforce": False, "create_in_accelo": False}
    accounts.sync.save()
    accounts.run()
    match_link(sync=accounts.sync, stream="companies", source_id=f"accelo:{company}", target_id=id[:15], who="Ava")
    accounts.run()
    assert pairs(accounts, "companies") == {id: company}
    assert accounts.org("Account")[id]["Phone"] == "2"
    accounts.assert_quiet()


def test_a_record_that_a_person_calls_new_is_created_and_one_left_out_stays_out(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    new = accounts.account("Harbour Trust", Website="harbour.example")
    out = accounts.account("Northwind Energy", Website="northwind.example")
    accounts.company("Harbour Trust Holdings", website="harbour.example")
    accounts.company("Northwind Energy Holdings", website="northwind.example")
    accounts.run()
    match_create(sync=accounts.sync, stream="companies", source_id=new, who="Ava")
    match_leave_out(sync=accounts.sync, stream="companies", source_id=out, who="Ava")
    accounts.run()
    assert pairs(accounts, "companies")[new] == "3"
    accounts.edit("Account", out, Phone="1")
    accounts.assert_quiet()
    accounts.run(scope=FULL)
    assert out not in pairs(accounts, "companies")
    assert len(accounts.table("companies")) == 3


@pytest.mark.parametrize(("likely", "companies"), [("link", 1), ("create", 2)])
def test_likely_matches_can_be_linked_or_created_without_asking(sandbox: Any, likely: str, companies: int) -> None:
    accounts = Accounts(sandbox.url, likely=likely)
    id = accounts.account("Harbour Trust", Website="harbour.example")
    accounts.company("Harbour Trust Holdings", website="harbour.example")
    accounts.run()
    assert len(accounts.table("companies")) == companies
    assert pairs(accounts, "companies") == {id: str(companies)}
    accounts.assert_quiet()


def test_two_contacts_with_one_email_are_never_taken_for_one(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    id = accounts.account("Harbour Trust")
    ava = accounts.person("Wilson", id, FirstName="Ava", Email="office@harbour.example")
    ben = accounts.person("Carter", id, FirstName="Ben", Email="office@harbour.example")
    run = accounts.run()
    assert accounts.told(run)[ava] == accounts.told(run)[ben] == ("created", "new_in_salesforce")
    linked = pairs(accounts, "contacts")
    rows = accounts.table("contacts")
    assert [rows[linked[one]]["firstname"] for one in (ava, ben)] == ["Ava", "Ben"]
    accounts.edit("Contact", ben, Title="CFO")
    accounts.run()
    titles = {row["contact"]: row.get("position") for row in accounts.table("affiliations").values()}
    assert {one: titles[linked[one]] or "" for one in (ava, ben)} == {ava: "", ben: "CFO"}
    accounts.assert_quiet()


def test_two_salesforce_contacts_of_one_person_with_one_email_wait_for_a_person(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    id = accounts.account("Harbour Trust")
    twins = [accounts.person("Wilson", id, FirstName="Ava", Email="ava@harbour.example") for _ in range(2)]
    accounts.contact("Ava", "Wilson", accounts.company("Harbour Trust"), email="ava@harbour.example")
    run = accounts.run()
    assert [accounts.told(run)[one] for one in twins] == [("blocked", "ambiguous")] * 2
    assert len(accounts.table("contacts")) == 1
    accounts.assert_quiet()


# --- blanks and rules -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("blank", "org", "deployment"),
    [("fill", ["1", "2"], ["1", "2"]), ("keep", ["1", ""], ["", "2"]), ("source", ["1", ""], ["1", ""])],
)
def test_blanks_of_first_pairs_are_filled_by_their_rule(
    sandbox: Any, blank: str, org: list[str], deployment: list[str]
) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    for key in ("phone", "fax"):
        FieldRule.objects.create(
            sync=accounts.sync, target=f"companies.{key}", source=key, policy="overwrite", blank=blank
        )
    id = accounts.account("Harbour Trust", Phone="1", Website="harbour.example")
    accounts.company("Harbour Trust", fax="2", website="harbour.example")
    accounts.run()
    row, company = accounts.org("Account")[id], accounts.table("companies")["1"]
    assert [row.get("Phone") or "", row.get("Fax") or ""] == org
    assert [company.get("phone") or "", company.get("fax") or ""] == deployment
    accounts.assert_quiet()
    accounts.edit("Account", id, Fax="3")
    accounts.run()
    assert accounts.table("companies")["1"]["fax"] == "3"
    accounts.assert_quiet()


def test_a_first_pair_that_differs_takes_the_winner_of_the_field_and_keeps_the_other_value(sandbox: Any) -> None:
    accounts = Accounts(sandbox.url, **BOTH)
    accounts.account("Harbour Trust", Phone="1", Website="harbour.example")
    accounts.company("Harbour Trust", phone="2", website="harbour.example")
    accounts.run()
    assert accounts.table("companies")["1"]["phone"] == "1"
    conflict = accounts.sync.conflicts.get()
    assert (conflict.code, conflict.source_value, conflict.target_value, conflict.state) == (
        "first",
        "1",
        "2",
        "decided",
    )
    accounts.assert_quiet()
