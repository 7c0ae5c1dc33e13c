"""What a run lays before the engine: single records, what changed since, or everything of both sides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from integrations.core.cursor import SURE, Feed
from integrations.core.errors import PortalError
from integrations.core.records import Fields, LinkView, Page, fingerprint
from integrations.syncs.base import Context
from integrations.syncs.salesforce_accelo.accelo_side import AcceloSide
from integrations.syncs.salesforce_accelo.agreeing import Agreement, due_for_comparison, links_of
from integrations.syncs.salesforce_accelo.decisions import Terms
from integrations.syncs.salesforce_accelo.declared import ADDRESSES, COMPANIES, CONTACTS, by_stream
from integrations.syncs.salesforce_accelo.desk import LOST
from integrations.syncs.salesforce_accelo.fit import accelo_limits
from integrations.syncs.salesforce_accelo.following import (
    ACCELO,
    AFFILIATIONS,
    FEW,
    OVERLAPS,
    SALESFORCE,
    Following,
    parts,
)
from integrations.syncs.salesforce_accelo.laying import Laying, Stamps, check_profiles
from integrations.syncs.salesforce_accelo.options import options_digest, parse_options
from integrations.syncs.salesforce_accelo.pairs import Half, Pair, as_record, heard
from integrations.syncs.salesforce_accelo.rules import RULES, Ways
from integrations.syncs.salesforce_accelo.salesforce_side import SalesforceSide, with_fresh_schema
from integrations.syncs.salesforce_accelo.searching import SEARCHED, TooManyNew
from integrations.syncs.salesforce_accelo.vanishing import Brake, told_as
from integrations.syncs.salesforce_accelo.writing import Writer


class PairReader:
    """The reading half of the driver. Everything comes as pairs, both sides laid beside each other."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.options = parse_options(context.options)
        self.store = context.store
        known = dict(self.store.recall("schema") or {})
        self.rules = by_stream(context.fields.values())
        with_addresses = {stream: any(key in self.rules[stream] for key in ADDRESSES[stream]) for stream in ADDRESSES}
        self.salesforce = SalesforceSide(context.source, self.options, known)
        self.accelo = AcceloSide(context.target.directory, self.options, with_addresses, self.store)
        self.terms: dict[str, Terms] = {}
        self.writer = Writer(self.salesforce, self.accelo, self.terms)
        self.brake = Brake(self.store, context.now)
        self.laying: Laying | None = None
        self.version = ""

    # --- what the run decides by ------------------------------------------------------------------------------

    @property
    def confirmed(self) -> bool:
        """Somebody has seen what would be written to Salesforce, or is looking now."""
        seen = self.context.dry or self.context.applying or bool(self.store.recall("matched"))
        return seen or self.options.two_way_start == "automatic"

    @property
    def both_ways(self) -> bool:
        return not self.options.read_only and self.confirmed

    def prepare(self) -> None:
        check_profiles(self.accelo)
        if self.options.read_only and self.store.recall("matched") and not self.context.dry:
            self.store.remember("matched", None)

    def rules_version(self) -> str:
        rules = sorted(
            f"{rule.target}:{rule.winner}:{rule.direction}:{rule.blank}"
            for of in self.rules.values()
            for rule in of.values()
        )
        self.version = fingerprint([str(RULES), options_digest(self.options), str(self.both_ways), *rules])
        return self.version

    def close(self) -> None:
        if self.laying:
            self.laying.close()

    def _terms(self, stream: str) -> Terms:
        if stream not in self.terms:
            profiles: dict[str, frozenset[str]] = {key: frozenset() for key in self.accelo.profile_fields()}
            self.terms[stream] = Terms(
                self.rules[stream], self.both_ways, self.salesforce.describe(stream),
                accelo_limits(self.options.first_name, profiles), self.options.first_name,
                self.context.now().timestamp(),
            )  # fmt: skip
        return self.terms[stream]

    @property
    def ways(self) -> Ways:
        waiting = not self.options.read_only and not self.confirmed
        back = self.both_ways and self.options.create_in_salesforce
        return Ways(self.options.create_in_accelo, back, self.options.likely, waiting)

    # --- reading ----------------------------------------------------------------------------------------------

    def read(self, stream: str, cursor: Fields) -> Iterator[Page]:
        """What was asked for: single records, what changed since, or everything of both sides."""
        try:
            yield from self._read(stream, cursor)
        except PortalError as error:
            if not with_fresh_schema(self.salesforce, stream, error):
                raise
            self.terms.pop(stream, None)
            yield from self._read(stream, cursor)

    def _read(self, stream: str, cursor: Fields) -> Iterator[Page]:
        self._terms(stream)
        ids = self.context.scope.source_ids
        if ids:
            for part in parts(ids, SEARCHED):
                yield self._page(stream, self._judged(stream, self._following().pairs_of(stream, part)))
        elif self._whole(stream, cursor):
            yield from self._compare(stream)
        else:
            feeds = {name: feed for name, value in cursor.items() if (feed := Feed.from_json(value))}
            try:
                yield from self._follow(stream, feeds)
            except TooManyNew:
                yield from self._compare(stream)
        self._remember_schema()

    def _whole(self, stream: str, cursor: Fields) -> bool:
        """The first time, when asked, once a day, after the rules changed, while a list is held, and for a preview."""
        other_rules = (self.store.recall("compared") or {}).get(stream) != self.version
        return not cursor or other_rules or self._whole_for_sure(stream)

    def _whole_for_sure(self, stream: str) -> bool:
        if self.context.scope.full or self.context.dry or self.context.applying or self.brake.holds(stream):
            return True
        return due_for_comparison(self.store.recall("agreement"), stream, self.context.now(), self.options.compare_hour)

    def _following(self) -> Following:
        return Following(
            self.salesforce, self.accelo, self.store, self.rules, both_ways=self.both_ways,
            now=self.context.now().timestamp(),
        )  # fmt: skip

    def _follow(self, stream: str, feeds: dict[str, Feed]) -> Iterator[Page]:
        following = self._following()
        self.writer.wrote, linked, vanished = False, self.store.count(stream), 0
        for group in following.groups(stream, feeds):
            pairs = self._untold(stream, self._judged(stream, group.pairs, group.gone))
            vanished += sum(pair.gone in ("deleted_in_salesforce", "deleted_in_accelo") for pair in pairs)
            self.brake.check(stream, vanished, linked)
            yield self._page(stream, pairs, group.feeds)
        yield from self._swept(stream, following, feeds)

    def _swept(self, stream: str, following: Following, feeds: dict[str, Feed]) -> Iterator[Page]:
        """What this run wrote comes back as changes: it is read here, so that the next run is quiet. Stamps are whole
        seconds, so the second of the last write must be over."""
        if self.writer.wrote:
            self.context.settle(SURE + 1.0)
            yield self._page(stream, [], following.sweep(stream, feeds))

    def _judged(
        self, stream: str, pairs: Sequence[Pair], gone: Mapping[str, str | None] = MappingProxyType({})
    ) -> list[Pair]:
        """With what became of records that are gone. `gone`: further ones, as for `_gone_sources`."""
        there = (pair for pair in pairs if pair.gone != "source")
        others = [replace(pair, gone=told_as(pair.gone)) if pair.gone else pair for pair in there]
        lost: dict[str, str | None] = dict.fromkeys(pair.id for pair in pairs if pair.gone == "source")
        return others + self._gone_sources(stream, {**lost, **gone})

    def _untold(self, stream: str, pairs: list[Pair]) -> list[Pair]:
        """Without those that are marked as gone already."""
        gone = [pair.id for pair in pairs if pair.gone]
        links = self.store.by_source(stream, gone) if gone else {}
        return [pair for pair in pairs if not is_told(pair, links.get(pair.id))]

    def _gone_sources(self, stream: str, ids: Mapping[str, str | None]) -> list[Pair]:
        """`ids`: id -> winner of a merge, '' when it was deleted, None when that must be asked.

        A merged record goes on under the winner's id, unless that one has a counterpart of its own.
        """
        links = self.store.by_source(stream, ids) if ids else {}
        unsure = [id for id in links if ids[id] is None]
        became = self.salesforce.what_became_of(stream, unsure) if unsure else {}
        unselected = self.salesforce.not_selected(stream, [id for id in unsure if id not in became])
        pairs: list[Pair] = []
        for id, link in links.items():
            told = ids[id] if ids[id] is not None else became.get(id)
            if link.state in ("vanished", "ignored") and told is not None:
                continue
            half = Half(id, {}, "")
            target = Half(link.target_id, {}) if link.target_id else None
            if told and not self.context.dry and self.store.relink(stream, id, told):
                pairs += self._judged(stream, self._following().pairs_of(stream, [told]))
            else:
                unseen = "not_selected" if id in unselected else "not_visible"
                gone = "merged" if told else "deleted_in_salesforce" if told is not None else unseen
                pairs.append(Pair(stream, half, target, gone=gone))
        return pairs

    # --- everything -------------------------------------------------------------------------------------------

    def _compare(self, stream: str) -> Iterator[Page]:
        now = self.context.now().timestamp()
        if stream not in self.salesforce.refreshed:
            self.salesforce.refresh(stream)
        self.terms.pop(stream, None)
        self._terms(stream)
        self.laying = self.laying or Laying(self.salesforce, self.accelo, self.store)
        began = {SALESFORCE: self.salesforce.server_time(stream), **self._accelo_times(stream)}
        names = {ACCELO: stream} | ({AFFILIATIONS: AFFILIATIONS} if stream == CONTACTS else {})
        starts = {name: at - OVERLAPS[name] for name, at in began.items()}
        starts[SALESFORCE] = self.salesforce.visible_until(stream, began[SALESFORCE]) - OVERLAPS[SALESFORCE]
        stamps = {name: Stamps(starts[name], FEW[name]) for name in began}
        self.laying.read(stream, stamps[SALESFORCE], {names[name]: stamps[name] for name in names})
        self._free_counterparts(stream, self.laying)
        self.laying.match(stream)
        if self.context.dry and stream == COMPANIES:
            self.laying.plan_companies(self.ways)
        self.brake.check(stream, *self._vanishing(stream))
        yield from self._compared(stream, self.laying)
        feeds = {
            name: Feed.after_whole(
                began[name], stamps[name].seen, start=starts[name], overlap=OVERLAPS[name], few=FEW[name], now=now
            )
            for name in began
        }
        self._remember_compared(stream)
        yield self._page(stream, [], feeds)
        yield from self._swept(stream, self._following(), feeds)

    def _free_counterparts(self, stream: str, laying: Laying) -> None:
        """What was deleted in Salesforce may have been made anew there: its counterpart can be matched again."""
        lost = [row[0] for row in laying.desk.rows(LOST)]
        became = self.salesforce.what_became_of(stream, lost) if lost else {}
        laying.desk.fill("deleted", ((id,) for id, winner in became.items() if not winner))

    def _remember_compared(self, stream: str) -> None:
        if self.context.dry:
            return
        self.store.remember("compared", {**(self.store.recall("compared") or {}), stream: self.version})
        if self.context.applying and not self.options.read_only:
            at = self.context.now().isoformat(timespec="seconds")
            self.store.remember("matched", {"at": at, "who": "by carrying out a preview"})

    def _accelo_times(self, stream: str) -> dict[str, int]:
        """Accelo's clock before anything is read. A record of that second may still change in it."""
        at = self.accelo.directory.server_time() - 1
        return {ACCELO: at, **({AFFILIATIONS: at} if stream == CONTACTS else {})}

    def _compared(self, stream: str, laying: Laying) -> Iterator[Page]:
        creates = {"target": self.ways.create_there, "source": self.ways.create_back}
        agreement = Agreement(stream, self.rules[stream], [side for side, may in creates.items() if may])
        self.writer.wrote = False
        total, new = laying.desk.count("pair"), not laying.desk.count("link")
        for pairs in laying.pairs(stream, self._terms(stream).digest):
            found = self._judged(stream, pairs)
            yield replace(self._page(stream, self._untold(stream, found), total=total), new=new)
            if not self.context.dry:
                unequal = [pair for pair in found if agreement.unequal(pair)]
                agreement.note(found, *links_of(self.store, stream, unequal))
        if not self.context.dry:
            self.store.remember(
                "agreement", agreement.onto(self.store.recall("agreement"), self.context.now(), self.context.run)
            )

    def _vanishing(self, stream: str) -> tuple[int, int]:
        """How many linked pairs have lost one side since the last run, and how many there were."""
        desk = self.laying.desk if self.laying else None
        if desk is None:
            return 0, 0
        query = """SELECT p.source, p.gone FROM pair p JOIN link l ON l.source = p.source
                   WHERE p.how = 'linked' AND p.gone IN ('source', 'target') AND l.state = 'linked'"""
        gone = desk.rows(query)
        lost = [id for id, side in gone if side == "source"]
        left = self.salesforce.not_selected(stream, lost) if lost else ()
        return len(gone) - len(left), self.store.count(stream)

    def _page(
        self, stream: str, pairs: Iterable[Pair], feeds: Mapping[str, Feed] | None = None, total: int | None = None
    ) -> Page:
        pairs = list({pair.id: pair for pair in pairs}.values())
        choices = self.store.choices(stream, [pair.id for pair in pairs]) if pairs else {}
        limits = self._terms(stream).digest
        records = tuple(as_record(heard(pair, choices.get(pair.id, {}), limits)) for pair in pairs)
        cursor = {name: feed.as_json() for name, feed in feeds.items()} if feeds else None
        return Page(stream, records, cursor, total)

    def _remember_schema(self) -> None:
        kept = {stream: self.salesforce.kept(stream) for stream in self.salesforce.schema}
        if kept and not self.context.dry:
            self.store.remember("schema", {**(self.store.recall("schema") or {}), **kept})


def is_told(pair: Pair, link: LinkView | None) -> bool:
    """Gone before, and marked so then."""
    return bool(pair.gone and link and link.state == "vanished")
