"""`manage.py tags upload|apply|correct|undo|draw|list|show|compare|export|cancel`."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import CommandParser

from integrations.core.errors import PortalError
from integrations.core.tags import Shape
from integrations.imports.sheet import tag_lines
from integrations.imports.table import Unreadable
from integrations.management.cli import (
    DONE,
    REFUSED,
    WITH_FAILURES,
    PortalCommand,
    Refused,
    find_workspace,
    parse_number,
)
from integrations.management.tag_files import Reading, add_reading, store_path
from integrations.management.tag_running import carry_out, left_half_way, preview, resume
from integrations.models import TagList, TagUpload, Workspace
from integrations.services import tag_draw, tag_lists, tag_reports, tag_uploads
from integrations.services.reports import ITEMS
from integrations.services.tag_sides import accelo_connection
from integrations.services.tag_stage import compare_counts, compare_versions

KINDS = ["project", "ticket", "retainer"]
Answer = tuple[dict[str, Any], str, int]
STATUS: dict[str, int] = {"done": DONE, "ready": DONE, "queued": DONE, "done_with_failures": WITH_FAILURES}


class Command(PortalCommand):
    help = "Project codes as Ieatta tags: uploads a file with preview and undo, shows, compares and exports lists."

    def add_arguments(self, parser: CommandParser) -> None:
        kinds = self.subcommands(parser)
        upload = self.part(kinds, "upload", "make the list equal to a file, or add a file to it")
        upload.add_argument("file", metavar="FILE", help="CSV, TSV, text or xlsx")
        upload.add_argument("--mode", required=True, choices=["replace", "append"])
        self.add_how(upload)
        add_reading(upload)
        correct = self.part(kinds, "correct", "upload corrected rows into the same upload", upload=True)
        correct.add_argument("file", metavar="FILE")
        undo = self.part(kinds, "undo", "bring back the list as it was before an upload", upload=True)
        resend = self.part(kinds, "resend", "send the portal's list to Ieatta again")
        draw = self.part(kinds, "draw", "make the list from Accelo's projects, tickets and retainers")
        draw.add_argument("--mode", default="replace", choices=["replace", "append"])
        self.add_draw(draw)
        for one in (correct, undo, resend, draw):
            self.add_how(one)
        apply = self.part(kinds, "apply", "carry out an upload that was previewed", upload=True)
        self.add_running(apply)
        self.part(kinds, "cancel", "stop or discard an upload", upload=True)
        self.part(kinds, "list", "the workspace's uploads, newest first")
        show = self.part(kinds, "show", "one upload with its items", upload=True)
        show.add_argument("--limit", metavar="N", default="200")
        export = self.part(kinds, "export", "write the list as CSV that imports back as no change")
        export.add_argument("file", metavar="FILE", nargs="?", default="-", help="- (the default) is standard output")
        export.add_argument("--version-number", metavar="N", help="the list as it was at this version")
        rejected = self.part(kinds, "rejected", "write the rejected rows as CSV, to be corrected", upload=True)
        rejected.add_argument("file", metavar="FILE", nargs="?", default="-")
        compare = self.part(kinds, "compare", "what differs between two versions")
        compare.add_argument("first", metavar="VERSION")
        compare.add_argument("second", metavar="VERSION")

    def part(self, kinds: Any, name: str, what: str, upload: bool = False) -> CommandParser:
        part = kinds.add_parser(name, help=what)
        part.add_argument("workspace", metavar="WORKSPACE")
        if upload:
            part.add_argument("upload", metavar="UPLOAD", help="its number")
        part.add_argument(
            "--connection", metavar="KEY", default="", help="the Ieatta connection, where there are several"
        )
        self.add_json(part)
        return part

    def add_how(self, part: CommandParser) -> None:
        part.add_argument("--preview", action="store_true", help="show what would change, and keep it for `tags apply`")
        part.add_argument("--no-push", action="store_true", help="keep the list in the portal only, do not send it")
        part.add_argument(
            "--absent", choices=["remove", "disable"], default="remove",
            help="what replace does with tags that the file does not name (remove)",
        )  # fmt: skip
        self.add_running(part)

    def add_running(self, part: CommandParser) -> None:
        part.add_argument("--all-or-nothing", action="store_true", help="do nothing while a row is rejected")
        part.add_argument("--queue", action="store_true", help="leave it to the workers")
        part.add_argument("--wait", action="store_true", help="wait for another upload; with --queue, for the end")

    def add_draw(self, part: CommandParser) -> None:
        part.add_argument("--kind", action="append", default=[], choices=KINDS)
        part.add_argument("--standing", action="append", default=[], metavar="WORD", help="such as active (repeatable)")
        part.add_argument("--pattern", default="", metavar="P", help="part of title or code, or a pattern such as P-1*")
        part.add_argument("--names", default="both", choices=["code", "title", "both"], help="what tags are called")

    # --- work -----------------------------------------------------------------------------------------------------

    def work(self, options: dict[str, Any]) -> Answer:
        workspace = find_workspace(options["workspace"])
        if options["what"] == "list":
            rows = tag_reports.uploads_list(workspace)
            lines = [tag_reports.upload_line(row) for row in rows] or ["There is no upload yet."]
            return {"status": "done", "workspace": workspace.slug, "uploads": rows}, "\n".join(lines), DONE
        try:
            return getattr(self, options["what"])(workspace, options)
        except (Unreadable, ValueError) as error:
            raise Refused(options.get("file") or "file", str(error)) from None
        except OSError as error:
            raise Refused(options.get("file") or "file", f"It cannot be read or written: {error.strerror}.") from None

    def upload(self, workspace: Workspace, options: dict[str, Any]) -> Answer:
        tag_list = self.list(workspace, options)
        tag_uploads.refuse_replace(tag_list, options["mode"])
        file = store_path(workspace, options["file"])
        made = tag_uploads.upload_create(
            tag_list=tag_list, file=file, mode=options["mode"], push=not options["no_push"], absent=options["absent"],
        )  # fmt: skip
        reading = Reading.of(options)
        if reading.given:
            reading.apply(made)
        return self.go_on(made, options)

    def correct(self, workspace: Workspace, options: dict[str, Any]) -> Answer:
        file = store_path(workspace, options["file"])
        return self.go_on(tag_uploads.upload_correct(upload=self.one(workspace, options), file=file), options)

    def undo(self, workspace: Workspace, options: dict[str, Any]) -> Answer:
        return self.go_on(tag_uploads.upload_undo(upload=self.one(workspace, options)), options)

    def resend(self, workspace: Workspace, options: dict[str, Any]) -> Answer:
        return self.go_on(tag_uploads.list_resend(tag_list=self.list(workspace, options)), options)

    def draw(self, workspace: Workspace, options: dict[str, Any]) -> Answer:
        tag_list = self.list(workspace, options)
        connection = accelo_connection(tag_list)
        if connection is None:
            raise Refused("workspace", "No Accelo connection belongs to this list. Connect Accelo first.")
        tag_draw.draw_refresh(connection)
        kinds = options["kind"] or KINDS
        drawn = tag_draw.draw_rows(connection, kinds, options["standing"], options["pattern"], options["names"])
        if not drawn.rows:
            raise Refused("--pattern", "Nothing in Accelo fits. Choose other kinds, statuses or another pattern.")
        for work, reason in drawn.left_out:
            self.stderr.write(f"Left out: {work}: {reason}")
        made = tag_uploads.upload_draw(
            tag_list=tag_list, lines=tag_lines(Shape(), drawn.rows, drawn.targets), mode=options["mode"],
            push=not options["no_push"], absent=options["absent"],
        )  # fmt: skip
        return self.go_on(made, options)

    def apply(self, workspace: Workspace, options: dict[str, Any]) -> Answer:
        upload = self.one(workspace, options)
        if left_half_way(upload):
            return self.told(resume(upload, options, self.tell))
        if upload.status != TagUpload.Status.READY:
            state = upload.get_status_display().lower()
            raise Refused("UPLOAD", f"{upload} is {state}; only one that was previewed can be carried out.")
        return self.told(carry_out(upload, options, self.tell))

    def cancel(self, workspace: Workspace, options: dict[str, Any]) -> Answer:
        upload = self.one(workspace, options)
        waits = upload.status in ("queued", "held", "running", "cancelling")
        words = (tag_uploads.upload_cancel if waits else tag_uploads.upload_discard)(upload=upload)
        return {"status": "done", "upload": upload.pk, "message": words}, words, DONE

    def show(self, workspace: Workspace, options: dict[str, Any]) -> Answer:
        limit = parse_number(options["limit"], "--limit") or ITEMS
        report = tag_reports.upload_report(self.one(workspace, options), limit)
        return report, tag_reports.upload_text(report), DONE

    def export(self, workspace: Workspace, options: dict[str, Any]) -> Answer:
        tag_list = self.list(workspace, options)
        version = parse_number(options["version_number"], "--version-number")
        if version is not None:
            tag_lists.known_version(tag_list, version)
        lines = tag_lists.own_lines(tag_list, version)
        return self.write(options["file"], tag_lists.csv_bytes(lines), "tags")

    def rejected(self, workspace: Workspace, options: dict[str, Any]) -> Answer:
        return self.write(options["file"], tag_uploads.rejected_file(self.one(workspace, options)), "rejected rows")

    def write(self, path: str, pieces: Any, what: str) -> Answer:
        if path == "-":
            sys.stdout.buffer.writelines(pieces)
            sys.stdout.flush()
            return {}, "", DONE
        with open(path, "wb") as file:
            file.writelines(pieces)
        return {"status": "done", "file": path}, f"The {what} are in {path}.", DONE

    def compare(self, workspace: Workspace, options: dict[str, Any]) -> Answer:
        first, second = (parse_number(options[name], "VERSION") or 0 for name in ("first", "second"))
        tag_list = self.list(workspace, options)
        for version in (first, second):
            tag_lists.known_version(tag_list, version)
        numbers = compare_counts(tag_list, first, second)
        rows = [tag_reports.version_change(one) for one in compare_versions(tag_list, first, second, limit=ITEMS)]
        counts = ", ".join(f"{number} {name}" for name, number in numbers.items() if number) or "no difference"
        lines = [tag_reports.version_line(row) for row in rows]
        return {"status": "done", "counts": numbers, "items": rows}, "\n".join([counts, *lines]), DONE

    # --- what they share ------------------------------------------------------------------------------------------

    def list(self, workspace: Workspace, options: dict[str, Any]) -> TagList:
        try:
            return tag_lists.choose_list(workspace, options["connection"])
        except PortalError as error:
            raise Refused("--connection", error.message) from None

    def one(self, workspace: Workspace, options: dict[str, Any]) -> TagUpload:
        number = parse_number(options["upload"], "UPLOAD")
        rows = TagUpload.objects.filter(workspace=workspace).select_related("tag_list__connection")
        found = rows.filter(pk=number).first() if number else None
        if found is None:
            raise Refused(
                "UPLOAD", f"There is no upload {options['upload']} in this workspace; see: manage.py tags list"
            )
        return found

    def go_on(self, upload: TagUpload, options: dict[str, Any]) -> Answer:
        begin = preview if options["preview"] else carry_out
        return self.told(begin(upload, options, self.tell))

    def told(self, upload: TagUpload) -> Answer:
        report = tag_reports.upload_report(upload)
        if upload.status in (TagUpload.Status.FAILED, TagUpload.Status.CANCELLED):
            errors = [{"where": one["source_id"], "message": one["reason"]} for one in report["items"][:50]]
            raise_refused(upload.message, errors if upload.counts.get("rejected") else [])
        status = WITH_FAILURES if report["counts"]["failed"] else STATUS.get(upload.status, REFUSED)
        return report, tag_reports.upload_text(report), status


def raise_refused(message: str, more: list[dict[str, str]]) -> None:
    raise Refused("", message, more)
