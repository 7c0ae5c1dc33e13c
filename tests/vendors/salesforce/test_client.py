"""What changed, writing, and the log of deletions, against the emulated org."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.core.errors import OutcomeUnknown, RejectedError
from integrations.vendors.salesforce.changes import Mark
from integrations.vendors.salesforce.client import SalesforceClient
from integrations.vendors.salesforce.deletions import bounds
from integrations.vendors.salesforce.soql import quote
from integrations.vendors.salesforce.times import parse_time
from tests.vendors.salesforce.conftest import Org, all_rows


def changes(client: SalesforceClient, since: Mark, object: str = "Account", **more: Any) -> list[dict[str, Any]]:
    return [row for page in client.read_changes(object, ["Name"], since, **more) for row in page.rows]


# Changes


def test_a_quiet_poll_is_one_call(org: Org, client: SalesforceClient) -> None:
    *_, last = client.read_changes("Account", ["Name"], Mark())
    org.control.clear_calls()
    (page,) = client.read_changes("Account", ["Name"], last.mark)
    assert page.rows == []
    assert page.mark == last.mark
    assert len(org.control.calls()) == 1


def test_changes_deletions_merges_and_returns_are_seen(org: Org, client: SalesforceClient) -> None:
    *_, last = client.read_changes("Account", ["Name"], Mark())
    ids = [row["Id"] for row in all_rows(client)]
    org.put("Account", {"Id": ids[0], "Name": "Renamed"})
    org.control.act("delete", ids=[ids[1]])
    org.control.act("merge", winner=ids[2], losers=[ids[3]])
    org.control.act("touch", ids=[ids[4]])
    org.control.act("hide", ids=[ids[5]])
    seen = {row["Id"]: row for row in changes(client, last.mark)}
    assert set(seen) == set(ids[:5])
    assert seen[ids[0]]["Name"] == "Renamed"
    assert [seen[id]["IsDeleted"] for id in ids[:5]] == [False, True, False, True, False]
    assert (seen[ids[1]]["MasterRecordId"], seen[ids[3]]["MasterRecordId"]) == (None, ids[2])
    org.control.act("undelete", ids=[ids[1]])
    assert [row["IsDeleted"] for row in changes(client, last.mark) if row["Id"] == ids[1]] == [False]


def test_a_deleted_record_comes_whatever_the_selection(org: Org, client: SalesforceClient) -> None:
    ids = [row["Id"] for row in all_rows(client)]
    org.control.act("delete", ids=[ids[1]])
    assert {row["Id"] for row in changes(client, Mark(), where=f"Name = {quote('Company 000000')}")} == set(ids[:2])


def test_many_changes_of_one_second_come_once_each_over_pages_that_die(org: Org, client: SalesforceClient) -> None:
    org.control.act("generate", accounts=2_500)
    org.control.act("bulk_stamp", object="Account", stamp="2026-05-01T10:00:00Z")
    org.switch(locator_pages=1, short_pages=True)
    ids = [row["Id"] for row in changes(client, Mark())]
    assert len(ids) == len(set(ids)) == 2_512


def test_a_query_over_too_many_rows_is_asked_in_shorter_times(org: Org, client: SalesforceClient) -> None:
    org.control.act("generate", accounts=3_000)
    org.switch(query_timeout_rows=700)
    ids = [row["Id"] for row in changes(client, Mark())]
    assert len(ids) == len(set(ids)) == 3_012


def test_a_bound_leaves_out_what_comes_at_it_or_after(org: Org, client: SalesforceClient) -> None:
    rows = changes(client, Mark())
    last = parse_time(rows[-1]["SystemModstamp"])
    assert changes(client, Mark(), until=last) == [r for r in rows if parse_time(r["SystemModstamp"]) < last]


# Writing


def test_records_are_created_and_changed(org: Org, client: SalesforceClient) -> None:
    saved = client.create_records("Account", [{"Name": "One", "Phone": "1"}, {"Phone": "2"}, {"Name": "Three"}])
    assert [one.success for one in saved] == [True, False, True]
    assert (saved[1].code, saved[1].fields) == ("REQUIRED_FIELD_MISSING", ("Name",))
    rows: list[dict[str, Any]] = [{"Id": saved[0].id, "Phone": None}, {"Id": saved[2].id, "Fax": "3"}]
    assert all(one.success for one in client.update_records("Account", rows))
    found = client.retrieve("Account", [saved[0].id, saved[2].id], ["Name", "Phone", "Fax"])
    assert [(row["Name"], row["Phone"], row["Fax"]) for row in found.values()] == [
        ("One", None, None),
        ("Three", None, "3"),
    ]


def test_owners_are_not_reassigned_by_our_writes(org: Org, client: SalesforceClient) -> None:
    (other,) = org.put("User", {"LastName": "Other", "Username": "other@acme.example", "Email": "other@acme.example"})
    org.switch(auto_assign_to=other)
    (saved,) = client.create_records("Account", [{"Name": "Mine"}])
    client.update_records("Account", [{"Id": saved.id, "Phone": "1"}])
    client.update_guarded("Account", saved.id, {"Fax": "2"}, org.control.now() + timedelta(minutes=1))
    assert client.retrieve("Account", [saved.id], ["OwnerId", "Fax"])[saved.id]["OwnerId"] != other


def test_a_warning_of_duplicates_can_be_overridden(org: Org, client: SalesforceClient) -> None:
    org.control.act("rules", duplicates=[{"object": "Account", "field": "Name", "action": "alert"}])
    row = {"Name": "Company 000001"}
    (refused,) = client.create_records("Account", [row])
    assert refused.code == "DUPLICATES_DETECTED"
    (saved,) = client.create_records("Account", [row], allow_duplicates=True)
    assert saved.success


def test_locked_rows_are_written_in_the_end(org: Org, client: SalesforceClient) -> None:
    org.control.act("lock", rows=[3, 50, 199])
    saved = client.create_records("Account", [{"Name": f"New {n}"} for n in range(200)])
    assert all(one.success for one in saved)
    assert client.count("Account", "Name LIKE 'New %'") == 200
    assert len(org.calls("/composite/sobjects")) == 2


def test_a_lost_create_is_not_sent_again_and_can_be_found(org: Org, client: SalesforceClient) -> None:
    org.control.faults({"match": "POST /composite/sobjects", "do": "reset", "when": "after"})
    with pytest.raises(OutcomeUnknown):
        client.create_records("Account", [{"Name": "Lost"}])
    assert client.count("Account", "Name = 'Lost'") == 1


def test_a_guarded_change_gives_way_to_a_fresher_edit(org: Org, client: SalesforceClient) -> None:
    read = org.control.now()
    (id,) = [row["Id"] for row in all_rows(client, where="Name = 'Company 000001'")]
    client.update_guarded("Account", id, {"Phone": "1"}, read)
    org.control.shift(60)
    org.put("Account", {"Id": id, "Phone": "2"})
    with pytest.raises(RejectedError) as caught:
        client.update_guarded("Account", id, {"Phone": "3"}, read)
    assert caught.value.code == "PRECONDITION_FAILED"
    assert client.retrieve("Account", [id], ["Phone"])[id]["Phone"] == "2"


# Deletions


def test_the_log_of_deletions_is_read(org: Org, client: SalesforceClient) -> None:
    ids = [row["Id"] for row in all_rows(client)]
    start = org.control.now()
    org.control.act("delete", ids=ids[:2])
    org.control.shift(180)
    deleted = client.deleted("Account", start, org.control.now())
    assert sorted(id for id, _ in deleted.rows) == ids[:2]
    assert deleted.earliest < start < deleted.covered
    assert client.updated_until("Account", start, org.control.now()) == deleted.covered


def test_a_running_transaction_holds_back_what_is_covered(org: Org, client: SalesforceClient) -> None:
    began = (org.control.now() - timedelta(minutes=10)).replace(microsecond=0)
    org.switch(long_transaction=began.isoformat())
    end = org.control.now()
    assert client.updated_until("Account", end - timedelta(minutes=30), end) <= began


def test_bounds_are_whole_minutes_far_enough_apart() -> None:
    end = datetime(2026, 5, 8, 21, 20, 59, tzinfo=UTC)
    minute = end.replace(second=0)
    for start in (end, end - timedelta(seconds=61), end + timedelta(hours=1)):
        assert bounds(start, end) == (minute - timedelta(minutes=2), minute)
    assert bounds(end - timedelta(hours=1), end) == (minute - timedelta(hours=1), minute)


def test_too_long_ago_is_told_by_its_code(org: Org, client: SalesforceClient) -> None:
    now = org.control.now()
    with pytest.raises(RejectedError) as caught:
        client.deleted("Account", now - timedelta(days=40), now)
    assert caught.value.code == "INVALID_REPLICATION_DATE"
