"""Step 2 of an upload: how its file is read. Each choice is stored at once, and shown on the file's first rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from integrations.admin.tag_columns import MOST_LEVELS, Chosen, choices_of, chosen, chosen_format, stored
from integrations.admin.tag_start import HowForm
from integrations.admin.tag_words import WIZARD, file_name, heading_of, upload_address
from integrations.core.errors import PortalError
from integrations.imports.table import DELIMITERS, ENCODINGS, Unreadable
from integrations.models import TagUpload
from integrations.services.tag_lists import append_only
from integrations.services.tag_uploads import (
    OPEN,
    layout_of,
    upload_layout,
    upload_look,
    upload_preview,
    upload_settings,
)

if TYPE_CHECKING:
    from integrations.admin.base import PortalAdmin

KINDS = (
    ("single", "One level"),
    ("dependent", "Several levels, each below the one above (dependent)"),
    ("independent", "Several levels, lists of their own (independent)"),
)


def columns_page(page: PortalAdmin, request: HttpRequest, upload: TagUpload) -> HttpResponse:
    if upload.status not in OPEN:
        return HttpResponseRedirect(upload_address(upload))
    context = {"title": heading_of(upload), "step": 2, **context_of(upload)}
    return page.show(request, "tagupload/columns.html", context)


def context_of(upload: TagUpload, given: Chosen | None = None, trouble: str = "") -> dict[str, Any]:
    """`given`: what was chosen just now; without it the stored layout."""
    try:
        look = upload_look(upload)
    except (Unreadable, ValueError) as error:
        form = given or stored(layout_of(upload))
        return shared(upload, form) | {"trouble": str(error), "columns": [], "rows": [], "sheets": [], "problems": []}
    form = given or stored(look.layout)
    return shared(upload, form) | {
        "columns": form.columns(look.headings),
        "rows": look.rows,
        "sheets": look.sheets,
        "problems": [*form.wrong, *look.problems],
        "trouble": trouble,
    }


def shared(upload: TagUpload, form: Chosen) -> dict[str, Any]:
    return {
        "upload": upload,
        "wizard": WIZARD,
        "file_name": file_name(upload),
        "form": form,
        "format": form.layout.format,
        "kinds": KINDS,
        "meanings": choices_of(form.count),
        "level_numbers": range(2, MOST_LEVELS + 1),
        "encodings": ENCODINGS,
        "delimiters": DELIMITERS,
        "append_only": append_only(upload.tag_list),
    }


def columns_save(page: PortalAdmin, request: HttpRequest, upload: TagUpload) -> HttpResponse:
    """POST `do`: change gives the form anew with the first rows; preview goes on when nothing is wrong."""
    given, trouble = None, ""
    try:
        given = store(request, upload)
        if request.POST.get("do") == "preview" and not given.wrong:
            upload_preview(upload=upload, user=request.user)
            return HttpResponseRedirect(upload_address(upload))
    except PortalError as error:
        trouble = error.message
    except (Unreadable, ValueError) as error:
        trouble = str(error)
    if request.POST.get("do") == "preview":
        messages.error(request, trouble or " ".join(given.wrong if given else []))
        context = {"title": heading_of(upload), "step": 2, **context_of(upload, given)}
        return page.show(request, "tagupload/columns.html", context)
    return page.show(request, "tagupload/columns_form.html", context_of(upload, given, trouble))


def store(request: HttpRequest, upload: TagUpload) -> Chosen:
    """Raises ConfigError for an upload that is closed, or a mode that the list does not take."""
    given = read_choices(request, upload)
    if given.layout != layout_of(upload):
        upload_layout(upload=upload, layout=given.layout)
    how = HowForm(request.POST)
    if how.is_valid():
        upload_settings(upload=upload, **how.settings())
    return given


def read_choices(request: HttpRequest, upload: TagUpload) -> Chosen:
    """While the file cannot be read in the stored way, only that way can be changed."""
    typed = request.POST.dict()
    try:
        look = upload_look(upload)
    except Unreadable:
        before = layout_of(upload)
        return stored(replace(before, format=chosen_format(before.format, typed)))
    return chosen(look.layout, typed, look.headings)
