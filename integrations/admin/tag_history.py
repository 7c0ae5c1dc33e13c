"""What became of one tag, version by version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from integrations.admin.tag_words import file_name, upload_address, who
from integrations.models import Tag, TagList, TagUpload


@dataclass(frozen=True)
class Event:
    """`changes`: (label, before, after). `link`: the upload that did it."""

    version: int
    kind: str
    words: str
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    link: str = ""
    when: datetime | None = None
    by: str = ""
    file: str = ""


def history_of(tag_list: TagList, path: str) -> list[Event]:
    """Newest first. A version that is only being sent is left out."""
    rows = list(Tag.objects.filter(tag_list=tag_list, path=path, since__lte=tag_list.version).order_by("since"))
    found = sorted(events(rows, tag_list.version), key=lambda event: -event.version)
    uploads = TagUpload.objects.filter(tag_list=tag_list, version__in=[event.version for event in found])
    by_version = {row.version: row for row in uploads.select_related("requested_by").prefetch_related("files__file")}
    return [told(event, by_version.get(event.version)) for event in found]


def events(rows: list[Tag], version: int) -> Iterator[Event]:
    if rows:
        yield Event(rows[0].since, "added", "Added", difference(None, rows[0]))
    for before, after in pairwise(rows):
        if before.until == after.since:
            yield Event(after.since, "changed", "Changed", difference(before, after))
        else:
            yield Event(before.until or 0, "removed", "Removed")
            yield Event(after.since, "added", "Added again", difference(None, after))
    if rows and rows[-1].until is not None and rows[-1].until <= version:
        yield Event(rows[-1].until, "removed", "Removed")


def difference(before: Tag | None, after: Tag) -> list[tuple[str, str, str]]:
    """New tags tell what is not usual: a code, or that it is disabled."""
    was = (before.gl_code, yes(before.enabled)) if before else ("", "Yes")
    now = (after.gl_code, yes(after.enabled))
    return [(label, a, b) for label, a, b in zip(("GL code", "Enabled"), was, now, strict=True) if a != b]


def yes(value: bool | None) -> str:
    return "" if value is None else "Yes" if value else "No"


def told(event: Event, upload: TagUpload | None) -> Event:
    if upload is None:
        return event
    link, when = upload_address(upload), upload.finished_at
    by, file = who(upload), file_name(upload)
    return Event(event.version, event.kind, event.words, event.changes, link, when, by, file)
