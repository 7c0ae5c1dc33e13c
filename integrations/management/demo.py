"""The parts of `manage.py demo`: its processes, its workspace, its log-in."""

from __future__ import annotations

import json
import os
import secrets
import socket
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

import yaml
from django.conf import settings
from django.contrib.auth import get_user_model

from integrations import registry
from integrations.management.cli import Refused
from integrations.management.processes import Group
from integrations.models import Connection, Sync
from integrations.models import Mapping as MappingRow
from integrations.sandbox import Control
from integrations.services.config import config_load
from integrations.services.connections import connection_test
from integrations.services.mappings import mappings_confirm, mappings_refresh
from integrations.services.workers import workers_fresh

YAML = Path(__file__).resolve().parent / "demo.yaml"
WORKSPACE, ADMIN = "acme", "admin"
MAIN = "expenses"
"""The sync that the demo is about; it runs first."""
SHOWN_ONLY = "directory"
"""The sync of which the demo makes a preview; its first run is for a person to begin."""
LEFT_TO_PEOPLE = ("postage",)
OBVIOUS = 95
"""Suggestions of at least this confidence are confirmed."""
SANDBOX_PORT = 8100
START_SECONDS = 60.0
REDIRECT = 'exec "$@" >>"$DEMO_LOG" 2>&1'
Tell = Callable[[str], None]


def vendor_urls(url: str) -> dict[str, str]:
    """Environment of demo.yaml: the emulators' addresses below the sandbox's own."""
    return {
        "DEMO_IEATTA_URL": f"{url}/ieatta/Integration-Server/ExpensifyIntegrations",
        "DEMO_ACCELO_URL": f"{url}/accelo",
        "DEMO_ACCOUNTSIQ_URL": f"{url}/accountsiq",
        "DEMO_EXPENSEIN_URL": f"{url}/expensein/1.0",
        "DEMO_SALESFORCE_URL": f"{url}/salesforce",
    }


