"""Runs any sync, page by page: read → plan → apply → record. Django-free; a preview stops after the plan.

Everything durable goes through the `Ledger`, which the services implement on the database. The order of its
calls is the promise that nothing is doubled: an intent is committed before a create is sent, the new id as soon as
the answer is in, the rest when the record is settled. A crash between any two leaves a state that the next run
understands: an open intent is looked up at the target, a link without a fingerprint is compared with its target.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from integrations.core.errors import (
    BudgetExhausted,
    ConfigError,
    OutcomeUnknown,
    PortalError,
    TransientError,
)
from integrations.core.plan import (
    NEEDS_NOTHING,
    Outcome,
    Seen,
    Status,
    Tally,
    plan_hash,
    refused,
    settled_fingerprint,
)
from integrations.core.records import (
    Action,
    Fields,
    IntentView,
    LinkView,
    Page,
    Record,
    Written,
)
from integrations.syncs.base import Driver, Scope

UNKNOWN_IN_A_ROW = 3
FAILED_IN_A_ROW = 5
KEPT_UNKNOWN = 200
COLLECT_AFTER = 20_000
"""New objects between two collections; a page of records brings about as many."""


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


class Glance(NamedTuple):
    """The part of a link that tells whether its record needs a closer look."""

    pk: int
    fingerprint: str
    state: str
    due: bool
    pending: bool


class Interrupted(Exception):
    """This process must stop working on the run, for no fault of a record or vendor."""


class Stopped(Interrupted):
    """The run was asked to stop. `why`: cancelled, drain (the process must end), slice (time is up)."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class LeaseLost(Interrupted):
    """Another process holds the run now; nothing more may be written by this one."""


class Ledger(Protocol):
    """The durable side of a run. Every method commits before it returns; the first to notice raises LeaseLost."""

    def beat(self) -> None:
        """Renew the lease; raises Stopped when asked to stop. Cheap: does nothing most of the time."""

    def cursor(self, stream: str) -> Fields: ...

    def glance(self, stream: str, ids: list[str], parents: Collection[str] = ()) -> dict[str, Glance]:
        """By source id; others may be among them. `parents`: the parent ids of all these records."""

    def links(self, stream: str, ids: list[str]) -> dict[str, LinkView]: ...

    def itemised(self, stream: str, ids: list[str]) -> set[str]:
        """Those that already have an item in this run, from an earlier attempt."""

    def promised(self, stream: str, ids: list[str]) -> dict[str, str] | None:
        """Plan hashes by source id when a preview is being applied, else None."""

    def intend(self, action: Action, marker: Fields, content_hash: str) -> int: ...

    def created(self, intent: int, record: Record, action: Action, written: Written) -> None: ...

    def not_sent(self, intent: int, message: str) -> None: ...

    def lost_answer(self, intent: int, message: str) -> None: ...

    def record(self, outcomes: list[Outcome]) -> None: ...

    def page_done(self, page: Page, tally: Tally) -> None: ...

    def stream_done(self, stream: str) -> None: ...

    def open_intents(self, stream: str) -> list[IntentView]: ...

    def intent_found(self, intent: IntentView, target_id: str) -> None: ...

    def intent_absent(self, intent: IntentView) -> None: ...

    def intent_undecided(self, intent: IntentView, ids: Iterable[str]) -> None: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """What the engine is given besides driver and ledger. `drain`: masked calls since the last drain.

    `settle_seconds`: a lost create is looked for no sooner than this after it was sent, for the vendor may still be
    at work.
    """

    now: Callable[[], datetime]
    pause: Callable[[float], None]
    drain: Callable[[], tuple[object, ...]]
    log: Callable[[str, Exception], None]
    settle_seconds: float = 5.0


