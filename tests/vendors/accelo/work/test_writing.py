"""Creates of sales and tickets, and what is read of them, over real HTTP."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from integrations.core.errors import ConfigError, OutcomeUnknown, ProtocolError, RejectedError
from integrations.vendors.accelo.client import AcceloClient
from integrations.vendors.accelo.records import Sale, SaleFields, Ticket, TicketFields
from tests.vendors.accelo.conftest import World

SALE = SaleFields(
    title="New shop 🚀 for Ångström & Söhne",
    affiliation_id="4",
    type_id="2",
    status_id="3",
    value=Decimal("12345.6"),
    success=False,
    staff_id="7",
    date_due=date(2026, 12, 24),
    comments="line\r\nline",
    probability_id="2",
    progress=35,
    weighting=4,
)
TICKET = TicketFields(
    title="Log-in fails",
    type_id="1",
    against_type="company",
    against_id="3",
    status_id="2",
    affiliation_id="3",
    description="since Monday",
    assignee="9",
    priority_id="2",
    class_id="3",
    date_started=date(2026, 7, 1),
    date_due=date(2026, 7, 9),
)


@pytest.mark.parametrize("settings", [{}, {"date_form": "iso"}])
@pytest.mark.parametrize("status", [200, 201])
def test_a_sale_is_made_by_one_call_and_read_as_it_was_answered(
    world: World, status: int, settings: dict[str, str]
) -> None:
    client = world.client(**settings)
    world.control.act("settings", created_status=status)
    made = client.work.create_sale(SALE)
    assert len(world.calls("/prospects")) == 1
    assert client.work.sales_by_id([made.id]) == {made.id: made}
    assert (made.title, made.affiliation, made.company, made.type_id) == (SALE.title, "4", "4", "2")
    assert (made.value, made.success, made.comments) == (Decimal("12345.60"), False, SALE.comments)
    assert (made.progress, made.weighting, made.probability_id, made.manager_id) == (35, "4", "2", "7")
    assert (made.status_id, made.standing) == ("3", "active")
    assert made.date_due is not None
    assert client.day_of(made.date_due) == SALE.date_due
    assert made.modified >= made.created > 0


def test_what_is_not_given_is_left_to_accelo(client: AcceloClient) -> None:
    made = client.work.create_sale(SaleFields("Bare", "4", "1"))
    assert (made.status_id, made.value, made.progress, made.date_due) == ("2", Decimal("0.00"), 0, None)
    ticket = client.work.create_ticket(TicketFields("Bare", "1", "job", "7"))
    assert (ticket.status_id, ticket.assignee_id, ticket.date_due, ticket.company) == ("3", "", None, "")
    assert (ticket.against_type, ticket.against_id) == ("job", "7")


@pytest.mark.parametrize("form", ["unix", "iso"])
def test_a_ticket_is_made_by_one_call_and_its_days_are_kept(world: World, form: str) -> None:
    client = world.client(date_form=form)
    world.control.act("settings", accepts_dates=form)
    made = client.work.create_ticket(TICKET)
    assert len(world.calls("/issues")) == 1
    assert client.work.tickets_by_id([made.id]) == {made.id: made}
    assert (made.company, made.affiliation, made.type_id, made.priority_id, made.class_id) == ("3", "3", "1", "2", "3")
    assert (made.standing, made.assignee_id, made.description) == ("open", "9", "since Monday")
    assert made.date_started is not None and made.date_due is not None
    assert [client.day_of(at) for at in (made.date_started, made.date_due)] == [date(2026, 7, 1), date(2026, 7, 9)]
    assert made.date_opened == made.submitted
    assert [row["staff_id"] for row in world.rows("effects")] == ["9"]
    assert world.rows("history") == []


def test_records_by_id_leave_out_what_is_gone_and_cost_a_call_per_hundred(world: World, client: AcceloClient) -> None:
    for table, read in (("prospects", client.work.sales_by_id), ("issues", client.work.tickets_by_id)):
        first = int(world.control.act("bulk", table=table, rows=[{"title": f"B{n}"} for n in range(120)])["first"])
        ids = [str(first + n) for n in range(120)]
        world.control.act("remove", table=table, ids=[ids[5]])
        assert set(read([*ids, "99999"])) == set(ids) - {ids[5]}
        assert len(world.calls(f"/{table}")) == 2
    world.control.act("settings", ignored_filters=["id"])
    assert set(read(ids[:3])) == set(ids[:3])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": " "}, "title"),
        ({"value": Decimal("1.005")}, "2 decimals"),
        ({"progress": 101}, "0 to 100"),
        ({"weighting": -1}, "0 to 5"),
    ],
)
def test_what_accelo_could_not_keep_is_rejected_before_it_is_sent(
    world: World, client: AcceloClient, change: dict[str, Any], words: str
) -> None:
    with pytest.raises(RejectedError, match=words):
        client.work.create_sale(replace(SALE, **change))
    with pytest.raises(RejectedError, match="title"):
        client.work.create_ticket(replace(TICKET, title=""))
    assert world.calls("/prospects") == world.calls("/issues") == []


@pytest.mark.parametrize("do", ["refuse", "cut", "html"])
def test_a_create_whose_answer_is_lost_is_unknown_and_sent_once(world: World, client: AcceloClient, do: str) -> None:
    world.control.faults(
        {"match": "POST /prospects", "do": do, "when": "after"}, {"match": "POST /issues", "do": do, "when": "after"}
    )
    with pytest.raises(OutcomeUnknown):
        client.work.create_sale(SALE)
    with pytest.raises(OutcomeUnknown):
        client.work.create_ticket(TICKET)
    assert len(world.rows("prospects")) == len(world.calls("/prospects")) == len(world.calls("/issues")) == 1


def test_what_accelo_refuses_is_said_with_its_words_and_a_reading_scope_is_for_a_person(world: World) -> None:
    with pytest.raises(RejectedError, match="actually exists") as caught:
        world.client().work.create_sale(replace(SALE, affiliation_id="99"))
    assert caught.value.code == "invalid_request"
    world.tokens.stored = {}
    with pytest.raises(ConfigError, match="reading only"):
        world.client(scope="read(all)").work.create_ticket(TICKET)


def test_a_status_that_was_not_taken_is_seen_and_set_afterwards(world: World, client: AcceloClient) -> None:
    world.control.act("settings", other_start_statuses="ignored")
    sale = client.work.create_sale(replace(SALE, status_id="5"))
    ticket = client.work.create_ticket(replace(TICKET, status_id="4"))
    assert (sale.status_id, ticket.status_id) == ("2", "3")
    world.control.faults({"match": "PUT /prospects", "do": "refuse", "when": "after"})
    assert client.work.set_sale_status(sale.id, "5").standing == "abandoned"
    assert client.work.set_ticket_status(ticket.id, "4").standing == "closed"
    assert world.rows("history") == []


def test_an_edit_by_a_person_shows_in_the_date_of_change(world: World, client: AcceloClient) -> None:
    sale, ticket = client.work.create_sale(SALE), client.work.create_ticket(TICKET)
    world.control.shift(5)
    world.put("prospects", {"id": sale.id, "value": "1.00"})
    world.put("issues", {"id": ticket.id, "assignee": "2"})
    assert client.work.sales_by_id([sale.id])[sale.id].modified > sale.modified
    assert client.work.tickets_by_id([ticket.id])[ticket.id].modified > ticket.modified


def test_records_are_read_leniently() -> None:
    sale = Sale.from_wire({"id": 9, "type": {"id": "3"}, "value": None, "progress": "", "manager": "0", "success": 1})
    assert (sale.id, sale.type_id, sale.value, sale.progress, sale.manager_id) == ("9", "3", None, None, "")
    assert (sale.success, sale.affiliation, sale.company, sale.created) == (True, "", "", 0)
    bare = Sale.from_wire({"id": "9", "affiliation": "75", "date_due": "0"})
    assert (bare.affiliation, bare.company, bare.date_due) == ("75", "", None)
    ticket = Ticket.from_wire({"id": "7", "type": "1", "priority": {"id": 2}, "class": None, "standing": "Open"})
    assert (ticket.type_id, ticket.priority_id, ticket.class_id, ticket.standing) == ("1", "2", "", "open")
    for broken in ({"title": "x"}, {"id": "1", "value": "much"}, {"id": "1", "date_modified": "yesterday"}):
        with pytest.raises(ProtocolError):
            Sale.from_wire(broken)