def free_port(wanted: int) -> int:
    """`wanted` or, when it is taken, the next that is free."""
    for port in range(wanted, min(wanted + 200, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise Refused("--port", f"No port from {wanted} to {wanted + 199} is free.")


class Processes:
    """The demo's own processes, each with its log file."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.parts: dict[str, Group] = {}
        (home / "log").mkdir(parents=True, exist_ok=True)

    def log(self, name: str) -> Path:
        return self.home / "log" / f"{name}.log"

    def start(self, name: str, command: list[str], extra: Mapping[str, str]) -> None:
        environment = {**extra, "DEMO_LOG": str(self.log(name)), "PYTHONUNBUFFERED": "1"}
        shell = ["/bin/sh", "-c", REDIRECT, "sh", *command]
        self.parts[name] = Group(shell, settings.BASE_DIR, environment)

    def wait_for(self, name: str, ready: Callable[[], Any]) -> None:
        """Raises Refused with the last lines of its log when the process ends or is not ready in time."""
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            if self.parts[name].ended() or time.monotonic() > deadline:
                raise Refused(name, f"It did not start. The end of {self.log(name)}:\n{self.tail(name)}")
            time.sleep(0.1)

    def tail(self, name: str) -> str:
        log = self.log(name)
        return "\n".join(log.read_text(errors="replace").splitlines()[-12:]) if log.exists() else "(no log)"

    def ended(self) -> str:
        """The name of a process that ended by itself, ''."""
        return next((name for name, part in self.parts.items() if part.ended()), "")

    def end(self, patience: float = 25.0) -> None:
        """Asks the portal's processes to end, then the sandbox, and kills what is left."""
        sandbox = self.parts.get("sandbox")
        portal = [part for part in self.parts.values() if part is not sandbox]
        for parts in (portal, [sandbox] if sandbox else []):
            for part in parts:
                part.terminate()
            deadline = time.monotonic() + patience
            while time.monotonic() < deadline and not all(part.ended() for part in parts):
                time.sleep(0.05)
        for part in self.parts.values():
            part.kill()
        self.parts.clear()


def answers(url: str) -> bool:
    opener = build_opener(ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def start_sandbox(processes: Processes, home: Path, tell: Tell) -> str:
    """Its address. This process may reach it from now on, as its child processes may."""
    port = free_port(SANDBOX_PORT)
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "sandbox", "--port", str(port)]
    processes.start("sandbox", [*command, "--seed", "demo", "--state", str(home / "sandbox.state")], {})
    processes.wait_for("sandbox", lambda: answers(url))
    Control(url, "accelo").act("settings", retainer_periods=True)  # deployments differ; this one takes expenses there
    settings.PORTAL_ALLOWED_PRIVATE_HOSTS = [*settings.PORTAL_ALLOWED_PRIVATE_HOSTS, f"127.0.0.1:{port}"]
    tell(f"The vendors' sandbox is at {url}.")
    return url


def start_portal(processes: Processes, port: int | None, tell: Tell) -> str:
    """The web server and the workers; the portal's address."""
    address = urlsplit(settings.PORTAL_URL)
    url = f"http://127.0.0.1:{free_port(port or (address.port if address.scheme == 'http' else None) or 8000)}"
    extra = {
        "PORTAL_URL": url,
        "WEB_BIND": url.removeprefix("http://"),
        "WEB_CONCURRENCY": os.environ.get("WEB_CONCURRENCY", "1"),
        "PORTAL_ALLOWED_PRIVATE_HOSTS": ",".join(settings.PORTAL_ALLOWED_PRIVATE_HOSTS),
    }
    known = {beat.pk for beat in workers_fresh()}
    web = [sys.executable, "-m", "gunicorn", "-c", "python:portal.gunicorn", "portal.wsgi"]
    processes.start("web", web, extra)
    processes.start("worker", [sys.executable, str(settings.BASE_DIR / "manage.py"), "runworker"], extra)
    processes.wait_for("web", lambda: answers(f"{url}/healthz"))
    processes.wait_for("worker", lambda: any(beat.pk not in known for beat in workers_fresh()))
    tell(f"The portal is at {url}/, its web server and workers run.")
    return url


def set_up(url: str, tell: Tell) -> list[Sync]:
    """Workspace, connections and syncs as the YAML says, the main one first; of what is there, only the addresses are
    brought up to date.

    Candidates are read and the obvious suggestions confirmed when a sync is new; what a person has changed since
    stays as it is.
    """
    data = yaml.safe_load(YAML.read_text(encoding="utf-8"))
    there = set(Sync.objects.filter(workspace__slug=WORKSPACE).values_list("key", flat=True))
    loaded = config_load(yaml.safe_dump(without(data, there), sort_keys=False), environ=vendor_urls(url))
    tell(f"Workspace Acme: {len(loaded.changes)} things set up." if loaded.changes else "Workspace Acme: as it was.")
    own = [row["key"] for row in data["connections"]]
    connections = Connection.objects.filter(workspace=loaded.workspace, key__in=own).select_related("workspace")
    for connection in connections.order_by("key"):  # what people added besides may be unfinished
        checked = connection_test(connection=connection)
        tell(f"{connection.name} is connected to {checked.identity}.")
    keys = [row["key"] for row in data["syncs"]]
    rows = Sync.objects.select_related("workspace", "source", "target").filter(workspace=loaded.workspace, key__in=keys)
    syncs = sorted(rows, key=lambda sync: sync.key != MAIN)
    for sync in syncs:
        if sync.key not in there and registry.sync(sync.kind).mapping_kinds:
            map_the_obvious(sync, tell)
    return [sync for sync in syncs if sync.key != SHOWN_ONLY]


def without(data: dict[str, Any], there: set[str]) -> dict[str, Any]:
    """The YAML's data without the syncs that are there, and their mappings."""
    syncs = [row for row in data["syncs"] if row["key"] not in there]
    mappings = [row for row in data["mappings"] if row["sync"] not in there]
    return {**data, "syncs": syncs, "mappings": mappings}


def map_the_obvious(sync: Sync, tell: Tell) -> None:
    tell("Reading what can be mapped. Ieatta allows five calls in ten seconds, so this takes a little while.")
    mappings_refresh(sync)
    rows = MappingRow.objects.filter(sync=sync, state=MappingRow.State.SUGGESTED, confidence__gte=OBVIOUS)
    mappings_confirm(rows.exclude(source_key__in=LEFT_TO_PEOPLE).select_related("sync"))
    left = MappingRow.objects.filter(sync=sync, state__in=[MappingRow.State.OPEN, MappingRow.State.SUGGESTED]).count()
    decided = MappingRow.objects.filter(sync=sync, state=MappingRow.State.CONFIRMED).count()
    tell(f"{decided} mappings are decided, {left} are left to you.")


def log_in(home: Path) -> tuple[str, str]:
    """Name and password of the demo's admin, kept in `home`/demo.json for the next time."""
    file = home / "demo.json"
    stored = json.loads(file.read_text()) if file.exists() else {}
    password = str(stored.get("password") or secrets.token_urlsafe(12))
    if not stored:
        file.touch(mode=0o600)
        file.write_text(json.dumps({"user": ADMIN, "password": password}))
    users = get_user_model().objects
    user = users.filter(username=ADMIN).first() or users.create_superuser(ADMIN, "admin@acme.example", password)
    if not user.check_password(password):
        user.set_password(password)
        user.save()
    return ADMIN, password