class Engine:
    """One attempt at one run."""

    def __init__(
        self,
        driver: Driver,
        ledger: Ledger,
        ports: Ports,
        *,
        mode: str,
    ):
        self.driver = driver
        self.ledger = ledger
        self.ports = ports
        self.mode = mode
        self.version = ""
        self.seen = Seen()
        self.tally = Tally()
        self.lost: dict[str, Record] = {}
        self.promises: dict[str, str] | None = None
        self.itemised: set[str] = set()
        self.unknown_in_a_row = 0
        self.failed_in_a_row = 0

    def run(self, streams: Iterable[str], scope: Scope) -> None:
        """Raises PortalError when the run as a whole cannot go on, Stopped, LeaseLost."""
        self.driver.prepare()
        self.version = self.driver.rules_version()
        with few_collections():
            for stream in streams:
                if self.mode != "preview":
                    self.settle(stream)
                self.stream(stream, scope)
                self.ledger.stream_done(stream)

    # --- one stream -------------------------------------------------------------------------------------------

    def stream(self, stream: str, scope: Scope) -> None:
        self.seen, self.tally, self.lost = Seen(), Tally(), {}
        for page in self.driver.read(stream, self.ledger.cursor(stream)):
            self.page(page)
        if self.mode == "run" and not scope.source_ids:
            self.report_missing(stream)
        if self.lost:
            self.settle(stream)
            self.page(Page(stream, tuple(self.lost.values())), again=True)

    def page(self, page: Page, *, again: bool = False) -> None:
        """Every record of the page is recorded before the page's cursor is."""
        todo = self.changed(page, again)
        links = self.ledger.links(page.stream, [record.external_id for record in todo]) if todo else {}
        batch = self.agreed(todo, links)
        targets = self.targets(page.stream, links)
        for record in todo:
            self.ledger.beat()
            link = links.get(record.external_id)
            outcome = self.process(record, link, targets.get(link.target_id) if link else None)
            if outcome:
                batch.append(outcome)
        self.ledger.record(batch)
        self.ledger.page_done(page, self.tally)
        self.ledger.beat()

    def changed(self, page: Page, again: bool) -> list[Record]:
        """The records that need a closer look; the others are counted."""
        ids = [record.external_id for record in page.records]
        glances = self.ledger.glance(page.stream, ids, {record.parent_id for record in page.records})
        self.itemised = self.ledger.itemised(page.stream, ids)
        self.promises = self.ledger.promised(page.stream, ids)
        todo: dict[str, Record] = {}
        for record in page.records:
            glance = glances.get(record.external_id)
            if glance:
                self.seen.add(glance.pk)
            if not again:
                self.tally.read += 1
            status = self.quiet_status(record, glance)
            if status is None:
                todo[record.external_id] = record
            elif not again:
                self.count_quiet(record, status)
        return list(todo.values())

    def quiet_status(self, record: Record, glance: Glance | None) -> str | None:
        """Why nothing needs to be done for this record, as a count's name; None when something may."""
        if self.promises is not None and record.external_id not in self.promises:
            return "unchanged"
        if glance is None:
            return None
        if glance.state in ("ignored", "unknown"):
            return "skipped" if glance.state == "ignored" else "unknown"
        if glance.fingerprint != settled_fingerprint(record, self.version):
            return None
        if glance.state in ("linked", "skipped"):
            return None if glance.pending and glance.due else "unchanged"
        if glance.state == "failed":
            return None if glance.due else "failed"
        return None

    def count_quiet(self, record: Record, status: str) -> None:
        """Count a record that gets no new item, unless an earlier attempt of this run already gave it one."""
        if record.external_id in self.itemised:
            return
        if status == "unchanged":
            self.tally.unchanged += 1
        else:
            self.tally.hush(status)

    def agreed(self, todo: list[Record], links: dict[str, LinkView]) -> list[Outcome]:
        """Takes out of `todo` and `links` what comes to the values that both sides already had: another state at the
        source, or another rule, that means the same at the target. The target need not be asked."""
        found: list[Outcome] = []
        for record in list(todo):
            link = links.get(record.external_id)
            if link is None or not (link.fingerprint and link.target_id and link.base) or link.pending:
                continue
            if link.state != "linked" or self.planned_or_none(record, link) != "none":
                continue
            todo.remove(record)
            del links[record.external_id]
            self.count_quiet(record, "unchanged")
            found.append(self.unchanged(record, link))
        return found if self.mode != "preview" else []

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
        return Outcome(action, "unchanged", record, settled_fingerprint(record, self.version), written)

    def targets(self, stream: str, links: dict[str, LinkView]) -> dict[str, Fields]:
        ids = [link.target_id for link in links.values() if link.target_id]
        return self.driver.fetch_targets(stream, ids) if ids else {}

    # --- one record -------------------------------------------------------------------------------------------

    def process(self, record: Record, link: LinkView | None, target: Fields | None) -> Outcome | None:
        """Plan one record and carry the plan out. The outcome still to be recorded, or None when it already is."""
        self.ports.drain()
        try:
            action = self.driver.plan(record, link, target)
        except (PortalError, Interrupted):
            raise
        except Exception as error:  # noqa: BLE001 one record that our rules cannot digest must not stop the others
            self.ports.log("plan", error)
            return self.internal(record, error)
        promise = plan_hash(action, record.digest)
        if self.mode == "preview":
            return self.planned(record, action, promise)
        if self.broken_promise(record, promise):
            return self.broken(record, action)
        if not action.writes:
            return self.write_free(record, action, link)
        return self.guarded(record, action, link)

    def planned(self, record: Record, action: Action, promise: str) -> Outcome | None:
        if action.kind == "none":
            self.tally.unchanged += 1
            return None
        return Outcome(
            action,
            "planned",
            record,
            reason=action.reason,
            code=action.code,
            plan_hash=promise,
            calls=self.ports.drain(),
        )

    def broken_promise(self, record: Record, promise: str) -> bool:
        return self.promises is not None and self.promises.get(record.external_id) != promise

    def broken(self, record: Record, action: Action) -> Outcome:
        reason = "Changed since the preview, so it was left alone. Make a new preview to see what would happen now."
        return Outcome(action, "skipped", record, reason=reason, code="changed_since_preview")

    def write_free(self, record: Record, action: Action, link: LinkView | None) -> Outcome | None:
        """Nothing to send. A create whose answer was lost ends here as created, once it was found."""
        status: Status = NEEDS_NOTHING.get(action.kind, "linked")
        written = None
        if action.kind in ("none", "link"):
            written = Written(action.target_id, action.wanted, memo=(link.memo if link else {}))
            status = self.after_crash(link, status)
        if status == "unchanged" or self.already_told(record, action, status, link):
            self.count_quiet(record, status)
            if status != "unchanged":
                return None
        return Outcome(
            action,
            status,
            record,
            settled_fingerprint(record, self.version),
            written,
            action.reason,
            action.code,
            calls=self.ports.drain(),
        )

    @staticmethod
    def already_told(record: Record, action: Action, status: Status, link: LinkView | None) -> bool:
        """The same record is blocked or skipped for the same reason as before: counted, not told again."""
        same = link is not None and link.state == status and link.reason == action.reason
        return same and link is not None and link.fingerprint.startswith(record.digest)

    @staticmethod
    def after_crash(link: LinkView | None, otherwise: Status) -> Status:
        settle = link.pending.get("settle") if link else None
        return settle if settle in ("created", "updated") else otherwise

    def guarded(self, record: Record, action: Action, link: LinkView | None) -> Outcome | None:
        """Carry out a write; what concerns this record alone becomes its outcome, all else is raised."""
        try:
            outcome = self.write(record, action, link)
            self.unknown_in_a_row = self.failed_in_a_row = 0
            self.ledger.record([outcome])
            return None
        except (ConfigError, BudgetExhausted):
            raise
        except OutcomeUnknown as error:
            self.ledger.record([self.failure(record, action, error)])
            self.remember_lost(record, error)
            return None
        except TransientError as error:
            self.failed_in_a_row += 1
            if self.failed_in_a_row >= FAILED_IN_A_ROW or (error.retry_after or 0) > 0:
                raise
            return self.failure(record, action, error)
        except PortalError as error:
            return self.failure(record, action, error)
        except Interrupted:
            raise
        except Exception as error:  # noqa: BLE001 our own bug in one record is an item of kind internal
            self.ports.log("write", error)
            return self.internal(record, error, action)

    def remember_lost(self, record: Record, error: OutcomeUnknown) -> None:
        """Many lost answers in a row mean that the vendor is in trouble: stop before the list grows."""
        if len(self.lost) < KEPT_UNKNOWN:
            self.lost[record.external_id] = record
        self.unknown_in_a_row += 1
        if self.unknown_in_a_row >= UNKNOWN_IN_A_ROW:
            raise TransientError(
                f"{UNKNOWN_IN_A_ROW} answers in a row were lost, so the run was stopped; it goes on by itself later. "
                f"The last one: {error.message}",
                error.detail,
                retry_after=300,
            )

    def failure(self, record: Record, action: Action, error: PortalError) -> Outcome:
        fingerprint = settled_fingerprint(record, self.version)
        return refused(
            action,
            error,
            record=record,
            fingerprint=fingerprint,
            calls=self.ports.drain(),
        )

    def internal(self, record: Record, error: Exception, action: Action | None = None) -> Outcome:
        action = action or Action("blocked", record.stream, record.external_id, record.label)
        bug = PortalError(
            "The portal itself failed at this record; the others went on. Please report it with the run's number.",
            f"{type(error).__name__}: {error}",
            "internal",
        )
        return self.failure(record, action, bug)

    def write(self, record: Record, action: Action, link: LinkView | None) -> Outcome:
        if action.kind == "update":
            status: Status = self.after_crash(link, "updated")
            written = self.driver.finish(action, self.driver.update(action))
        else:
            status = "created" if action.kind == "create" else "updated"
            written = self.driver.finish(action, self.create(record, action))
        return Outcome(
            action,
            status,
            record,
            settled_fingerprint(record, self.version),
            written,
            " ".join(filter(None, (action.reason, *action.notes, *written.notes))),
            action.code,
            calls=self.ports.drain(),
        )

    def create(self, record: Record, action: Action) -> Written:
        """Intent → create → link, each committed before the next begins."""
        intent = self.ledger.intend(action, self.driver.marker(action), plan_hash(action, record.digest))
        try:
            written = self.driver.create(action)
        except OutcomeUnknown as error:
            self.ledger.lost_answer(intent, error.message)
            raise
        except PortalError as error:
            self.ledger.not_sent(intent, error.message)
            raise
        self.ledger.created(intent, record, action, written)
        return written

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
                self.lost.pop(intent.source_id, None)
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
