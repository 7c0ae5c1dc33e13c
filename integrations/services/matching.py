"""The first run of a two-way sync: how its records are paired is previewed, decided by a person, and confirmed.

What becomes of single records is in matching_decide.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db import transaction
from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Substr
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from integrations import registry
from integrations.core.errors import ConfigError
from integrations.models import FieldRule, Link, Run, RunItem, Sync
from integrations.services.runs import run_enqueue
from integrations.services.two_way import BY_ITSELF, MATCHED, is_read_only, matched, option_of
from integrations.syncs.base import Scope

DOUBTFUL = ("likely", "ambiguous")
"""Codes of a preview's records that wait for a person."""
CREATE = "create"
"""Code of a link by which a person said that a record is new."""
ENDED_WELL = (Run.Status.DONE, Run.Status.DONE_WITH_FAILURES)
Step = Literal["read_only", "by_itself", "needs_preview", "running", "to_decide", "confirmed"]
NO_PREVIEW = "There is no finished preview of everything yet. Make one first: it shows how the records would be paired."
TOO_OLD = (
    "The settings or field rules were changed after this preview, so it does not show what would happen now. Make a "
    "new preview, then confirm it."
)


@dataclass(frozen=True)
class Preview:
    """A finished preview of everything. `counts`: (stream, code, number of records), commonest first.

    `undecided`: records that wait for a person and for which nobody has decided since.
    """

    run: Run
    counts: tuple[tuple[str, str, int], ...]
    undecided: int

    def number(self, *codes: str) -> int:
        return sum(number for _, code, number in self.counts if code in codes)


@dataclass(frozen=True)
class MatchingState:
    """Where the first run of a sync stands. `making`: a preview of everything that waits or is at work; `preview`: the
    newest finished one.

    `why`: for a preview that is needed, why the one that is there does not do. `at`, `who`: of the confirmation.
    """

    step: Step
    making: Run | None = None
    preview: Preview | None = None
    why: str = ""
    at: datetime | None = None
    who: str = ""


def previews(sync: Sync) -> QuerySet[Run]:
    """Previews of everything, newest first."""
    rows = Run.objects.filter(sync=sync, kind=Run.Kind.PREVIEW, scope__full=True)
    return rows.filter(scope__streams=[], scope__source_ids=[]).order_by("-pk")


def matching_preview(sync: Sync) -> Preview | None:
    """The newest finished preview of everything."""
    run = previews(sync).filter(status__in=ENDED_WELL).first()
    if run is None:
        return None
    rows = RunItem.objects.filter(run=run).order_by().values_list("stream", "code").annotate(n=Count("pk"))
    return Preview(run, tuple(rows.order_by("-n", "stream", "code")), undecided(run).count())


def undecided(run: Run) -> QuerySet[RunItem]:
    """Records of a preview that still wait for a person."""
    rows = with_alone(RunItem.objects.filter(run=run, code__in=DOUBTFUL), run.sync)
    return rows.filter(~Exists(decisions(run)))


def alone_prefix(sync: Sync) -> str:
    """How the source id of a record begins that only the target has."""
    return f"{registry.sync(sync.kind).target}:"


def with_alone(items: QuerySet[RunItem], sync: Sync) -> QuerySet[RunItem]:
    """Items with `alone`: the target's id of a record that only the target has, else ''."""
    prefix = alone_prefix(sync)
    id = Case(
        When(source_id__startswith=prefix, then=Substr("source_id", len(prefix) + 1)),
        default=Value(""),
        output_field=CharField(),
    )
    return items.annotate(alone=id)


def decisions(run: Run) -> QuerySet[Link]:
    """For a query of a preview's items `with_alone`: the link by which a person, or a run since, has settled the
    item's record."""
    settled = Q(state=Link.State.IGNORED) | Q(code=CREATE) | (Q(state=Link.State.LINKED) & ~Q(target_id=""))
    pair = Q(source_id=OuterRef("source_id")) | (Q(target_id=OuterRef("alone")) & ~Q(target_id=""))
    return Link.objects.filter(settled, pair, sync_id=run.sync_id, stream=OuterRef("stream"))


