"""What a person says about how records are paired: these two belong together, make a new one, leave it out.

A decision is an edit of the record's link; the next run carries it out. Source ids that begin with the target's key
(`accelo:77`) name records that only the target has; their counterpart is a record of the source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, Q, QuerySet

from integrations import registry
from integrations.core.errors import ConfigError
from integrations.models import Link, Run, RunItem, Sync
from integrations.models.jobs import ACTIVE
from integrations.services.matching import decisions, with_alone
from integrations.services.matching_book import AMONG, Book, Do, Wish

DONE_WORDS: dict[Do, str] = {
    "link": "linked with their candidate",
    "create": "to be created",
    "leave_out": "left out",
    "reset": "undecided again",
}
AT_WORK = "A run or preview of this sync is at work. Wait until it has ended, then decide."


@dataclass(frozen=True)
class Decided:
    """`refused`: (source id, why in words), for the first few; `left`: how many were refused."""

    done: int
    left: int = 0
    refused: tuple[tuple[str, str], ...] = ()


# --- one record ---------------------------------------------------------------------------------------------------


def match_link(*, sync: Sync, stream: str, source_id: str, target_id: str, who: str, label: str = "") -> None:
    """These two belong together. `target_id`: the counterpart's id, which for a record that only the target has is
    one of the source. Raises ConfigError when the counterpart is linked already, or a run works on the sync."""
    if not target_id.strip():
        raise ConfigError("Say which record it belongs to: choose one, or write its id.")
    target_id = refuse_unseen(sync, stream, source_id, target_id.strip())
    _one(sync, "link", Wish(stream, source_id, target_id, label), who)


def refuse_unseen(sync: Sync, stream: str, source_id: str, other: str) -> str:
    """The counterpart's id in full. Raises ConfigError when the newest preview of everything has not met it."""
    preview = Run.objects.filter(sync=sync, kind=Run.Kind.PREVIEW, scope__full=True).order_by("-pk").first()
    other = registry.vendor(sync.source.vendor).full_id(other)
    if preview is None:
        return other
    items = RunItem.objects.filter(run=preview, stream=stream)
    forms = [other, f"{sync.target.vendor}:{other}"]
    own = items.filter(source_id=source_id).values_list("candidates", flat=True).first() or []
    met, links = Q(source_id__in=forms) | Q(target_id=other), Link.objects.filter(sync=sync, stream=stream)
    if other in [one.get("id") for one in own] or items.filter(met).exists() or links.filter(met).exists():
        return other
    raise ConfigError(f"The preview has met no record {other}. Check the id, or make a new preview.")


def match_create(*, sync: Sync, stream: str, source_id: str, who: str, label: str = "") -> None:
    """It has no counterpart: a new one is made. Raises ConfigError as `match_link`."""
    _one(sync, "create", Wish(stream, source_id, label=label), who)


def match_leave_out(*, sync: Sync, stream: str, source_id: str, who: str, label: str = "") -> None:
    """It takes no part in the sync. Raises ConfigError as `match_link`."""
    _one(sync, "leave_out", Wish(stream, source_id, label=label), who)


def match_reset(*, sync: Sync, stream: str, source_id: str, who: str = "") -> None:
    """Take a decision back that no run has carried out yet. Raises ConfigError as `match_link`."""
    _one(sync, "reset", Wish(stream, source_id), who)


def _one(sync: Sync, do: Do, wish: Wish, who: str) -> None:
    decided = _decide(sync, do, [wish], who)
    if decided.refused:
        raise ConfigError(decided.refused[0][1])


# --- many ---------------------------------------------------------------------------------------------------------


def matches_decide(
    *, run: Run, do: Do, who: str, codes: Iterable[str] = (), stream: str = "", items: Iterable[int] | None = None
) -> Decided:
    """Decide for the records of one preview: those with these codes, of this stream, among these items' ids.

    `link` takes each record's first candidate, and only where there is a likely one. What cannot be done for a record
    is told, and stops no other; what is decided already stays, unless it is named by `items`. Raises ConfigError while
    a run works on the sync.
    """
    rows = RunItem.objects.filter(run=run)
    rows = rows.filter(code__in=list(codes)) if codes else rows
    rows = rows.filter(stream=stream) if stream else rows
    rows = rows if items is None else rows.filter(pk__in=list(items))
    if do == "link":
        rows = rows.filter(code="likely")
    if items is None and do != "reset":
        rows = with_alone(rows, run.sync).filter(~Exists(decisions(run)))
    done = left = 0
    refused: list[tuple[str, str]] = []
    for part in parts(rows):
        one = _decide(run.sync, do, [wish_of(item, do) for item in part], who)
        done, left = done + one.done, left + one.left
        refused.extend(one.refused[: max(0, 10 - len(refused))])
    if done:
        _audit(run.sync, f"matching: {done} {DONE_WORDS[do]} by {who}")
    return Decided(done, left, tuple(refused))


def parts(rows: QuerySet[RunItem]) -> Iterator[list[RunItem]]:
    """By id, so that memory stays flat."""
    after = 0
    while part := list(
        rows.filter(pk__gt=after).order_by("pk").only("stream", "source_id", "label", "candidates")[:AMONG]
    ):
        yield part
        after = part[-1].pk


def wish_of(item: RunItem, do: Do) -> Wish:
    first = str(item.candidates[0].get("id", "")) if do == "link" and item.candidates else ""
    return Wish(item.stream, item.source_id, first, item.label)


def _audit(sync: Sync, reason: str) -> None:
    with transaction.atomic():
        fresh = Sync.objects.select_for_update().get(pk=sync.pk)
        fresh._change_reason = reason[:100]  # type: ignore[attr-defined]  # read by the history, for the audit
        fresh.save(update_fields=["name"])


# --- links --------------------------------------------------------------------------------------------------------


def _decide(sync: Sync, do: Do, wishes: list[Wish], who: str) -> Decided:
    """For a part of the records, in one transaction and a fixed number of queries for each stream."""
    done, refused = 0, []
    with transaction.atomic():
        Sync.objects.select_for_update().get(pk=sync.pk)
        if Run.objects.filter(sync=sync, status__in=ACTIVE).exists():
            raise ConfigError(AT_WORK)
        for stream in dict.fromkeys(wish.stream for wish in wishes):
            book = Book(sync, stream, [wish for wish in wishes if wish.stream == stream])
            for wish in book.wishes:
                why = book.take(wish, do, who)
                if why:
                    refused.append((wish.source_id, why))
                else:
                    done += 1
            book.store()
    return Decided(done, len(refused), tuple(refused[:10]))
