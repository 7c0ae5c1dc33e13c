"""Tags -> project, ticket, retainer or its period."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from integrations.core.mapping import Row
from integrations.syncs.deciding import Stop
from integrations.syncs.ieatta_accelo.against import map_against
from integrations.syncs.ieatta_accelo.setup import PeriodDays
from tests.syncs.ieatta_accelo.samples import CANDIDATES, expense, job, setup


def tag_row(source: str, target: str, kind: str = "job", **more: Any) -> Row:
    return Row("tag", source, target, target_kind=kind, **more)


@pytest.mark.parametrize(
    ("changes", "rows", "against"),
    [
        # a mapping of the whole tag, then of a level, the deepest first
        ({"tag": "P-100"}, [tag_row("P-100", "200")], "job/200"),
        ({"tag": "Client:P-100"}, [tag_row("Client:P-100", "300", "issue")], "issue/300"),
        ({"tag": "Client:P-100"}, [tag_row("Client", "200"), tag_row("Client:P-100", "300", "issue")], "issue/300"),
        ({"tag": "Client:Stage"}, [tag_row("Client", "200"), tag_row("Stage", "300", "issue")], "issue/300"),
        ({"tag": "Client:P-100"}, [tag_row("Client", "200")], "job/200"),
        ({"tag": "P-100"}, [tag_row("P-100", "200", "")], "job/200"),
        ({"tag": ":Stage", "tag_levels": (("", ""), ("Stage", ""))}, [tag_row("Stage", "200")], "job/200"),
        ({"tag": "A\\:B", "tag_levels": (("A:B", ""),)}, [tag_row("A:B", "200")], "job/200"),
        # a mapping to something the cache does not know is taken at its word
        ({"tag": "P-100"}, [tag_row("P-100", "999")], "job/999"),
        # by code: GL code or name, the deepest level first
        ({"tag": "p-100 "}, [], "job/100"),
        ({"tag": "Client:P-100"}, [], "job/100"),
        ({"tag": "P-100:P-200"}, [], "job/200"),
        ({"tag": "Relaunch", "tag_levels": (("Relaunch", "T-300"),)}, [], "issue/300"),
        ({"tag": "P-100", "tag_levels": (("P-100", "P-200"),)}, [], "job/200"),
        # by title, only when no code fits
        ({"tag": "website relaunch"}, [], "job/100"),
        ({"tag": "Support"}, [], "issue/300"),
        ({"tag": "Support:P-200"}, [], "job/200"),
        ({"tag": "Unknown:Support"}, [], "issue/300"),
    ],
)
def test_the_tag_finds_its_target(changes: dict[str, Any], rows: list[Row], against: str) -> None:
    assert map_against(expense(**changes), setup(*rows)).value == against


TWINS = (job("1", "One", "X-1"), job("2", "Two", "X-1", kind="issue"))
DONE = job("50", "Finished", "F-1", standing="complete")
DEAD = job("51", "Cancelled", "D-1", standing="inactive", active=False)
SLEEPS = job("52", "Asleep", "S-1", standing="inactive")


@pytest.mark.parametrize(
    ("changes", "rows", "options", "code", "words"),
    [
        ({"tag": ""}, [], {}, "no_tag", "has no tag"),
        ({"tag": "Nowhere"}, [], {}, "unmapped_tag", "Nowhere"),
        ({"tag": "X-1"}, [], {}, "ambiguous_tag", "project One (id 1), ticket Two (id 2)"),
        ({"tag": "D-1"}, [], {}, "unmapped_tag", "D-1"),
        ({"tag": "S-1"}, [], {}, "closed_target", "Asleep"),
        ({"tag": "F-1"}, [], {"closed_targets": "block"}, "closed_target", "complete"),
        ({"tag": "Y"}, [tag_row("Y", "51")], {}, "closed_target", "Cancelled"),
        ({"tag": "Y"}, [tag_row("Y", "400", "contract")], {"retainer": "block"}, "retainer", "Care plan"),
        ({"tag": "Y"}, [tag_row("Y", "400", "contract")], {}, "no_period", "does not exist"),
        ({"tag": "P-100"}, [tag_row("P-100", "", ignore=True)], {}, "ignored", "left out"),
    ],
)
def test_what_cannot_be_decided_says_why(
    changes: dict[str, Any], rows: list[Row], options: dict[str, Any], code: str, words: str
) -> None:
    with pytest.raises(Stop) as stop:
        found = setup(*rows, candidates=(*CANDIDATES, *TWINS, DONE, DEAD, SLEEPS), **options)
        map_against(expense(**changes), found)
    assert stop.value.code == code and words in stop.value.reason
    assert stop.value.kind == ("skip" if code == "ignored" else "blocked")


def test_an_ambiguous_tag_offers_the_targets() -> None:
    with pytest.raises(Stop) as stop:
        map_against(expense(tag="X-1"), setup(candidates=TWINS))
    assert [(c["kind"], c["id"]) for c in stop.value.candidates] == [("job", "1"), ("issue", "2")]
    assert stop.value.needs == {"kind": "tag", "source": "X-1"}


def test_an_open_target_wins_over_a_complete_one_of_the_same_code() -> None:
    candidates = (job("1", "Old", "F-1", standing="complete"), job("2", "New", "F-1"))
    assert map_against(expense(tag="F-1"), setup(candidates=candidates)).value == "job/2"


def test_a_complete_project_takes_late_expenses_with_a_note() -> None:
    found = map_against(expense(tag="F-1"), setup(candidates=(DONE,)))
    assert found.value == "job/50" and "is complete in Accelo" in found.notes[0]


def test_inactive_ones_take_expenses_only_when_allowed() -> None:
    found = map_against(expense(tag="S-1"), setup(candidates=(SLEEPS,), closed_targets="allow"))
    assert found.value == "job/52" and found.notes


@pytest.mark.parametrize(("option", "against"), [("job:100", "job/100"), ("issue:77", "issue/77")])
def test_an_expense_without_a_tag_goes_to_the_default(option: str, against: str) -> None:
    found = map_against(expense(tag=""), setup(default_against=option))
    assert found.value == against and "default" in found.because


JUNE = PeriodDays("60", date(2026, 6, 1), date(2026, 6, 30), True)
JULY = PeriodDays("70", date(2026, 7, 1), date(2026, 7, 31), True)


@pytest.mark.parametrize(
    ("day", "periods", "outcome"),
    [
        ("2026-07-01", [JUNE, JULY], "contract_period/70"),
        ("2026-07-31", [JUNE, JULY], "contract_period/70"),
        ("2026-06-30", [JUNE, JULY], "contract_period/60"),
        ("2026-12-31", [PeriodDays("80", date(2026, 8, 1), None, True)], "contract_period/80"),
        ("2026-07-03", [PeriodDays("1", None, None, True), JULY], "contract_period/70"),
        ("2026-08-01", [JUNE, JULY], "does not exist"),
        ("2026-07-03", [PeriodDays("70", date(2026, 7, 1), None, False)], "is closed"),
        ("not a date", [JULY], "no readable date"),
    ],
)
def test_a_retainers_expense_goes_to_the_open_period_of_its_day(
    day: str, periods: list[PeriodDays], outcome: str
) -> None:
    found = setup(periods=lambda _: periods)
    try:
        value = map_against(expense(tag="Care plan", created=day), found).value
    except Stop as stop:
        value = stop.reason
    assert outcome in value


def test_a_retainer_can_take_expenses_itself() -> None:
    assert map_against(expense(tag="Care plan"), setup(retainer="contract")).value == "contract/400"


def test_the_reason_names_tag_rule_and_target() -> None:
    assert map_against(expense(), setup()).because == "P-100 by the equal code P-100 → project Website relaunch"
