"""Reading what changed: nothing lost, nothing twice, no loop, whatever Accelo ignores and whoever edits meanwhile."""

import json
import random
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from integrations.vendors.accelo.client import AcceloClient
from tests.vendors.accelo.conftest import World

LISTS = ["companies", "contacts", "affiliations"]
FILTERS = ["date_modified_after", "date_modified_before", "order_by_asc", "id_greater_than"]
START = 1_700_000_000


def changed(client: AcceloClient, table: str) -> Callable[[int | None], Iterable[list[Any]]]:
    return getattr(client.directory, f"changed_{table}")  # type: ignore[no-any-return]


def fill(world: World, table: str, times: Iterable[int]) -> list[str]:
    """Replaces the table by rows changed at these seconds, in the order of ids."""
    world.control.act("remove", table=table, ids=[row["id"] for row in world.rows(table)])
    rows = [{"company": "1", "contact": "1", "date_modified": START + time} for time in times]
    first = int(world.control.act("bulk", table=table, rows=rows)["first"])
    world.control.clear_calls()
    return [str(first + n) for n in range(len(rows))]


def versions(pages: Iterable[list[Any]]) -> list[tuple[str, int]]:
    return [(row.id, row.modified - START) for page in pages for row in page]


@pytest.mark.parametrize("table", LISTS)
def test_a_quiet_poll_is_one_call(world: World, client: AcceloClient, table: str) -> None:
    ids = fill(world, table, [10, 20, 30])
    assert versions(changed(client, table)(START + 20)) == [(ids[1], 20), (ids[2], 30)]
    assert versions(changed(client, table)(START + 31)) == []
    assert len(world.calls(f"/{table}")) == 2


@pytest.mark.parametrize("table", LISTS)
def test_many_rows_of_one_second_come_once_each(world: World, client: AcceloClient, table: str) -> None:
    times = [5] * 70 + [50] * 350 + [60] * 130 + [70, 9]
    ids = fill(world, table, times)
    expected = [(id, time) for id, time in zip(ids, times, strict=True) if time >= 9]
    found = versions(changed(client, table)(START + 9))
    assert sorted(found) == sorted(expected)
    assert [time for _, time in found] == sorted(time for _, time in expected)
    assert len(world.calls(f"/{table}")) <= 13


@pytest.mark.parametrize("table", LISTS)
@pytest.mark.parametrize("ignored", [[name] for name in FILTERS] + [FILTERS])
def test_an_ignored_filter_neither_loops_nor_loses(
    world: World, client: AcceloClient, table: str, ignored: list[str]
) -> None:
    chance = random.Random(f"{table}{ignored}")
    times = [chance.choice((3, 12, 12, 12, chance.randrange(40))) for _ in range(330)]
    ids = fill(world, table, times)
    world.control.act("settings", ignored_filters=ignored)
    found = versions(changed(client, table)(START + 10))
    assert set(found) == {(id, time) for id, time in zip(ids, times, strict=True) if time >= 10}
    assert len(world.control.calls()) <= 20


def test_an_ignored_order_is_noticed_even_when_the_first_page_is_in_order(world: World, client: AcceloClient) -> None:
    times = [*range(100, 200), *range(10, 60)]
    ids = fill(world, "companies", times)
    world.control.act("settings", ignored_filters=["order_by_asc"])
    found = versions(client.directory.changed_companies(START))
    assert set(found) == set(zip(ids, times, strict=True))


@pytest.mark.parametrize("table", LISTS)
def test_rows_that_move_while_others_are_read_are_not_missed(world: World, client: AcceloClient, table: str) -> None:
    """An edit sends a row to the end, and all behind it move up: with page numbers one of them would be skipped."""
    chance = random.Random(5)
    times = [chance.randrange(60) for _ in range(420)]
    ids = fill(world, table, times)
    latest = dict(zip(ids, times, strict=True))
    found: list[tuple[str, int]] = []
    for number, page in enumerate(changed(client, table)(START)):
        found += versions([page])
        if number < 3:
            edited = chance.sample(ids, 3)
            latest |= dict.fromkeys(edited, 100 + number)
            world.put(table, *({"id": id, "date_modified": START + 100 + number} for id in edited))
    assert set(latest.items()) <= set(found)
    assert len(found) == len(set(found))


@pytest.mark.parametrize("ignored", [[], ["id_greater_than"], ["order_by_asc"]])
@pytest.mark.parametrize("table", LISTS)
def test_everything_is_read_by_id(world: World, client: AcceloClient, table: str, ignored: list[str]) -> None:
    ids = fill(world, table, [7] * 250)
    world.control.act("settings", ignored_filters=ignored)
    found = [id for id, _ in versions(changed(client, table)(None))]
    assert found == ids
    assert len(world.calls(f"/{table}")) == (3 if "id_greater_than" not in ignored else 5)


def test_rows_made_and_removed_while_everything_is_read_hide_no_other(world: World, client: AcceloClient) -> None:
    ids = fill(world, "companies", range(250))
    pages = client.directory.changed_companies(None)
    found = [row.id for row in next(pages)]
    world.control.act("remove", table="companies", ids=ids[:40])
    new = world.put("companies", {"name": "New"})
    found += [row.id for page in pages for row in page]
    assert found == ids + new


def test_a_page_that_is_not_by_id_hides_no_row(world: World, client: AcceloClient) -> None:
    ids = fill(world, "companies", range(250))
    page = [{"id": id, "name": "x", "date_modified": str(START)} for id in reversed(ids[150:])]
    body = json.dumps({"response": page, "meta": {"status": "ok"}})
    world.control.faults({"match": "GET /companies", "do": "status", "status": 200, "body_text": body})
    found = [row.id for page in client.directory.changed_companies(None) for row in page]
    assert sorted(found, key=int) == ids
