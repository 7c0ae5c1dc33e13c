"""One record: plan it, carry the plan out, say what became of it."""

from __future__ import annotations

from dataclasses import replace

from integrations.core.errors import (
    BudgetExhausted,
    ConfigError,
    NotPermitted,
    OutcomeUnknown,
    PortalError,
    TransientError,
)
from integrations.core.plan import NEEDS_NOTHING, Outcome, Status, plan_hash, refused, settled_fingerprint
from integrations.core.records import Action, Fields, LinkView, Record, Written
from integrations.engine.attempt import Attempt
from integrations.engine.job import Job, repeatable
from integrations.engine.ports import Born, Interrupted, Promise

UNKNOWN_IN_A_ROW = 3
FAILED_IN_A_ROW = 5
KEPT_UNKNOWN = 200
RECORD_EVERY = 5.0
"""Seconds after which what is done of a group is recorded, so that a slow vendor's group shows."""


class RecordWork:
    """The work of one attempt on single records. Writes wait in `jobs` until there are as many as go together."""

    def __init__(self, attempt: Attempt) -> None:
        self.attempt = attempt
        self.driver, self.ledger, self.ports = attempt.driver, attempt.ledger, attempt.ports
        self.together = attempt.driver.conduct.together
        self.jobs: list[Job] = []
        self.born: list[Born] = []
        self.done: list[Outcome] = []
        self.ended: set[int] = set()
        self.since = self.ports.now()
        self.unknown_in_a_row, self.last_lost = 0, ""
        self.failed_in_a_row = 0

    def process(self, record: Record, link: LinkView | None, target: Fields | None) -> Outcome | None:
        """Plan one record and carry the plan out. The outcome still to be recorded; None: it is, or waits in `jobs`."""
        self.ports.drain()
        try:
            action = self.driver.plan(record, link, target)
        except (PortalError, Interrupted):
            raise
        except Exception as error:  # noqa: BLE001 one record that our rules cannot digest must not stop the others
            self.ports.log("plan", error)
            return self.internal(record, error)
        promise = plan_hash(action, record.digest) if action.writes or self.attempt.mode != "run" else ""
        if self.attempt.mode == "preview":
            self.attempt.passed += 1
            return self.planned(record, action, promise)
        if self.broken_promise(record, promise):
            return self.broken(record, action)
        if not action.writes:
            self.attempt.passed += 1
            return self.write_free(record, action, link)
        self.jobs.append(Job(record, action, link, promise))
        if len(self.jobs) >= self.together:
            self.carry_out()
        return None

    def planned(self, record: Record, action: Action, promise: str) -> Outcome | None:
        if action.kind == "none":
            self.attempt.count_quiet(record, "unchanged")
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
        return self.attempt.promises is not None and self.attempt.promises.get(record.external_id) != promise

    def broken(self, record: Record, action: Action) -> Outcome:
        reason = "Changed since the preview, so it was left alone. Make a new preview to see what would happen now."
        return Outcome(action, "skipped", record, reason=reason, code="changed_since_preview")

    def write_free(self, record: Record, action: Action, link: LinkView | None) -> Outcome | None:
        """Nothing to send. A create whose answer was lost ends here as created, once it was found."""
        status: Status = NEEDS_NOTHING.get(action.kind, "linked")
        written = None
        if action.kind in ("none", "link") or (action.target_id and "base" in action.extra):
            memo = {**(link.memo if link else {}), **action.extra.get("memo", {})}
            written = Written(action.target_id, action.wanted, memo=memo, base=action.extra.get("base"))
            found: Status = "updated" if status == "unchanged" and action.extra.get("found") else status
            status = self.after_crash(link, found)
        if status == "unchanged" or self.already_told(record, action, status, link):
            self.attempt.count_quiet(record, status)
            if status != "unchanged":
                return None
        return Outcome(
            action,
            status,
            record,
            settled_fingerprint(record, self.attempt.version),
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

    def carry_out(self) -> None:
        """Intend, write and record what waits. Whatever ends the work, what was done is recorded first."""
        jobs, self.jobs = self.still_new(self.jobs), []
        if not jobs:
            return
        self.intend(jobs)
        self.done, self.ended, self.since, begun = [], set(), self.ports.now(), set[int]()
        try:
            for job in self.gathered(jobs):
                self.ledger.beat(self.attempt.passed)
                begun.add(id(job))
                self.carry_out_one(job)
                if (self.ports.now() - self.since).total_seconds() > RECORD_EVERY:
                    self.record()
        finally:
            self.record()
            for job in jobs:
                if job.intent and id(job) not in begun and not self.is_batched(job):
                    self.ledger.not_sent(job.intent, "The run stopped before it was sent.")
            self.ledger.note([job.action for job in jobs if job.notes and id(job) not in self.ended])

    def still_new(self, jobs: list[Job]) -> list[Job]:
        """Without creates of records that another sync of the same two connections has made since their page was read:
        the next run compares them. Of those that go together, whose pages may take hours."""
        made = [job.record.external_id for job in jobs if job.action.kind == "create" and not job.link]
        if self.together == 1 or not made:
            return jobs
        links = self.ledger.links(jobs[0].record.stream, made)
        return [job for job in jobs if job.link or not getattr(links.get(job.record.external_id), "target_id", "")]

    def carry_out_one(self, job: Job) -> None:
        self.done.append(self.guarded(job))
        self.ended.add(id(job))
        self.attempt.passed += 1
        self.stop_when_too_many_are_lost()

    def is_batched(self, job: Job) -> bool:
        """Whether its create may have been sent with others: then a look-up decides, whatever ended the work."""
        batched = self.driver.conduct.batched
        return bool(batched and batched(job.action))

    def gathered(self, jobs: list[Job]) -> list[Job]:
        """Sends what goes together and settles what is done by that; gives the other jobs. What became of each is
        recorded even when one of the answers ends the run."""
        if not (gather := self.driver.conduct.gather):
            return jobs
        settled, ended = gather([job.action for job in jobs]), None
        for job in jobs:
            if job.record.external_id in settled:
                try:
                    self.carry_out_one(job)
                except PortalError as error:
                    ended = ended or error
        if ended:
            raise ended
        return [job for job in jobs if job.record.external_id not in settled]

    def record(self) -> None:
        """Record what is done; nothing is left to be recorded then."""
        done, self.done, self.since = self.done, [], self.ports.now()
        self.ledger.record(done, self.born)
        self.born = []

    def intend(self, jobs: list[Job]) -> None:
        """Before anything is sent: the intents of creates, the notes of updates."""
        made = [job for job in jobs if job.action.kind != "update"]
        noted = [job.action for job in jobs if job.notes]
        if made or noted:
            for job, intent in zip(made, self.ledger.intend([self.promise(job) for job in made], noted), strict=True):
                job.intent = intent

    def promise(self, job: Job) -> Promise:
        return Promise(job.action, self.driver.marker(job.action), job.promise)

    def guarded(self, job: Job) -> Outcome:
        """Carry out a write; what concerns this record alone becomes its outcome, all else is raised."""
        record, action = job.record, job.action
        try:
            outcome = self.write(job)
            self.unknown_in_a_row = self.failed_in_a_row = 0
            return outcome
        except (ConfigError, BudgetExhausted):
            raise
        except OutcomeUnknown as error:
            return self.unknown(record, action, error)
        except NotPermitted as error:
            return self.left(record, action, error)
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

    def left(self, record: Record, action: Action, error: NotPermitted) -> Outcome:
        """Its link keeps what it knows."""
        action = replace(action, kind="skip", wanted={}, changes={}, reason=error.message, code=error.code)
        fingerprint = settled_fingerprint(record, self.attempt.version)
        return Outcome(
            action, "skipped", record, fingerprint, reason=error.message, code=error.code, detail=error.detail,
            calls=self.ports.drain(),
        )  # fmt: skip

    def unknown(self, record: Record, action: Action, error: OutcomeUnknown) -> Outcome:
        if len(self.attempt.lost) < KEPT_UNKNOWN:
            self.attempt.lost[record.external_id] = record
        self.unknown_in_a_row, self.last_lost = self.unknown_in_a_row + 1, error.message
        return self.failure(record, action, error)

    def stop_when_too_many_are_lost(self) -> None:
        """Many lost answers in a row mean that the vendor is in trouble: stop before the list grows."""
        if self.unknown_in_a_row >= UNKNOWN_IN_A_ROW:
            raise TransientError(
                f"{UNKNOWN_IN_A_ROW} answers in a row were lost, so the run was stopped; it goes on by itself later. "
                f"The last one: {self.last_lost}",
                retry_after=300,
            )

    def failure(self, record: Record, action: Action, error: PortalError) -> Outcome:
        fingerprint = settled_fingerprint(record, self.attempt.version)
        return refused(action, error, record=record, fingerprint=fingerprint, calls=self.ports.drain())

    def internal(self, record: Record, error: Exception, action: Action | None = None) -> Outcome:
        action = action or Action("blocked", record.stream, record.external_id, record.label)
        bug = PortalError(
            "The portal itself failed at this record; the others went on. Please report it with the run's number.",
            f"{type(error).__name__}: {error}",
            "internal",
        )
        return self.failure(record, action, bug)

    def write(self, job: Job) -> Outcome:
        action = job.action
        if action.kind == "update":
            status: Status = self.after_crash(job.link, "updated")
            with repeatable():
                written = self.driver.finish(action, self.driver.update(action))
        else:
            status = "created" if action.kind == "create" else "updated"
            made = self.create(job)
            with repeatable():
                written = self.driver.finish(action, made)
        return Outcome(
            action,
            status,
            job.record,
            settled_fingerprint(job.record, self.attempt.version, written.digest),
            written,
            " ".join(filter(None, (action.reason, *action.notes, *written.notes))),
            action.code,
            calls=self.ports.drain(),
        )

    def create(self, job: Job) -> Written:
        """Send a create that is intended; its link is committed before anything else, or with those it goes with."""
        try:
            written = self.driver.create(job.action)
        except OutcomeUnknown as error:
            self.ledger.lost_answer(job.intent, error.message)
            raise
        except PortalError as error:
            self.ledger.not_sent(job.intent, error.message)
            raise
        born = Born(job.intent, job.record, job.action, written)
        if self.together > 1:
            self.born.append(born)
        else:
            self.ledger.created(born)
        return written
