"""The counterparts of single records that have none yet: both sides are searched for what is alike, and all who claim
the same record are weighed together, as in a comparison of everything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from integrations.core.records import LinkView
from integrations.syncs.queries import LinkQueries
from integrations.syncs.salesforce_accelo.accelo_side import AcceloSide, Raw
from integrations.syncs.salesforce_accelo.declared import COMPANIES, CONTACTS
from integrations.syncs.salesforce_accelo.keys import company_keys, contact_keys
from integrations.syncs.salesforce_accelo.laying import keys_of_raw
from integrations.syncs.salesforce_accelo.matching import SHOWN, Match, decide_pair, doubt, settle_claims, unasked
from integrations.syncs.salesforce_accelo.pairs import ACCELO_ONLY, Half, Pair
from integrations.syncs.salesforce_accelo.rating import Candidate
from integrations.syncs.salesforce_accelo.salesforce_side import SalesforceSide
from integrations.syncs.salesforce_accelo.values import describe_values

SEARCHED = 20
"""New records for which the other side is searched one by one; for more it is read whole."""


class TooManyNew(Exception):
    """So many new records that everything is better compared."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """`sources`: Salesforce records by id, those asked for and those that claim the same. `raws`: Accelo records that
    are free."""

    matches: Mapping[str, Match]
    sources: Mapping[str, Half]
    raws: Mapping[str, Raw]

    def owner(self, target_id: str) -> str:
        """The Salesforce record that this one is, or ''."""
        return next((id for id, match in self.matches.items() if match.target_id == target_id), "")

    def claimants(self, stream: str, target_id: str) -> tuple[str, list[dict[str, str]]]:
        """Of a record that may be one of those that wait: code, and they as candidates."""
        kinds, found = [], []
        for id in sorted(self.matches):
            match = self.matches[id]
            pick = next((one for one in match.picks if one.id == target_id), None)
            if pick and match.kind in ("likely", "ambiguous"):
                kinds.append(match.code)
                label = describe_values(stream, self.sources[id].values)
                found.append({"id": id, "label": label, "reason": pick.reason})
        return min(kinds, default="new"), found[:SHOWN]


class Searching:
    """Raises TooManyNew where one reading of everything is cheaper."""

    def __init__(self, salesforce: SalesforceSide, accelo: AcceloSide, store: LinkQueries) -> None:
        self.salesforce, self.accelo, self.store = salesforce, accelo, store
        self.link_likely = accelo.options.likely == "link"

    def companies(self, stream: str, halves: Iterable[Half]) -> dict[str, str]:
        """Account -> linked company of Accelo."""
        if stream != CONTACTS:
            return {}
        links = self.store.by_source(COMPANIES, {half.company for half in halves if half.company})
        return {id: link.target_id for id, link in links.items() if link.state != "vanished"}

    def accounts(self, stream: str, halves: Iterable[Half]) -> dict[str, str]:
        """Company of Accelo -> linked account."""
        if stream != CONTACTS:
            return {}
        links = self.store.by_target(COMPANIES, {half.company for half in halves if half.company})
        return {
            id: link.source_id
            for id, link in links.items()
            if link.state != "vanished" and not link.source_id.startswith(ACCELO_ONLY)
        }

    # --- records of one side ----------------------------------------------------------------------------------

    def of_sources(self, stream: str, rows: list[tuple[Half, LinkView | None, str]]) -> list[Pair]:
        """`rows`: Salesforce records without a counterpart, their links, and the company of Accelo they belong to."""
        asked = {half.id: half for half, link, _ in rows if not is_decided(link)}
        weighed = self._weigh(stream, asked, {})
        return [self._found(stream, half, weighed, company) for half, _, company in rows]

    def _found(self, stream: str, half: Half, weighed: Weighed, company: str) -> Pair:
        match = weighed.matches.get(half.id)
        if match is None or match.kind == "new":
            return Pair(stream, half, how="new", company=company)
        target = self.accelo.half(stream, weighed.raws[match.target_id], company) if match.target_id else None
        return Pair(stream, half, target, match.code, match.reason, match.candidates, company=company)

    def of_targets(self, stream: str, rows: list[tuple[Raw, LinkView | None]]) -> list[Pair]:
        """`rows`: Accelo records without a counterpart, and their links."""
        asked = {raw.id: raw for raw, link in rows if not is_decided(link)}
        if len(asked) > SEARCHED:
            raise TooManyNew
        weighed = self._weigh(stream, self._rivals(stream, asked.values(), {}), asked)
        halves = [self.accelo.half(stream, raw) for raw, _ in rows]
        accounts = self.accounts(stream, halves)
        companies = self.companies(stream, weighed.sources.values())
        pairs = []
        for (raw, _), half in zip(rows, halves, strict=True):
            owner = weighed.owner(raw.id) if raw.id in asked else ""
            if owner:
                source, match = weighed.sources[owner], weighed.matches[owner]
                company = companies.get(source.company, "")
                there = self.accelo.half(stream, raw, company)
                pairs.append(Pair(stream, source, there, match.code, match.reason, match.candidates, company=company))
                continue
            code, found = weighed.claimants(stream, raw.id) if raw.id in asked else ("new", [])
            words, account = doubt(found) if found else "", accounts.get(half.company, "")
            pairs.append(Pair(stream, None, half, code, words, tuple(found), account=account))
        return pairs

    # --- weighing ---------------------------------------------------------------------------------------------

    def _weigh(self, stream: str, asked: Mapping[str, Half], known: Mapping[str, Raw]) -> Weighed:
        """`known`: Accelo records that are candidates in any case."""
        if len(asked) > SEARCHED:
            raise TooManyNew
        raws, sources = dict(known), dict(asked)
        matches = self._matches(stream, asked.values(), raws)
        wanted = {pick.id for match in matches.values() for pick in match.picks}
        rivals = self._rivals(stream, [raws[id] for id in sorted(wanted)], sources)
        if len(rivals) > SEARCHED:
            raise TooManyNew
        sources |= rivals
        matches |= self._matches(stream, rivals.values(), raws)
        settled = settle_claims(matches)
        return Weighed({id: unasked(match, self.link_likely) for id, match in settled.items()}, sources, raws)

    def _matches(self, stream: str, halves: Iterable[Half], raws: dict[str, Raw]) -> dict[str, Match]:
        """What is found in Accelo is added to `raws`."""
        asked = list(halves)
        for half in asked:
            found = {raw.id: raw for raw in self.accelo.alike(stream, half) if not raw.inactive}
            taken = self._taken(stream, found)
            raws |= {id: raw for id, raw in found.items() if id not in taken}
        companies = self.companies(stream, asked)
        candidates = [self._candidate(stream, raws[id]) for id in sorted(raws)]
        matches = {}
        for half in asked:
            linked = [companies[half.company]] if half.company in companies else []
            keys = company_keys(half.values) if stream == COMPANIES else contact_keys(half.values, linked)
            matches[half.id] = decide_pair(keys, candidates)
        return matches

    def _rivals(self, stream: str, raws: Iterable[Raw], known: Mapping[str, Half]) -> dict[str, Half]:
        """Salesforce records that may be one of these, are nobody's counterpart and were not left out."""
        found: dict[str, Half] = {}
        for raw in raws:
            found |= {one.id: one for one in self.salesforce.alike(stream, self.accelo.half(stream, raw))}
        links = self.store.by_source(stream, found)
        return {
            id: half
            for id, half in found.items()
            if id not in known and not (id in links and (links[id].target_id or is_decided(links[id])))
        }

    def _taken(self, stream: str, ids: Iterable[str]) -> set[str]:
        """Those that are linked to a record that is there, or that a person called nobody's counterpart."""
        wanted = list(ids)
        links = self.store.by_target(stream, wanted)
        living = {id: link for id, link in links.items() if link.state != "vanished"}
        linked = {id for id, link in living.items() if not link.source_id.startswith(ACCELO_ONLY)}
        alone = self.store.by_source(stream, [ACCELO_ONLY + id for id in wanted])
        return linked | {id.removeprefix(ACCELO_ONLY) for id, link in alone.items() if is_decided(link)}

    def _candidate(self, stream: str, raw: Raw) -> Candidate:
        values = self.accelo.half(stream, raw).values
        return Candidate(raw.id, keys_of_raw(self.accelo, stream, raw), describe_values(stream, values))


def is_decided(link: LinkView | None) -> bool:
    """A person said that it is new, or left it out."""
    return bool(link and (link.memo.get("create") or link.state == "ignored"))
