"""Settings of the web server: `gunicorn -c python:portal.gunicorn portal.wsgi`.

Reading Django's settings here stops a wrong start in the master, with one message.
"""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

from django.conf import settings  # noqa: E402

from portal.logs import setup  # noqa: E402

bind = settings.WEB_BIND
workers = settings.WEB_CONCURRENCY
threads = 4
timeout = 60
graceful_timeout = 20
max_requests = 5000
max_requests_jitter = 500
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None
proc_name = "portal-web"


def on_starting(server: Any) -> None:
    """The server's own lines go the way of all others."""
    setup(settings.LOGGING)


def post_request(worker: Any, request: Any, environ: Any, response: Any) -> None:
    """After the answer is out: look, at most once a minute, whether runs and workers are still alive."""
    from django.db import close_old_connections

    from integrations.services.watch import watch_from_web

    watch_from_web()
    close_old_connections()
