"""Taking back sales and tickets that were created."""

import pytest

from integrations.core.errors import RejectedError
from integrations.vendors.accelo.client import AcceloClient
from tests.vendors.accelo.conftest import World


def test_deleting_is_repeatable_and_survives_a_lost_answer(world: World, client: AcceloClient) -> None:
    [sale] = world.put("prospects", {"title": "Gone", "affiliation": "4"})
    world.control.faults(
        {"match": f"DELETE /prospects/{sale}", "do": "refuse", "when": "after"},
        {"match": "DELETE /issues/3", "do": "refuse", "when": "after"},
    )
    for _ in range(2):
        client.work.delete_sale(sale)
        client.work.delete_ticket("3")
    assert world.rows("prospects") == []
    assert "3" not in {row["id"] for row in world.rows("issues")}


def test_a_refused_deletion_of_a_sale_says_so_and_leaves_it(world: World, client: AcceloClient) -> None:
    world.control.act("settings", sales_deletable=False)
    [sale] = world.put("prospects", {"title": "Stays", "affiliation": "4"})
    with pytest.raises(RejectedError):
        client.work.delete_sale(sale)
    assert set(client.work.sales_by_id([sale])) == {sale}


def test_a_ticket_can_be_set_aside(world: World, client: AcceloClient) -> None:
    assert client.work.retire_ticket("3").standing == "inactive"
    world.control.act("remove", table="issue_statuses", ids=["6"])
    with pytest.raises(RejectedError):
        client.work.retire_ticket("4")
