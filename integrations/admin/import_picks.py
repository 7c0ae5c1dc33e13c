"""The company or contact that an import attaches to: a field in which one types a name and chooses from the list.

Without JavaScript the whole name, or the id, is typed.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape

from integrations import registry
from integrations.core.errors import PortalError
from integrations.models import Import
from integrations.services.import_picks import LEAST, pick_chosen, pick_kind, pick_label, picks_search
from integrations.syncs.base import Option

TEXT = "_text"
"""Behind the name of the field: what was typed, beside the id."""


class PickWidget(forms.Widget):
    """Its value is (id, text)."""

    def __init__(self, kind: str, address: str) -> None:
        super().__init__()
        self.kind, self.address = kind, address

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        id, text = value or ("", "")
        context = {"name": name, "id": id, "text": text, "attrs": attrs or {}, "address": self.address, "least": LEAST}
        return render_to_string("admin/integrations/import/pick.html", context)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> tuple[str, str]:
        return data.get(name, ""), data.get(name + TEXT, "")

    def id_for_label(self, id_: str) -> str:
        return id_


class PickField(forms.Field):
    """Cleaned to the id; the target is asked for one that was not stored before."""

    def __init__(self, draft: Import, option: Option) -> None:
        address = f"{reverse('admin:integrations_import_find', args=[draft.pk])}?kind={pick_kind(option.name)}"
        self.draft, self.option = draft, option
        super().__init__(
            label=option.label, help_text=escape(option.help), required=False,
            widget=PickWidget(pick_kind(option.name), address),
        )  # fmt: skip

    def clean(self, value: Any) -> str:
        id, text = value or ("", "")
        try:
            return pick_chosen(self.draft.sync, self.option.name, id, text)
        except PortalError as error:
            raise forms.ValidationError(error.message) from None


def picked(draft: Import, option: Option) -> tuple[str, str]:
    """(id, name) of what is stored."""
    id = str(draft.sync.options.get(option.name) or "")
    return id, pick_label(draft.sync, pick_kind(option.name), id) if id else ""


def find(request: HttpRequest, row: Import) -> JsonResponse:
    """JSON for the type-ahead: {"results": [{"id", "label", "hint"}], "message"}: `message` where there are none."""
    kind, text = request.GET.get("kind", ""), request.GET.get("q", "")[:200]
    if kind not in {pick_kind(option.name) for option in registry.sync(row.sync.kind).options} - {""}:
        return JsonResponse({"results": [], "message": "There is nothing of this kind to choose from"})
    try:
        found = picks_search(row.sync, kind, text)
    except PortalError as error:
        return JsonResponse({"results": [], "message": error.message})
    hints = [" · ".join(filter(None, (one.code, one.email))) for one in found]
    results = [{"id": one.id, "label": one.label, "hint": hint} for one, hint in zip(found, hints, strict=True)]
    return JsonResponse({"results": results, "message": "" if found else nothing(row, kind, text)})


def nothing(row: Import, kind: str, text: str) -> str:
    if len(text.strip()) < LEAST:
        return "Type a part of the name"
    return f"{registry.vendor(row.sync.target.vendor).label} has no such {kind}"
