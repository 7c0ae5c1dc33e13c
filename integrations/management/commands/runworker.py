"""`manage.py runworker`: the background workers, watched. Any number of them may run, on any number of hosts."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from setproctitle import setproctitle

from integrations.management.cli import check_database
from integrations.management.watchdog import Rhythm, Watchdog
from integrations.services import workers


class Command(BaseCommand):
    help = (
        "Runs the background workers under a watchdog that starts them again whenever they die or freeze. "
        "SIGTERM (or Ctrl-C) lets them finish the page at hand; a second one stops them at once."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        check_database()
        beat = workers.beat_start(processes=settings.PORTAL_WORKERS)
        setproctitle(f"portal-worker watchdog {beat.name}")
        Watchdog(beat, settings.BASE_DIR, Rhythm(**settings.WATCHDOG)).run()
