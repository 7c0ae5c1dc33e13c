"""The driver that the engine runs: all I/O of this sync around the pure rules."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from integrations.core.errors import HeldForPerson
from integrations.core.records import (
    Action,
    Fields,
    Found,
    IntentView,
    LazyFields,
    LinkView,
    Page,
    Record,
    Written,
    fingerprint,
)
from integrations.core.shrink import shrank
from integrations.syncs.accountsiq_expensein.arrange import arrange, build_present, laid_rows
from integrations.syncs.accountsiq_expensein.desk import LEFT, Desk
from integrations.syncs.accountsiq_expensein.lists import SourceLists, kind_of, source_rows, target_rows
from integrations.syncs.accountsiq_expensein.options import options_digest, parse_options
from integrations.syncs.accountsiq_expensein.rows import (
    Laid,
    Present,
    Problem,
    code_key,
    digest,
    remark,
)
from integrations.syncs.accountsiq_expensein.rules import RULES, plan_record
from integrations.syncs.accountsiq_expensein.write import Writer
from integrations.syncs.base import Conduct, Context, Feed

PAGE = 2000
TOGETHER = 200
PRESENT = """
SELECT id, name, reference, inactive, rate FROM target
WHERE deleted = 0 AND id IN (SELECT value FROM json_each(?))
"""
SWAPS = Problem("name_taken", "It swaps names with another record. A run for all records writes both.")
WAITING = frozenset({"blocked", "failed"})


class ReferenceDataDriver:
    """One run's worker. Each enabled list is read once on either side, then compared on the desk."""

    conduct = Conduct(together=TOGETHER, apart=True, whole=True)

    def __init__(self, context: Context) -> None:
        self.context = context
        self.options = parse_options(context.options)
        self.lists = SourceLists(context.source, context.feeds)
        self.writer = Writer(context.target, self._raw)
        self.desk: Desk | None = None
        self.stream = ""
        self.stale = True
        self.expected = 0

    def prepare(self) -> None:
        """Nothing to check: a wrong connection is told by the first call, a wrong feed by its own item."""

    def rules_version(self) -> str:
        return fingerprint((str(RULES), options_digest(self.options)))

    def close(self) -> None:
        self.lists.close()
        if self.desk:
            self.desk.close()

    # --- reading ----------------------------------------------------------------------------------------------

    def read(self, stream: str, cursor: Fields) -> Iterator[Page]:
        """Both lists whole, then the pairs in the order in which they are written. There is no cursor: AccountsIQ
        tells of changes for some lists only, and of deletions for none."""
        desk = self._desk(stream)
        limits = self.context.target.limits(kind_of(stream))
        came = self.lists.rows(self.context.feeds[stream])
        total = desk.fill("source", source_rows(came, self.options, limits.name, limits.reference))
        self._believe(stream, stream, "AccountsIQ", source_name(self.context.feeds[stream]), total)
        self._list_target(stream)
        self._accept(stream)
        desk.fill("link", self.context.store.pairs(stream))
        arrange(desk, self.options, needs_rate=stream == "tax_rates", name_limit=limits.name)
        kept = desk.count("pair")
        for part in laid_rows(desk, stream, PAGE):
            records = tuple(as_record(stream, laid) for laid in self._asked_for(part))
            yield Page(stream, records, total=kept)
        self._count(at_target(stream), "ExpenseIn", self.expected)

    def _asked_for(self, part: list[Laid]) -> Iterable[Laid]:
        """Those that the run is asked for. Records that swap names are only written together, in a run for all."""
        ids = self.context.scope.source_ids
        if not ids:
            return part
        return (replace(laid, park=None, problem=SWAPS) if laid.park else laid for laid in part if laid.id in ids)

    def _desk(self, stream: str) -> Desk:
        """An empty one for another item; the target's list is kept as long as it is known to hold."""
        if self.desk is None or self.stream != stream or self.desk.count("pair"):
            if self.desk:
                self.desk.close()
            self.desk, self.stream, self.stale, self.expected = Desk(), stream, True, 0
        return self.desk

    def _list_target(self, stream: str) -> Desk:
        desk = self._desk(stream) if self.desk is None or self.stream != stream else self.desk
        if self.stale:
            count = desk.fill("target", target_rows(self.context.target, stream, self.options))
            self._believe(stream, at_target(stream), "ExpenseIn", "ExpenseIn", count, at_least=self.expected)
            self.stale, self.expected = False, count
        return desk

    def _believe(self, stream: str, key: str, who: str, source: str, count: int, at_least: int = 0) -> None:
        """Raises HeldForPerson when a list lost more than half of its records since it was last read whole. A short
        list of ExpenseIn's would have us create things twice. `at_least`: how many this run knows that there are."""
        last = self._remembered("lists").get(key, {})
        was = last.get("count") if last.get("source") == source else None
        was = max(was or 0, at_least) or None
        if not shrank(was, count):
            return self._count(key, source, count)
        at = self.context.now().isoformat(timespec="seconds")
        entry = {"list": key, "was": was, "now": count, "source": source, "at": at}
        self._remember("held", {**self._remembered("held"), stream: entry})
        raise HeldForPerson(
            f"{who} listed {count} records where it listed {was} before. Nothing was done with this list. If it is "
            "right, press “Accept the shorter list” on the sync's page.",
            code="list_shrank",
        )

    def _count(self, key: str, source: str, count: int) -> None:
        self._remember("lists", {**self._remembered("lists"), key: {"source": source, "count": count}})

    def _accept(self, stream: str) -> None:
        """Both lists are believed: what was held of them is over."""
        held = self._remembered("held")
        self._remember("held", {name: value for name, value in held.items() if name != stream} or None)

    def _remembered(self, key: str) -> dict[str, Any]:
        return dict(self.context.store.recall(key) or {})

    def _remember(self, key: str, value: Any) -> None:
        """A preview changes no list that later ones are held against; what it finds doubtful can be accepted."""
        if not self.context.dry or key == "held":
            self.context.store.remember(key, value)

    # --- planning ---------------------------------------------------------------------------------------------

    def fetch_targets(self, stream: str, target_ids: list[str]) -> dict[str, Fields]:
        """From the list as it was read last. Only what a lost answer left behind is newer than the pairs."""
        rows = self.desk.rows(PRESENT, json.dumps(target_ids)) if self.desk else []
        return {row[0]: {"present": build_present(*row)} for row in rows}

    def plan(self, record: Record, link: LinkView | None, target: Fields | None) -> Action:
        seen: Present | None = target["present"] if target else None
        return plan_record(record, link, seen, self.context.target.applies_to(kind_of(record.stream)))

    def missing(self, stream: str, seen: Callable[[int], bool]) -> Iterator[tuple[LinkView, Action]]:
        """Links whose record is gone from AccountsIQ; and records that wait, which the filter now leaves out."""
        if self.context.scope.source_ids or self.desk is None:
            return
        for part in self.desk.stream(LEFT):
            for source_id, target_id, state, kept in part:
                action = left_behind(stream, source_id, target_id, state, gone=kept is None)
                if action:
                    yield LinkView(source_id, target_id, state=state), action

    # --- writing ----------------------------------------------------------------------------------------------

    def marker(self, action: Action) -> Fields:
        """None is needed: what a create left behind is found by its reference."""
        return {}

    def create(self, action: Action) -> Written:
        self.stale = True
        written = self.writer.create(action)
        self.expected += 1
        return written

    def update(self, action: Action) -> Written:
        self.stale = True
        return self.writer.update(action)

    def finish(self, action: Action, written: Written) -> Written:
        return written

    def find(self, intent: IntentView) -> Found:
        """Records that hold the intent's reference now."""
        desk = self._list_target(intent.stream)
        key = code_key(str(intent.wanted["reference"]), ignore_case=self.options.ignore_code_case)
        rows = desk.rows("SELECT id FROM target WHERE key = ? AND deleted = 0", key)
        return Found(tuple(row[0] for row in rows))

    def _raw(self, id: str) -> Mapping[str, Any] | None:
        row = self.desk.one("SELECT raw FROM target WHERE id = ?", id) if self.desk else None
        return json.loads(row[0]) if row and row[0] else None


def at_target(stream: str) -> str:
    """Under which ExpenseIn's list of this item is remembered."""
    return f"{stream} in ExpenseIn"


def source_name(feed: Feed) -> str:
    return f"{feed.source.key}:{feed.choice}" if feed.choice else feed.source.key


def as_record(stream: str, laid: Laid) -> Record:
    standing = laid.problem is not None or bool(laid.present and remark(laid, laid.present))
    label = f"{laid.code} {laid.name}".strip()
    return Record(stream, laid.id, digest(laid), LazyFields(laid), label, standing=standing)


def left_behind(stream: str, source_id: str, target_id: str, state: str, *, gone: bool) -> Action | None:
    """What is told of a link without a record; None when nothing is, or it was told before."""
    if gone and target_id and state != "vanished":
        words = f"AccountsIQ lists it no more. Nothing is deleted: {target_id} stays in ExpenseIn as it is."
        return Action("skip", stream, source_id, target_id=target_id, code="vanished", reason=words)
    if state in WAITING:
        words = "AccountsIQ lists it no more." if gone else "The filter leaves it out now."
        return Action("skip", stream, source_id, target_id=target_id, code="left_out", reason=words)
    return None
