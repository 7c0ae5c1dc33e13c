"""`manage.py serve`: web server and background workers together, as two processes, until Ctrl-C."""

from __future__ import annotations

import signal
import sys
import time
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from integrations.management.cli import check_database
from integrations.management.processes import Group


class Command(BaseCommand):
    help = "Runs the web server and the background workers together. Ctrl-C ends both; a second one ends them at once."

    signals = 0

    def handle(self, *args: Any, **options: Any) -> None:
        check_database()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._signalled)
        python, folder = sys.executable, settings.BASE_DIR
        parts = {
            "web server": Group([python, "-m", "gunicorn", "-c", "python:portal.gunicorn", "portal.wsgi"], folder),
            "worker": Group([python, str(folder / "manage.py"), "runworker"], folder),
        }
        try:
            self.stdout.write(f"The portal is at {settings.PORTAL_URL}/  (Ctrl-C ends it)")
            self._watch(parts)
        finally:
            self._end(parts)

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        self.signals += 1

    def _watch(self, parts: dict[str, Group]) -> None:
        while not self.signals:
            for name, part in parts.items():
                if part.ended():
                    raise CommandError(f"The {name} ended by itself; its last lines above say why.", returncode=1)
            time.sleep(0.2)

    def _end(self, parts: dict[str, Group]) -> None:
        """Asks both to end, again on a second signal, and lastly kills what is left."""
        self.stderr.write("Stopping; the workers finish the page at hand. Ctrl-C again stops at once.")
        for part in parts.values():
            part.terminate()
        asked = self.signals
        while self.signals <= asked and not all(part.ended() for part in parts.values()):
            time.sleep(0.1)
        for part in parts.values():
            part.terminate()
        patience = time.monotonic() + 5
        while time.monotonic() < patience and not all(part.ended() for part in parts.values()):
            time.sleep(0.1)
        for part in parts.values():
            part.kill()
