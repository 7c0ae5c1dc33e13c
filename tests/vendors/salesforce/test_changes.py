"""Reading changes where the vendor's lists die, change on the way, or take too long."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.core.errors import ProtocolError, TransientError
from integrations.vendors.emulator import Request, Response, json_response
from integrations.vendors.salesforce.changes import Mark
from integrations.vendors.salesforce.client import SalesforceClient
from tests.vendors.salesforce.conftest import Shaped
from tests.vendors.salesforce.scripted import START, Rows, error, key, result, row

TIED = [row(n, START) for n in range(1, 8)]
BEGINNING = Mark()
SPREAD = [row(n, START + timedelta(hours=n)) for n in range(10, 40)]


def read(client: SalesforceClient, since: Mark = BEGINNING, **more: Any) -> tuple[list[str], Mark]:
    """Ids in the order they came, and the last mark."""
    ids: list[str] = []
    mark = since
    for page in client.read_changes("Account", ["Name"], since, **more):
        ids += [one["Id"] for one in page.rows]
        mark = page.mark
    return ids, mark


def ids_of(rows: list[dict[str, Any]]) -> list[str]:
    return [one["Id"] for one in sorted(rows, key=key)]


@pytest.mark.parametrize("page", [1, 3, 2_000])
def test_a_tie_over_several_pages_comes_whole_and_once(shaped: Shaped, page: int) -> None:
    client = shaped.answers(Rows(TIED + SPREAD, page))
    assert read(client)[0] == ids_of(TIED + SPREAD)


def test_reading_goes_on_after_the_mark(shaped: Shaped) -> None:
    client = shaped.answers(Rows(TIED + SPREAD))
    assert read(client, Mark(START, TIED[3]["Id"]))[0] == ids_of(TIED + SPREAD)[4:]
    assert read(client, Mark(START))[0] == ids_of(TIED + SPREAD)
    ids, mark = read(client)
    assert mark == Mark(*key(SPREAD[-1]))
    assert read(client, mark) == ([], mark)


def test_a_dead_list_is_resumed_from_the_last_row(shaped: Shaped) -> None:
    rows = Rows(TIED + SPREAD, page=3)
    rows.dies = {1, 4, 5}
    client = shaped.answers(rows)
    assert read(client)[0] == ids_of(TIED + SPREAD)
    assert f"SystemModstamp = 2026-01-01T00:00:00Z AND Id > '{TIED[2]['Id']}'" in rows.queries[1]


def test_a_list_that_always_dies_is_given_up(shaped: Shaped) -> None:
    client = shaped.answers(lambda request: error(400, "INVALID_QUERY_LOCATOR"))
    with pytest.raises(TransientError):
        read(client)
    assert len(shaped.calls("/queryAll")) == 5


def test_a_row_changed_while_it_is_read_does_not_carry_the_mark_over_later_rows(shaped: Shaped) -> None:
    rows = Rows(SPREAD, page=10)
    moved = SPREAD[19]
    old = moved["SystemModstamp"]

    def change(number: int) -> None:
        if number == 1:
            moved["SystemModstamp"] = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}.000+0000"

    rows.before_page, rows.dies = change, {2}
    client = shaped.answers(rows)
    try:
        ids, _ = read(client)
        assert sorted(ids) == sorted(one["Id"] for one in SPREAD)
    finally:
        moved["SystemModstamp"] = old


@pytest.mark.parametrize("widest", [timedelta(days=400), timedelta(hours=7), timedelta(minutes=50)])
def test_a_query_that_takes_too_long_is_asked_in_shorter_times(shaped: Shaped, widest: timedelta) -> None:
    rows = Rows(TIED + SPREAD, page=2)
    rows.widest = widest
    client = shaped.answers(rows)
    until = START + timedelta(hours=45)
    assert read(client, Mark(START), until=until)[0] == ids_of(TIED + SPREAD)


def test_all_of_time_is_read_in_shorter_times_without_asking_too_much_twice(shaped: Shaped) -> None:
    rows = Rows(TIED + SPREAD)
    rows.widest = timedelta(days=900)
    assert read(shaped.answers(rows))[0] == ids_of(TIED + SPREAD)
    assert len(rows.queries) < 40


def test_a_second_that_takes_too_long_is_left_for_later(shaped: Shaped) -> None:
    client = shaped.answers(lambda request: error(400, "QUERY_TIMEOUT"))
    with pytest.raises(TransientError) as caught:
        read(client, Mark(START), until=START + timedelta(days=1))
    assert caught.value.code == "QUERY_TIMEOUT"
    assert shaped.sleeps == []


def test_a_condition_never_hides_a_deleted_row(shaped: Shaped) -> None:
    rows = Rows([])
    read(shaped.answers(rows), Mark(START), where="Type = 'A' OR Type = 'B'", until=START)
    assert rows.queries == [
        "SELECT Id, SystemModstamp, LastModifiedDate, LastModifiedById, IsDeleted, MasterRecordId, Name FROM Account"
        " WHERE (SystemModstamp >= 2026-01-01T00:00:00Z) AND (SystemModstamp < 2026-01-01T00:00:00Z)"
        " AND ((Type = 'A' OR Type = 'B') OR IsDeleted = true) ORDER BY SystemModstamp, Id"
    ]


def test_a_page_without_its_time_stops_the_run(shaped: Shaped) -> None:
    def answer(request: Request) -> Response:
        page = result([])
        page.headers["Date"] = "no time"
        return page

    with pytest.raises(ProtocolError, match="without its time"):
        read(shaped.answers(answer))


@pytest.mark.parametrize(
    "body",
    [
        {"totalSize": 1, "done": True, "records": None},
        {"totalSize": None, "done": True, "records": []},
        {"totalSize": 5, "done": False, "records": []},
        {"totalSize": 1, "done": True, "records": [{"Id": "x", "SystemModstamp": "2026-01-01T00:00:00.000+0000"}]},
        {"totalSize": 1, "done": True, "records": [{"Id": TIED[0]["Id"], "SystemModstamp": None}]},
    ],
)
def test_a_page_that_is_not_as_documented_stops_the_run(shaped: Shaped, body: dict[str, Any]) -> None:
    with pytest.raises(ProtocolError):
        read(shaped.answers(lambda request: json_response(body)))
