"""Step 2 of an upload: how its file is read. Each choice is stored at once, and shown on the file's first rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from integrations.admin.tag_columns import MOST_LEVELS, Chosen, choices_of, chosen, chosen_format, stored
from integrations.admin.tag_start import HowForm
from integrations.admin.tag_words import WIZARD, file_name, heading_of, upload_address
from integrations.core.errors import PortalError
from integrations.imports.table import DELIMITERS, ENCODINGS, Format, Unreadable
from integrations.models import TagUpload
from integrations.services.tag_lists import append_only
from integrations.services.tag_uploads import (
    OPEN,
    layout_of,
    upload_format,
    upload_layout,
    upload_look,
    upload_preview,
    upload_settings,
)

if TYPE_CHECKING:
    from integrations.admin.base import PortalAdmin

KINDS = (
    ("single", "One level"),
    ("dependent", "Dependent levels, one below another"),
    ("independent", "Independent levels, each on its own"),
)
READ_ANEW = "The file is read in another way now. Look at its columns, then press Preview again."


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
    given, trouble, onward = None, "", request.POST.get("do") == "preview"
    try:
        anew = store_format(request, upload)
        given = None if anew else store_columns(request, upload)
        store_how(request, upload)
        if onward and given and not given.wrong:
            upload_preview(upload=upload, user=request.user)
            return HttpResponseRedirect(upload_address(upload))
        trouble = READ_ANEW if onward and anew else ""
    except PortalError as error:
        trouble = error.message
    except (Unreadable, ValueError) as error:
        trouble = str(error)
    if onward:
        context = {"title": heading_of(upload), "step": 2, **context_of(upload, given, trouble)}
        return page.show(request, "tagupload/columns.html", context)
    return page.show(request, "tagupload/columns_form.html", context_of(upload, given, trouble))


def store_format(request: HttpRequest, upload: TagUpload) -> bool:
    """Whether another encoding, delimiter or sheet was chosen: the columns are found anew then. Raises Unreadable when
    the file cannot be read so; it is read as before then."""
    before = layout_of(upload).format
    wanted = chosen_format(before, request.POST.dict())
    if wanted == before:
        return False
    try:
        upload_format(upload=upload, format=wanted)
    except Unreadable as error:
        raise Unreadable(f"{error} Until then it is read as before, {format_words(before)}.") from error
    return True


def format_words(format: Format) -> str:
    if format.kind == "xlsx":
        return f"from the sheet “{format.sheet}”" if format.sheet else "from the first sheet with content"
    return f"as {dict(ENCODINGS)[format.encoding]}, parted by {dict(DELIMITERS)[format.delimiter]}"


def store_columns(request: HttpRequest, upload: TagUpload) -> Chosen:
    """Raises ConfigError for an upload that is closed."""
    look = upload_look(upload)
    given = chosen(look.layout, request.POST.dict(), look.headings)
    if given.layout != look.layout:
        upload_layout(upload=upload, layout=given.layout)
    return given


def store_how(request: HttpRequest, upload: TagUpload) -> None:
    """Raises ConfigError for a mode that the list does not take."""
    how = HowForm(request.POST)
    if how.is_valid():
        upload_settings(upload=upload, **how.settings())
