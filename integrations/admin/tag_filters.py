"""How the list of tags is narrowed, and its rows with what they stand for in Accelo."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from unfold.views import ChangeList

from integrations.models import TagTarget
from integrations.services.tag_lists import shape_of

DECIDED = [TagTarget.Ground.HAND, TagTarget.Ground.DRAWN]


class ListFilter(SimpleListFilter):
    """Takes the parameter that names the list; the choice itself stands above the rows, without an "All": tags of two
    accounts in one table would mislead."""

    title = "list"
    parameter_name = "list"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset


class LevelFilter(SimpleListFilter):
    title = "level"
    parameter_name = "level"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        tag_list = model_admin.shown_list(request)
        levels = shape_of(tag_list).levels if tag_list else ()
        return [(str(depth), name) for depth, name in enumerate(levels, start=1)] if len(levels) > 1 else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value() or ""
        return queryset.filter(depth=int(value)) if value.isdecimal() and len(value) < 4 else queryset


class EnabledFilter(SimpleListFilter):
    title = "enabled"
    parameter_name = "enabled"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Yes"), ("no", "No")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset.filter(enabled=value == "yes") if value in ("yes", "no") else queryset


class TargetFilter(SimpleListFilter):
    title = "Accelo target"
    parameter_name = "target"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("has", "Has one"), ("none", "Has none"), ("decided", "By hand or drawn"), ("found", "Found by itself")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        targets = TagTarget.objects.filter(tag_list=OuterRef("tag_list"), path=OuterRef("path"))
        match self.value():
            case "has":
                return queryset.filter(Exists(targets))
            case "none":
                return queryset.filter(~Exists(targets))
            case "decided":
                return queryset.filter(Exists(targets.filter(ground__in=DECIDED)))
            case "found":
                return queryset.filter(Exists(targets.exclude(ground__in=DECIDED)))
        return queryset


class TagChanges(ChangeList):
    """The page's rows with their targets, by one query more."""

    result_list: Any

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = list(self.result_list)
        found = TagTarget.objects.filter(tag_list__in={row.tag_list_id for row in rows})
        targets = {one.path: one for one in found.filter(path__in=[row.path for row in rows])}
        for row in rows:
            row.target = targets.get(row.path)
        self.result_list = rows
