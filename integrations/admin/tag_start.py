"""Step 1 of an upload: the file, and what becomes of the tags that it does not name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from integrations.admin.tag_words import WIZARD, tags_address
from integrations.core.errors import PortalError
from integrations.imports.table import Unreadable
from integrations.models import TagList, TagUpload
from integrations.services.files import file_store
from integrations.services.tag_lists import append_only, shape_of, shape_words
from integrations.services.tag_uploads import upload_create

if TYPE_CHECKING:
    from integrations.admin.base import PortalAdmin

NO_FILE = "Choose a file first."


class HowForm(forms.Form):
    """What is done with the list. `keep`: leave Ieatta alone."""

    mode = forms.ChoiceField(choices=TagUpload.Mode.choices)
    absent = forms.ChoiceField(choices=TagUpload.Absent.choices, required=False)
    keep = forms.BooleanField(required=False)

    def settings(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {"mode": given["mode"], "absent": given["absent"] or "remove", "push": not given["keep"]}


class StartForm(HowForm):
    file = forms.FileField(
        error_messages={"required": NO_FILE, "empty": "The file is empty. Choose another one.", "missing": NO_FILE}
    )


def start_page(page: PortalAdmin, request: HttpRequest, tag_list: TagList) -> HttpResponse:
    """The form; a file that can be read leads to step 2."""
    only = append_only(tag_list)
    form = StartForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            upload = begin(request, tag_list, form)
        except (PortalError, Unreadable, ValueError) as error:
            form.add_error("file", getattr(error, "message", "") or str(error))
        else:
            return HttpResponseRedirect(reverse("admin:integrations_tagupload_columns", args=[upload.pk]))
    context = {
        "title": f"Upload tags to {tag_list.connection.name}",
        "tag_list": tag_list,
        "shape": shape_words(shape_of(tag_list)),
        "append_only": only,
        "form": form,
        "wrong": [words for errors in form.errors.values() for words in errors],
        "how": how_of(request, only),
        "most": settings.PORTAL_UPLOAD_MB,
        "days": settings.PORTAL_UPLOAD_DAYS,
        "step": 1,
        "wizard": WIZARD,
        "tags_address": tags_address(tag_list),
    }
    return page.show(request, "taglist/upload.html", context)


def begin(request: HttpRequest, tag_list: TagList, form: StartForm) -> TagUpload:
    given = form.cleaned_data["file"]
    file = file_store(workspace=tag_list.workspace, name=given.name, chunks=given.chunks())
    return upload_create(tag_list=tag_list, file=file, user=request.user, **form.settings())


def how_of(request: HttpRequest, only: str) -> dict[str, Any]:
    """What is ticked: as typed, else the usual."""
    mode = request.POST.get("mode") or ("append" if only else "replace")
    return {"mode": mode, "absent": request.POST.get("absent") or "remove", "push": not request.POST.get("keep")}
