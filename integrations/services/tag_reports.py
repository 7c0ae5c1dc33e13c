"""Uploads of tags as JSON and as text, for commands: the keys of a run's report where they apply."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from django.db.models import Q

from integrations.core.plan import empty_counts
from integrations.core.tags import TagRow
from integrations.models import Tag, TagChange, TagUpload, Workspace
from integrations.services.reports import ITEMS as ITEMS
from integrations.services.reports import item_line, moment
from integrations.services.tag_stage import VersionChange

Json = dict[str, Any]
ACTIONS = {"added": "create", "changed": "update", "removed": "remove", "disabled": "disable"}
DONE_AS = {"create": "created", "update": "updated", "remove": "removed", "disable": "updated"}


def upload_report(upload: TagUpload, items: int = ITEMS) -> Json:
    """`upload` and `run`: its number. `preview`: the same while it waits to be carried out. `version`: its list's."""
    ready = upload.status == TagUpload.Status.READY
    rows = list(islice(chain(rejected_items(upload), difference_items(upload), change_items(upload)), items))
    failed = bool(upload.counts.get("rejected"))
    status = ("done_with_failures" if failed else "done") if ready else upload.status
    return {
        "run": upload.pk, "upload": upload.pk, "sync": "tags", "mode": upload.mode, "status": status,
        "preview": upload.pk if ready else None, "version": upload.version, "counts": report_counts(upload.counts),
        "calls": dict(upload.calls), "seconds": upload.seconds, "items": rows, "message": upload.message,
    }  # fmt: skip


def report_counts(counts: Json) -> Json:
    """In a run's words; `removed`, `disabled`, `rejected`, `repeated` and `differences` besides."""
    own = {name: counts.get(name, 0) for name in ("removed", "disabled", "rejected", "repeated", "differences")}
    return {
        **empty_counts(), "read": counts.get("read", 0), "created": counts.get("added", 0),
        "updated": counts.get("changed", 0) + counts.get("disabled", 0), "unchanged": counts.get("unchanged", 0),
        "skipped": counts.get("repeated", 0), "failed": own["rejected"] + own["differences"], **own,
    }  # fmt: skip


def rejected_items(upload: TagUpload) -> Iterator[Json]:
    for one in upload.rejections.order_by("row", "id")[:ITEMS]:
        column = f", column {one.column}" if one.column else ""
        reason = f"Row {one.row}{column}: {one.reason}"
        yield item(one.path or f"row {one.row}", "invalid", "failed", reason, row=one.row, column=one.column)


def difference_items(upload: TagUpload) -> Iterator[Json]:
    for one in upload.differences:
        reason = f"Sent: {one['wanted']}. Ieatta has: {one['vendor']}."
        changes = {"tag": [one["vendor"], one["wanted"]]}
        yield item(one["path"], "verify", "failed", reason, changes)


def change_items(upload: TagUpload) -> Iterator[Json]:
    if upload.version is None:
        rows = TagChange.objects.filter(upload=upload).order_by("id")[:ITEMS]
        return (item(one.path, ACTIONS[one.kind], "planned", used(one), changes_of(one)) for one in rows)
    return version_items(upload.tag_list_id, upload.version)


def version_items(tag_list: int, version: int) -> Iterator[Json]:
    """From the versions themselves: what ended with it, and what began."""
    rows = Tag.objects.filter(tag_list=tag_list)
    ended = {one.path: one for one in rows.filter(until=version).order_by("id")[: 2 * ITEMS]}
    for one in rows.filter(since=version).order_by("id")[:ITEMS]:
        before = ended.pop(one.path, None) or rows.filter(until=version, path=one.path).first()
        kind = "update" if before else "create"
        changes = differing(before, one) if before else {"gl_code": [None, one.gl_code]} if one.gl_code else {}
        yield item(one.path, kind, DONE_AS[kind], "", changes)
    for one in ended.values():
        if not rows.filter(since=version, path=one.path).exists():
            yield item(one.path, "remove", "removed", "")


