"""Versions of a list: who made which when, and any two compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse

from integrations.admin.tag_changes import compared
from integrations.admin.tag_words import counts_words, file_name, tags_address, upload_address, who
from integrations.models import TagList, TagUpload
from integrations.services.tag_lists import shape_from, shape_of, shape_words
from integrations.services.tag_stage import compare_counts

if TYPE_CHECKING:
    from integrations.admin.base import PortalAdmin

MOST = 200
"""Versions in the table and in the selects; older ones are under Tag uploads."""
KINDS = [("", "All"), ("added", "Added"), ("changed", "Changed"), ("removed", "Removed")]


@dataclass(frozen=True)
class Version:
    number: int
    upload: TagUpload
    link: str
    by: str
    file: str
    result: str
    shape: str
    may_undo: bool


def versions_page(page: PortalAdmin, request: HttpRequest, tag_list: TagList) -> HttpResponse:
    """GET `a`, `b`: the two versions; `kind`, `q`, `after` as in the lists of an upload."""
    given = request.GET
    before = number_of(given.get("a"), tag_list.version - 1, tag_list.version)
    now = number_of(given.get("b"), tag_list.version, tag_list.version)
    kind = given.get("kind", "") if given.get("kind") in dict(KINDS) else ""
    text = given.get("q", "").strip()[:200]
    context: dict[str, Any] = {
        "title": f"Versions of the tags of {tag_list.connection.name}",
        "tag_list": tag_list,
        "shape": shape_words(shape_of(tag_list)),
        "tags_address": tags_address(tag_list),
        "versions": versions_of(tag_list),
        "numbers": range(tag_list.version, max(tag_list.version - MOST, -1), -1),
        "a": before,
        "b": now,
        "kind": kind,
        "q": text,
        "kinds": KINDS,
        "first": not given.get("after"),
    }
    if tag_list.version:
        context["shown"] = compared(tag_list, before, now, kind, text, given.get("after", ""))
        context["counts"] = compare_counts(tag_list, before, now)
    return page.show(request, "taglist/versions.html", context)


def number_of(text: str | None, otherwise: int, most: int) -> int:
    given = int(text) if text and text.isdecimal() and len(text) < 10 else otherwise
    return max(0, min(given, most))


def versions_of(tag_list: TagList) -> list[Version]:
    """Newest first; without one that is still being sent."""
    rows = TagUpload.objects.filter(tag_list=tag_list, version__gt=0, version__lte=tag_list.version)
    found = rows.select_related("requested_by").prefetch_related("files__file").order_by("-version")[:MOST]
    return [version_of(row, row.version or 0) for row in found]


def version_of(upload: TagUpload, number: int) -> Version:
    shape = shape_words(shape_from(upload.shape)) if upload.shape else ""
    found = upload.origin == TagUpload.Origin.FOUND
    link, result = upload_address(upload), counts_words(upload) or upload.message
    return Version(number, upload, link, who(upload), file_name(upload), result, shape, not found)
