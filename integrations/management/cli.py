"""What the portal's commands share: one JSON object or readable text, exit statuses, finding things by their keys.

Exit status 0: done; 1: done with failed records; 2: refused or could not run.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error

from integrations.core.errors import PortalError
from integrations.models import Connection, Sync, Workspace
from integrations.services import workers

DONE, WITH_FAILURES, REFUSED = 0, 1, 2


class Refused(Exception):
    """The command does nothing. `errors`: [{"where", "message"}]."""

    def __init__(self, where: str, message: str, more: Iterable[dict[str, str]] = ()) -> None:
        super().__init__(message)
        self.errors = [{"where": where, "message": message}, *more]


class ManyRefused(Refused):
    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__("", "")
        self.errors = errors


class PortalCommand(BaseCommand):
    """A subclass gives `work(options)`, which returns (report, text, exit status) or raises Refused.

    Only the report goes to standard output: with `--json` as one JSON object, else as text. Logs go to standard error.
    """

    requires_system_checks: list[str] = []

    def work(self, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
        raise NotImplementedError

    def add_json(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def subcommands(self, parser: CommandParser) -> Any:
        return parser.add_subparsers(dest="what", required=True, metavar="WHAT")

    def handle(self, *args: Any, **options: Any) -> None:
        status = REFUSED
        try:
            report, text, status = self.work(options)
        except Refused as refused:
            report, text = self.refused(refused.errors)
        except PortalError as error:
            report, text = self.refused([{"where": "", "message": error.message}])
        except ImproperlyConfigured as error:
            report, text = self.refused([{"where": "settings", "message": str(error)}])
        except Error as error:
            words = "The database does not answer or is not set up. Check DATABASE_URL, then run: manage.py migrate"
            self.stderr.write(f"{type(error).__name__}: {error}")
            report, text = self.refused([{"where": "database", "message": words}])
        out = self.stderr if report.get("status") == "refused" and not options.get("json") else self.stdout
        told = (json.dumps(report) if report else "") if options.get("json") else text
        if told:
            out.write(told)
        if status:
            raise SystemExit(status)

    @staticmethod
    def refused(errors: list[dict[str, str]]) -> tuple[dict[str, Any], str]:
        lines = [f"{error['where']}: {error['message']}" if error["where"] else error["message"] for error in errors]
        return {"status": "refused", "errors": errors}, "\n".join(lines)

    def tell(self, text: str) -> None:
        """Progress, for people at a terminal only."""
        if self.stderr.isatty():
            self.stderr.write(text)


def check_database() -> None:
    """Before something starts that stays. Raises CommandError when the database cannot be used as it is."""
    try:
        missing = workers.pending_migrations()
    except Error as error:
        text = "The database does not answer. Check that it runs and that DATABASE_URL is right."
        raise CommandError(text, returncode=REFUSED) from error
    if missing:
        text = f"{missing} migration(s) are not applied to the database. Run first: manage.py migrate"
        raise CommandError(text, returncode=REFUSED)


def find_workspace(slug: str) -> Workspace:
    found = Workspace.objects.filter(slug=slug).first()
    if found is None:
        raise Refused("workspace", f"There is no workspace {slug!r}{_known(Workspace.objects.all(), 'slug')}")
    return found


def find_connection(workspace: Workspace, key: str) -> Connection:
    found = workspace.connections.select_related("workspace").filter(key=key).first()
    if found is None:
        raise Refused("connection", f"There is no connection {key!r}{_known(workspace.connections.all(), 'key')}")
    return found


def find_sync(workspace: Workspace, key: str) -> Sync:
    found = workspace.syncs.select_related("workspace", "source", "target").filter(key=key).first()
    if found is None:
        raise Refused("sync", f"There is no sync {key!r}{_known(workspace.syncs.all(), 'key')}")
    return found


def _known(rows: Any, name: str) -> str:
    names = list(rows.order_by(name).values_list(name, flat=True))
    return f"; there are {', '.join(names)}." if names else "; there is none yet."


def parse_day(text: str | None, where: str) -> date | None:
    """A calendar date as 2026-07-31."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(where, f"{text!r} is no date; write it as 2026-07-31.") from None


def parse_number(text: str | None, where: str) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or len(text) > 18:
        raise Refused(where, f"{text!r} is no number.")
    return int(text)
