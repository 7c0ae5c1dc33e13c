"""The web process's entry point: `gunicorn -c python:portal.gunicorn portal.wsgi`."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

GUNICORN_CANNOT_BOOT = 3
"""The exit status by which a gunicorn worker tells its master to stop instead of trying for ever."""

try:
    application = get_wsgi_application()
except SystemExit as stopped:
    raise SystemExit(GUNICORN_CANNOT_BOOT) from stopped
