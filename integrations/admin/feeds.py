"""Configure data sync: for each item of a sync where it is fed from, filtered how, enabled or not; lists that are held.

The page works on what is typed, in the form in which it is stored, whether it can be stored or not: a row is built from
that, and a row that is not valid says why and keeps what was typed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from integrations import registry
from integrations.admin.base import back, moment, tell_error
from integrations.admin.feed_form import Row, build_row, posted_feeds, wrong_of
from integrations.core.errors import ConfigError, PortalError
from integrations.models import Run, Sync
from integrations.services import feed_rows, feeds, lease, runs, syncs
from integrations.services.connections import connection_missing
from integrations.services.references import read_at
from integrations.syncs.base import Stream

if TYPE_CHECKING:
    from integrations.admin.base import PortalAdmin

NOTHING_TO_SYNC = (
    "No item is enabled, so there is nothing to sync; nothing was saved. Enable at least one, or press Save to store "
    "it so: then nothing runs."
)
CORRECT = "Nothing was saved: correct the rows that are marked."
Typed = dict[str, dict[str, Any]]


def configure_page(page: PortalAdmin, request: HttpRequest, sync: Sync) -> HttpResponse:
    kind = registry.sync(sync.kind)
    if not feeds.is_configured(kind):
        return HttpResponseRedirect(sync_address(sync))
    return page.show(request, "sync/feeds.html", context_of(sync, feeds.stored_feeds(kind, sync.feeds)))


def context_of(sync: Sync, typed: Typed, wrong: dict[str, str] | None = None) -> dict[str, Any]:
    kind = registry.sync(sync.kind)
    enabled = feeds.enabled_streams(sync, kind)
    kinds = feed_rows.choice_kinds(kind)
    ready = not connection_missing(sync.source)
    return {
        "title": f"Configure {sync.name}",
        "sync": sync,
        "kind": kind,
        "rows": rows_of(sync, typed, wrong or {}),
        "times": syncs.next_times(sync) if sync.enabled and enabled else [],
        "nothing": not enabled,
        "begun": has_begun(sync),
        "held": feeds.held_streams(sync),
        "reads": ready and any(read_at(sync.source, kind) is None for kind in kinds),
    }


def rows_of(sync: Sync, typed: Typed, wrong: dict[str, str]) -> list[Row]:
    return [
        build_row(sync, stream, typed[stream.key], wrong=wrong.get(stream.key, ""))
        for stream in registry.sync(sync.kind).streams
        if stream.sources
    ]


def has_begun(sync: Sync) -> bool:
    """Whether it was ever run for real: a new one rests until Save & Sync, or until its schedule is resumed."""
    return sync.enabled or Run.objects.filter(sync=sync).exclude(kind=Run.Kind.PREVIEW).exists()


# --- saving -------------------------------------------------------------------------------------------------------


def save(page: PortalAdmin, request: HttpRequest, sync: Sync) -> HttpResponse:
    """POST `do`: save, or sync to start a run as well. What cannot be stored is shown again as it was typed."""
    kind = registry.sync(sync.kind)
    if not feeds.is_configured(kind):
        return HttpResponseRedirect(sync_address(sync))
    typed = posted_feeds(kind, request.POST)
    starts = request.POST.get("do") == "sync"
    wrong = {stream.key: wrong_of(sync, stream, typed[stream.key]) for stream in kind.streams if stream.sources}
    refusal = CORRECT if any(wrong.values()) else ""
    if not refusal and starts and not feeds.enabled_among(kind, typed):
        refusal = NOTHING_TO_SYNC
    if not refusal:
        try:
            return save_and_sync(request, sync, typed) if starts else save_only(request, sync, typed)
        except PortalError as error:
            refusal = error.message
            sync.refresh_from_db()
    messages.error(request, refusal)
    return page.show(request, "sync/feeds.html", context_of(sync, typed, wrong))


def save_only(request: HttpRequest, sync: Sync, typed: Typed) -> HttpResponse:
    feeds.feeds_save(sync=sync, feeds=typed)
    if not feeds.enabled_streams(sync):
        messages.warning(request, "Saved. No item is enabled: nothing runs until you enable one.")
    elif not sync.enabled:
        words = "resume the schedule" if has_begun(sync) else "press Save & Sync"
        messages.success(request, f"Saved; nothing was started. The schedule rests until you {words}.")
    else:
        times = syncs.next_times(sync, 1)
        when = f" The next run, {moment(times[0])}, works by it." if times else " It runs when you press Run now."
        messages.success(request, "Saved; nothing was started." + when)
    return HttpResponseRedirect(configure_address(sync))


def save_and_sync(request: HttpRequest, sync: Sync, typed: Typed) -> HttpResponse:
    """The first time it also starts the schedule; a schedule that somebody paused later stays paused."""
    active = runs.run_active(sync)
    with transaction.atomic():
        first = not has_begun(sync)
        feeds.feeds_save(sync=sync, feeds=typed)
        if first:
            syncs.sync_pause(sync=sync, paused=False)
        run = runs.run_enqueue(sync=sync, user=request.user)
    words = "Saved, and started."
    words += " The schedule runs from now on, too." if first and sync.schedule else ""
    words += " The schedule is still paused." if not sync.enabled else ""
    messages.success(request, words)
    if active:
        messages.info(request, f"{lease.owner_words(active)} This one begins when it has ended.")
    return HttpResponseRedirect(reverse("admin:integrations_run_change", args=[run.pk]))


# --- parts of the page --------------------------------------------------------------------------------------------


def part(page: PortalAdmin, request: HttpRequest, sync: Sync) -> HttpResponse:
    """One row anew with what is typed. POST `stream`, and `do`: change, add, remove (`at`), preview, read.

    `lists` reads what can be chosen as a source, and gives all rows.
    """
    kind = registry.sync(sync.kind)
    if not feeds.is_configured(kind):
        return HttpResponseRedirect(sync_address(sync))
    typed = posted_feeds(kind, request.POST)
    do = request.POST.get("do", "")
    if do == "lists":
        trouble = feed_rows.rows_read(sync.source, feed_rows.choice_kinds(kind))
        return page.show(
            request, "sync/feed_rows.html", {**context_of(sync, typed), "trouble": trouble, "reads": False}
        )
    stream = next((one for one in kind.streams if one.sources and one.key == request.POST.get("stream")), None)
    if stream is None:
        raise Http404("There is no such item.")
    row = changed_row(sync, stream, typed[stream.key], do, request.POST.get("at", ""))
    return page.show(request, "sync/feed_row.html", {"sync": sync, "row": row})


def changed_row(sync: Sync, stream: Stream, typed: dict[str, Any], do: str, at: str) -> Row:
    source = feed_rows.source_named(stream, typed["source"]) or stream.sources[0]
    known = [field.key for field in source.fields]
    lines = [line for line in typed["filter"] if line["field"] in known]
    if do == "remove" and at.isdecimal():
        lines = lines[: int(at)] + lines[int(at) + 1 :]
    if do == "add":
        used = [line["field"] for line in lines]
        lines += [{"field": key, "comparison": "contains", "values": []} for key in known if key not in used][:1]
    typed = {**typed, "filter": lines}
    if do == "preview":
        return preview_row(sync, stream, typed, older_than=feed_rows.FRESH_SECONDS)
    if do == "read":
        return preview_row(sync, stream, typed, older_than=0)
    return build_row(sync, stream, typed, open=True, focus=do)


def preview_row(sync: Sync, stream: Stream, typed: dict[str, Any], *, older_than: float) -> Row:
    wrong = wrong_of(sync, stream, typed, whole=True)
    if wrong:
        return build_row(sync, stream, typed, wrong=wrong, open=True, focus="preview")
    feed = feeds.build_feed(stream, typed)
    trouble = feed_rows.rows_read(sync.source, [feed.source.rows], older_than=older_than)
    preview = feed_rows.feed_preview(connection=sync.source, feed=feed)
    return build_row(sync, stream, typed, open=True, focus="preview", preview=preview, trouble=trouble)


# --- lists that are held ------------------------------------------------------------------------------------------


def accept(page: PortalAdmin, request: HttpRequest, sync: Sync) -> HttpResponse:
    """POST `stream`, `was`, `now`: the numbers that were on the button. Operators may."""
    numbers = [request.POST.get(name, "") for name in ("was", "now")]
    seen = (int(numbers[0]), int(numbers[1])) if all(text.isdecimal() for text in numbers) else (-1, -1)
    try:
        taken = feeds.stream_accept(sync=sync, stream=request.POST.get("stream", ""), seen=seen)
    except ConfigError as error:
        tell_error(request, error)
        return back(request, sync_address(sync))
    words = f"{taken.label}: the list of {taken.now} records is accepted. The next run takes it as it is."
    messages.success(request, words)
    return back(request, sync_address(sync))


def sync_address(sync: Sync) -> str:
    return reverse("admin:integrations_sync_change", args=[sync.pk])


def configure_address(sync: Sync) -> str:
    return reverse("admin:integrations_sync_configure", args=[sync.pk])
