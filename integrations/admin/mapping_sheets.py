"""Mappings out to CSV or xlsx and back in. What was exported imports as no change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import tablib
from django.contrib import messages
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from import_export import resources
from import_export.formats.base_formats import CSV, XLSX
from unfold.contrib.import_export.forms import ImportForm

from integrations.admin.base import back
from integrations.imports.cells import cell_text, neutralise
from integrations.models import Mapping, Sync
from integrations.services.mappings import COLUMNS, row_apply, row_dump, rows_named

if TYPE_CHECKING:
    from integrations.admin.base import PortalAdmin

FORMATS = [CSV, XLSX]
NAMES = "source_label"
MOST_ROWS = 5000
MOST_BYTES = 5_000_000
SALT = "mappings-import"
HOUR = 3600


class MappingResource(resources.ModelResource):
    """The columns that services read and write."""

    class Meta:
        model = Mapping

    def get_export_headers(self, selected_fields: Any = None) -> list[str]:
        return [*COLUMNS, NAMES]

    def export(self, queryset: Any = None, **kwargs: Any) -> tablib.Dataset:
        """With the names of the source's values in a last column, which reading leaves alone: many are known by ids."""
        data = tablib.Dataset(headers=[*COLUMNS, NAMES])
        for row in queryset:
            values = row_dump(row)
            data.append([neutralise(text) for text in (*(values[name] for name in COLUMNS), row.source_label)])
        return data


@dataclass
class Judged:
    """What a file would do. `errors`: (row in the file, counted with its heading, words)."""

    changed: int = 0
    unchanged: int = 0
    errors: list[tuple[int, str]] = field(default_factory=list)
    changes: list[tuple[int, dict[str, str]]] = field(default_factory=list)


class Undo(Exception):
    """Takes a trial back."""


def export(page: PortalAdmin, request: HttpRequest, sync: Sync) -> HttpResponse:
    """All rows of the sync, or of one kind; `format`: csv or xlsx."""
    chosen = XLSX() if request.GET.get("format") == "xlsx" else CSV()
    rows = Mapping.objects.filter(sync=sync).order_by("kind", "position", "source_value", "pk")
    kind = request.GET.get("kind", "")
    data = MappingResource().export(rows.filter(kind=kind) if kind else rows)
    name = f"mappings-{sync.workspace.slug}-{sync.key}{'-' + kind if kind.isidentifier() else ''}"
    content = chosen.export_data(data)
    body = ("\ufeff" + content).encode() if isinstance(content, str) else content
    answer = HttpResponse(body, content_type=chosen.get_content_type())
    answer["Content-Disposition"] = f'attachment; filename="{name}.{chosen.get_extension()}"'
    return answer


def import_page(page: PortalAdmin, request: HttpRequest, sync: Sync) -> HttpResponse:
    """Upload → what would change → confirm. The rows travel in the page, signed for this user and sync."""
    if request.method == "POST" and "rows" in request.POST:
        return carry_out(page, request, sync)
    form = ImportForm(FORMATS, [MappingResource], data=request.POST or None, files=request.FILES or None)
    context: dict[str, Any] = {
        "title": f"Import mappings of {sync.name}",
        "sync": sync,
        "form": form,
        "columns": COLUMNS,
    }
    if request.method == "POST" and form.is_valid():
        try:
            rows = read_rows(form.cleaned_data["import_file"], FORMATS[int(form.cleaned_data["format"])])
        except ValueError as error:
            form.add_error("import_file", str(error))
        else:
            judged = judge(sync, rows)
            context.update(judged=judged, rows="" if judged.errors else signed(request, sync, rows))
    return page.show(request, "mapping/import.html", context)


def read_rows(upload: Any, format_class: Any) -> list[dict[str, str]]:
    """The file's rows by heading. Raises ValueError in plain words."""
    if upload.size > MOST_BYTES:
        raise ValueError("The file is larger than 5 MB. Split it.")
    content = upload.read()
    try:
        data = format_class().create_dataset(decoded(content) if format_class is CSV else content)
    except Exception as error:
        raise ValueError("This is not a readable file of the chosen format. Choose the other format.") from error
    headings = [cell_text(name).lower() for name in data.headers or []]
    if "kind" not in headings or "source" not in headings:
        raise ValueError("The first row must hold the columns kind, source and target. Export once to see the form.")
    if len(data) > MOST_ROWS:
        raise ValueError(f"The file has {len(data)} rows; at most {MOST_ROWS} are read at once. Split it.")
    rows = [dict(zip(headings, map(cell_text, row), strict=False)) for row in data]
    return [row if any(row.values()) else {} for row in rows]


def decoded(content: bytes) -> str:
    """UTF-8 with or without its mark, else the usual Western code page."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def judge(sync: Sync, rows: list[dict[str, str]]) -> Judged:
    """Apply everything, see what changes, and take it back."""
    judged = Judged()
    try:
        with transaction.atomic():
            apply(sync, rows, judged)
            raise Undo
    except Undo:
        return judged


def apply(sync: Sync, rows: list[dict[str, str]], judged: Judged) -> None:
    named = rows_named(sync, [row for row in rows if row])
    for number, row in numbered(rows):
        try:
            done = row_apply(sync, row, named)
        except ValueError as error:
            judged.errors.append((number, str(error)))
            continue
        if done == "changed":
            judged.changed += 1
            judged.changes.append((number, row))
        else:
            judged.unchanged += 1


def numbered(rows: list[dict[str, str]]) -> Iterator[tuple[int, dict[str, str]]]:
    return ((number, row) for number, row in enumerate(rows, start=2) if row)


def signed(request: HttpRequest, sync: Sync, rows: list[dict[str, str]]) -> str:
    return signing.dumps({"user": request.user.pk, "sync": sync.pk, "rows": rows}, salt=SALT, compress=True)


def carry_out(page: PortalAdmin, request: HttpRequest, sync: Sync) -> HttpResponse:
    here = reverse("admin:integrations_sync_mappings_import", args=[sync.pk])
    try:
        given = signing.loads(request.POST["rows"], salt=SALT, max_age=HOUR)
    except signing.BadSignature:
        given = {}
    if given.get("user") != request.user.pk or given.get("sync") != sync.pk:
        messages.error(request, "This import is too old or not yours. Upload the file again.")
        return HttpResponseRedirect(here)
    judged = Judged()
    try:
        with transaction.atomic():
            apply(sync, given["rows"], judged)
            if judged.errors:
                raise Undo
    except Undo:
        messages.error(
            request, "The mappings were changed by somebody since. Upload the file again; nothing was imported."
        )
        return HttpResponseRedirect(here)
    messages.success(request, f"Imported: {judged.changed} changed, {judged.unchanged} unchanged.")
    return back(request, reverse("admin:integrations_sync_mappings", args=[sync.pk]))
