"""`manage.py config load FILE`, `manage.py config dump WORKSPACE`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from integrations.core.errors import PortalError
from integrations.management.cli import DONE, WITH_FAILURES, ManyRefused, PortalCommand, Refused, find_workspace
from integrations.models import Connection
from integrations.services.config import ConfigRefused, Loaded, config_dump, config_load
from integrations.services.connections import connection_test

MOST_BYTES = 20_000_000


class Command(PortalCommand):
    help = "Loads a workspace's configuration from a YAML file, as a whole or not at all; or writes it as one."

    def add_arguments(self, parser: CommandParser) -> None:
        kinds = self.subcommands(parser)
        load = kinds.add_parser("load", help="make the workspace agree with the file; loading it again changes nothing")
        load.add_argument("file", metavar="FILE", help="a YAML file, or - for standard input")
        load.add_argument("--test", action="store_true", help="test the file's connections afterwards")
        dump = kinds.add_parser("dump", help="write what load takes, without secrets")
        dump.add_argument("workspace", metavar="WORKSPACE")
        dump.add_argument("--output", metavar="FILE", help="write to this file instead of standard output")
        for part in (load, dump):
            self.add_json(part)

    def work(self, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
        return self.load(options) if options["what"] == "load" else self.dump(options)

    def load(self, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
        try:
            loaded = config_load(read_file(options["file"]))
        except ConfigRefused as refused:
            raise ManyRefused(refused.errors) from None
        report: dict[str, Any] = {
            "status": "done", "workspace": loaded.workspace.slug, "changes": loaded.changes, "message": words(loaded),
        }  # fmt: skip
        if loaded.warnings:
            report["warnings"] = loaded.warnings
        lines = [f"{change['where']}: {change['change']}" for change in loaded.changes]
        lines += [f"Note: {warning}" for warning in loaded.warnings] + [words(loaded)]
        if not options["test"]:
            return report, "\n".join(lines), DONE
        report["tests"] = [test(connection) for connection in loaded.connections]
        lines += [f"{one['connection']}: {one['message']}" for one in report["tests"]]
        failed = any(one["status"] != "connected" for one in report["tests"])
        return report, "\n".join(lines), WITH_FAILURES if failed else DONE

    def dump(self, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
        workspace = find_workspace(options["workspace"])
        text = config_dump(workspace)
        report = {"status": "done", "workspace": workspace.slug}
        if not options["output"]:
            return {**report, "config": text}, text, DONE
        try:
            Path(options["output"]).write_text(text, encoding="utf-8")
        except OSError as error:
            raise Refused("--output", f"The file cannot be written: {error.strerror}.") from None
        return {**report, "file": options["output"]}, f"Wrote {options['output']}.", DONE


def words(loaded: Loaded) -> str:
    number = len(loaded.changes)
    return f"{number} change(s) in workspace {loaded.workspace.slug}." if number else "All unchanged."


def read_file(name: str) -> str:
    try:
        raw = sys.stdin.buffer.read(MOST_BYTES + 1) if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise Refused(name, f"The file cannot be read: {error.strerror}.") from None
    if len(raw) > MOST_BYTES:
        raise Refused(name, "The file is larger than 20 MB; that is no configuration file.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise Refused(f"line {line}", "The file is not UTF-8 text. Save it as UTF-8.") from None


def test(connection: Connection) -> dict[str, str]:
    try:
        checked = connection_test(connection=connection)
    except PortalError as error:
        return {"connection": connection.key, "status": connection.state, "message": error.message}
    missing = " ".join(checked.missing)
    message = f"connected to {checked.identity}.{' ' + missing if missing else ''}"
    return {"connection": connection.key, "status": "connected", "message": message}
