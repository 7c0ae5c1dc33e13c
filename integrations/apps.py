"""The one Django app of the portal."""

from __future__ import annotations

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"
    verbose_name = "Integrations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Worker processes stamp their log lines with the task at hand (the queue has no other hook for it)."""
        from django_q.signals import pre_execute

        from integrations import checks  # noqa: F401 registers the checks
        from integrations.services.workers import task_begins

        pre_execute.connect(task_begins, dispatch_uid="integrations.task_begins")
