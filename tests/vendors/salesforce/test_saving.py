"""Writing in collections, where the vendor's answers are odd, partial or lost."""

import json
from typing import Any

import pytest

from integrations.core.errors import OutcomeUnknown, PortalError, ProtocolError, RejectedError, TransientError
from integrations.vendors.emulator import Request, Response, json_response
from integrations.vendors.salesforce.saving import NOT_SENT, UNKNOWN
from tests.vendors.salesforce.conftest import Shaped
from tests.vendors.salesforce.scripted import START, error, row

LOCKED = {"statusCode": "UNABLE_TO_LOCK_ROW", "message": "unable to obtain exclusive access", "fields": []}


def names(count: int) -> list[dict[str, str]]:
    return [{"Name": f"Company {n}"} for n in range(count)]


class Shelf:
    """Stores what it is sent; `locked`: how many times each name is said to be held. `seen`: sizes of the calls."""

    def __init__(self, **locked: int) -> None:
        self.locked = {name.replace("_", " "): times for name, times in locked.items()}
        self.stored: list[str] = []
        self.seen: list[int] = []
        self.failing: dict[int, Response] = {}

    def __call__(self, request: Request) -> Response:
        records = json.loads(request.body)["records"]
        self.seen.append(len(records))
        if len(self.seen) in self.failing:
            return self.failing[len(self.seen)]
        return json_response([self._save(record["Name"]) for record in records])

    def _save(self, name: str) -> dict[str, Any]:
        if self.locked.get(name, 0):
            self.locked[name] -= 1
            return {"success": False, "errors": [LOCKED]}
        self.stored.append(name)
        return {"id": row(len(self.stored), START)["Id"], "success": True, "errors": []}


def test_two_hundred_writes_with_seven_locked_are_193_done_and_7_repeated(shaped: Shaped) -> None:
    shelf = Shelf(**{f"Company_{n}": 1 for n in range(0, 70, 10)})
    saved = shaped.answers(shelf).create_records("Account", names(200))
    assert all(one.success for one in saved)
    assert shelf.seen == [200, 7]
    assert sorted(shelf.stored) == sorted(one["Name"] for one in names(200))
    assert 0.5 <= sum(shaped.sleeps) <= 1.0


def test_rows_that_stay_locked_are_tried_four_times_more_in_smaller_calls(shaped: Shaped) -> None:
    shelf = Shelf(**{f"Company_{n}": 99 for n in range(60)})
    saved = shaped.answers(shelf).create_records("Account", names(200))
    assert shelf.seen == [200, 50, 10, 20, 20, 20, *[10] * 6, *[1] * 60]
    assert [one.success for one in saved] == [False] * 60 + [True] * 140
    assert saved[0].code == "UNABLE_TO_LOCK_ROW"
    assert 7.5 <= sum(shaped.sleeps) <= 15


def test_results_keep_the_order_of_the_rows_over_several_calls(shaped: Shaped) -> None:
    shelf = Shelf(Company_0=2, Company_250=1)
    saved = shaped.answers(shelf).create_records("Account", names(450))
    stored = {row(n, START)["Id"]: name for n, name in enumerate(shelf.stored, 1)}
    assert [stored[one.id] for one in saved] == [one["Name"] for one in names(450)]


LOST: dict[str, Response] = {
    "too few results": json_response([{"id": row(1, START)["Id"], "success": True, "errors": []}]),
    "too many results": json_response([{"id": row(1, START)["Id"], "success": True, "errors": []}] * 3),
    "no list": json_response({"id": row(1, START)["Id"], "success": True}),
    "no id": json_response([{"success": True, "errors": []}] * 2),
    "no word of success": json_response([{"id": row(1, START)["Id"]}] * 2),
    "web page": Response(200, b"<html>We will be back", "text/html"),
    "server error": error(500, "UNKNOWN_EXCEPTION"),
    "unavailable": Response(503, b"<html>", "text/html"),
    "nothing": Response(200),
    "edge": Response(420),
}


@pytest.mark.parametrize("name", LOST)
def test_a_create_without_a_readable_answer_is_an_unknown_outcome_and_sent_once(shaped: Shaped, name: str) -> None:
    shelf = Shelf()
    shelf.failing = {1: LOST[name]}
    with pytest.raises(OutcomeUnknown):
        shaped.answers(shelf).create_records("Account", names(2))
    assert shelf.seen == [2]


