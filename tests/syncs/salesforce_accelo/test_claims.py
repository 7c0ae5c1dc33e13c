"""Who belongs together when both lists lie on the desk: the same as if everybody were compared with everybody."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from integrations.syncs.salesforce_accelo.claims import Claims, SourceRow, TargetRow
from integrations.syncs.salesforce_accelo.declared import COMPANIES
from integrations.syncs.salesforce_accelo.desk import INDEXES, Comparison
from integrations.syncs.salesforce_accelo.keys import (
    Keys,
    blocking_keys,
    company_keys,
    contact_keys,
    keys_packed,
    keys_unpacked,
)
from integrations.syncs.salesforce_accelo.matching import Match, decide_pair, settle_claims
from integrations.syncs.salesforce_accelo.rating import Candidate
from integrations.syncs.salesforce_accelo.values import describe_values

TOLD = ("name", "website", "phone")
Text = tuple[str, str, str]
HARBOUR = ("Harbour Trust Ltd", "www.harbour.example", "02 9999 1234")

texts = st.tuples(
    st.sampled_from(["Harbour Trust", "Harbour Trust Ltd", "Harbor Trust", "Store 1", "Store 2", "Aéro", "???", ""]),
    st.sampled_from(["", "www.harbour.example", "https://harbour.example/", "store.example", "facebook.com/x"]),
    st.sampled_from(["", "02 9999 1234", "+61 2 9999 1234", "1"]),
)
lists = st.lists(texts, max_size=6)


def values_of(text: Text) -> dict[str, str]:
    return dict(zip(TOLD, text, strict=True))


def candidate(id: str, text: Text) -> Candidate:
    return Candidate(id, company_keys(values_of(text)), describe_values(COMPANIES, values_of(text)))


def source_keys(rows: list[SourceRow]) -> Iterator[Candidate]:
    return (candidate(id, told(text)) for id, _, _, text in rows)


def target_keys(rows: list[TargetRow]) -> Iterator[Candidate]:
    return (candidate(id, told(text)) for id, text, _ in rows)


def told(text: str) -> Text:
    name, website, phone = text.split("\r")
    return name, website, phone


def on_the_desk(sources: Mapping[str, Text], targets: Mapping[str, Text]) -> dict[str, Any]:
    with Comparison() as desk:
        desk.add("source", [(id, "", "", "\r".join(text)) for id, text in sources.items()])
        desk.add("target", [(id, "", False, "\r".join(text)) for id, text in targets.items()])
        desk.script(INDEXES)
        Claims(desk, link_likely=False).settle(source_keys, target_keys)
        rows = desk.rows("SELECT source, kind, code, target, words, candidates FROM claim WHERE kind <> 'new'")
        return {id: (*row, json.loads(candidates)) for id, *row, candidates in rows}


def by_hand(sources: Mapping[str, Text], targets: Mapping[str, Text]) -> dict[str, Any]:
    others = [candidate(id, text) for id, text in targets.items()]
    matches = {}
    for id, text in sources.items():
        keys = candidate(id, text).keys
        matches[id] = decide_pair(keys, [one for one in others if meet(keys, one.keys)])
    return {id: row_of(match) for id, match in settle_claims(matches).items() if match.kind != "new"}


def meet(one: Keys, other: Keys) -> bool:
    return bool({*blocking_keys(one)} & {*blocking_keys(other)})


def row_of(match: Match) -> tuple[Any, ...]:
    """Of one that is sure nobody chooses."""
    return match.kind, match.code, match.target_id, match.reason, [] if match.target_id else list(match.candidates)


def named(prefix: str, texts: Iterable[Text]) -> dict[str, Text]:
    return {f"{prefix}{number}": text for number, text in enumerate(texts)}


@settings(deadline=None, derandomize=True, max_examples=150)
@given(lists, lists)
@example([HARBOUR], [HARBOUR])
@example([HARBOUR, HARBOUR], [HARBOUR])
@example([HARBOUR], [HARBOUR, HARBOUR])
@example([HARBOUR, ("Harbour Trust", "", "")], [HARBOUR])
@example([("???", "", "")] * 2, [("???", "", "")] * 2)
def test_the_short_way_for_plain_pairs_comes_to_what_comparing_all_comes_to(
    first: list[Text], second: list[Text]
) -> None:
    sources, targets = named("s", first), named("t", second)
    assert on_the_desk(sources, targets) == by_hand(sources, targets)


def test_keys_are_kept_as_they_are() -> None:
    jane = contact_keys({"first_name": "Jané", "last_name": "Doe", "email": "j@x.example", "phone": "02 9999"}, ["2"])
    for keys in (jane, company_keys(values_of(HARBOUR)), Keys(), Keys(phones=frozenset({"2", "1"}))):
        assert keys_unpacked(keys_packed(keys)) == keys
    assert keys_packed(Keys(phones=frozenset({"1", "2"}))) == keys_packed(Keys(phones=frozenset({"2", "1"})))
