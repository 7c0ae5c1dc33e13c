from dataclasses import replace

import pytest

from integrations.core.mapping import Row
from integrations.syncs.deciding import Stop
from integrations.syncs.salesforce_accelo_import.mapped import map_owner, map_priority, map_status, map_type
from tests.syncs.salesforce_accelo_import.samples import ROWS, SALE, TICKET, setup


def test_owner_status_type_and_priority_become_what_their_rows_say() -> None:
    rows = (*ROWS, Row("ticket_priority", "high", "4"))
    assert [rule(SALE, setup()).value for rule in (map_owner, map_status, map_type)] == ["11", "2", "1"]
    assert [rule(TICKET, setup(rows)).value for rule in (map_owner, map_status, map_type, map_priority)] == [
        "12", "3", "2", "4",
    ]  # fmt: skip


def test_a_default_stands_in_for_a_row_that_is_not_there() -> None:
    options = {"default_user": "13", "default_sale_status": "7", "default_sale_type": "9"}
    assert [rule(SALE, setup((), **options)).value for rule in (map_owner, map_status, map_type)] == ["13", "7", "9"]
    assert map_type(replace(SALE, type=""), setup(**options)).value == "9"
    assert map_priority(TICKET, setup()).value == ""


def test_what_has_neither_row_nor_default_waits_for_just_that_value() -> None:
    with pytest.raises(Stop) as stop:
        map_owner(TICKET, setup(()))
    assert stop.value.kind == "blocked"
    assert stop.value.needs == {"kind": "user", "source": TICKET.owner, "label": "queue Support"}
    assert stop.value.reason == (
        "Accelo's staff member for the owner queue Support is not chosen. Map it, or set the option Default person."
    )
    with pytest.raises(Stop) as stop:
        map_type(replace(SALE, type=""), setup())
    assert (stop.value.needs, stop.value.reason) == (
        {}, "There is no type in Salesforce. Set the option Default type of sales.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "source", "rule", "code"),
    [
        ("user", SALE.owner, map_owner, "left_out_user"),
        ("sale_status", "prospecting", map_status, "left_out_status"),
        ("sale_type", "New Customer", map_type, "left_out_type"),
    ],
)
def test_a_value_that_a_person_leaves_out_leaves_out_its_records_whatever_the_default(
    kind: str, source: str, rule: object, code: str
) -> None:
    options = {"default_user": "13", "default_sale_status": "7", "default_sale_type": "9"}
    with pytest.raises(Stop) as stop:
        rule(SALE, setup([Row(kind, source, "", ignore=True)], **options))  # type: ignore[operator]
    assert (stop.value.kind, stop.value.code) == ("skip", code)
