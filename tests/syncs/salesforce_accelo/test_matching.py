"""Who is who at first sight: one record's view, and what several records claim settled among them."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.syncs.salesforce_accelo.keys import company_keys, contact_keys
from integrations.syncs.salesforce_accelo.matching import SHOWN, Match, decide_pair, settle_claims
from integrations.syncs.salesforce_accelo.rating import Candidate


def person(name: str, email: str = "", phone: str = "") -> dict[str, Any]:
    first, _, last = name.rpartition(" ")
    return {"first_name": first, "last_name": last, "email": email, "phone": phone}


def people(sources: dict[str, dict[str, Any]], targets: dict[str, dict[str, Any]]) -> dict[str, Match]:
    candidates = [Candidate(id, contact_keys(values), values["last_name"]) for id, values in targets.items()]
    return settle_claims({id: decide_pair(contact_keys(values), candidates) for id, values in sources.items()})


def companies(sources: dict[str, dict[str, Any]], targets: dict[str, dict[str, Any]]) -> dict[str, Match]:
    candidates = [Candidate(id, company_keys(values), values["name"]) for id, values in targets.items()]
    matches = {id: decide_pair(company_keys(values), candidates) for id, values in sources.items()}
    return settle_claims(matches, {id: values["name"] for id, values in sources.items()})


def told(matches: dict[str, Match]) -> dict[str, tuple[str, str]]:
    return {id: (match.code, match.target_id) for id, match in matches.items()}


def test_nobody_alike_is_new() -> None:
    assert told(people({"s": person("Jane Doe", "jane@x.example")}, {"t": person("Joe Roe", "joe@x.example")})) == {
        "s": ("new", "")
    }


def test_two_persons_with_one_e_mail_are_told_apart_by_name() -> None:
    both = {"1": person("Jane Doe", "info@x.example"), "2": person("Joe Roe", "info@x.example")}
    assert told(people({"a": both["2"], "b": both["1"]}, both)) == {
        "a": ("matched_email", "2"), "b": ("matched_email", "1"),
    }  # fmt: skip


def test_whoever_shares_an_e_mail_with_the_right_person_is_new() -> None:
    sources = {"a": person("Jane Doe", "info@x.example"), "b": person("Joe Roe", "info@x.example")}
    matches = people(sources, {"1": person("Jane Doe", "info@x.example")})
    assert told(matches) == {"a": ("matched_email", "1"), "b": ("new", "")}
    assert "better" in matches["b"].reason


def test_an_e_mail_with_another_name_is_likely_while_it_is_the_only_one() -> None:
    target = {"1": person("Jane Roe", "info@x.example")}
    one = people({"a": person("Joe Doe", "info@x.example")}, target)
    assert told(one) == {"a": ("likely", "")}
    assert [candidate["id"] for candidate in one["a"].candidates] == ["1"]
    two = people({"a": person("Joe Doe", "info@x.example"), "b": person("Ann Poe", "info@x.example")}, target)
    assert told(two) == {"a": ("ambiguous", ""), "b": ("ambiguous", "")}


def test_doubles_on_the_other_side_are_ambiguous_and_all_offered() -> None:
    double = person("Jane Doe", "jane@x.example")
    match = people({"a": double}, {str(number): double for number in range(1, 12)})["a"]
    assert (match.code, len(match.candidates)) == ("ambiguous", SHOWN)
    assert [candidate["id"] for candidate in match.candidates][:2] == ["1", "2"]


def test_doubles_on_this_side_are_ambiguous_for_all_and_name_each_other() -> None:
    double = {"name": "Harbour Trust", "website": "harbour.example"}
    matches = companies({"a": double, "b": {**double, "name": "Harbour Trust Ltd"}}, {"1": double})
    assert told(matches) == {"a": ("ambiguous", ""), "b": ("ambiguous", "")}
    assert "Harbour Trust Ltd" in matches["a"].reason
    assert [candidate["id"] for candidate in matches["b"].candidates] == ["1"]


def test_the_better_of_two_exact_candidates_is_it() -> None:
    jane = person("Jane Doe", "jane@x.example", "02 9999 1234")
    targets = {"1": person("Jane Doe", "", "02 9999 1234"), "2": person("Jane Doe", "jane@x.example")}
    assert told(people({"a": jane}, targets)) == {"a": ("matched_email", "2")}


def test_who_loses_an_exact_claim_takes_the_next_best_or_waits_for_a_person() -> None:
    sources = {"a": person("Jane Doe", "jane@x.example"), "b": person("Jane Doe", "", "02 9999 1234")}
    target = person("Jane Doe", "jane@x.example", "02 9999 1234")
    alone = people(sources, {"1": target})
    assert told(alone) == {"a": ("matched_email", "1"), "b": ("ambiguous", "")}
    assert "double" in alone["b"].reason and alone["b"].candidates == ()
    other = people(sources, {"1": target, "2": person("Jane Doe", "", "02 9999 1234")})
    assert told(other)["a"] == ("matched_email", "1")
    assert told(other)["b"] == ("matched_phone", "2")


def test_a_chain_of_claims_is_settled_from_the_strongest() -> None:
    sources = {
        "a": {"name": "Harbour Trust", "website": "harbour.example", "phone": "02 9999 1234"},
        "b": {"name": "Harbour Trust", "website": "", "phone": "02 9999 1234"},
        "c": {"name": "Harbor Trust", "website": "", "phone": ""},
    }
    targets = {
        "1": {"name": "Harbour Trust", "website": "harbour.example", "phone": "02 9999 1234"},
        "2": {"name": "Harbour Trust Ltd", "website": "", "phone": "02 9999 1234"},
        "3": {"name": "Harbor Trusts", "website": "", "phone": ""},
    }
    assert told(companies(sources, targets)) == {
        "a": ("matched_website", "1"), "b": ("matched_phone", "2"), "c": ("likely", ""),
    }  # fmt: skip


def test_a_claim_is_not_settled_while_another_record_has_an_equal_one_on_the_same() -> None:
    """Jane by her second e-mail is the first of two Janes, or the other one is."""
    jane = person("Jane Doe", "jane@x.example")
    keys = contact_keys(jane)
    both = replace(keys, emails=keys.emails | {"doe@x.example"})
    candidates = [Candidate("1", both), Candidate("2", keys)]
    sources = {"a": jane, "b": {**jane, "email": "doe@x.example"}}
    matches = settle_claims({id: decide_pair(contact_keys(values), candidates) for id, values in sources.items()})
    assert told(matches) == {"a": ("ambiguous", ""), "b": ("ambiguous", "")}


def test_the_most_similar_of_likely_ones_stands_first() -> None:
    targets = {"1": {"name": "Harbour Trusts Co"}, "2": {"name": "Harbour Trust Ltd"}}
    match = companies({"a": {"name": "Harbour Trust"}}, targets)["a"]
    assert (match.kind, [candidate["id"] for candidate in match.candidates]) == ("likely", ["2", "1"])


NAMES = st.sampled_from(["Harbour Trust", "Harbour Trust Ltd", "Harbor Trust", "Quay", "Quay Pty Ltd"])
RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "name": NAMES,
            "website": st.sampled_from(["", "harbour.example", "quay.example"]),
            "phone": st.sampled_from(["", "0299991234", "0811112222"]),
        }
    ),
    max_size=6,
)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(RECORDS, RECORDS, st.integers(0, 99))
def test_no_record_is_linked_twice_and_the_order_does_not_matter(
    left: list[dict[str, Any]], right: list[dict[str, Any]], seed: int
) -> None:
    sources = {f"s{number}": values for number, values in enumerate(left)}
    targets = {f"t{number}": values for number, values in enumerate(right)}
    matches = companies(sources, targets)
    linked = [match.target_id for match in matches.values() if match.target_id]
    assert len(linked) == len(set(linked))
    for match in matches.values():
        offered = {candidate["id"] for candidate in match.candidates}
        assert match.kind == "exact" or not offered & set(linked)
    shuffled = [list(sources.items()), list(targets.items())]
    for side in shuffled:
        Random(seed).shuffle(side)
    again = companies(dict(shuffled[0]), dict(shuffled[1]))
    assert told(again) == told(matches)
    assert all(again[id].candidates == matches[id].candidates for id in matches)
