"""When a pair counts as the same as before."""

from __future__ import annotations

from dataclasses import replace

from integrations.syncs.salesforce_accelo.pairs import Half, Pair, pair_digest

HARBOUR = Half("001", {"name": "Harbour"})
MATCHED = Pair(
    "companies", HARBOUR, Half("7", {"name": "Harbour"}), "matched_name", "Matched: same name.", ({"id": "7"},)
)


def test_how_two_found_each_other_is_no_news_once_they_are_linked() -> None:
    linked = replace(MATCHED, how="linked", ground="", candidates=())
    assert pair_digest(MATCHED) == pair_digest(linked)
    assert pair_digest(MATCHED) != pair_digest(replace(linked, target=Half("7", {"name": "Harbour Trust"})))


def test_whom_one_alone_may_be_is_news() -> None:
    alone = Pair("companies", HARBOUR, how="likely", candidates=({"id": "7"},))
    digests = {pair_digest(one) for one in (alone, replace(alone, how="ambiguous"), replace(alone, candidates=()))}
    assert len(digests) == 3
