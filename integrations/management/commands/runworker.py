"""`manage.py runworker`: the background workers, watched. Any number of them may run, on any number of hosts."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import Error
from setproctitle import setproctitle

from integrations.management.watchdog import Rhythm, Watchdog
from integrations.services import workers

REFUSED = 2


class Command(BaseCommand):
    help = (
        "Runs the background workers under a watchdog that starts them again whenever they die or freeze. "
        "SIGTERM (or Ctrl-C) lets them finish the page at hand; a second one stops them at once."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            missing = workers.pending_migrations()
        except Error as error:
            text = "The database does not answer. Check that it runs and that DATABASE_URL is right."
            raise CommandError(text, returncode=REFUSED) from error
        if missing:
            text = f"{missing} migration(s) are not applied to the database. Run first: manage.py migrate"
            raise CommandError(text, returncode=REFUSED)
        beat = workers.beat_start(processes=settings.PORTAL_WORKERS)
        setproctitle(f"portal-worker watchdog {beat.name}")
        Watchdog(beat, settings.BASE_DIR, Rhythm(**settings.WATCHDOG)).run()
