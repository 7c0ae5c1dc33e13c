"""What the getter tells, and how it compares with what was sent: tables, without a server."""

import random
from typing import Any

import pytest

from integrations.core.errors import ProtocolError
from integrations.core.tags import Difference, FoundTags, Shape, TagRow, join_path, level_path
from integrations.vendors.ieatta.tags import compare, listed, read_tags

CODED = Shape(("Project",), gl_codes=True)
DEPENDENT = Shape(("Client", "Project"), dependent=True, required=(False, False))
INDEPENDENT = Shape(("Department", "Project"), required=(True, False))


def tag(name: str, code: str = "", enabled: bool = True) -> TagRow:
    return TagRow(1, level_path(1, name), name, code, enabled)


def below(*names: str, code: str = "", enabled: bool = True) -> TagRow:
    """A dependent tag by the names from the top."""
    return TagRow(len(names), join_path(names), names[-1], code, enabled)


def beside(depth: int, name: str, code: str = "") -> TagRow:
    return TagRow(depth, level_path(depth, name), name, code)


def flat(*entries: Any) -> FoundTags:
    return read_tags(list(entries))


def wrapped(**levels: list[Any]) -> FoundTags:
    return read_tags([{"name": name, "tags": tags} for name, tags in levels.items()])


@pytest.mark.parametrize(
    ("entry", "row"),
    [
        ({"name": " P-1 \u00a0", "glCode": " 100 ", "enabled": True}, tag("P-1", "100")),
        ({"name": "A", "glCode": 100, "enabled": "false"}, tag("A", "100", enabled=False)),
        ({"name": "A", "glCode": 100.0, "enabled": 0}, tag("A", "100", enabled=False)),
        ({"name": "A", "glCode": 0.5}, tag("A", "0.5")),
        ({"name": "A", "glCode": None, "enabled": None}, tag("A")),
        ({"name": "A", "enabled": "TRUE"}, tag("A")),
        ({"name": 7}, tag("7")),
        ({"name": "R&amp;D &#8364; &#x20AC; &eacute;", "glCode": "a&amp;b"}, tag("R&D € € é", "a&b")),
        ({"name": "R&notes &copy &nosuch; &#0; &#xD800;"}, tag("R&notes &copy &nosuch; &#0; &#xD800;")),
        ({"name": "Client\\: one"}, tag("Client: one")),
        ({"name": "Client\\\\: one"}, tag("Client: one")),
        ({"name": "Parent:Child"}, tag("Parent:Child")),
        ({"name": "back\\slash"}, tag("back\\slash")),
    ],
)
def test_an_entry_of_a_flat_list_is_read_in_each_spelling(entry: Any, row: TagRow) -> None:
    assert flat(entry) == FoundTags(("Tag",), (row,), False)


def test_a_flat_list_is_one_level_and_a_wrapped_one_has_names() -> None:
    assert flat().levels == ("Tag",)
    assert wrapped(Tag=[]) == FoundTags(("Tag",), (), True)
    assert wrapped(Project=[{"name": "A", "enabled": False}]).rows == (tag("A", enabled=False),)
    assert wrapped(Client=[{"name": "A", "enabled": False}], Project=[{"name": "B:1"}]) == FoundTags(
        ("Client", "Project"), (tag("A"), TagRow(2, ":B\\:1", "B:1")), True
    )


def test_a_name_told_for_each_parent_is_one_row_with_all_its_codes() -> None:
    refits = [{"name": "Refit", "glCode": code} for code in ("20", "40", "20")]
    found = wrapped(Client=[{"name": "Acme"}], Project=refits)
    assert found.rows == (tag("Acme"), beside(2, "Refit", "20"))
    assert found.others == (beside(2, "Refit", "40"),)


@pytest.mark.parametrize(
    "section",
    [
        None,
        {},
        "none",
        ["A"],
        [{"glCode": "1"}],
        [{"name": "Client", "tags": None}],
        [{"name": "A"}, {"name": "B", "tags": []}],
    ],
)
def test_an_unknown_shape_is_no_empty_list(section: Any) -> None:
    with pytest.raises(ProtocolError, match="unknown shape"):
        read_tags(section)


def test_an_equal_list_has_no_differences_in_any_order_or_spelling() -> None:
    wanted = [tag("A", "1"), tag("B: x", enabled=False), tag("R&D"), tag("&amp;"), tag("a\\:b")]
    told: list[Any] = [{"name": "&amp;amp;"}, {"name": "a\\\\:b"}, {"name": "R&amp;D", "glCode": None}]
    told += [{"name": "B\\\\: x", "enabled": "false"}, {"name": "A", "glCode": 1}]
    assert compare(CODED, wanted, flat(*told)) == []


