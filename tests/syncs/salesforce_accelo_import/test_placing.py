from dataclasses import replace
from typing import Any

import pytest

from integrations.syncs.deciding import Stop
from integrations.syncs.salesforce_accelo_import.options import Options
from integrations.syncs.salesforce_accelo_import.placing import Fate, place_of
from tests.syncs.salesforce_accelo_import.samples import AVA, HARBOUR, NEW_ACCOUNT, NEW_CONTACT, SALE, TICKET

ATTACH = {"missing_company": "attach", "attach_company": "9"}
TO_CONTACT = {"missing_contact": "attach", "attach_contact": "90"}
MADE = replace(HARBOUR, made=True)


@pytest.mark.parametrize(
    ("work", "account", "person", "options", "dry", "company", "contact"),
    [
        (SALE, HARBOUR, AVA, {}, False, "12", "77"),
        (SALE, HARBOUR, None, {}, False, "12", "55"),
        (TICKET, HARBOUR, None, {}, False, "12", ""),
        (TICKET, HARBOUR, AVA, {}, False, "12", "77"),
        (SALE, NEW_ACCOUNT, NEW_CONTACT, {}, True, "", ""),
        (SALE, NEW_ACCOUNT, AVA, ATTACH, False, "9", "77"),
        (TICKET, None, None, {"attach_company": "9"}, False, "9", ""),
        (SALE, HARBOUR, NEW_CONTACT, TO_CONTACT, False, "12", "90"),
        (SALE, replace(HARBOUR, default=""), None, {"attach_contact": "90"}, False, "12", "90"),
        (TICKET, HARBOUR, NEW_CONTACT, {"missing_contact": "skip"}, False, "12", ""),
    ],
)
def test_where_a_sale_or_ticket_goes(
    work: Any, account: Any, person: Any, options: dict[str, Any], dry: bool, company: str, contact: str
) -> None:
    place = place_of(work, account, person, Options(**options), dry=dry)
    assert (place.company.id, place.contact.id) == (company, contact)


@pytest.mark.parametrize(
    ("work", "account", "person", "options", "kind", "words"),
    [
        (SALE, None, None, {}, "blocked", "no account in Salesforce"),
        (SALE, None, None, {"missing_company": "skip"}, "skip", "such are left out"),
        (TICKET, NEW_ACCOUNT, None, {"missing_company": "skip"}, "skip", "Accelo has no company Harbour Trust"),
        (TICKET, NEW_ACCOUNT, None, {}, "blocked", "could not be created"),
        (SALE, replace(HARBOUR, default=""), None, {}, "blocked", "which a sale in Accelo needs"),
        (SALE, MADE, None, {}, "blocked", "which a sale in Accelo needs"),
        (SALE, HARBOUR, NEW_CONTACT, {"missing_contact": "skip"}, "skip", "such are left out"),
        (SALE, HARBOUR, NEW_CONTACT, {}, "blocked", "could not be created"),
        (TICKET, Fate("001", "Harbour", "hidden"), None, {}, "blocked", "may not be seen"),
        (TICKET, Fate("001", "Harbour", "twins"), None, {}, "blocked", "Salesforce has several accounts named Harbour"),
    ],
)
def test_what_has_no_place_waits_or_is_left_out_and_says_why(
    work: Any, account: Any, person: Any, options: dict[str, Any], kind: str, words: str
) -> None:
    with pytest.raises(Stop, match=words) as stop:
        place_of(work, account, person, Options(**options), dry=False)
    assert stop.value.kind == kind


def test_a_sale_that_is_attached_without_a_contact_goes_to_the_companys_own() -> None:
    options = Options(attach_company="9", missing_company="attach")
    for account in (None, NEW_ACCOUNT):
        assert place_of(SALE, account, None, options, dry=False, attached="91").contact.id == "91"
    assert place_of(SALE, HARBOUR, None, options, dry=False, attached="91").contact.id == "55"


def test_several_companies_of_the_name_are_offered() -> None:
    candidates = ({"id": "1", "label": "Harbour"}, {"id": "2", "label": "Harbour"})
    with pytest.raises(Stop, match="several companies that could be Harbour") as stop:
        place_of(TICKET, Fate("001", "Harbour", "several", candidates=candidates), None, Options(), dry=False)
    assert stop.value.candidates == candidates


def test_a_contact_of_another_account_is_not_taken_and_that_is_told() -> None:
    work = replace(SALE, contact="003000000000009AAA", contact_name="Ben Carter")
    place = place_of(work, HARBOUR, None, Options(), dry=False)
    assert place.notes == ("Its contact Ben Carter belongs to another account in Salesforce and was not taken.",)


def test_a_ticket_goes_without_a_contact_that_cannot_be_had() -> None:
    work = replace(TICKET, contact=NEW_CONTACT.id, contact_name="Ava Wilson")
    place = place_of(work, HARBOUR, NEW_CONTACT, Options(missing_contact="skip"), dry=False)
    assert place.notes == ("Without its contact Ava Wilson: Accelo has no contact Ava Wilson, and such are left out.",)
