"""What the exported text means, as tables."""

import pytest

from integrations.core.errors import ProtocolError
from integrations.vendors.ieatta.records import (
    cents,
    escape_level,
    normalise_status,
    split_levels,
    tag_levels,
    was_rejected,
)


@pytest.mark.parametrize(
    ("raw", "state"),
    [
        ("Open", "OPEN"),
        ("draft", "OPEN"),
        ("Processing", "SUBMITTED"),
        ("OUTSTANDING", "SUBMITTED"),
        ("submitted", "SUBMITTED"),
        ("Approved", "APPROVED"),
        ("Reimbursed", "REIMBURSED"),
        ("Paid", "REIMBURSED"),
        ("Closed", "ARCHIVED"),
        ("Done", "ARCHIVED"),
        ("ARCHIVED", "ARCHIVED"),
        (" approved ", "APPROVED"),
    ],
)
def test_both_vocabularies_of_report_states_are_understood(raw: str, state: str) -> None:
    assert normalise_status(raw) == (state, False)


@pytest.mark.parametrize(
    ("raw", "state"), [("Rejected", ("OPEN", True)), ("Auditing", ("AUDITING", False)), ("", ("", False))]
)
def test_other_states_are_rejected_or_keep_their_word(raw: str, state: tuple[str, bool]) -> None:
    assert normalise_status(raw) == state


@pytest.mark.parametrize(
    ("actions", "submitted", "rejected"),
    [
        ([], "", False),
        ([["SUBMITTED", "2026-07-01 09:00:00", ""]], "2026-07-01", False),
        ([["SUBMITTED", "2026-07-01 09:00:00", ""], ["REJECTED", "2026-07-02 09:00:00", "no"]], "", True),
        ([["REJECTED", "2026-07-02 09:00:00", ""], ["SUBMITTED", "2026-07-01 09:00:00", ""]], "", True),
        ([["REJECTED", "2026-07-02 09:00:00", ""], ["SUBMITTED", "2026-07-03 09:00:00", ""]], "", False),
        ([["submit", "", ""], ["Decline", "", ""]], "", True),
        ([["CHANGED", "2026-07-02", "Rejected this report"]], "", True),
        ([["COMMENT", "2026-07-02", "rejected? why"]], "", False),
        ([["SUBMITTED", "2026-07-03", "rejected taxi is gone"]], "", False),
        ([["REJECTED", "2026-07-02 10:00:00", ""]], "2026-07-05", False),
        ([["REJECTED", "2026-07-02 10:00:00", ""]], "2026-07-01", True),
    ],
)
def test_a_rejection_newer_than_the_last_submit_counts(
    actions: list[list[str]], submitted: str, rejected: bool
) -> None:
    assert was_rejected(actions, submitted, ("reject", "declin")) is rejected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("0", 0),
        ("-5", -5),
        ("1,234,567", 1234567),
        ("1\u00a0234", 1234),
        ("12.0", 12),
        ("-1,000.00", -1000),
    ],
)
def test_number_text_becomes_cents(text: str, value: int | None) -> None:
    assert cents(text) == value


@pytest.mark.parametrize("text", ["12.5", "1.234", "abc", "1.000"])
def test_an_amount_that_may_be_misread_is_refused(text: str) -> None:
    with pytest.raises(ProtocolError):
        cents(text)


@pytest.mark.parametrize(
    ("tag", "levels"),
    [
        ("P-1", ["P-1"]),
        ("Acme:Refit", ["Acme", "Refit"]),
        (":Refit", ["", "Refit"]),
        ("A\\:B:C", ["A:B", "C"]),
        ("A\\\\:B", ["A:B"]),
        ("R&amp;D:x", ["R&D", "x"]),
    ],
)
def test_tag_levels_are_parted_at_bare_colons(tag: str, levels: list[str]) -> None:
    assert split_levels(tag) == levels


def test_an_escaped_level_reads_back_as_one_level() -> None:
    assert split_levels(escape_level("Retainer: Oak")) == ["Retainer: Oak"]


@pytest.mark.parametrize(
    ("tag", "numbered", "code", "levels"),
    [
        ("A:B", ["A", "1", "B", "2", "", ""], "2", (("A", "1"), ("B", "2"))),
        (":B", ["", "", "B", "2"], "", (("", ""), ("B", "2"))),
        ("A:B", [], "9", (("A", ""), ("B", "9"))),
        ("A\\:B", ["A\\:B", ""], "9", (("A:B", "9"),)),
        ("", [], "", ()),
    ],
)
def test_gl_codes_stand_with_their_level(
    tag: str, numbered: list[str], code: str, levels: tuple[tuple[str, str], ...]
) -> None:
    assert tag_levels(tag, numbered, code) == levels
