"""The queue's own tables and the workers, for superusers to look at. Nothing can be added, changed or sent again here:
a schedule or a resubmitted task would run any function by its name."""

from __future__ import annotations

from typing import Any

import django_q.admin  # noqa: F401 registers its own pages first, whoever loads this module
from django.contrib import admin
from django.http import HttpRequest
from django_q.models import Failure, OrmQ, Schedule, Success
from unfold.admin import ModelAdmin

from integrations.admin.scope import is_superuser
from integrations.models import WorkerBeat

for stock in (Failure, OrmQ, Schedule, Success):
    if admin.site.is_registered(stock):
        admin.site.unregister(stock)


class LookOnly(ModelAdmin):
    actions = None
    list_per_page = 50
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_superuser(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Schedule)
class ScheduleAdmin(LookOnly):
    list_display = ["name", "func", "schedule_type", "cron", "minutes", "next_run"]
    fields = ["name", "func", "args", "schedule_type", "cron", "minutes", "repeats", "next_run", "task"]


@admin.register(OrmQ)
class QueueAdmin(LookOnly):
    """What waits for a worker or is at work. Payloads are not shown."""

    list_display = ["id", "key", "task_name", "lock"]
    fields = ["id", "key", "task_name", "lock"]
    readonly_fields = ["id", "task_name"]

    @admin.display(description="Task")
    def task_name(self, obj: OrmQ) -> str:
        return str(obj.name())


@admin.register(Success)
class SuccessAdmin(LookOnly):
    list_display = ["name", "func", "started", "stopped"]
    fields = ["id", "name", "func", "started", "stopped", "attempt_count"]


@admin.register(Failure)
class FailureAdmin(LookOnly):
    list_display = ["name", "func", "started", "stopped", "attempt_count"]
    fields = ["id", "name", "func", "started", "stopped", "attempt_count", "result"]


@admin.register(WorkerBeat)
class WorkerAdmin(LookOnly):
    list_display = ["name", "state", "processes", "restarts", "note", "started_at", "beat_at", "canary_at"]
