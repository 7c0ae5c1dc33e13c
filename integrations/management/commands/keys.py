"""`manage.py keys rotate`, `manage.py keys generate`."""

from __future__ import annotations

from typing import Any

from cryptography.fernet import Fernet
from django.core.management.base import CommandParser

from integrations.management.cli import DONE, PortalCommand
from integrations.services.connections import credentials_rotate


class Command(PortalCommand):
    help = "Makes a new key for CREDENTIAL_KEYS, or encrypts all stored credentials with the first of them."

    def add_arguments(self, parser: CommandParser) -> None:
        kinds = self.subcommands(parser)
        for name, words in (
            ("rotate", "encrypt all stored credentials with the first key; the others may then be dropped"),
            ("generate", "print a new key; put it in front of CREDENTIAL_KEYS, then rotate"),
        ):
            self.add_json(kinds.add_parser(name, help=words))

    def work(self, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
        if options["what"] == "generate":
            key = Fernet.generate_key().decode()
            return {"status": "done", "key": key}, key, DONE
        number = credentials_rotate()
        rows = "1 connection are" if number == 1 else f"{number} connections are"
        message = f"The credentials of {rows} encrypted with the first key of CREDENTIAL_KEYS."
        return {"status": "done", "connections": number, "message": message}, message, DONE