def matching_state(sync: Sync) -> MatchingState:
    """What is to be done next before the sync may write both ways."""
    newest, preview = previews(sync).first(), matching_preview(sync)
    making = newest if newest and not newest.finished else None
    if is_read_only(sync):
        return MatchingState("read_only", making, preview)
    if confirmed := matched(sync):
        at, who = parse_datetime(confirmed.get("at", "")), confirmed.get("who", "")
        return MatchingState("confirmed", making, preview, at=at, who=who)
    if option_of(sync, "two_way_start") == BY_ITSELF:
        return MatchingState("by_itself", making, preview)
    if making:
        return MatchingState("running", making, preview)
    if preview is None:
        failed = f"The last preview did not end well: {newest.message}" if newest else ""
        return MatchingState("needs_preview", why=failed)
    if changed_since(sync, began(preview.run)):
        return MatchingState("needs_preview", None, preview, TOO_OLD)
    return MatchingState("to_decide", None, preview)


def began(run: Run) -> datetime:
    return run.started_at or run.created_at


def changed_since(sync: Sync, moment: datetime) -> bool:
    """Whether what decides about records was set anew after that moment: options, streams, connections, field rules."""
    if FieldRule.history.filter(sync=sync.pk, history_date__gt=moment).exists():
        return True
    rows = sync.history.order_by("history_date", "history_id")
    then = rows.filter(history_date__lte=moment).last() or rows.first()
    return then is not None and settings_of(then) != settings_of(sync)


def settings_of(sync: Any) -> tuple[Any, ...]:
    """Of a sync, or of a row of its history. An option at its default is the same as one that is not set."""
    declared = registry.sync(sync.kind).options
    values = {one.name: sync.options.get(one.name, one.default) for one in declared}
    options = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
    return options, sync.streams, sync.source_id, sync.target_id


# --- steps --------------------------------------------------------------------------------------------------------


def matching_start(*, sync: Sync, user: Any = None) -> Run:
    """A preview of everything; the one that is being made already, if there is one. Raises ConfigError."""
    newest = previews(sync).first()
    if newest and not newest.finished:
        return newest
    return run_enqueue(sync=sync, kind=Run.Kind.PREVIEW, user=user, scope=Scope(full=True))


def matching_confirm(*, sync: Sync, who: str, user: Any = None) -> Run:
    """A person has seen the pairing and says: go on both ways. Returns the run that begins with it.

    What nobody decided stays blocked and waits. Raises ConfigError while read-only is on, without a finished preview
    of everything, and when the settings were changed since.
    """
    state = matching_state(sync)
    if state.step == "read_only":
        raise ConfigError("This sync is read-only, so there is nothing to confirm. Turn read-only off first.")
    if state.step == "confirmed":
        raise ConfigError(f"The matching was confirmed already, by {state.who}.")
    if state.step == "running":
        raise ConfigError("The preview is still being made. Wait until it has ended, look at it, then confirm it.")
    if state.preview is None and state.step == "needs_preview":
        raise ConfigError(NO_PREVIEW)
    if state.step == "needs_preview":
        raise ConfigError(TOO_OLD)
    with transaction.atomic():
        _remember(sync, {"at": timezone.now().isoformat(), "who": who}, f"matching confirmed by {who}")
        return run_enqueue(sync=sync, trigger="matching", user=user, scope=Scope(full=True))


def matching_forget(sync: Sync) -> None:
    """Read-only was turned off anew: how records are paired is looked at again before anything is written back."""
    if matched(sync):
        with transaction.atomic():
            _remember(sync, None, "read-only was turned off: the matching is to be confirmed again")


def _remember(sync: Sync, value: dict[str, str] | None, reason: str) -> None:
    """With a line for the audit."""
    fresh = Sync.objects.select_for_update().get(pk=sync.pk)
    kept = {name: one for name, one in fresh.memory.items() if name != MATCHED}
    fresh.memory = sync.memory = {**kept, MATCHED: value} if value else kept
    fresh._change_reason = reason[:100]  # type: ignore[attr-defined]  # read by the history, for the audit
    fresh.save(update_fields=["memory"])
