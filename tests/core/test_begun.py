"""What the sides tell of a write that was begun."""

from __future__ import annotations

import pytest

from integrations.core.begun import Begun, Note, begun_of, noted, resume
from integrations.core.conflict import Held, equal
from integrations.core.errors import RejectedError, TransientError
from integrations.core.records import Action, Json

OLD = Held("1", "1")


def stored(held: Json, sent: Json, before: Json) -> bool:
    return equal(held, sent)


TO_TARGET = Begun(OLD, Held("2", "1"), Held(None, "2"))
OVER_AN_EDIT = Begun(OLD, Held("2", "3"), Held(None, "2"))
TO_BOTH = Begun(OLD, Held("2", "3"), Held("9", "9"))


@pytest.mark.parametrize(
    ("begun", "now", "base", "fate"),
    [
        (TO_TARGET, Held("2", "1"), OLD, "unsent"),
        (TO_TARGET, Held("2", "2"), Held("2", "2"), "written"),
        (TO_TARGET, Held("2", " 2\r\n"), Held("2", " 2\r\n"), "written"),
        (TO_TARGET, Held("4", "2"), Held("2", "2"), "written"),
        (TO_TARGET, Held("2", "3"), Held("2", "2"), "edited"),
        (OVER_AN_EDIT, Held("2", "3"), OLD, "unsent"),
        (OVER_AN_EDIT, Held("2", "4"), Held("2", "2"), "edited"),
        (TO_BOTH, Held("9", "9"), Held("9", "9"), "written"),
        (TO_BOTH, Held("9", "3"), Held("2", "3"), "unsent"),
        (TO_BOTH, Held("9", "4"), Held("9", "9"), "edited"),
    ],
)
def test_each_side_is_taken_for_what_it_shows(begun: Begun, now: Held, base: Held, fate: str) -> None:
    resumed = resume(now, begun, stored)
    assert (resumed.base, resumed.fate) == (base, fate)


def action(note: Note) -> Action:
    return Action("update", "companies", "1", extra={"note": note})


def test_a_note_tells_all_before_the_sending_and_what_was_sent_after_it_began() -> None:
    note = Note("7", {"phone": TO_TARGET, "fax": TO_TARGET}, {})
    before = begun_of(noted({"create": True}, action(note)), "7")
    assert before == {"phone": TO_TARGET, "fax": TO_TARGET}
    note.start()
    with note.sending("target", ["phone"]):
        pass
    assert begun_of(noted({}, action(note)), "7")["phone"] == TO_TARGET
    assert begun_of(noted({}, action(note)), "7")["fax"].sent == Held(None, None)
    assert begun_of(noted({}, action(note)), "8") == {}


@pytest.mark.parametrize(("error", "kept"), [(RejectedError("No."), False), (TransientError("Lost."), True)])
def test_a_refused_call_has_sent_nothing_and_a_lost_one_may_have(error: Exception, kept: bool) -> None:
    fresh = Begun(OLD, Held("2", "1"), Held(None, "2"), fresh=True)
    note = Note("7", {"phone": fresh}, {})
    note.start()
    with pytest.raises(type(error)), note.sending("target", ["phone"]):
        raise error
    assert ("phone" in begun_of(noted({}, action(note)), "7")) is kept


def test_what_an_earlier_attempt_noted_stays_until_something_else_is_sent() -> None:
    again = Begun(Held("2", "2"), Held("2", "3"), Held("3", None))
    note = Note("7", {"phone": again}, {"phone": TO_TARGET, "fax": OVER_AN_EDIT})
    assert begun_of(noted({}, action(note)), "7") == {"phone": again, "fax": OVER_AN_EDIT}
    note.start()
    assert begun_of(noted({}, action(note)), "7") == {"phone": TO_TARGET, "fax": OVER_AN_EDIT}
