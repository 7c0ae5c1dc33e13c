"""A list of tags out to CSV or xlsx, in the form that imports back as no changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import tablib
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from import_export import resources
from import_export.formats.base_formats import XLSX

from integrations.admin.tag_words import tags_address
from integrations.models import Tag, TagList
from integrations.services.tag_lists import csv_bytes, own_lines

if TYPE_CHECKING:
    from integrations.admin.base import PortalAdmin

MOST_IN_EXCEL = 100_000
"""A workbook is made in memory; longer lists are for CSV, which is streamed."""


class TagResource(resources.ModelResource):
    """A list's lines as services write them: the columns depend on its levels."""

    class Meta:
        model = Tag

    def export(self, queryset: Any = None, **kwargs: Any) -> tablib.Dataset:
        """`lines`: heading first; what a spreadsheet would run is neutralised already."""
        lines = iter(kwargs["lines"])
        data = tablib.Dataset(headers=next(lines))
        data.extend(lines)
        return data


def export(page: PortalAdmin, request: HttpRequest, tag_list: TagList) -> HttpResponseBase:
    """GET `format`: csv or xlsx."""
    if request.GET.get("format") != "xlsx":
        content = csv_bytes(own_lines(tag_list), mark=True)
        return as_file(StreamingHttpResponse(content, content_type="text/csv; charset=utf-8"), tag_list, "csv")
    if tag_list.tags > MOST_IN_EXCEL:
        messages.error(request, f"More than {MOST_IN_EXCEL:,} tags do not fit into one Excel file. Take CSV.")
        return HttpResponseRedirect(tags_address(tag_list))
    chosen = XLSX()
    body = chosen.export_data(TagResource().export(lines=own_lines(tag_list)))
    return as_file(HttpResponse(body, content_type=chosen.get_content_type()), tag_list, chosen.get_extension())


def as_file(answer: HttpResponseBase, tag_list: TagList, ending: str) -> HttpResponseBase:
    name = f"tags-{tag_list.workspace.slug}-{tag_list.connection.key}.{ending}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
