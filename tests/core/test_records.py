import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.core.plan import Seen, next_pause, plan_hash, summary
from integrations.core.records import Action, canonical_text, fingerprint


@pytest.mark.parametrize(
    ("raw", "canonical"), [(None, ""), ("", ""), ("  a ", "a"), ("a\r\nb\rc", "a\nb\nc"), ("\r\n", "")]
)
def test_text_has_one_canonical_form(raw: str | None, canonical: str) -> None:
    assert canonical_text(raw) == canonical


def test_parts_do_not_run_into_one_another() -> None:
    assert fingerprint(["ab", "c"]) != fingerprint(["a", "bc"])
    assert len(fingerprint(["ab"])) == 32


@given(st.sets(st.integers(min_value=0, max_value=200_000), max_size=60), st.integers(0, 200_000))
def test_seen_is_a_set_of_row_numbers(numbers: set[int], other: int) -> None:
    seen = Seen()
    for number in numbers:
        seen.add(number)
    assert all(seen(number) for number in numbers)
    assert seen(other) == (other in numbers)


def test_pauses_grow_to_a_day() -> None:
    assert [next_pause(n) for n in (0, 1, 2)] == [600, 1200, 2400]
    assert next_pause(50) == 72_000


def test_a_promise_covers_decision_target_and_source() -> None:
    action = Action("update", "expenses", "1", target_id="7", changes={"title": ("a", "b")})
    kept = plan_hash(action, "digest")
    assert kept == plan_hash(Action("update", "expenses", "1", "label", "7", changes={"title": ("x", "b")}), "digest")
    assert kept != plan_hash(action, "other digest")
    assert kept != plan_hash(Action("update", "expenses", "1", target_id="8", changes={"title": ("a", "b")}), "digest")
    assert kept != plan_hash(Action("skip", "expenses", "1", target_id="7"), "digest")


def test_a_summary_leaves_out_what_did_not_happen() -> None:
    assert summary({"read": 3, "created": 1, "updated": 0, "unchanged": 2}) == "3 read: 1 created, 2 unchanged"
    assert summary({"read": 0, "created": 0}) == "0 read"
