from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from integrations.models import Connection, Reference
from integrations.services.references import CachedReferences, references_read
from integrations.vendors.base import Candidate
from tests.factories import make_accelo, make_ieatta, make_workspace

pytestmark = pytest.mark.django_db(transaction=True)


class Lists:
    """A vendor's client that lists what it is given, and counts how often it is asked."""

    def __init__(self, *rows: Candidate) -> None:
        self.rows = list(rows)
        self.asked = 0

    def list_candidates(self, kind: str) -> Iterator[Candidate]:
        self.asked += 1
        return (row for row in self.rows if row.kind == kind)


@pytest.fixture
def connection() -> Connection:
    return make_accelo(make_workspace(), "http://127.0.0.1:1")


@pytest.fixture
def lists() -> Lists:
    return Lists(
        Candidate("job", "41", " Refit ", "P-1", extra={"standing": "active"}),
        Candidate("job", "42", "Audit", "p-1"),
        Candidate("issue", "41", "Printer", "T-1"),
        Candidate("staff", "1", "Ava", email="Ava@Acme.example"),
    )


def cached(connection: Connection, lists: Lists) -> CachedReferences:
    source = make_ieatta(connection.workspace, "http://127.0.0.1:1")
    return CachedReferences(
        {"source": source, "target": connection}, {"source": lambda: lists, "target": lambda: lists}
    )


def refreshed(connection: Connection, lists: Lists) -> CachedReferences:
    references = cached(connection, lists)
    references.refresh("target", ("job", "issue", "staff"), older_than=3600)
    return references


def test_candidates_are_found_trimmed_and_whatever_their_case(connection: Connection, lists: Lists) -> None:
    references = refreshed(connection, lists)
    assert [found.id for found in references.match("target", ("job",), code=" P-1 ")] == ["41", "42"]
    assert [found.id for found in references.match("target", ("job", "issue"), label="PRINTER")] == ["41"]
    assert [found.id for found in references.match("target", ("staff",), email="ava@acme.example")] == ["1"]
    assert references.match("target", ("job",)) == [] == references.match("source", ("job",), code="P-1")


def test_one_id_of_two_kinds_is_two_candidates(connection: Connection, lists: Lists) -> None:
    references = refreshed(connection, lists)
    job, issue = references.get("target", "job", "41"), references.get("target", "issue", "41")
    assert job and issue and (job.extra, issue.label) == ({"standing": "active"}, "Printer")


def test_what_is_fresh_enough_is_not_read_again(connection: Connection, lists: Lists) -> None:
    references = refreshed(connection, lists)
    assert lists.asked == 3
    assert references.refresh("target", ("job", "issue"), older_than=3600) is False and lists.asked == 3
    assert references.refresh("target", ("job",), older_than=0) is True and lists.asked == 4


def test_what_the_vendor_no_longer_lists_is_inactive_and_not_forgotten(connection: Connection, lists: Lists) -> None:
    refreshed(connection, lists)
    del lists.rows[0]
    assert references_read(connection=connection, kind="job", client=lists) == 1
    assert dict(Reference.objects.filter(kind="job").values_list("external_id", "active")) == {"41": False, "42": True}
    references = cached_again(connection, lists)
    assert references.get("target", "job", "41") and references.match("target", ("job",), label="refit") == []


def cached_again(connection: Connection, lists: Lists) -> CachedReferences:
    return CachedReferences({"target": connection}, {"target": lambda: lists})


def test_a_change_is_seen_after_the_list_was_read_again(connection: Connection, lists: Lists) -> None:
    references = refreshed(connection, lists)
    assert references.match("target", ("job",), label="New") == []
    lists.rows.append(Candidate("job", "43", "New"))
    references.refresh("target", ("job",), older_than=0)
    assert [found.id for found in references.match("target", ("job",), label="New")] == ["43"]


def test_a_list_that_breaks_off_takes_nobody_away(connection: Connection, lists: Lists) -> None:
    refreshed(connection, lists)

    class Broken(Lists):
        def list_candidates(self, kind: str) -> Iterator[Candidate]:
            yield Candidate("job", "42", "Audit")
            raise ConnectionError("cut off")

    with pytest.raises(ConnectionError):
        references_read(connection=connection, kind="job", client=Broken())
    assert Reference.objects.filter(kind="job", active=True).count() == 2


def test_long_and_odd_values_are_kept(connection: Connection) -> None:
    rows: list[Any] = [Candidate("job", "1", "🎉" * 600, "c" * 300), Candidate("job", "2", "", "")]
    references_read(connection=connection, kind="job", client=Lists(*rows))
    assert Reference.objects.count() == 2
