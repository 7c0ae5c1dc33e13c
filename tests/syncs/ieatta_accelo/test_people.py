"""Attendees -> staff."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.core.mapping import Row
from integrations.syncs.ieatta_accelo.people import map_submitter
from integrations.vendors.base import Candidate
from tests.syncs.ieatta_accelo.samples import CANDIDATES, expense, setup

TWIN = Candidate("staff", "19", "Ann Double", email="ann@example.test")


@pytest.mark.parametrize(
    ("changes", "rows", "candidates", "staff"),
    [
        ({}, [], CANDIDATES, "17"),
        ({"attendees": (("ANN@example.test", ""), ("owner@example.test", ""))}, [], CANDIDATES, "17"),
        ({"attendees": ()}, [], CANDIDATES, "18"),
        ({"attendees": (("", "Guest"),)}, [], CANDIDATES, "18"),
        ({"attendees": (("guest@example.test", ""),)}, [], CANDIDATES, ""),
        ({"attendees": (), "account_email": ""}, [], CANDIDATES, ""),
        ({}, [Row("person", "Ann@example.test", "18")], CANDIDATES, "18"),
        ({}, [Row("person", "ann@example.test", "", ignore=True)], CANDIDATES, ""),
        ({}, [], (*CANDIDATES, TWIN), ""),
    ],
)
def test_the_submitter_is_the_first_attendee_else_the_reports_owner(
    changes: dict[str, Any], rows: list[Row], candidates: Any, staff: str
) -> None:
    assert map_submitter(expense(**changes), setup(*rows, candidates=candidates)).value == staff


def test_the_field_rule_can_choose_the_reports_owner() -> None:
    found = setup(fields={"submitter_id": {"source": "account_email"}})
    assert map_submitter(expense(), found).value == "18"
