"""The driver that the engine runs: all I/O of this sync around the pure rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date

from integrations.core.records import (
    Action,
    Fields,
    Found,
    IntentView,
    LinkView,
    Page,
    Record,
    Written,
    fingerprint,
)
from integrations.syncs.base import Conduct, Context
from integrations.syncs.ieatta_accelo.declared import FIELDS
from integrations.syncs.ieatta_accelo.options import options_digest, parse_options
from integrations.syncs.ieatta_accelo.read import Reader
from integrations.syncs.ieatta_accelo.rules import RULES, plan_expense
from integrations.syncs.ieatta_accelo.setup import PeriodDays, Setup
from integrations.syncs.ieatta_accelo.source import expense_of
from integrations.syncs.ieatta_accelo.write import Writer
from integrations.vendors.accelo.records import Period

TARGET_KINDS = ("expense_type", "job", "issue", "contract", "staff")
REFRESHED_BY = {
    "unmapped_category": ("expense_type",),
    "inactive_type": ("expense_type",),
    "tax_type": ("expense_type",),
    "unmapped_tag": ("job", "issue", "contract"),
    "ambiguous_tag": ("job", "issue", "contract"),
    "closed_target": ("job", "issue", "contract"),
}
"""What is read again, once a run, before a record is held for this reason."""
DAY = 86_400.0
JUST_NOW = 30.0


class ExpenseDriver:
    """One run's worker. Reads nothing of Accelo unless some record needs a closer look."""

    conduct = Conduct()

    def __init__(self, context: Context) -> None:
        self.context = context
        self.options = parse_options(context.options)
        self.reader = Reader(context, self.options)
        self.writer = Writer(context, self.options)
        self.periods_of: dict[str, tuple[PeriodDays, ...]] = {}
        self.refreshed: set[str] = set()
        self.setup: Setup | None = None

    def prepare(self) -> None:
        """Nothing to check: wrong options are refused at opening, a wrong connection by the first call."""

    def rules_version(self) -> str:
        rules = (self._rule_text(target) for target in sorted(rule.target for rule in FIELDS))
        context = self.context
        tags = context.tags.version() if context.tags else ""
        return fingerprint((str(RULES), context.mappings.digest(), options_digest(context.options), tags, *rules))

    def _rule_text(self, target: str) -> str:
        setup = self._setup_with("")
        return f"{target}={setup.policy(target)}:{setup.rule(target).source}"

    def read(self, stream: str, cursor: Fields) -> Iterator[Page]:
        """The window is read anew each time; `cursor` only tells when it was read last."""
        return self.reader.pages()

    def fetch_targets(self, stream: str, target_ids: list[str]) -> dict[str, Fields]:
        return self.writer.fetch_targets(target_ids)

    # --- planning ---------------------------------------------------------------------------------------------

    def plan(self, record: Record, link: LinkView | None, target: Fields | None) -> Action:
        """The rules' plan. Before a record is held for something unmatched, Accelo is asked once for news."""
        setup = self._setup_for(record)
        action = plan_expense(record, link, target, setup)
        while self._refresh(REFRESHED_BY.get(action.code, ())):
            action = plan_expense(record, link, target, setup)
        if action.extra.get("receipt_only"):
            return self._with_receipt(action, record, link, target, setup)
        return action

    def _with_receipt(
        self, action: Action, record: Record, link: LinkView | None, target: Fields | None, setup: Setup
    ) -> Action:
        """An expense is replaced for its receipt's sake only when the receipt can be had."""
        problem = self.writer.receipt(action).problem
        if not problem:
            return action
        other = plan_expense(record, link, target, setup, without_receipt=True)
        return add_problem(other, problem)

    def _refresh(self, kinds: Iterable[str]) -> bool:
        """True when something was read that was not read before in this run."""
        new = [kind for kind in kinds if kind not in self.refreshed]
        self.refreshed.update(new)
        return bool(new) and self.context.references.refresh("target", new, older_than=JUST_NOW)

    def _setup_for(self, record: Record) -> Setup:
        """Made for the first record that needs a closer look, so that a quiet run reads nothing of Accelo."""
        if self.setup is None:
            self.context.references.refresh("target", TARGET_KINDS, older_than=DAY)
            self.setup = self._setup_with(self._books(record))
        return self.setup

    def _setup_with(self, books: str) -> Setup:
        context = self.context
        return Setup(
            context.mappings, context.references, self._periods, self.options, context.fields, books, context.tags
        )

    def _books(self, record: Record) -> str:
        """The option, else what was remembered, else this first report's currency, which is remembered."""
        known = self.options.currency or self.context.store.recall("currency")
        if known:
            return str(known)
        expense = expense_of(record)
        first = (expense.report.currency or expense.currency).upper()
        if first and not self.context.dry:
            self.context.store.remember("currency", first)
        return first

    def _periods(self, contract_id: str) -> tuple[PeriodDays, ...]:
        """A retainer's periods, asked once a run."""
        if contract_id not in self.periods_of:
            rows = self.context.target.list_periods(contract_id)
            self.periods_of[contract_id] = tuple(self._period(row) for row in rows)
        return self.periods_of[contract_id]

    def _period(self, row: Period) -> PeriodDays:
        def day(unix: int | None) -> date | None:
            return None if unix is None else self.context.target.day_of(unix)

        return PeriodDays(row.id, day(row.date_commenced), day(row.date_expires), row.standing == "opened")

    # --- vanished ---------------------------------------------------------------------------------------------

    def missing(self, stream: str, seen: Callable[[int], bool]) -> Iterator[tuple[LinkView, Action]]:
        """Expenses of reports that were returned without them. A report that was not returned proves nothing."""
        if self.context.scope.source_ids:
            return
        for link in self.context.store.missing(stream, sorted(self.reader.reports), seen):
            yield link, vanished(stream, link)

    # --- writing ----------------------------------------------------------------------------------------------

    def marker(self, action: Action) -> Fields:
        return self.writer.marker()

    def create(self, action: Action) -> Written:
        return self.writer.create(action)

    def update(self, action: Action) -> Written:
        return self.writer.update(action)

    def finish(self, action: Action, written: Written) -> Written:
        return self.writer.finish(action, written)

    def find(self, intent: IntentView) -> Found:
        return self.writer.find(intent)

    def close(self) -> None:
        """Its files are closed by whoever reads them."""


def vanished(stream: str, link: LinkView) -> Action:
    where = f"the expense {link.target_id} in Accelo stays as it is" if link.target_id else "it never reached Accelo"
    return Action(
        "skip",
        stream,
        link.source_id,
        target_id=link.target_id,
        code="vanished",
        reason=f"It is no longer on its report in Ieatta; {where}. Delete it there by hand if it is not wanted.",
    )


def add_problem(action: Action, problem: str) -> Action:
    """Tell that the receipt could not be had, whatever else is done."""
    if action.kind == "none":
        return replace(action, kind="skip", code="receipt", reason=problem)
    return replace(action, notes=(*action.notes, problem))
