"""What an upload would do or did, tag by tag, and the rows that it rejects: searched, by keyset pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from integrations.admin.tag_history import yes
from integrations.admin.tag_words import CLOSED, parent_words
from integrations.models import TagChange, TagList, TagRejection, TagUpload
from integrations.services.tag_stage import VersionChange, compare_counts, compare_versions

PAGE = 50
REJECTED = "rejected"
GOING = ("removed", "disabled")
TABS = [
    ("added", "Added"),
    ("changed", "Changed"),
    ("removed", "Removed"),
    ("disabled", "Disabled"),
    (REJECTED, "Rejected"),
]


@dataclass(frozen=True)
class Line:
    """One tag. `changes`: (label, before, after). `used`: open expenses that carry it, None where it is not known.
    `kind`: added, changed or removed, where a list mixes them."""

    name: str
    above: str
    gl_code: str
    changes: list[tuple[str, str, str]]
    row: int | None = None
    used: int | None = None
    enabled: bool = True
    kind: str = ""


@dataclass(frozen=True)
class Shown:
    """`next`: query of the page that follows, '' for none."""

    lines: list[Any]
    next: str


def changes_context(upload: TagUpload, given: Any) -> dict[str, Any]:
    """GET `kind` (a tab), `q` and `after` (where the page before ended)."""
    tabs = tabs_of(upload)
    wanted = given.get("kind", "")
    kind = wanted if wanted in dict(TABS) else next((name for name, _, number in tabs if number), "added")
    text = given.get("q", "").strip()[:200]
    after = given.get("after", "")
    return {
        "upload": upload,
        "tabs": tabs,
        "kind": kind,
        "q": text,
        "first": not after,
        "shown": shown(upload, kind, text, after),
    }


def tabs_of(upload: TagUpload) -> list[tuple[str, str, int]]:
    """Name, words and number. Between versions a disabled tag is a changed one; a list found at Ieatta was not
    counted."""
    counts = dict(upload.counts)
    if upload.origin == TagUpload.Origin.FOUND and upload.version:
        counts = compare_counts(upload.tag_list, upload.version - 1, upload.version)
    elif carried_out(upload):
        counts["changed"] = counts.get("changed", 0) + counts.pop("disabled", 0)
    always = ("added", "changed", "removed")
    return [(name, words, counts.get(name, 0)) for name, words in TABS if counts.get(name) or name in always]


def carried_out(upload: TagUpload) -> bool:
    return upload.status in CLOSED and upload.version is not None


def shown(upload: TagUpload, kind: str, text: str, after: str) -> Shown:
    if kind == REJECTED:
        return rejected(upload, text, after)
    if carried_out(upload):
        return compared(upload.tag_list, (upload.version or 1) - 1, upload.version or 0, kind, text, after)
    return planned(upload, kind, text, after)


def page_of(rows: list[Any], lines: list[Any], kind: str, text: str, after: str) -> Shown:
    query = urlencode({"kind": kind, "q": text, "after": after}) if len(rows) > PAGE else ""
    return Shown(lines[:PAGE], query)


# --- a preview ----------------------------------------------------------------------------------------------------


def planned(upload: TagUpload, kind: str, text: str, after: str) -> Shown:
    """Of tags that go, those that open expenses still carry come first."""
    carried = Coalesce(F("used"), Value(0)) if kind in GOING else Value(0)
    rows = TagChange.objects.filter(upload=upload, kind=kind).annotate(carried=carried)
    if text:
        rows = rows.filter(Q(path__icontains=text) | Q(name__icontains=text) | Q(gl_code__icontains=text))
    number, _, last = after.partition("-")
    if number.isdecimal() and last.isdecimal():
        beyond = Q(pk__gt=int(last))
        rows = rows.filter(Q(carried__lt=int(number)) | Q(carried=int(number)) & beyond if kind in GOING else beyond)
    found = list(rows.order_by(*(["-carried"] if kind in GOING else []), "pk")[: PAGE + 1])
    mark = f"{found[PAGE - 1].carried}-{found[PAGE - 1].pk}" if len(found) > PAGE else ""
    return page_of(found, [planned_line(row) for row in found], kind, text, mark)


def planned_line(row: TagChange) -> Line:
    pairs = [("GL code", row.old_gl_code, row.gl_code), ("Enabled", yes(row.old_enabled), yes(row.enabled))]
    changes = [(label, a or "", b) for label, a, b in pairs if row.kind == TagChange.Kind.CHANGED and (a or "") != b]
    above = parent_words(row.path, row.depth)
    return Line(row.name, above, row.gl_code, changes, row.row, row.used, row.enabled)


def still_used(upload: TagUpload) -> tuple[int, int]:
    """Tags that would go although open expenses carry them, and how many expenses."""
    gone = TagChange.objects.filter(upload=upload, kind__in=GOING, used__gt=0)
    numbers = list(gone.values_list("used", flat=True))
    return len(numbers), sum(number or 0 for number in numbers)


# --- what was done ------------------------------------------------------------------------------------------------


def compared(tag_list: TagList, before: int, now: int, kind: str, text: str, after: str) -> Shown:
    """What differs between two versions. `kind` '' means all."""
    last = int(after) if after.isdecimal() and len(after) < 19 else 0
    rows = compare_versions(tag_list, before, now, kind=kind or None, query=text, after=last, limit=PAGE + 1)
    mark = str(rows[PAGE - 1].id) if len(rows) > PAGE else ""
    return page_of(rows, [compared_line(row) for row in rows], kind, text, mark)


def compared_line(row: VersionChange) -> Line:
    stands = row.after or row.before
    changes = []
    if row.before and row.after:
        pairs = [
            ("GL code", row.before.gl_code, row.after.gl_code),
            ("Enabled", yes(row.before.enabled), yes(row.after.enabled)),
        ]
        changes = [(label, a, b) for label, a, b in pairs if a != b]
    code, enabled = (stands.gl_code, stands.enabled) if stands else ("", True)
    return Line(row.name, parent_words(row.path, row.depth), code, changes, enabled=enabled, kind=row.kind)


# --- rejected rows ------------------------------------------------------------------------------------------------


def rejected(upload: TagUpload, text: str, after: str) -> Shown:
    rows: QuerySet[TagRejection] = TagRejection.objects.filter(upload=upload)
    if text:
        row = Q(row=int(text)) if text.isdecimal() and len(text) < 10 else Q()
        rows = rows.filter(row | Q(reason__icontains=text) | Q(column__icontains=text) | Q(path__icontains=text))
    row_number, _, last = after.partition("-")
    if row_number.isdecimal() and last.isdecimal():
        rows = rows.filter(Q(row__gt=int(row_number)) | Q(row=int(row_number), pk__gt=int(last)))
    found = list(rows.order_by("row", "pk")[: PAGE + 1])
    mark = f"{found[PAGE - 1].row}-{found[PAGE - 1].pk}" if len(found) > PAGE else ""
    return page_of(found, found, REJECTED, text, mark)
