"""`manage.py connection test WORKSPACE CONNECTION`, `manage.py connection list WORKSPACE`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from integrations.core.errors import PortalError
from integrations.management.cli import DONE, REFUSED, WITH_FAILURES, PortalCommand, find_connection, find_workspace
from integrations.models import Connection
from integrations.services.connections import connection_test, connection_used_by


class Command(PortalCommand):
    help = "Tests a connection, or lists a workspace's connections."

    def add_arguments(self, parser: CommandParser) -> None:
        kinds = self.subcommands(parser)
        test = kinds.add_parser("test", help="sign in, read the smallest harmless thing, show what is connected")
        listing = kinds.add_parser("list", help="the workspace's connections and their states")
        for part in (test, listing):
            part.add_argument("workspace", metavar="WORKSPACE")
            self.add_json(part)
        test.add_argument("connection", metavar="CONNECTION")
        test.add_argument(
            "--accept-other", action="store_true", help="accept another account than the one connected before"
        )

    def work(self, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
        workspace = find_workspace(options["workspace"])
        if options["what"] == "list":
            rows = [row(one) for one in workspace.connections.order_by("key")]
            lines = [f"{one['connection']} ({one['vendor']}): {one['state']} {one['reason']}".rstrip() for one in rows]
            report = {"status": "done", "workspace": workspace.slug, "connections": rows}
            return report, "\n".join(lines) or "There is no connection yet.", DONE
        return test(find_connection(workspace, options["connection"]), options["accept_other"])


def row(connection: Connection) -> dict[str, Any]:
    since = connection.state_since
    return {
        "connection": connection.key, "vendor": connection.vendor, "name": connection.name,
        "state": connection.state, "reason": connection.state_reason, "identity": connection.identity,
        "since": since.isoformat(timespec="seconds") if since else None,
        "used_by": [sync.key for sync in connection_used_by(connection)],
    }  # fmt: skip


def test(connection: Connection, accept_other: bool) -> tuple[dict[str, Any], str, int]:
    """Status 1 when it is connected but permissions are missing."""
    head: dict[str, Any] = {"connection": connection.key, "vendor": connection.vendor}
    try:
        checked = connection_test(connection=connection, accept_other=accept_other)
    except PortalError as error:
        errors = [{"where": connection.key, "message": error.message}]
        report = {"status": "refused", **head, "state": connection.state, "kind": error.kind, "errors": errors}
        return report, f"{connection.key}: {error.message}", REFUSED
    report = {
        "status": "done", **head, "state": connection.state, "identity": checked.identity,
        "facts": dict(checked.facts), "missing": list(checked.missing), "budget": checked.budget,
    }  # fmt: skip
    lines = [f"{connection.key} is connected to {checked.identity}."]
    lines += [f"  {label}: {text}" for label, text in checked.facts.items()]
    lines += [f"  {checked.budget}"] if checked.budget else []
    lines += [f"  Missing: {text}" for text in checked.missing]
    return report, "\n".join(lines), WITH_FAILURES if checked.missing else DONE
