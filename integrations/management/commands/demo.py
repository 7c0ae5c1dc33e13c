"""`manage.py demo`: the whole portal on the vendors' sandbox, with one sync carried out by its workers."""

from __future__ import annotations

import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandParser
from django.db.models import Count, Min

from integrations.management.cli import DONE, WITH_FAILURES, PortalCommand, Refused, parse_number
from integrations.management.demo import Processes, log_in, set_up, start_portal, start_sandbox
from integrations.management.demo_directory import show_directory
from integrations.management.demo_import import show_import
from integrations.management.demo_tags import show_tags
from integrations.management.running import wait_for_others, wait_until_ended
from integrations.models import Link, Run, Sync
from integrations.services.reports import run_report
from integrations.services.runs import run_enqueue

HELD_SECONDS = 300.0
"""How long a held run is waited for: it goes on by itself once the vendor's window is open again."""
SHOWN = ("read", "created", "updated", "unchanged", "linked", "skipped", "blocked", "conflicts", "failed", "unknown")


class Command(PortalCommand):
    help = (
        "Sets up the workspace Acme on emulated vendors, runs its syncs through the workers, prints what they did, and "
        "keeps serving until Ctrl-C. What exists is used again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="end after the syncs have run")
        parser.add_argument(
            "--port", metavar="N", help="the portal's port (that of PORTAL_URL, else the next free one)"
        )
        parser.add_argument("--home", metavar="FOLDER", help="where the demo keeps its files (var)")
        self.add_json(parser)

    def say(self, text: str) -> None:
        """With --json only the report goes to standard output."""
        (self.stderr if self.quiet else self.stdout).write(text)
        self.stdout.flush()

    def work(self, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
        self.quiet = bool(options["json"])
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        home = Path(options["home"] or settings.VAR_DIR).absolute()
        home.mkdir(parents=True, exist_ok=True)
        processes = Processes(home)
        report: dict[str, Any] = {}
        try:
            report = self.show(processes, home, parse_number(options["port"], "--port"))
            if not options["once"]:
                self.serve(processes)
        except KeyboardInterrupt:
            self.say("Stopping.")
        finally:
            with suppress(KeyboardInterrupt):
                processes.end()
        ran = [report, *report.get("also", [])]
        failed = any(one.get("status") != Run.Status.DONE for one in ran)
        return report, "", WITH_FAILURES if failed and options["once"] else DONE

    def show(self, processes: Processes, home: Path, port: int | None) -> dict[str, Any]:
        call_command("migrate", verbosity=0)
        user, password = log_in(home)
        sandbox = start_sandbox(processes, home, self.say)  # first: the portal is told whom it may reach when it starts
        portal = start_portal(processes, port, self.say)
        first, *others = [self.told(sync) for sync in set_up(sandbox, self.say)]
        show_tags(self.say)
        show_import(self.say)  # before the comparison, which then knows what it has made
        show_directory(self.say)
        self.say(f"\nThe portal: {portal}/   log-in: {user}   password: {password}")
        return {**first, "also": others, "url": portal, "user": user}

    def told(self, sync: Sync) -> dict[str, Any]:
        """Runs a sync and prints what it did; its report."""
        report = run_report(self.run_once(sync))
        self.say(table(sync, report))
        return report

    def run_once(self, sync: Sync) -> Run:
        wait_for_others(sync, wait=True, tell=self.say)
        self.say(f"Running {sync.name} through the workers.")
        run = run_enqueue(sync=sync, trigger="command")
        deadline = time.monotonic() + HELD_SECONDS
        while not wait_until_ended(run, self.say).finished and time.monotonic() < deadline:
            self.say(f"Held: {run.message}")
            while run.status == Run.Status.HELD and time.monotonic() < deadline:
                time.sleep(1)
                run.refresh_from_db()
        return run

    def serve(self, processes: Processes) -> None:
        self.say(f"It keeps serving; logs are in {processes.home / 'log'}. Ctrl-C ends it.")
        while not (name := processes.ended()):
            time.sleep(0.5)
        raise Refused(name, f"It ended by itself. The end of its log:\n{processes.tail(name)}")


def table(sync: Sync, report: dict[str, Any]) -> str:
    """What the run did, for people."""
    lines = ["", f"Run {report['run']} of {sync.name}: {report['status'].replace('_', ' ')}"]
    lines += [f"  {name:<12}{report['counts'][name]:>6}" for name in SHOWN]
    lines += [f"  {'calls':<12}{number:>6}  {key}" for key, number in report["calls"].items()]
    lines += [f"  {'seconds':<12}{report['seconds']:>6.1f}"]
    lines += standing(sync, "What waits for a person:", [Link.State.BLOCKED, Link.State.FAILED, Link.State.UNKNOWN])
    return "\n".join(lines + standing(sync, "What was left out:", [Link.State.SKIPPED]))


def standing(sync: Sync, title: str, states: list[str]) -> list[str]:
    """Records in these states by their reason, most frequent first; [] when there are none."""
    links = Link.objects.filter(sync=sync, state__in=states).order_by()
    groups = links.values("state", "code").annotate(n=Count("pk"), reason=Min("reason")).order_by("-n")
    rows = [f"  {row['n']:>4} {row['state']} ({row['code']}), such as: {row['reason']}" for row in groups]
    return [title, *rows] if rows else []
