"""What changed on either side since the last run, laid beside its counterpart on the other side.

A quiet poll is one call for each list. What was read is compared with the values that both sides had when they were
last settled: our own writes come back as changes, and end here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from integrations.core.conflict import equal
from integrations.core.cursor import Feed, Mark, Reader, is_over
from integrations.core.records import LinkView
from integrations.syncs.queries import LinkQueries
from integrations.syncs.salesforce_accelo.accelo_side import AcceloSide, Raw
from integrations.syncs.salesforce_accelo.declared import COMPANIES, CONTACTS
from integrations.syncs.salesforce_accelo.pairs import ACCELO_ONLY, Half, Pair
from integrations.syncs.salesforce_accelo.salesforce_side import SalesforceSide
from integrations.syncs.salesforce_accelo.searching import Searching
from integrations.vendors.accelo.records import Affiliation

SALESFORCE, ACCELO, AFFILIATIONS = "salesforce", "accelo", "affiliations"
OVERLAPS = {SALESFORCE: 600, ACCELO: 900, AFFILIATIONS: 900}
"""Seconds that are read again, for changes that became visible late."""
FEW = {SALESFORCE: 500, ACCELO: 90, AFFILIATIONS: 90}
"""Records of the overlap that are remembered one by one: no more than fit the first page."""
GROUP = 1000
"""Accelo records that are laid together, so that their counterparts are one call."""


@dataclass(frozen=True, slots=True)
class Group:
    """`feeds`: what is to be kept once these pairs are recorded. `quiet`: nothing of it needs to be stored."""

    pairs: list[Pair]
    feeds: dict[str, Feed]
    gone: dict[str, str] = field(default_factory=dict)


class Following:
    """`keys`: fields that are synced, by stream. `both_ways`: whether records of Accelo alone matter."""

    def __init__(
        self, salesforce: SalesforceSide, accelo: AcceloSide, store: LinkQueries, keys: Mapping[str, Iterable[str]],
        *, both_ways: bool, now: float,
    ) -> None:  # fmt: skip
        self.salesforce, self.accelo, self.store = salesforce, accelo, store
        self.keys = {stream: tuple(names) for stream, names in keys.items()}
        self.both_ways, self.now = both_ways, now
        self.searching = Searching(salesforce, accelo, store)

    def groups(self, stream: str, feeds: dict[str, Feed]) -> Iterator[Group]:
        """Raises TooManyNew before anything of a group is given that holds too many."""
        waiting = self.store.waiting(stream, COMPANIES if stream == CONTACTS else "")
        if waiting:
            yield Group(self.pairs_of(stream, [link.source_id for link in waiting]), dict(feeds))
        yield from self.from_salesforce(stream, feeds)
        yield from self.from_accelo(stream, feeds)

    # --- Salesforce's changes ---------------------------------------------------------------------------------

    def from_salesforce(self, stream: str, feeds: dict[str, Feed]) -> Iterator[Group]:
        reader, time = self._reader(SALESFORCE, feeds), 0
        for page in self.salesforce.changes(stream, (reader.began.stamp, reader.began.id)):
            time = time or page.time  # further pages show what the first query saw
            fresh = {id for id, at in page.stamps.items() if reader.see(id, at, time)}
            reader.advance(Mark(*page.mark))
            news = self.source_news(stream, [row.half for row in page.rows if row.half.id in fresh])
            gone = {id: master for id, master in page.gone.items() if id in fresh}
            feeds[SALESFORCE] = reader.halfway()
            if news or gone:
                yield Group(self.beside_sources(stream, news), dict(feeds), gone)
        horizon, gone = None, {}
        if reader.fresh:
            ids, horizon = self.salesforce.deletions(stream, reader.before.start, time)
            known = self.store.by_source(stream, ids)
            gone = {id: "" for id, link in known.items() if link.state not in ("vanished", "ignored")}
        feeds[SALESFORCE] = reader.reached(horizon)
        if reader.fresh or feeds[SALESFORCE] != reader.before:
            yield Group([], dict(feeds), gone)

    def source_news(self, stream: str, halves: list[Half]) -> list[Half]:
        links = self.store.by_source(stream, [half.id for half in halves])
        return [half for half in halves if self.is_news(stream, "source", half, links.get(half.id))]

    def is_news(self, stream: str, side: str, half: Half, link: LinkView | None) -> bool:
        """Whether the side holds anything else than when the pair was last settled."""
        if link is None or not link.fingerprint or link.state not in ("linked", "skipped") or link.pending:
            return link is None or link.state != "ignored"
        held = link.base.get(side)
        if not held:
            return True
        keys = [*self.keys[stream], *(["company"] if side == "source" and stream == CONTACTS else [])]
        return any(not equal(held.get(key, ""), half.values[key]) for key in keys if key in half.values)

    def beside_sources(self, stream: str, halves: list[Half]) -> list[Pair]:
        """With the Accelo record that each is linked to, or that it may be."""
        links = self.store.by_source(stream, [half.id for half in halves])
        raws = self.accelo.raws(stream, [link.target_id for link in links.values() if link.target_id])
        companies = self.searching.companies(stream, halves)
        pairs, alone = [], []
        for half in halves:
            link = links.get(half.id)
            company = companies.get(half.company, "")
            if link and link.target_id:
                pairs.append(self._linked(stream, half, raws.get(link.target_id), link.target_id, company))
            else:
                alone.append((half, link, company))
        return pairs + self.searching.of_sources(stream, alone)

    def _linked(self, stream: str, half: Half, raw: Raw | None, target_id: str, company: str) -> Pair:
        if raw is None:
            return Pair(stream, half, Half(target_id, {}), gone="target", company=company)
        gone = "inactive" if raw.inactive else ""
        return Pair(stream, half, self.accelo.half(stream, raw, company), gone=gone, company=company)

    # --- Accelo's changes -------------------------------------------------------------------------------------

    def from_accelo(self, stream: str, feeds: dict[str, Feed]) -> Iterator[Group]:
        readers = {name: self._reader(name, feeds) for name in self.lists(stream)}
        for part in parts(self._changed_ids(stream, readers), GROUP):
            news = self.target_news(stream, self.accelo.raws(stream, part))
            if news:
                yield Group(self.beside_targets(stream, news), dict(feeds))
        before = dict(feeds)
        feeds.update({name: reader.reached() for name, reader in readers.items()})
        if feeds != before:
            yield Group([], dict(feeds))

    def lists(self, stream: str) -> tuple[str, ...]:
        return (ACCELO,) if stream == COMPANIES else (ACCELO, AFFILIATIONS)

    def _changed_ids(self, stream: str, readers: Mapping[str, Reader]) -> Iterator[str]:
        """Ids of companies or contacts that changed, or one of whose places did; some come twice."""
        for name, reader in readers.items():
            for page in self.accelo.listed(stream if name == ACCELO else name, reader.began.stamp):
                at = self.accelo.directory.time
                for one in page:
                    if seen(reader, one.id, one.modified, at):
                        yield one.contact if isinstance(one, Affiliation) else one.id

    def target_news(self, stream: str, raws: Mapping[str, Raw]) -> dict[str, Raw]:
        """Those whose values differ from when they were settled, or that are new and matter."""
        links = self.store.by_target(stream, raws)
        news = {}
        for id, raw in raws.items():
            link = links.get(id)
            if link is None and (raw.inactive or not self.both_ways):
                continue
            if raw.inactive and link and link.state == "vanished":
                continue
            place = self._half_beside(stream, raw, link)
            if raw.inactive or self.is_news(stream, "target", place, link):
                news[id] = raw
        return news

    def _half_beside(self, stream: str, raw: Raw, link: LinkView | None) -> Half:
        """A contact is looked at in the place that was settled."""
        known = str(link.memo.get("affiliation", "")) if link else ""
        place = next((one for one in raw.affiliations if one.id == known), None)
        return self.accelo.half(stream, raw, place.company if place else "")

    def beside_targets(self, stream: str, raws: Mapping[str, Raw]) -> list[Pair]:
        told = self.store.by_source(stream, [ACCELO_ONLY + id for id in raws])
        links = {link.source_id.removeprefix(ACCELO_ONLY): link for link in told.values()}
        links |= self.store.by_target(stream, raws)
        linked = {id: link for id, link in links.items() if not link.source_id.startswith(ACCELO_ONLY)}
        halves = self.salesforce.halves(stream, [link.source_id for link in linked.values()])
        companies = self.searching.companies(stream, halves.values())
        pairs, alone = [], []
        for id, raw in raws.items():
            if id not in linked:
                alone.append((raw, links.get(id)))
                continue
            half = halves.get(linked[id].source_id)
            if half is None:
                pairs.append(Pair(stream, Half(linked[id].source_id, {}), self.accelo.half(stream, raw), gone="source"))
            else:
                pairs.append(self._linked(stream, half, raw, id, companies.get(half.company, "")))
        return pairs + self.searching.of_targets(stream, alone)

    # --- single records ---------------------------------------------------------------------------------------

    def pairs_of(self, stream: str, ids: Iterable[str]) -> list[Pair]:
        """These records as they are now, by their source ids."""
        wanted = list(dict.fromkeys(ids))
        only = [id.removeprefix(ACCELO_ONLY) for id in wanted if id.startswith(ACCELO_ONLY)]
        others = [id for id in wanted if not id.startswith(ACCELO_ONLY)]
        halves = self.salesforce.halves(stream, others)
        pairs = self.beside_sources(stream, list(halves.values()))
        for id, link in self.store.by_source(stream, [id for id in others if id not in halves]).items():
            pairs.append(
                Pair(stream, Half(id, {}), Half(link.target_id, {}) if link.target_id else None, gone="source")
            )
        return pairs + (self.beside_targets(stream, self.accelo.raws(stream, only)) if only else [])

    def sweep(self, stream: str, feeds: dict[str, Feed]) -> dict[str, Feed]:
        """Let the cursors pass what this run itself wrote, up to the first record that anybody else changed."""
        reader, time = self._reader(SALESFORCE, feeds, onwards=True), 0
        for page in self.salesforce.changes(stream, (reader.began.stamp, reader.began.id)):
            fresh = [row.half for row in page.rows if not reader.before.knows(row.half.id, row.stamp)]
            if page.gone or self.source_news(stream, fresh):
                break
            time = time or page.time
            for id, at in page.stamps.items():
                reader.see(id, at, time)
            reader.advance(Mark(*page.mark))
        return {**feeds, SALESFORCE: reader.reached(), **self._sweep_accelo(stream, feeds)}

    def _sweep_accelo(self, stream: str, feeds: dict[str, Feed]) -> dict[str, Feed]:
        swept = {}
        for name in self.lists(stream):
            reader = self._reader(name, feeds, onwards=True)
            for page in self.accelo.listed(AFFILIATIONS if name == AFFILIATIONS else stream, reader.began.stamp):
                at = self.accelo.directory.time
                ids = {one.contact if isinstance(one, Affiliation) else one.id for one in page}
                raws = self.accelo.raws(stream, ids)
                if self.target_news(stream, raws):
                    break
                for one in page:
                    seen(reader, one.id, one.modified, at)
            swept[name] = reader.reached()
        return swept

    def _reader(self, name: str, feeds: Mapping[str, Feed], *, onwards: bool = False) -> Reader:
        return Reader(feeds[name], overlap=OVERLAPS[name], few=FEW[name], now=self.now, onwards=onwards)


def seen(reader: Reader, id: str, stamp: int, read_at: int) -> bool:
    """Of a list that is read from a second on, inclusive: a second that is over is not read again."""
    fresh = reader.see(id, stamp, read_at)
    reader.advance(Mark(stamp + is_over(stamp, read_at)))
    return fresh


def parts(ids: Iterable[str], size: int) -> Iterator[list[str]]:
    """In groups, each id once in its group."""
    group: dict[str, None] = {}
    for id in ids:
        group[id] = None
        if len(group) >= size:
            yield list(group)
            group = {}
    if group:
        yield list(group)
