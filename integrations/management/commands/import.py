"""`manage.py import start|status|retry|cancel|undo`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from integrations import registry
from integrations.core.errors import ConfigError
from integrations.management.cli import DONE, ManyRefused, PortalCommand, Refused, find_workspace, parse_number
from integrations.management.commands.sync import exit_status
from integrations.management.running import POLL, Tell, wait_for_others, wait_until_ended, work_on
from integrations.models import Import, Mapping, Run, Sync, Workspace
from integrations.services import imports
from integrations.services.config import ConfigRefused, sync_load
from integrations.services.import_standing import AT_WORK, Begun, import_left, refuse_at_work, started_words
from integrations.services.import_steps import steps_of
from integrations.services.import_survey import hidden_words, survey_read
from integrations.services.imports import import_kinds
from integrations.services.mappings import mappings_confirm, mappings_refresh
from integrations.services.reports import moment, run_report, run_text
from integrations.services.runs import run_active, run_wake
from integrations.syncs.base import Sync as SyncKind

Answer = tuple[dict[str, Any], str, int]
CERTAIN = 100
"""Confidence of a suggestion by the same e-mail address or code."""
TABLES = {".csv", ".tsv", ".txt"}


class Command(PortalCommand):
    help = (
        "Imports Salesforce sales and tickets into Accelo: starts an import, shows how it stands, runs what failed "
        "again, cancels it, takes it back."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        kinds = self.subcommands(parser)
        start = self.part(kinds, "start", "import records, in this process unless --queue is given", number=False)
        start.add_argument("--kind", required=True, metavar="KINDS", help="sales, tickets, or both with a comma")
        start.add_argument("--mapping", metavar="FILE", help="options and mappings: YAML, or CSV as exported")
        start.add_argument("--suggested", action="store_true", help="take suggestions by the same e-mail as decided")
        start.add_argument("--preview", action="store_true", help="show what would be done, and leave it a draft")
        start.add_argument("--source", metavar="KEY", default="", help="the connection, where there are several")
        start.add_argument("--target", metavar="KEY", default="", help="the connection, where there are several")
        self.part(kinds, "status", "how an import stands (the newest)")
        self.part(kinds, "cancel", "stop an import after the record at hand, or discard its draft")
        undo = self.part(kinds, "undo", "take back what nobody has edited since and Accelo lets go")
        undo.add_argument("--preview", action="store_true", help="show what would be taken back and what is kept")
        for part in (start, undo, self.part(kinds, "retry", "run its failed and waiting records again")):
            part.add_argument("--queue", action="store_true", help="leave it to the workers")
            part.add_argument("--wait", action="store_true", help="wait for another import; with --queue, for the end")

    def part(self, kinds: Any, name: str, what: str, *, number: bool = True) -> CommandParser:
        part: CommandParser = kinds.add_parser(name, help=what)
        part.add_argument("workspace", metavar="WORKSPACE")
        if number:
            part.add_argument("number", metavar="IMPORT", nargs="?", help="its number (the newest)")
        self.add_json(part)
        return part

    def work(self, options: dict[str, Any]) -> Answer:
        workspace = find_workspace(options["workspace"])
        try:
            return getattr(self, options["what"])(workspace, options)
        except ConfigError as error:
            raise Refused("import", error.message) from None

    # --- start ------------------------------------------------------------------------------------------------------

    def start(self, workspace: Workspace, options: dict[str, Any]) -> Answer:
        names = [name.strip() for name in options["kind"].split(",") if name.strip()]
        kind = self.kind(names)
        sync = imports.import_sync(workspace, kind, options["source"], options["target"])
        left = self.left(sync, Import.State.RUNNING, options, names)
        if left is None:
            wait_for_import(sync, wait=options["wait"], tell=self.tell)
        began = timezone.now()
        mappings_refresh(sync)
        warnings = load(sync, options["mapping"]) if options["mapping"] else []
        if options["suggested"]:
            rows = Mapping.objects.filter(sync=sync, state=Mapping.State.SUGGESTED, confidence__gte=CERTAIN)
            mappings_confirm(rows)
        sync.refresh_from_db()
        survey_read(sync)
        warnings += hidden_words(sync, names)
        draft, run = left or self.begin(sync, names, began, options)
        return self.carry_out(draft, run, options, warnings)

    def left(
        self, sync: Sync, state: str, options: dict[str, Any], names: Sequence[str] = ()
    ) -> tuple[Import, Run] | None:
        """An import or its undoing that was left in the middle, by a vanished process or for a cause that is mended
        now: whoever asks for the same goes on with it."""
        brought_up_to_date(sync)
        found = None if options.get("preview") else import_left(sync)
        if found is None or found[0].state != state or not set(names) <= set(found[0].kinds):
            return None
        self.tell(f"{started_words(found[0])} and was left in the middle. Going on with it.")
        if options["queue"]:
            run_wake(found[1])
        return found

    def begin(self, sync: Sync, names: list[str], read: datetime, options: dict[str, Any]) -> tuple[Import, Run]:
        """Of several that begin at once, one does; the others are refused, or wait for their turn. `read`: when both
        applications were asked what can be mapped."""
        while True:
            try:
                return self.begin_once(sync, names, read, options)
            except Begun:
                if not options["wait"]:
                    raise

    def begin_once(self, sync: Sync, names: list[str], read: datetime, options: dict[str, Any]) -> tuple[Import, Run]:
        draft = self.open(sync, names, options)
        sync.refresh_from_db()
        draft.sync = sync
        Import.objects.filter(pk=draft.pk).update(read_at=read)
        begin = imports.import_preview if options["preview"] else imports.import_start
        return draft, begin(draft=draft, trigger="command", wake=options["queue"])

    def kind(self, names: list[str]) -> SyncKind:
        """The kind of import that has these kinds of record."""
        found = [kind for kind in import_kinds() if set(names) <= set(kind.chosen_streams)]
        if found and names:
            return found[0]
        there = sorted({name for kind in import_kinds() for name in kind.chosen_streams})
        raise Refused("--kind", f"There are {', '.join(there)}; write those that you want, with a comma between them.")

    def open(self, sync: Sync, names: list[str], options: dict[str, Any]) -> Import:
        """Refused when another import, or a preview of this one, is at work and nobody wants to wait."""
        wait_for_import(sync, wait=options["wait"], tell=self.tell)
        draft = imports.import_open(sync=sync, kinds=names)
        if not options["queue"]:
            wait_for_others(sync, wait=options["wait"], tell=self.tell)
        return draft

    def carry_out(self, row: Import, run: Run, options: dict[str, Any], warnings: Sequence[str] = ()) -> Answer:
        if not options["queue"]:
            while not work_on(run) and run.status != Run.Status.HELD:  # a worker took it, or looks what it would do
                wait_for_others(row.sync, wait=True, tell=self.tell)
        elif options["wait"]:
            wait_until_ended(run, self.tell)
        imports.imports_settle(row.sync)
        row.refresh_from_db()
        run.refresh_from_db()
        report = {"import": row.pk, "kinds": row.kinds, "state": row.state, **run_report(run)}
        report |= {"warnings": list(warnings)} if warnings else {}
        text = [f"Import {row.pk}: {row.get_state_display().lower()}", run_text(report), *warnings]
        queued = options["queue"] and not options["wait"]
        return report, "\n".join(text), DONE if queued else exit_status(run)

    # --- the others -------------------------------------------------------------------------------------------------

    def status(self, workspace: Workspace, options: dict[str, Any]) -> Answer:
        row = find_import(workspace, options["number"])
        imports.imports_settle(row.sync)
        row.refresh_from_db()
        report = import_report(row)
        return report, import_text(report), DONE

    def retry(self, workspace: Workspace, options: dict[str, Any]) -> Answer:
        row = find_import(workspace, options["number"])
        if left := self.left(row.sync, Import.State.RUNNING, options):
            return self.carry_out(*left, options)
        wait_for_import(row.sync, wait=options["wait"], tell=self.tell)
        row.refresh_from_db()
        run = imports.import_retry(done=row, trigger="command", wake=options["queue"])
        return self.carry_out(row, run, options)

    def undo(self, workspace: Workspace, options: dict[str, Any]) -> Answer:
        row, looks = find_import(workspace, options["number"]), options["preview"]
        if left := self.left(row.sync, Import.State.UNDOING, options):
            return self.carry_out(*left, options)
        wait_for_import(row.sync, wait=options["wait"], tell=self.tell)
        row.refresh_from_db()
        run = imports.import_undo(done=row, preview=looks, trigger="command", wake=options["queue"])
        return self.carry_out(row, run, options)

    def cancel(self, workspace: Workspace, options: dict[str, Any]) -> Answer:
        row = find_import(workspace, options["number"])
        words = imports.import_cancel(row=row)
        row.refresh_from_db()
        return {"status": "done", "import": row.pk, "state": row.state, "message": words}, words, DONE


def find_import(workspace: Workspace, number: str | None) -> Import:
    rows = Import.objects.filter(workspace=workspace).select_related("sync", "run", "preview", "undo")
    wanted = parse_number(number, "import")
    kept = rows.exclude(state=Import.State.DISCARDED)
    found = kept.first() if wanted is None else rows.filter(pk=wanted).first()
    if found is None:
        raise Refused("import", f"There is no import {wanted}." if wanted else "There is no import yet.")
    return found


def brought_up_to_date(sync: Sync) -> None:
    """A run whose process is gone waits again, or has failed for good; an import whose run has ended has ended too."""
    run_active(sync)
    imports.imports_settle(sync)


def wait_for_import(sync: Sync, *, wait: bool, tell: Tell) -> None:
    """Raises Begun while an import is at work, unless somebody waits for its end and there will be one."""
    told = 0
    brought_up_to_date(sync)
    while other := Import.objects.filter(sync=sync, state__in=AT_WORK).first():
        if not wait or import_left(sync):
            refuse_at_work(other)
        if told != other.pk:
            tell(f"{started_words(other)} and is at work. Waiting for it to end.")
            told = other.pk
        brought_up_to_date(sync)
        time.sleep(POLL)


def load(sync: Sync, path: str) -> list[str]:
    """What to look at, in words. Raises Refused with every error of the file."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise Refused(path, f"The file cannot be read: {why}.") from None
    try:
        return sync_load(sync, text, table=Path(path).suffix.lower() in TABLES).warnings
    except ConfigRefused as refused:
        raise ManyRefused(refused.errors) from None


def import_report(row: Import) -> dict[str, Any]:
    """How an import stands: what is still undecided, and its last run as the other commands tell one."""
    run = max((one for one in (row.undo, row.run, row.preview) if one), key=lambda one: one.pk, default=None)
    steps = [
        {"step": state.step.key, "done": state.done, "values": len(state.values), "undecided": state.left}
        for state in steps_of(row)
    ]
    return {
        **(run_report(run) if run else {"run": None, "sync": row.sync.key, "message": ""}),
        "status": run.status if run else row.state, "import": row.pk, "kinds": row.kinds, "state": row.state,
        "steps": steps, "started": moment(row.started_at), "ended": moment(row.ended_at),
    }  # fmt: skip


def import_text(report: dict[str, Any]) -> str:
    labels = {step.key: step.label for kind in registry.syncs() for step in kind.steps}
    lines = [f"Import {report['import']} of {' and '.join(report['kinds'])}: {report['state']}"]
    lines += [
        f"  {labels[one['step']]}: {one['values']} values, {one['undecided']} undecided" for one in report["steps"]
    ]
    return "\n".join(lines + ([run_text(report)] if report["run"] else []))