@pytest.mark.parametrize(
    ("wanted", "entries", "expected"),
    [
        ([tag("A", "1")], [], [Difference("A", "GL code 1, enabled", "not there")]),
        ([], [{"name": "x:y"}], [Difference("x\\:y", "not there", "no GL code, enabled")]),
        ([tag("A", "1")], [{"name": "A"}], [Difference("A", "GL code 1, enabled", "no GL code, enabled")]),
        ([tag("A")], [{"name": "A", "enabled": False}],
         [Difference("A", "no GL code, enabled", "no GL code, disabled")]),
        ([tag("A")], [{"name": "a"}], [Difference("A", "no GL code, enabled", "not there"),
                                       Difference("a", "not there", "no GL code, enabled")]),
        ([tag("A", "1")], [{"name": "A", "glCode": "1"}, {"name": "A", "glCode": "2"}],
         [Difference("A", "GL code 1, enabled", "GL code 1, enabled and GL code 2, enabled")]),
    ],
)  # fmt: skip
def test_differences_of_one_level_say_what_was_wanted_and_what_is_there(
    wanted: list[TagRow], entries: list[Any], expected: list[Difference]
) -> None:
    assert compare(CODED, wanted, flat(*entries)) == expected


def test_codes_that_the_vendor_kept_do_not_count_in_a_list_without_codes() -> None:
    assert compare(Shape(gl_codes=False), [tag("A")], flat({"name": "A", "glCode": "old"})) == []


def test_dependent_levels_are_compared_by_name_with_any_of_the_wanted_codes() -> None:
    wanted = [below("Acme", code="100"), below("Globex"), below("Acme", "Refit", code="20"),
              below("Globex", "Refit", code="40"), below("Acme", "Audit")]  # fmt: skip
    clients: list[Any] = [{"name": "Globex"}, {"name": "Acme", "glCode": "100", "enabled": False}]
    audit = {"name": "Audit"}
    for codes in (["20"], ["40"], ["20", "40"]):
        told = wrapped(Client=clients, Project=[audit, *({"name": "Refit", "glCode": code} for code in codes)])
        assert compare(DEPENDENT, wanted, told) == []
    told = wrapped(Client=clients, Project=[{"name": "Refit", "glCode": "30"}, {"name": "Acme"}])
    assert compare(DEPENDENT, wanted, told) == [
        Difference("Acme:Refit", "GL code 20 or GL code 40", "GL code 30"),
        Difference("Acme:Audit", "no GL code", "not there"),
        Difference(":Acme", "not there", "no GL code"),
    ]


def test_codes_that_are_all_lost_are_differences() -> None:
    wanted = [below("Acme", code="100"), below("Acme", "Refit", code="20")]
    told = wrapped(Client=[{"name": "Acme"}], Project=[{"name": "Refit"}])
    assert [one.found for one in compare(DEPENDENT, wanted, told)] == ["no GL code", "no GL code"]


def test_levels_are_compared_by_number_and_the_names_of_several() -> None:
    wanted = [beside(1, "Sales"), beside(2, "P-1")]
    told = wrapped(Team=[{"name": "Sales"}], Project=[{"name": "P-1"}])
    (levels,) = compare(INDEPENDENT, wanted, told)
    assert levels == Difference("", "levels Department > Project", "levels Team > Project")
    first, *missing = compare(INDEPENDENT, wanted, flat({"name": "Sales"}))
    assert first == Difference("", "levels Department > Project", "one level")
    assert [one.path for one in missing] == [":P-1"]
    assert compare(CODED, [tag("A")], flat({"name": "A"})) == []
    assert compare(INDEPENDENT, [], wrapped(Tag=[])) == []


def test_disabled_tags_of_several_levels_are_not_sent_but_for_parents() -> None:
    rows = [below("Acme", enabled=False), below("Acme", "Refit"), below("Acme", "Audit", enabled=False),
            below("Globex", enabled=False), below("Globex", "Site", enabled=False)]  # fmt: skip
    assert [row.path for row in listed(DEPENDENT, rows)] == ["Acme", "Acme:Refit"]
    assert [row.path for row in listed(INDEPENDENT, rows)] == ["Acme:Refit"]
    assert listed(CODED, rows[:1]) == rows[:1]
    assert compare(DEPENDENT, rows, wrapped(Client=[{"name": "Acme"}], Project=[{"name": "Refit"}])) == []


def test_a_digest_depends_on_what_is_told_and_not_on_its_order() -> None:
    entries: list[Any] = [{"name": f"P-{n % 40}", "glCode": str(n), "enabled": n % 3 > 0} for n in range(50)]
    shuffled = random.Random(1).sample(entries, len(entries))
    assert flat(*entries).digest() == flat(*shuffled).digest() == wrapped(Project=shuffled).digest()
    changed = [{"name": "P-1"}, {"name": "P-1", "glCode": "x"}, {"name": "P-1", "enabled": False}, {"name": "p-1"}]
    assert len({flat(one).digest() for one in changed} | {flat().digest()}) == 5
    assert wrapped(A=[{"name": "x"}], B=[]).digest() != wrapped(A=[], B=[{"name": "x"}]).digest()
    assert wrapped(A=[], B=[]).digest() != wrapped(A=[], C=[]).digest()
