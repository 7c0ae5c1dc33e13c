"""A complete list as the updater takes it."""

import pytest

from integrations.core.errors import RejectedError
from integrations.core.tags import Shape, TagRow
from integrations.vendors.ieatta.tag_sections import Colons, build_file, build_inline, build_update, refused_tags
from tests.vendors.ieatta.test_tags import CODED, DEPENDENT, INDEPENDENT, below, beside, tag


def test_one_level_is_sent_inline_with_every_code_and_an_emptied_one() -> None:
    shape = Shape(("Project",), required=(True,))
    section = build_inline(shape, [tag("A", "1"), tag("B", "", enabled=False)], "escape")
    assert section == {
        "source": "inline",
        "action": "replace",
        "data": [
            {
                "name": "Project",
                "setRequired": True,
                "tags": [
                    {"name": "A", "glCode": "1", "enabled": True},
                    {"name": "B", "glCode": "", "enabled": False},
                ],
            }
        ],
    }


def test_a_list_without_codes_names_none() -> None:
    section = build_inline(Shape(gl_codes=False), [tag("A", "1")], "escape")
    assert section["data"][0]["tags"] == [{"name": "A", "enabled": True}]


@pytest.mark.parametrize(("colons", "sent"), [("escape", "a\\:b"), ("as_is", "a:b")])
def test_colons_are_sent_as_the_setting_says(colons: Colons, sent: str) -> None:
    assert build_inline(CODED, [tag("a:b")], colons)["data"][0]["tags"][0]["name"] == sent
    assert build_file(INDEPENDENT, [beside(2, "a:b")], colons)[1].splitlines()[1] == f",,{sent},"


def test_a_dependent_file_has_a_row_for_each_leaf_under_its_parents() -> None:
    rows = [below("Acme", code="100"), below("Globex", code="200"), below("Acme", "Refit, big", code="20"),
            below("Acme", "a:b"), below("Idle"), below("Globex", "Refit, big", code="40")]  # fmt: skip
    section, text = build_file(DEPENDENT, rows, "escape")
    assert section["config"] == {
        "dependency": True, "glCodes": True, "header": True, "setRequired": False, "fileType": "csv",
    }  # fmt: skip
    assert text == (
        "Client,Client GL,Project,Project GL\n"
        'Acme,100,"Refit, big",20\n'
        "Acme,100,a\\:b,\n"
        "Idle,,,\n"
        'Globex,200,"Refit, big",40\n'
    )


def test_parents_are_found_whatever_their_names_hold_and_even_where_the_list_lacks_them() -> None:
    shape = Shape(("A", "B", "C"), dependent=True, gl_codes=False)
    rows = [below("x\\"), below("x\\", "y"), below("a:b", "c", "d")]
    assert build_file(shape, rows, "as_is")[1] == "A,B,C\nx\\,y,\na:b,c,d\n"


def test_independent_lists_stand_side_by_side_with_blanks_below_the_shorter() -> None:
    rows = [beside(2, "P-1", "10"), beside(1, "Sales", "3000"), beside(2, "T-77")]
    section, text = build_file(INDEPENDENT, rows, "escape")
    assert section["config"]["setRequired"] == [True, False]
    assert text == "Department,Department GL,Project,Project GL\nSales,3000,P-1,10\n,,T-77,\n"
    plain = Shape(("Department", "Project"), gl_codes=False)
    assert build_file(plain, rows, "escape")[1] == "Department,Project\nSales,P-1\n,T-77\n"


def test_dependent_levels_are_required_if_one_of_them_is() -> None:
    shape = Shape(("Client", "Project"), dependent=True, required=(False, True))
    assert build_file(shape, [], "escape")[0]["config"]["setRequired"] is True


@pytest.mark.parametrize("shape", [CODED, DEPENDENT])
def test_more_tags_than_the_vendor_takes_are_refused_with_their_number(shape: Shape) -> None:
    rows = [TagRow(1, f"T{n}", f"T{n}") for n in range(50_000)]
    build_update(shape, rows, "escape")
    with pytest.raises(RejectedError, match=r"50,001 tags.*50,000 at most\. Nothing was sent"):
        build_update(shape, [*rows, tag("one more")], "escape")


def test_a_refusal_keeps_the_vendors_words_and_says_what_to_do() -> None:
    error = refused_tags(RejectedError("Ieatta refused the request: 'tags' object malformed", "d", "410"))
    assert (
        error.message
        == "Ieatta refused the list of tags: 'tags' object malformed. Correct what it names and upload again."
    )
    odd = RejectedError("Ieatta could not use the export template: invalid tag name 'Template'", code="template")
    assert refused_tags(odd).message.startswith("Ieatta refused the list of tags: invalid tag name 'Template'. ")
    assert "so long a list" in refused_tags(RejectedError("HTTP 413", code="413")).message
