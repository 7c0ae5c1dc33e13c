"""What changes in the org outside the API, and what `updated`, `deleted` and queries show of it."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.vendors.salesforce.sandbox_caller import Caller, body, error


@pytest.fixture
def caller() -> Caller:
    return Caller()


def window(caller: Caller, kind: str, start: str, end: str, object: str = "Account") -> Any:
    query = f"start={quote(f'2026-05-08T{start}+00:00', safe='')}&end={quote(f'2026-05-08T{end}+00:00', safe='')}"
    return body(caller.api("GET", f"sobjects/{object}/{kind}/?{query}"))


def test_updated_counts_in_minutes_and_says_how_far_it_covers(caller: Caller) -> None:
    id = caller.put("Account", {"Name": "Ann"})[0]
    caller.later(seconds=90)
    assert window(caller, "updated", "12:00:59", "12:01:00") == {
        "ids": [id],
        "latestDateCovered": "2026-05-08T12:01:00.000+0000",
    }
    assert window(caller, "updated", "11:00:00", "18:00:00")["latestDateCovered"] == "2026-05-08T12:01:00.000+0000"
    caller.control("settings", long_transaction="2026-05-08T11:30:20Z")
    assert window(caller, "updated", "11:00:00", "12:01:00")["latestDateCovered"] == "2026-05-08T11:30:00.000+0000"


def test_windows_too_old_or_too_short_are_refused(caller: Caller) -> None:
    path = "sobjects/Account/{}/?start={}T12:00:00Z&end={}Z"
    cases = [
        ("updated", "2026-04-07", "2026-05-08T12:00:00", 400),
        ("updated", "2026-04-09", "2026-05-08T12:00:00", 200),
        ("deleted", "2026-04-22", "2026-05-08T12:00:00", 400),
        ("deleted", "2026-04-24", "2026-05-08T12:00:00", 200),
        ("updated", "2026-05-08", "2026-05-08T12:00:40", 400),
    ]
    for kind, start, end, status in cases:
        answer = caller.api("GET", path.format(kind, start, end))
        assert answer.status == status
        assert status == 200 or error(answer)[1] == "INVALID_REPLICATION_DATE"


def test_a_deleted_account_takes_people_along_and_comes_back_with_them(caller: Caller) -> None:
    account = caller.put("Account", {"Name": "Ann"})[0]
    person = caller.put("Contact", {"LastName": "One", "AccountId": account})[0]
    caller.later(minutes=2)
    caller.control("delete", ids=[account])
    assert caller.query("SELECT Id FROM Contact") == []
    gone = caller.query("SELECT IsDeleted, MasterRecordId, Id FROM Contact WHERE IsDeleted = true", deleted=True)
    assert (gone[0]["IsDeleted"], gone[0]["MasterRecordId"], gone[0]["Id"]) == (True, None, person)
    caller.later(minutes=1)
    found = window(caller, "deleted", "12:00:00", "12:03:00", "Contact")
    assert found["deletedRecords"] == [{"id": person, "deletedDate": "2026-05-08T12:02:00.000+0000"}]
    assert found["earliestDateAvailable"] == "2026-04-23T12:03:00.000+0000"
    caller.control("undelete", ids=[account])
    assert caller.column("SELECT Id FROM Contact") == [person]
    assert window(caller, "deleted", "12:00:00", "12:03:00", "Contact")["deletedRecords"] == []


def test_an_account_with_cases_stays(caller: Caller) -> None:
    account = caller.put("Account", {"Name": "Ann"})[0]
    caller.put("Case", {"Subject": "x", "AccountId": account})
    assert error(caller.api("DELETE", f"sobjects/Account/{account}"))[1] == "DELETE_FAILED"
    with pytest.raises(ValueError, match="DELETE_FAILED"):
        caller.control("delete", ids=[account])


def test_a_purged_row_is_only_in_the_log_until_that_is_cleaned(caller: Caller) -> None:
    id = caller.put("Account", {"Name": "Ann"})[0]
    caller.control("delete", ids=[id])
    caller.control("purge", ids=[id])
    caller.later(minutes=2)
    assert caller.query("SELECT Id FROM Account", deleted=True) == []
    assert [one["id"] for one in window(caller, "deleted", "12:00:00", "12:02:00")["deletedRecords"]] == [id]
    caller.control("purge_log", object="Account")
    found = window(caller, "deleted", "12:00:00", "12:02:00")
    assert (found["deletedRecords"], found["earliestDateAvailable"]) == ([], "2026-05-08T12:02:00.000+0000")


@pytest.mark.parametrize("moves", [True, False])
def test_a_merge_leaves_the_winner_and_moves_the_children(caller: Caller, moves: bool) -> None:
    caller.control("settings", merge_moves_child_stamps=moves)
    winner, loser = caller.put("Account", {"Name": "Ann"}, {"Name": "Anne"})
    person = caller.put("Contact", {"LastName": "One", "AccountId": loser})[0]
    caller.later(minutes=1)
    caller.control("merge", winner=winner, losers=[loser])
    row = caller.query("SELECT Id, IsDeleted, MasterRecordId FROM Account WHERE IsDeleted = true", deleted=True)[0]
    assert (row["Id"], row["MasterRecordId"]) == (loser, winner)
    assert caller.row(winner)["SystemModstamp"] == "2026-05-08T12:01:00.000+0000"
    assert caller.row(person)["AccountId"] == winner
    assert (caller.row(person)["SystemModstamp"] == "2026-05-08T12:01:00.000+0000") is moves


def test_a_row_whose_sharing_is_lost_vanishes_without_a_trace(caller: Caller) -> None:
    id = caller.put("Account", {"Name": "Ann"})[0]
    caller.control("hide", ids=[id])
    caller.later(minutes=1)
    assert caller.query("SELECT Id FROM Account", deleted=True) == []
    assert caller.query("SELECT Id FROM Account WHERE Name = 'Ann' OR Id = '" + id + "'", deleted=True) == []
    assert window(caller, "updated", "12:00:00", "12:01:00")["ids"] == []
    assert window(caller, "deleted", "12:00:00", "12:01:00")["deletedRecords"] == []
    assert error(caller.api("GET", f"sobjects/Account/{id}"))[:2] == (404, "NOT_FOUND")
    retrieved = caller.api("POST", "composite/sobjects/Account", {"ids": [id], "fields": ["Name"]})
    assert body(retrieved) == [None]
    caller.control("unhide", ids=[id])
    assert caller.column("SELECT Name FROM Account") == ["Ann"]


def test_stamps_come_late_move_alone_and_are_shared(caller: Caller) -> None:
    first, second = caller.put("Account", {"Name": "Ann"}, {"Name": "Bob"})
    late = caller.control("commit_late", object="Account", rows=[{"Name": "Late"}], stamp="2026-05-08T11:59:30Z")
    caller.control("commit_late", object="Account", rows=[{"Id": second, "Name": "B"}], stamp="2026-05-08T11:59:40Z")
    order = "SELECT Name FROM Account ORDER BY SystemModstamp, Id"
    assert caller.column(order) == ["Late", "B", "Ann"]
    caller.later(seconds=7)
    caller.control("touch", ids=late)
    row = caller.row(late[0])
    assert (row["SystemModstamp"], row["LastModifiedDate"]) == (
        "2026-05-08T12:00:07.000+0000",
        "2026-05-08T11:59:30.000+0000",
    )
    assert caller.control("bulk_stamp", object="Account", stamp="2026-05-08T12:00:07Z") == 3
    assert caller.column(order) == [caller.row(id)["Name"] for id in sorted([first, second, *late])]


def test_edits_are_somebodys(caller: Caller) -> None:
    caller.sandbox.seed("small")
    ben = caller.query("SELECT Id FROM User WHERE Name = 'Ben Carter'")[0]["Id"]
    id = caller.column("SELECT Id FROM Account ORDER BY Id LIMIT 1")[0]
    caller.later(seconds=3)
    caller.control("put", object="Account", rows=[{"Id": id, "phone": " 5 "}], by=ben)
    row = caller.row(id)
    assert (row["Phone"], row["LastModifiedById"], row["LastModifiedDate"]) == (
        "5",
        ben,
        "2026-05-08T12:00:03.000+0000",
    )
    with pytest.raises(KeyError, match="Nope"):
        caller.put("Account", {"Nope": 1})
