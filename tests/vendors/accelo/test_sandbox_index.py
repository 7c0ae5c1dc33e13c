"""The emulator's short cuts give what a look at every row would give."""

import random

import pytest

from integrations.vendors.accelo.sandbox.store import Store
from integrations.vendors.emulator import Clock
from tests.vendors.accelo.caller import Caller


@pytest.mark.parametrize("seed", range(5))
def test_lists_by_change_and_owner_equal_a_look_at_every_row(caller: Caller, seed: int) -> None:
    chance, store = random.Random(seed), caller.sandbox.store
    for _ in range(300):
        row = {
            "company": str(chance.randrange(4)),
            "contact": str(chance.randrange(4)),
            "date_modified": chance.choice((None, 0, 5, 5, 5, chance.randrange(9))),
        }
        if chance.random() < 0.6:
            store.insert("affiliations", row)
        elif ids := list(store.tables["affiliations"]):
            id = chance.choice(ids)
            _ = store.edit("affiliations", id, row) if chance.random() < 0.7 else store.remove("affiliations", id)
    low, high = sorted(chance.sample(range(-1, 10), 2))
    rows = store.rows("affiliations")
    asked = [row for row in rows if low < (-1 if row["date_modified"] is None else row["date_modified"]) < high]
    filters = f"date_modified_after({low}),date_modified_before({high})"
    by_change = caller.ids("affiliations", f"{filters},order_by_asc(date_modified)")
    times = {row["id"]: row["date_modified"] for row in rows}
    assert len(by_change) == min(len(asked), 100)
    assert set(by_change) <= {row["id"] for row in asked}
    assert [times[id] or 0 for id in by_change] == sorted(times[id] or 0 for id in by_change)
    assert caller.ids("affiliations", filters) == [row["id"] for row in asked][:100]
    owned = [row["id"] for row in asked if row["company"] in ("1", "3") and row["contact"] == "2"]
    assert caller.ids("affiliations", f"{filters},contact(2),company(1,3)") == owned[:100]


def test_rows_of_one_second_come_in_an_order_that_changes() -> None:
    store = Store(Clock())
    store.insert_many("companies", [{"date_modified": 5} for _ in range(1000)])
    chance, index = random.Random(1), store.indexes["companies"]
    orders = [list(index.in_order(*index.bounds(4, 6), False, chance)) for _ in range(3)]
    assert orders[0] != orders[1] != orders[2]
    assert all(sorted(order, key=int) == [str(n) for n in range(1, 1001)] for order in orders)
