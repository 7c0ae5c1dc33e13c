import pytest

from integrations.syncs.salesforce_accelo_import.alike import host_key, same_company, same_person


@pytest.mark.parametrize(
    ("website", "host"),
    [
        ("https://www.Harbour.example/about?x=1", "harbour.example"),
        ("harbour.example:8080/", "harbour.example"),
        ("http://user@harbour.example.", "harbour.example"),
        (" WWW.harbour.example#top", "harbour.example"),
        ("", ""),
    ],
)
def test_a_website_is_known_by_its_host(website: str, host: str) -> None:
    assert host_key(website) == host
    assert host_key(host_key(website)) == host


@pytest.mark.parametrize(
    ("name", "website", "same"),
    [
        ("harbour  TRUST", "", True),
        ("Harbour Trust", "http://harbour.example", True),
        ("Harbour Trust", "www.other.example", False),
        ("Harbour Trust Ltd", "www.harbour.example", False),
    ],
)
def test_companies_are_the_same_by_name_unless_their_websites_differ(name: str, website: str, same: bool) -> None:
    assert same_company({"name": "Harbour Trust", "website": "www.harbour.example"}, name, website) is same


@pytest.mark.parametrize(
    ("first", "last", "emails", "same"),
    [
        ("Someone", "Else", {"", "AVA@harbour.example"}, True),
        ("ava", "WILSON", {""}, True),
        ("Ava", "Wilson", {"other@harbour.example"}, False),
        ("Eva", "Wilson", set(), False),
    ],
)
def test_people_of_one_company_are_the_same_by_address_else_by_name(
    first: str, last: str, emails: set[str], same: bool
) -> None:
    ours = {"firstname": "Ava", "surname": "Wilson", "email": "ava@harbour.example"}
    assert same_person(ours, first, last, emails) is same
