"""Drawing a list from Accelo: what may be chosen, and what results."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from integrations.models import Connection
from integrations.sandbox import Control
from integrations.services.tag_draw import draw_choices, draw_rows
from tests.factories import make_accelo, make_workspace
from tests.services.tag_rows import NOWHERE, know, work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def accelo(sandbox: Any) -> Control:
    control = Control(sandbox.url, "accelo")
    put = {
        "jobs": [{"id": "1", "title": "Refit", "custom_id": "P-1"}, {"id": "2", "title": "Old", "standing": "complete"},
                 {"id": "3", "title": "Dead", "standing": "inactive"}],
        "issues": [{"id": "1", "title": "Printer", "custom_id": "T-1", "standing": "submitted"}],
        "contracts": [{"id": "1", "title": "Care"}],
    }  # fmt: skip
    for table, rows in put.items():
        control.act("put", table=table, rows=rows)
    return control


def reads(accelo: Control) -> list[str]:
    return [call["path"].rpartition("/")[2] for call in accelo.calls() if call["method"] == "GET"]


def test_the_choices_are_read_when_they_are_not_fresh_and_counted_by_status(sandbox: Any, accelo: Control) -> None:
    connection = make_accelo(make_workspace(), sandbox.url)
    choices = {choice.word: choice.standings for choice in draw_choices(connection)}
    assert choices["project"] == {"active": 1, "complete": 1} and choices["ticket"] == {"submitted": 1}
    assert sum(choices["retainer"].values()) == 1
    assert {"jobs", "issues", "contracts"} <= set(reads(accelo))
    accelo.clear_calls()
    accelo.act("put", table="jobs", rows=[{"id": "4", "title": "New"}])
    assert draw_choices(connection)[0].total == 2 and reads(accelo) == []
    age(connection, minutes=11)
    assert draw_choices(connection, refresh=False)[0].total == 2 and reads(accelo) == []
    assert draw_choices(connection)[0].total == 3


def age(connection: Connection, minutes: int) -> None:
    moment = (timezone.now() - timedelta(minutes=minutes)).isoformat()
    connection.account = {**connection.account, "references": dict.fromkeys(connection.account["references"], moment)}
    connection.save(update_fields=["account"])


@pytest.fixture
def connection() -> Connection:
    connection = make_accelo(make_workspace(), NOWHERE)
    know(
        connection,
        work("job", "1", "Refit", "P-1"), work("job", "2", "Audit", "P-2", "complete"),
        work("job", "3", "Gone", active=False), work("issue", "1", "Printer", "T-1"), work("contract", "1", "Care"),
    )  # fmt: skip
    other = make_accelo(make_workspace("beta"), NOWHERE)
    know(other, work("job", "9", "Of another workspace"))
    return connection


@pytest.mark.parametrize(
    ("kinds", "standings", "pattern", "targets"),
    [
        (["project", "ticket", "retainer"], [], "", ["job:1", "issue:1", "contract:1"]),
        (["tickets", "job"], ["Active"], "", ["job:1", "issue:1"]),
        (["projects"], [], "p-*", ["job:1"]),
        (["projects"], ["active", "complete"], "p-*", ["job:2", "job:1"]),
        (["projects"], ["complete"], "refit", []),
    ],
)
def test_tags_are_drawn_by_kind_status_and_pattern(
    connection: Connection, kinds: list[str], standings: list[str], pattern: str, targets: list[str]
) -> None:
    drawn = draw_rows(connection, kinds, standings, pattern, "both")
    assert list(drawn.targets.values()) == targets


def test_a_kind_that_is_none_is_refused_in_words(connection: Connection) -> None:
    with pytest.raises(ValueError, match="choose projects, tickets, retainers"):
        draw_rows(connection, ["staff"])
