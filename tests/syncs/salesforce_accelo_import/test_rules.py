from dataclasses import replace

from integrations.core.records import LinkView
from integrations.syncs.deciding import Stop
from integrations.syncs.salesforce_accelo_import.rules import build_text, map_title, plan_work
from integrations.syncs.salesforce_accelo_import.shape import Work, work_record
from tests.syncs.salesforce_accelo_import.samples import PLACE, ROWS, SALE, TICKET, setup


def plan(work: Work, link: LinkView | None = None, place: object = PLACE, rows: object = ROWS):  # type: ignore[no-untyped-def]
    record = work_record(work, False, "")
    return plan_work(record, work, link, place, setup(rows))  # type: ignore[arg-type]


def test_a_sale_is_wanted_with_all_that_accelo_can_hold() -> None:
    action = plan(replace(SALE, won=True, closed=True))
    assert action.kind == "create"
    assert action.wanted == {
        "company": "account 001000000000001AAA", "contact": "affiliation 55", "title": "Second site", "status_id": "2",
        "type_id": "1", "staff_id": "11", "value": "1200.50", "progress": "40", "date_due": "2026-12-01",
        "success": True, "comments": "Salesforce opportunity (006000000000001AAA)",
    }  # fmt: skip


def test_all_that_is_missing_is_told_at_once_and_what_is_left_out_comes_first() -> None:
    action = plan(TICKET, rows=(), place=Stop("no_account", "No account."))
    assert (action.kind, action.code) == ("blocked", "no_account")
    assert action.reason.startswith("No account. Accelo's status for the status New is not chosen.")
    assert action.extra["needs"]["kind"] == "ticket_status"
    left_out = plan(TICKET, rows=(), place=Stop("no_company", "Left out.", kind="skip"))
    assert (left_out.kind, left_out.reason) == ("skip", "Left out.")


def test_what_has_a_counterpart_is_left_alone_whatever_has_changed() -> None:
    link = LinkView(SALE.id, "70", state="linked", base={"title": "As it was"})
    action = plan(replace(SALE, title="Renamed", status="Gone"), link, rows=())
    assert (action.kind, action.target_id) == ("none", "70")
    assert work_record(SALE, True, "here").digest == work_record(replace(SALE, title="Renamed"), True, "there").digest


def test_a_title_that_is_cut_is_kept_whole_in_the_text() -> None:
    work = replace(SALE, title="🚢" * 20, description="First.\nSecond.", currency="EUR")
    title = map_title(work, 10)
    assert title.value == "🚢" * 9 + "…"
    assert build_text(work, str(title.value)) == (
        f"Salesforce opportunity ({SALE.id})\nTitle: {'🚢' * 20}\nAmount: 1200.50 EUR\n\nFirst.\nSecond."
    )
    assert build_text(replace(TICKET, supplied="Visitor, v@x.example"), TICKET.title) == (
        f"Salesforce case 00001026 ({TICKET.id})\nFrom: Visitor, v@x.example"
    )
