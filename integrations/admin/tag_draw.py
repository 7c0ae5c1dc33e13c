"""Draw a list of tags from Accelo: which kinds and statuses, what a tag is called; then the usual preview."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from integrations.admin.base import tell_error
from integrations.admin.tag_start import HowForm, how_of
from integrations.admin.tag_words import TARGET_KINDS, tags_address, upload_address
from integrations.core.errors import PortalError
from integrations.core.tags import Shape
from integrations.imports.draw import NAMINGS, Drawn
from integrations.imports.sheet import tag_lines
from integrations.models import Connection, TagList, TagUpload
from integrations.services.tag_draw import draw_choices, draw_rows
from integrations.services.tag_lists import append_only, shape_of, shape_words
from integrations.services.tag_targets import accelo_connection
from integrations.services.tag_uploads import upload_draw, upload_preview

if TYPE_CHECKING:
    from integrations.admin.base import PortalAdmin

SHOWN = 10
NONE = "Nothing in Accelo fits. Choose other kinds, statuses or another part of the name."


@dataclass(frozen=True)
class Choice:
    """`statuses`: none chosen means all that are not over."""

    kinds: list[str]
    statuses: list[str]
    pattern: str
    by: Any

    @classmethod
    def of(cls, request: HttpRequest) -> Choice:
        given = request.POST
        if request.method != "POST":
            return cls(["job"], [], "", NAMINGS[0][0])
        kinds = [kind for kind in given.getlist("kind") if kind in TARGET_KINDS]
        by = given.get("by", "") if given.get("by") in dict(NAMINGS) else NAMINGS[0][0]
        return cls(kinds, given.getlist("status"), given.get("pattern", "").strip()[:200], by)


def draw_page(page: PortalAdmin, request: HttpRequest, tag_list: TagList) -> HttpResponse:
    """POST `do`: change shows how many there are, draw makes an upload of them with its preview."""
    connection = accelo_connection(tag_list)
    if connection is None:
        return page.show(request, "taglist/draw.html", {"title": "Draw from Accelo", "tag_list": tag_list})
    choice = Choice.of(request)
    changing = request.POST.get("do") == "change"
    try:
        choices = draw_choices(connection, refresh=request.method != "POST")
    except PortalError as error:
        tell_error(request, error)
        choices = draw_choices(connection, refresh=False)
    drawn = draw_rows(connection, choice.kinds, choice.statuses, choice.pattern, choice.by)
    if request.method == "POST" and not changing:
        made = draw(request, tag_list, drawn)
        if made:
            return HttpResponseRedirect(upload_address(made))
    context = context_of(request, tag_list, connection, choice, drawn) | {"choices": kinds_of(choices, choice)}
    context["statuses"] = statuses_of(choices, choice)
    return page.show(request, "taglist/draw_found.html" if changing else "taglist/draw.html", context)


def draw(request: HttpRequest, tag_list: TagList, drawn: Drawn) -> TagUpload | None:
    """None when it was refused, which is told."""
    how = HowForm(request.POST)
    if not drawn.rows or not how.is_valid():
        messages.error(request, NONE if not drawn.rows else "Say what is done with the list.")
        return None
    lines = tag_lines(Shape(), drawn.rows, drawn.targets)
    try:
        upload = upload_draw(tag_list=tag_list, lines=lines, user=request.user, **how.settings())
        upload_preview(upload=upload, user=request.user)
    except PortalError as error:
        tell_error(request, error)
        return None
    except ValueError as error:
        messages.error(request, str(error))
        return None
    return upload


def context_of(
    request: HttpRequest, tag_list: TagList, connection: Connection, choice: Choice, drawn: Drawn
) -> dict[str, Any]:  # fmt: skip
    only = append_only(tag_list)
    shape = shape_of(tag_list)
    return {
        "title": f"Draw tags from {connection.name}",
        "tag_list": tag_list,
        "tags_address": tags_address(tag_list),
        "connection": connection,
        "choice": choice,
        "namings": NAMINGS,
        "append_only": only,
        "how": how_of(request, only),
        "reshaped": shape_words(shape) if tag_list.version and not shape.single else "",
        "found": len(drawn.rows),
        "examples": [(row, TARGET_KINDS[drawn.targets[row.path].partition(":")[0]]) for row in drawn.rows[:SHOWN]],
        "left_out": drawn.left_out,
    }


def kinds_of(choices: Any, choice: Choice) -> list[tuple[str, str, int, bool]]:
    """Kind, words, how many, whether it is ticked."""
    return [(one.kind, f"{TARGET_KINDS[one.kind]}s", one.total, one.kind in choice.kinds) for one in choices]


def statuses_of(choices: Any, choice: Choice) -> list[tuple[str, int, bool]]:
    """Of the chosen kinds, the most frequent first."""
    numbers: Counter[str] = Counter()
    for one in choices:
        if one.kind in choice.kinds:
            numbers.update(one.standings)
    return [(status, number, status in choice.statuses) for status, number in numbers.most_common() if status]
