"""`manage.py sync run|list|pause|resume|cancel|accept|conflicts|matching|agreement`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from integrations import registry
from integrations.management import two_way
from integrations.management.cli import (
    DONE,
    REFUSED,
    WITH_FAILURES,
    PortalCommand,
    Refused,
    find_sync,
    find_workspace,
    parse_day,
    parse_number,
)
from integrations.management.running import run_here, run_queued
from integrations.models import Run, Sync
from integrations.services.feeds import enabled_streams, held_streams, stream_accept
from integrations.services.imports import import_kinds
from integrations.services.reports import moment, run_report, run_text
from integrations.services.runs import run_active, run_cancel
from integrations.services.syncs import next_times, sync_pause
from integrations.syncs.base import Scope

STATUS: dict[str, int] = {Run.Status.DONE: DONE, Run.Status.DONE_WITH_FAILURES: WITH_FAILURES}
NOT_MET = "None of the named records was found. Check their ids, and that they lie in the days the sync looks back."


class Command(PortalCommand):
    help = (
        "Runs a sync here or through the workers; lists, pauses, resumes and cancels syncs; accepts shorter lists; "
        "shows and decides what a sync that goes both ways asks a person."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        kinds = self.subcommands(parser)
        run = kinds.add_parser("run", help="run a sync now, in this process unless --queue is given")
        parts = {"run": run, "list": kinds.add_parser("list", help="the workspace's syncs")}
        for name, what in (
            ("pause", "stop its schedule"),
            ("resume", "start its schedule again"),
            ("cancel", "stop the run at work, or drop the one that waits"),
            ("conflicts", "fields that both sides hold differently: list them, or choose"),
            ("matching", "how the records are paired at first: show it, decide, confirm"),
            ("agreement", "whether both sides agree, as the last full comparison found, and which records do not"),
            ("accept", "take lists that shrank very much, and are held, as right"),
        ):
            parts[name] = kinds.add_parser(name, help=what)
        for name, part in parts.items():
            part.add_argument("workspace", metavar="WORKSPACE")
            self.add_json(part)
            if name != "list":
                part.add_argument("sync", metavar="SYNC")
        parts["accept"].add_argument("--stream", metavar="S", default="", help="only the list of this stream")
        two_way.add_conflict_options(parts["conflicts"])
        two_way.add_matching_options(parts["matching"])
        self.add_run_options(run)

    def add_run_options(self, run: CommandParser) -> None:
        run.add_argument("--preview", action="store_true", help="show what would be done, and keep it as a plan")
        run.add_argument("--apply", metavar="PLAN", help="carry out just the plan of this preview")
        run.add_argument("--stream", action="append", default=[], metavar="S", help="only this stream (repeatable)")
        run.add_argument("--record", action="append", default=[], metavar="ID", help="only this record (repeatable)")
        run.add_argument("--since", metavar="DAY", help="records from this day on, such as 2026-07-01")
        run.add_argument("--until", metavar="DAY", help="records up to this day")
        run.add_argument("--full", action="store_true", help="everything, whatever the cursor says")
        run.add_argument("--queue", action="store_true", help="leave it to the workers")
        run.add_argument("--wait", action="store_true", help="wait for a run at work; with --queue, until it has ended")

    def work(self, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
        workspace = find_workspace(options["workspace"])
        if options["what"] == "list":
            kept = [kind.key for kind in import_kinds()]  # what imports share is on no page of syncs either
            syncs = workspace.syncs.exclude(kind__in=kept).select_related("source", "target").order_by("key")
            rows = [sync_row(sync) for sync in syncs]
            lines = [f"{row['sync']} ({row['kind']}): {row['state']}" for row in rows] or ["There is no sync yet."]
            return {"status": "done", "workspace": workspace.slug, "syncs": rows}, "\n".join(lines), DONE
        sync = find_sync(workspace, options["sync"])
        if registry.sync(sync.kind).once:
            raise Refused("sync", f"{sync.key} holds what imports share. Use: manage.py import start {workspace.slug}")
        if options["what"] == "run":
            return self.run_sync(sync, options)
        if options["what"] == "cancel":
            return cancel(sync)
        if options["what"] == "accept":
            return accept(sync, options["stream"])
        if options["what"] == "conflicts":
            return two_way.conflicts(sync, options)
        if options["what"] == "matching":
            return two_way.matching(sync, options)
        if options["what"] == "agreement":
            return two_way.agreed(sync)
        return pause(sync, paused=options["what"] == "pause")

    def run_sync(self, sync: Sync, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
        kind, plan = run_kind(sync, options)
        scope = scope_from(sync, options)
        begin = run_queued if options["queue"] else run_here
        run = begin(sync, kind, scope, plan, wait=options["wait"], tell=self.tell)
        report = run_report(run)
        queued = options["queue"] and not options["wait"]
        if options["record"] and run.finished and not run.read:
            report["message"] = NOT_MET
        return report, run_text(report), DONE if queued else exit_status(run)


def exit_status(run: Run) -> int:
    """A held run that has done some of its items is no refusal."""
    partly = run.status == Run.Status.HELD and run.progress.get("done")
    return WITH_FAILURES if partly else STATUS.get(run.status, REFUSED)


def run_kind(sync: Sync, options: dict[str, Any]) -> tuple[str, Run | None]:
    number = parse_number(options["apply"], "--apply")
    if number is None:
        return (Run.Kind.PREVIEW if options["preview"] else Run.Kind.RUN), None
    if options["preview"]:
        raise Refused("--apply", "A run is either a preview or applies one; give only --preview or --apply.")
    plan = Run.objects.filter(pk=number, sync=sync, kind=Run.Kind.PREVIEW).first()
    if plan is None:
        newest = Run.objects.filter(sync=sync, kind=Run.Kind.PREVIEW).order_by("-pk").first()
        there = f"its newest is {newest.pk}." if newest else "make one with --preview."
        raise Refused("--apply", f"{number} is no preview of this sync; {there}")
    return Run.Kind.APPLY, plan


def scope_from(sync: Sync, options: dict[str, Any]) -> Scope:
    known = [stream.key for stream in registry.sync(sync.kind).streams]
    for name in options["stream"]:
        if name not in known:
            raise Refused("--stream", f"There is no stream {name!r}; there are {', '.join(known)}.")
    since, until = parse_day(options["since"], "--since"), parse_day(options["until"], "--until")
    if since and until and until < since:
        raise Refused("--until", "The last day lies before the first.")
    ids = tuple(registry.vendor(sync.source.vendor).full_id(id) for id in options["record"])
    return Scope(tuple(options["stream"]), ids, since, until, options["full"])


def sync_row(sync: Sync) -> dict[str, Any]:
    last = sync.runs.order_by("-pk").first()
    nothing = not enabled_streams(sync)
    following = next_times(sync, 1) if sync.enabled and not nothing else []
    state = (
        ("next at " + f"{following[0]:%Y-%m-%d %H:%M} UTC")
        if following
        else "nothing enabled"
        if nothing
        else "paused"
        if not sync.enabled
        else "by hand"
    )
    return {
        "sync": sync.key, "kind": sync.kind, "name": sync.name, "source": sync.source.key, "target": sync.target.key,
        "enabled": sync.enabled, "schedule": sync.schedule, "next": moment(following[0]) if following else None,
        "last_run": last.pk if last else None, "last_status": last.status if last else None,
        "state": state + (f", last run {last.pk} {last.get_status_display().lower()}" if last else ""),
    }  # fmt: skip


def pause(sync: Sync, *, paused: bool) -> tuple[dict[str, Any], str, int]:
    sync_pause(sync=sync, paused=paused)
    message = f"{sync.key} is paused; run it by hand at any time." if paused else f"{sync_row(sync)['state']}."
    return {"status": "done", "sync": sync.key, "enabled": sync.enabled, "message": message}, message, DONE


def cancel(sync: Sync) -> tuple[dict[str, Any], str, int]:
    waiting = Run.objects.filter(sync=sync, status__in=[Run.Status.QUEUED, Run.Status.HELD]).order_by("pk")
    runs = [run for run in (run_active(sync), *waiting) if run]
    if not runs:
        raise Refused("sync", f"No run of {sync.key} is at work or waits.")
    told = {run.pk: run_cancel(run=run) for run in runs}
    message = " ".join(f"Run {pk}: {words}" for pk, words in told.items())
    return {"status": "done", "sync": sync.key, "runs": list(told), "message": message}, message, DONE


def accept(sync: Sync, stream: str) -> tuple[dict[str, Any], str, int]:
    """Every held list, or the one of `stream`; the next run takes it as it is."""
    held = {one.stream: one for one in held_streams(sync)}
    if not held or (stream and stream not in held):
        there = f"held are {', '.join(held)}." if held else "no list of this sync is held."
        raise Refused("--stream" if stream else "sync", f"There is nothing to accept: {there}")
    taken = [
        stream_accept(sync=sync, stream=one.stream, seen=(one.was, one.now))
        for one in held.values()
        if stream in ("", one.stream)
    ]
    message = " ".join(f"{one.label}: {one.now} records instead of {one.was} are accepted." for one in taken)
    rows = [{"stream": one.stream, "was": one.was, "now": one.now} for one in taken]
    return {"status": "done", "sync": sync.key, "accepted": rows, "message": message}, message, DONE
