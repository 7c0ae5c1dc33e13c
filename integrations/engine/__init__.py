"""Runs any sync, page by page: read → plan → apply → record. Django-free; a preview stops after the plan.

Everything durable goes through the `Ledger`, which the services implement on the database. The order of its
calls is the promise that nothing is doubled: an intent is committed before a create is sent, the new id as soon as
the answer is in, the rest when the record is settled. A crash between any two leaves a state that the next run
understands: an open intent is looked up at the target, a link without a fingerprint is compared with its target.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from integrations.core.errors import BudgetExhausted, PortalError
from integrations.core.plan import Outcome, Seen, Tally, settled_fingerprint
from integrations.core.records import Action, Fields, IntentView, LinkView, Page, Record, Written
from integrations.engine.attempt import Attempt
from integrations.engine.ports import (
    Born,
    Glance,
    Interrupted,
    LeaseLost,
    Ledger,
    PartsFailed,
    Ports,
    Promise,
    Stopped,
)
from integrations.engine.record_work import RecordWork
from integrations.syncs.base import Driver, Scope

__all__ = [
    "Born", "Engine", "Glance", "Interrupted", "LeaseLost", "Ledger", "PartsFailed", "Ports", "Promise", "Stopped",
]  # fmt: skip

COLLECT_AFTER = 100_000
"""New objects between two collections; a page of records brings about as many, and nearly all go with it."""


@contextmanager
def few_collections() -> Iterator[None]:
    """The garbage collector looks through new objects only, and less often. It spent a quarter of a run without changes
    on what was loaded before the run and lives on after it."""
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()


class Engine:
    """One attempt at one run, page by page. `mode`: run, preview or apply."""

    def __init__(self, driver: Driver, ledger: Ledger, ports: Ports, *, mode: str) -> None:
        self.attempt = Attempt(driver, ledger, ports, mode)
        self.driver, self.ledger, self.ports = driver, ledger, ports
        self.work = RecordWork(self.attempt)
        self.seen = Seen()

    def run(self, streams: Iterable[str], scope: Scope) -> None:
        """Raises PortalError when the run as a whole cannot go on, PartsFailed when only some streams can, Stopped,
        LeaseLost."""
        self.attempt.insists = bool(scope.full or scope.source_ids)
        self.driver.prepare()
        self.attempt.version = self.driver.rules_version()
        failed: dict[str, tuple[PortalError, str]] = {}
        with few_collections():
            for stream in streams:
                if self.ledger.is_done(stream):
                    continue
                try:
                    self.whole_stream(stream, scope)
                except PortalError as error:
                    if not self.driver.conduct.apart:
                        raise
                    failed[stream] = (error, self.ports.side())
                    self.ledger.stream_failed(stream, error)
                    if isinstance(error, BudgetExhausted):
                        break  # the others would only be refused too
        if failed:
            raise PartsFailed(failed)
        if self.attempt.mode == "apply" and not scope.streams and not scope.source_ids:
            self.ledger.tell_fallen_away()

    def whole_stream(self, stream: str, scope: Scope) -> None:
        if self.attempt.mode != "preview":
            self.settle(stream)
        self.stream(stream, scope)
        self.ledger.stream_done(stream)

    # --- one stream -------------------------------------------------------------------------------------------

    def stream(self, stream: str, scope: Scope) -> None:
        self.seen, self.attempt.tally, self.attempt.lost = Seen(), Tally(), {}
        self.work.jobs.clear()
        for page in self.driver.read(stream, self.ledger.cursor(stream)):
            self.page(page)
        if self.attempt.mode == "run" and not scope.source_ids:
            self.report_missing(stream)
        if self.attempt.lost:
            self.settle(stream)
            self.page(Page(stream, tuple(self.attempt.lost.values())), again=True)

    def page(self, page: Page, *, again: bool = False) -> None:
        """Every record of the page is recorded before the page's cursor is."""
        todo, known = self.changed(page, again)
        links = self.ledger.links(page.stream, known) if known else {}
        agreed = self.agreed(todo, links)
        batch = [] if self.attempt.mode == "preview" else agreed
        done = {outcome.action.source_id for outcome in agreed}
        targets = self.targets(page.stream, links)
        self.attempt.passed = len(page.records) - len(todo) + len(done)
        for record in todo:
            if record.external_id in done:
                continue
            self.ledger.beat(self.attempt.passed)
            link = links.get(record.external_id)
            outcome = self.work.process(record, link, targets.get(link.target_id) if link else None)
            if outcome:
                batch.append(outcome)
        self.work.carry_out()
        self.ledger.page_done(page, self.attempt.tally, batch, new=not known)
        self.ledger.beat()

    def changed(self, page: Page, again: bool) -> tuple[list[Record], list[str]]:
        """The records that need a closer look, and the ids of those that have a link; the others are counted."""
        ids = [record.external_id for record in page.records]
        glances = self.glances(page, ids)
        self.attempt.itemised = self.ledger.itemised(page.stream, ids)
        self.attempt.promises = self.ledger.promised(page.stream, ids)
        todo: dict[str, Record] = {}
        for record in page.records:
            glance = glances.get(record.external_id)
            if glance:
                self.seen.add(glance.pk)
            if not again:
                self.attempt.tally.read += 1
            status = self.quiet_status(record, glance)
            if status is None:
                todo[record.external_id] = record
            elif not again:
                self.attempt.count_quiet(record, status)
        return list(todo.values()), [id for id in todo if id in glances]

    def glances(self, page: Page, ids: list[str]) -> dict[str, Glance]:
        return {} if page.new else self.ledger.glance(page.stream, ids, {record.parent_id for record in page.records})

    def quiet_status(self, record: Record, glance: Glance | None) -> str | None:
        """Why nothing needs to be done for this record, as a count's name; None when something may."""
        if self.attempt.promises is not None and record.external_id not in self.attempt.promises:
            return "unchanged"
        if glance is None:
            return None
        if glance.state in ("ignored", "unknown"):
            return "skipped" if glance.state == "ignored" else "unknown"
        if glance.fingerprint != settled_fingerprint(record, self.attempt.version):
            return None
        if glance.state in ("linked", "skipped"):
            if glance.pending and (glance.due or self.attempt.insists):
                return None
            return "skipped" if glance.state == "skipped" or record.standing else "unchanged"
        if glance.state == "failed":
            return None if glance.due or self.attempt.insists else "failed"
        return None

    def agreed(self, todo: list[Record], links: dict[str, LinkView]) -> list[Outcome]:
        """What comes to the values that both sides already had: another state at the source, or another rule, that
        means the same at the target. The target need not be asked; these records are taken out of `links`."""
        if self.driver.conduct.whole:
            return []
        found = []
        for record in todo:
            link = links.get(record.external_id)
            if link and self.is_settled(link) and self.planned_or_none(record, link) == "none":
                del links[record.external_id]
                self.attempt.count_quiet(record, "unchanged")
                found.append(self.unchanged(record, link))
        return found

    @staticmethod
    def is_settled(link: LinkView) -> bool:
        return bool(link.state == "linked" and link.fingerprint and link.target_id and link.base and not link.pending)

    def planned_or_none(self, record: Record, link: LinkView) -> str:
        try:
            return self.driver.plan(record, link, link.base).kind
        except (PortalError, Interrupted):
            raise
        except Exception:  # noqa: BLE001 told when the record is processed
            return ""

    def unchanged(self, record: Record, link: LinkView) -> Outcome:
        action = Action("none", record.stream, record.external_id, record.label, link.target_id, link.base)
        written = Written(link.target_id, link.base, memo=link.memo)
        return Outcome(action, "unchanged", record, settled_fingerprint(record, self.attempt.version), written)

    def targets(self, stream: str, links: dict[str, LinkView]) -> dict[str, Fields]:
        ids = [link.target_id for link in links.values() if link.target_id]
        return self.driver.fetch_targets(stream, ids) if ids else {}

    # --- lost answers and vanished records ---------------------------------------------------------------------

    def settle(self, stream: str) -> None:
        """Look up every create whose outcome is not known, before anything is sent again.

        The latest first: its marker leaves the fewest records that could be it, and what it turns out to be is no
        candidate for an earlier one that looks the same.
        """
        for intent in reversed(self.ledger.open_intents(stream)):
            self.ledger.beat()
            self.wait_for(intent)
            found = self.driver.find(intent)
            if len(found.ids) == 1:
                self.ledger.intent_found(intent, found.ids[0])
            elif found.ids:
                self.ledger.intent_undecided(intent, found.ids)
                self.attempt.lost.pop(intent.source_id, None)
            else:
                self.ledger.intent_absent(intent)

    def wait_for(self, intent: IntentView) -> None:
        if intent.sent_at:
            age = (self.ports.now() - intent.sent_at).total_seconds()
            self.ports.pause(max(0.0, self.ports.settle_seconds - age))

    def report_missing(self, stream: str) -> None:
        batch: list[Outcome] = []
        for _link, action in self.missing(stream):
            batch.append(Outcome(action, "skipped", reason=action.reason, code=action.code))
            if len(batch) >= 500:
                self.ledger.record(batch)
                batch = []
        self.ledger.record(batch)

    def missing(self, stream: str) -> Iterator[tuple[LinkView, Action]]:
        return self.driver.missing(stream, self.seen)
