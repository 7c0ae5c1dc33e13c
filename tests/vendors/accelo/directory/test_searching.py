"""Looking for what could be a given company or person."""

from integrations.vendors.accelo.client import AcceloClient
from tests.vendors.accelo.conftest import World


def test_companies_are_searched_by_each_text(world: World, client: AcceloClient) -> None:
    [id] = world.put("companies", {"name": "Harbour Trust Ltd", "website": "ht.example"})
    found = client.directory.search_companies(["harbour trust", "kestrellegal.example", "nobody"])
    assert set(found) == {"1", "4", id}
    assert len(world.calls("/companies")) == 3


def test_contacts_are_found_by_the_e_mail_of_any_affiliation_and_by_name(world: World, client: AcceloClient) -> None:
    first, second, third = world.put("contacts", *({"firstname": "Kim", "surname": name} for name in "ABC"))
    world.put("affiliations", {"contact": first, "company": "1", "email": "other@x.example"})
    world.put("affiliations", {"contact": first, "company": "2", "email": "KIM@x.example"})
    world.put("affiliations", {"contact": second, "company": "2", "email": "akim@x.example"})
    found = client.directory.search_contacts(["kim@x.example"], ["Kim C"])
    assert set(found) == {first, third}