def differing(before: Tag, after: Tag) -> Json:
    pairs = {name: [getattr(before, name), getattr(after, name)] for name in ("gl_code", "enabled")}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def changes_of(one: TagChange) -> Json:
    if one.kind == TagChange.Kind.ADDED:
        return {"gl_code": [None, one.gl_code]} if one.gl_code else {}
    if one.kind == TagChange.Kind.REMOVED:
        return {}
    pairs: Json = {"gl_code": [one.old_gl_code, one.gl_code], "enabled": [one.old_enabled, one.enabled]}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def used(one: TagChange) -> str:
    if not one.used:
        return ""
    return f"Still used by {one.used} open expense{'s' if one.used > 1 else ''}."


def item(path: str, action: str, status: str, reason: str, changes: Json | None = None, **more: Any) -> Json:
    return {
        "stream": "tags", "source_id": path, "target_id": "" if action == "invalid" else path, "action": action,
        "status": status, "reason": reason, "changes": changes or {}, "label": "", "code": "", **more,
    }  # fmt: skip


def version_change(one: VersionChange) -> Json:
    return {"kind": one.kind, "path": one.path, "before": state(one.before), "after": state(one.after)}


def state(row: TagRow | None) -> Json | None:
    return None if row is None else {"gl_code": row.gl_code, "enabled": row.enabled}


def version_line(row: Json) -> str:
    """ "changed: Alpha  GL code 100 → GL code 101"."""
    states = [row[side] and f"GL code {row[side]['gl_code'] or '(none)'}" for side in ("before", "after")]
    off = [row[side] and not row[side]["enabled"] and ", disabled" for side in ("before", "after")]
    words = [f"{text}{more or ''}" for text, more in zip(states, off, strict=True) if text]
    return f"{row['kind']}: {row['path']}  {' → '.join(words)}"


def upload_text(report: Json) -> str:
    counts = ", ".join(f"{number:,} {name}" for name, number in report["counts"].items() if number) or "nothing to do"
    calls = ", ".join(f"{key} {number}" for key, number in report["calls"].items()) or "none"
    version = f", version {report['version']}" if report["version"] else ""
    lines = [f"Upload {report['upload']} ({report['mode']}): {report['status'].replace('_', ' ')}{version}"]
    lines += [f"  {report['message']}"] if report["message"] else []
    lines += [f"  counts   {counts}", f"  calls    {calls}", f"  seconds  {report['seconds']:.1f}"]
    lines += [f"  {item_line(one)}" for one in report["items"][:40]]
    more = len(report["items"]) - 40
    return "\n".join(lines + ([f"  … and {more} more"] if more > 0 else []))


def upload_row(upload: TagUpload) -> Json:
    file = upload.files.select_related("file").order_by("position").first()
    return {
        "upload": upload.pk, "mode": upload.mode, "origin": upload.origin, "status": upload.status,
        "version": upload.version, "file": file.file.name if file else "", "by": str(upload.requested_by or ""),
        "created": moment(upload.created_at), "finished": moment(upload.finished_at),
        "counts": report_counts(upload.counts), "message": upload.message,
    }  # fmt: skip


def uploads_list(workspace: Workspace, limit: int = 50) -> list[Json]:
    """Newest first."""
    rows = TagUpload.objects.filter(workspace=workspace).select_related("requested_by").order_by("-id")
    return [upload_row(upload) for upload in rows[:limit]]


def upload_line(row: Json) -> str:
    counts = ", ".join(f"{number} {name}" for name, number in row["counts"].items() if number) or "nothing"
    version = f" version {row['version']}" if row["version"] else ""
    what = f"{row['file'] or row['origin']}  {row['mode']}  {row['status']}{version}"
    return f"{row['upload']:>6}  {row['created']}  {what}: {counts}"


def tag_record(workspace: Workspace, name: str) -> list[Json]:
    """The story of a tag, by its name, path or GL code: from which version to which it stood, and as what."""
    fits = Q(name=name) | Q(path=name) | Q(gl_code=name)
    rows = Tag.objects.filter(fits, tag_list__workspace=workspace).order_by("tag_list", "path", "since")[:ITEMS]
    return [
        {"path": one.path, "gl_code": one.gl_code, "enabled": one.enabled, "since": one.since, "until": one.until}
        for one in rows
    ]


def tag_line(row: Json) -> str:
    until = f"until version {row['until']}" if row["until"] else "until now"
    state = "" if row["enabled"] else ", disabled"
    return f"Tag {row['path']} with GL code {row['gl_code'] or '(none)'}{state}: from version {row['since']} {until}"
