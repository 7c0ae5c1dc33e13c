"""`manage.py sandbox`: the vendors' emulators over real HTTP, on this machine only. Needs no database."""

from __future__ import annotations

import json
import signal
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import CommandParser

from integrations.management.cli import DONE, PortalCommand, Refused, parse_number
from integrations.management.demo import YAML, vendor_urls
from integrations.management.sandbox_state import Keeper, fresh_emulators, load_emulators
from integrations.sandbox import Sandbox


class Command(PortalCommand):
    help = "Serves emulators of all vendors on 127.0.0.1 until Ctrl-C, for trying things out and for tests."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", metavar="N", default="8100", help="8100; 0 takes a free one")
        parser.add_argument(
            "--seed", choices=("demo", "small", "none"), default="demo", help="what they are filled with"
        )
        parser.add_argument("--state", metavar="FILE", help="keep the state in this file and go on from it")
        self.add_json(parser)

    def work(self, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
        """Returns once it was interrupted; what it serves is told at the start."""
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        seed = "" if options["seed"] == "none" else options["seed"]
        path = Path(options["state"]).absolute() if options["state"] else None
        emulators, remark = load_emulators(path, seed) if path else (fresh_emulators(seed), "")
        if remark:
            self.stderr.write(remark)
        sandbox = Sandbox(emulators, port=parse_number(options["port"], "--port") or 0)
        with suppress(KeyboardInterrupt), ExitStack() as stack:
            try:
                stack.enter_context(sandbox)
            except OSError as error:
                raise Refused(
                    "--port", f"Port {options['port']} cannot be used: {error.strerror}. Try --port 0."
                ) from None
            if path:
                stack.enter_context(Keeper(sandbox, path))
            told = vendors_told(sandbox.url)
            head = {"status": "serving", "url": sandbox.url, "vendors": told}
            self.stdout.write(json.dumps(head) if options["json"] else text(sandbox.url, told))
            self.stdout.flush()
            signal.pause()
        return {}, "", DONE


def vendors_told(url: str) -> dict[str, dict[str, str]]:
    """vendor key -> every setting and credential that a connection to its emulator needs."""
    found: dict[str, dict[str, str]] = {}
    urls = vendor_urls(url)
    for connection in yaml.safe_load(YAML.read_text(encoding="utf-8"))["connections"]:
        values = {**connection["settings"], **connection["credentials"]}
        found[connection["vendor"]] = {name: urls.get(str(value)[4:], str(value)) for name, value in values.items()}
    return found


def text(url: str, vendors: dict[str, dict[str, str]]) -> str:
    lines = [f"The vendors' sandbox is at {url}  (Ctrl-C ends it)"]
    for key, values in vendors.items():
        lines += [key, *(f"  {name}: {value}" for name, value in values.items())]
    host = url.removeprefix("http://")
    return "\n".join([*lines, f"The portal reaches it when it is started with PORTAL_ALLOWED_PRIVATE_HOSTS={host}"])
