"""`manage.py history WORKSPACE [--sync S] [--run N] [--record ID]`. Uploads of tags are listed after the runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from integrations.management.cli import DONE, PortalCommand, Refused, find_sync, find_workspace, parse_number
from integrations.models import Run, Sync, Workspace
from integrations.services.reports import history_list, record_report, record_text, run_report, run_text
from integrations.services.tag_reports import tag_line, tag_record, upload_line, uploads_list


class Command(PortalCommand):
    help = "Shows what the syncs did: the latest runs, one run with its items, or why a record or a tag is as it is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("workspace", metavar="WORKSPACE")
        parser.add_argument("--sync", metavar="SYNC", help="only this sync")
        parser.add_argument("--run", metavar="N", help="one run with its items")
        parser.add_argument("--record", metavar="ID", help="the story of one record, by its id at the source or target")
        parser.add_argument("--limit", metavar="N", default="50", help="how many runs (50), or items of a run (200)")
        self.add_json(parser)

    def work(self, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
        workspace = find_workspace(options["workspace"])
        sync = find_sync(workspace, options["sync"]) if options["sync"] else None
        number = parse_number(options["run"], "--run")
        if options["record"]:
            return record(workspace, options["record"], sync)
        limit = parse_number(options["limit"], "--limit") or 50
        if number is not None:
            report = run_report(find_run(workspace, number), max(limit, 200))
            return report, run_text(report), DONE
        rows = history_list(workspace, sync, limit)
        lines = [line(row) for row in rows] or ["There is no run yet."]
        uploads = [] if sync else uploads_list(workspace, limit)
        lines += ["", "Uploads of tags:", *map(upload_line, uploads)] if uploads else []
        return {"status": "done", "workspace": workspace.slug, "runs": rows, "uploads": uploads}, "\n".join(lines), DONE


def find_run(workspace: Workspace, number: int) -> Run:
    run = Run.objects.filter(workspace=workspace, pk=number).select_related("sync").first()
    if run is None:
        newest = Run.objects.filter(workspace=workspace).order_by("-pk").first()
        there = f"the newest is {newest.pk}." if newest else "there is none yet."
        raise Refused("--run", f"There is no run {number} in this workspace; {there}")
    return run


def record(workspace: Workspace, name: str, sync: Sync | None) -> tuple[dict[str, Any], str, int]:
    report = record_report(workspace, name, sync)
    tags = [] if sync else tag_record(workspace, name)
    report, lines = {**report, "tags": tags}, [record_text(report), *map(tag_line, tags)]
    if not (report["links"] or report["events"] or report["creates"] or tags):
        raise Refused("--record", f"No run in this workspace has met a record {name!r}.")
    return {"status": "done", **report}, "\n".join(lines), DONE


def line(row: dict[str, Any]) -> str:
    counts = ", ".join(f"{number} {name}" for name, number in row["counts"].items() if number) or "nothing"
    when = f"{datetime.fromisoformat(row['created']):%Y-%m-%d %H:%M:%S} UTC"
    return f"{row['run']:>6}  {when}  {row['sync']}  {row['kind']}  {row['status'].replace('_', ' ')}: {counts}"