@pytest.mark.parametrize("name", ["web page", "server error", "unavailable", "nothing", "edge"])
def test_an_update_is_sent_again_instead(shaped: Shaped, name: str) -> None:
    shelf = Shelf()
    shelf.failing = {1: LOST[name]}
    rows = [{"Id": row(n, START)["Id"], "Name": "New"} for n in range(2)]
    saved = shaped.answers(shelf).update_records("Account", rows)
    assert [one.success for one in saved] == [True, True]
    assert shelf.seen == [2, 2]


def test_an_update_with_too_few_results_stops_the_run(shaped: Shaped) -> None:
    shelf = Shelf()
    shelf.failing = {1: LOST["too few results"]}
    rows = [{"Id": row(n, START)["Id"], "Name": "New"} for n in range(2)]
    with pytest.raises(ProtocolError):
        shaped.answers(shelf).update_records("Account", rows)


@pytest.mark.parametrize("answer", [error(401, "INVALID_SESSION_ID"), Response(429)])
def test_a_create_that_was_surely_not_carried_out_is_repeated(shaped: Shaped, answer: Response) -> None:
    shelf = Shelf()
    shelf.failing = {1: answer}
    assert [one.success for one in shaped.answers(shelf).create_records("Account", names(2))] == [True, True]
    assert len(shelf.stored) == 2


def test_a_later_call_that_is_lost_leaves_the_results_of_the_others(shaped: Shaped) -> None:
    shelf = Shelf()
    shelf.failing = {2: LOST["server error"]}
    saved = shaped.answers(shelf).create_records("Account", names(600))
    assert [one.code for one in saved] == [""] * 200 + [UNKNOWN] * 200 + [NOT_SENT] * 200
    assert shelf.seen == [200, 200]


@pytest.mark.parametrize(
    ("answer", "code"), [(LOST["server error"], UNKNOWN), (error(400, "JSON_PARSER_ERROR"), "UNABLE_TO_LOCK_ROW")]
)
def test_a_lost_repetition_of_locked_rows_leaves_the_others_done(shaped: Shaped, answer: Response, code: str) -> None:
    shelf = Shelf(Company_1=99)
    shelf.failing = {2: answer, 3: answer, 4: answer, 5: answer}
    saved = shaped.answers(shelf).create_records("Account", names(3))
    assert [one.code for one in saved] == ["", code, ""]


@pytest.mark.parametrize(
    ("locked", "codes"), [({}, ["", NOT_SENT]), ({"Company_0": 9}, ["UNABLE_TO_LOCK_ROW", NOT_SENT])]
)
def test_a_run_that_is_ended_meanwhile_still_learns_what_was_stored(
    shaped: Shaped, locked: dict[str, int], codes: list[str]
) -> None:
    class Ended(Exception):
        """What the owner of a run raises when it lost it."""

    def tick() -> None:
        if shelf.seen:
            raise Ended

    shelf = Shelf(**locked)
    shaped.tick = tick
    saved = shaped.answers(shelf).create_records("Account", names(400))
    assert [saved[0].code, saved[-1].code] == codes
    assert shelf.seen == [200]
    with pytest.raises(Ended):
        shaped.client().create_records("Account", names(1))


def test_a_refused_row_tells_why(shaped: Shaped) -> None:
    errors = [
        {"statusCode": "STRING_TOO_LONG", "message": "Phone: data value too large", "fields": ["Phone"]},
        {"statusCode": "REQUIRED_FIELD_MISSING", "message": "Required fields are missing", "fields": ["Name"]},
    ]
    client = shaped.answers(lambda request: json_response([{"success": False, "errors": errors}]))
    (saved,) = client.create_records("Account", [{"Phone": "1" * 50}])
    assert (saved.success, saved.id, saved.code, saved.fields) == (False, "", "STRING_TOO_LONG", ("Phone", "Name"))
    assert "data value too large. Required fields are missing." in saved.message


def test_nothing_to_write_is_no_call(shaped: Shaped) -> None:
    client = shaped.answers(lambda request: error(400, "NONE"))
    assert client.create_records("Account", []) == client.update_records("Account", []) == []
    assert shaped.calls("/composite") == []


def test_an_update_without_an_id_is_our_own_mistake(shaped: Shaped) -> None:
    with pytest.raises(ValueError, match="no Salesforce id"):
        shaped.client().update_records("Account", [{"Name": "New"}])


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(error(400, "MALFORMED_ID"), RejectedError), (error(400, "UNABLE_TO_LOCK_ROW"), TransientError)],
)
def test_a_single_change_is_refused_or_waits(shaped: Shaped, answer: Response, kind: type[PortalError]) -> None:
    client = shaped.answers(lambda request: answer)
    with pytest.raises(kind):
        client.update_guarded("Account", row(1, START)["Id"], {"Name": "x"}, START)
