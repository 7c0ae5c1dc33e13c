"""Ids. The long ones are of recorded answers of real orgs."""

import pytest

from integrations.vendors.salesforce.ids import ACCOUNT, CONTACT, has_prefix, is_id, to18

RECORDED = ["012000000000000AAA", "001000000000000AAA", "005xx000001X8UzAAK", "00Dxx0000000001EAA"]


@pytest.mark.parametrize("id", RECORDED)
def test_a_short_id_gets_its_check_characters(id: str) -> None:
    assert to18(id[:15]) == id
    assert to18(id) == id
    assert is_id(id)
    assert is_id(id[:15])


def test_two_short_ids_that_differ_in_case_alone_differ_in_their_check_characters() -> None:
    assert to18("001A0000001abcD").casefold() != to18("001A0000001ABCD").casefold()


@pytest.mark.parametrize(
    "text", ["", "001", "001A0000001abcDAAAA", "001A0000001abc-", "001A0000001abcDAA!", "001é00000000001"]
)
def test_what_is_no_id_is_refused(text: str) -> None:
    assert not is_id(text)
    with pytest.raises(ValueError, match="no Salesforce id"):
        to18(text)


def test_wrong_check_characters_are_no_id() -> None:
    assert not is_id("005xx000001X8UzAAA")


def test_an_id_tells_its_kind() -> None:
    assert has_prefix("001000000000000AAA", ACCOUNT, CONTACT)
    assert not has_prefix("001000000000000AAA", CONTACT)
