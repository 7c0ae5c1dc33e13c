"""Reads the portal's settings from the environment, collecting every mistake before it stops the start.

Django-free, so that `manage.py`, gunicorn and the workers all stop in the same way: one message, no traceback.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

from environ import Env

T = TypeVar("T")

REFUSED = 2
"""Exit status of a start that the settings do not allow."""

EMAIL_SCHEMES = ("smtp", "smtp+tls", "smtp+ssl", "consolemail", "filemail")


class Wrong(ValueError):
    """What is wrong with one value, as the end of a sentence that begins with the setting's name."""


class Environment:
    """Typed reading of settings. Each mistake is noted and a harmless stand-in returned; `stop_if_wrong` reports all.

    `env_file` holds `NAME=value` lines; what is set in the process's own environment wins over it.
    """

    def __init__(self, env_file: Path | None = None) -> None:
        if env_file and env_file.is_file():
            Env.read_env(str(env_file))
        self.problems: list[str] = []

    def read(self, name: str, parse: Callable[[str], T], *, default: str | None, stand_in: T, example: str) -> T:
        """The parsed value. `default` None means the setting is required; a blank value counts as missing."""
        text = os.environ.get(name, "").strip() or default
        if text is None:
            return self._note(name, "is missing", example, stand_in)
        try:
            return parse(text)
        except Wrong as wrong:
            return self._note(name, str(wrong), example, stand_in)

    def _note(self, name: str, what: str, example: str, stand_in: T) -> T:
        self.problems.append(f"  {name} {what}.\n      for example: {name}={example}")
        return stand_in

    def text(self, name: str, default: str | None, example: str, check: Callable[[str], str] = str) -> str:
        return self.read(name, check, default=default, stand_in="", example=example)

    def flag(self, name: str, default: bool) -> bool:
        return self.read(name, parse_flag, default="on" if default else "off", stand_in=default, example="on")

    def number(self, name: str, default: int, minimum: int, maximum: int) -> int:
        def parse(text: str) -> int:
            return parse_number(text, minimum, maximum)

        return self.read(name, parse, default=str(default), stand_in=default, example=str(default))

    def choice(self, name: str, default: str, choices: Sequence[str]) -> str:
        def parse(text: str) -> str:
            return parse_choice(text, choices)

        return self.read(name, parse, default=default, stand_in=default, example=default)

    def items(
        self, name: str, default: str | None, example: str, check: Callable[[str], str] = str, least: int = 0
    ) -> list[str]:
        """A comma list, trimmed, empty parts dropped. `check` is applied to each part."""

        def parse(text: str) -> list[str]:
            parts = [check(part.strip()) for part in text.split(",") if part.strip()]
            if len(parts) < least:
                raise Wrong("is empty")
            return parts

        return self.read(name, parse, default=default, stand_in=[], example=example)

    def database(self, default: str, base: Path) -> dict[str, Any]:
        """Django's settings of the database; a relative SQLite path is taken from `base`."""

        def parse(text: str) -> dict[str, Any]:
            return parse_database(text, base)

        example = "postgres://portal:password@localhost:5432/portal"
        return self.read("DATABASE_URL", parse, default=default, stand_in={}, example=example)

    def email(self, default: str, base: Path) -> dict[str, Any]:
        """Django's `EMAIL_...` settings; a relative folder of `filemail` is taken from `base`."""

        def parse(text: str) -> dict[str, Any]:
            return parse_email(text, base)

        example = "smtp+tls://user:password@mail.example.com:587"
        return self.read("EMAIL_URL", parse, default=default, stand_in={}, example=example)

    def stop_if_wrong(self) -> None:
        """Raises SystemExit with status 2 after one message that lists every wrong setting."""
        if self.problems:
            stop(self.problems)


def stop(problems: list[str]) -> NoReturn:
    head = "The portal cannot start: "
    head += "one setting is wrong." if len(problems) == 1 else f"{len(problems)} settings are wrong."
    tail = "Set them in the environment or in the file .env beside manage.py (`make setup` writes one)."
    sys.stderr.write("\n".join([head, *problems, tail]) + "\n")
    raise SystemExit(REFUSED)


def parse_flag(text: str) -> bool:
    words = {"on": True, "true": True, "yes": True, "1": True, "off": False, "false": False, "no": False, "0": False}
    if text.lower() not in words:
        raise Wrong(f"is {text!r}, but must be on or off")
    return words[text.lower()]


def parse_number(text: str, minimum: int, maximum: int) -> int:
    if not text.lstrip("-").isdecimal() or not minimum <= int(text) <= maximum:
        raise Wrong(f"is {text!r}, but must be a whole number from {minimum} to {maximum}")
    return int(text)


def parse_choice(text: str, choices: Sequence[str]) -> str:
    for choice in choices:
        if choice.lower() == text.lower():
            return choice
    raise Wrong(f"is {text!r}, but must be one of {', '.join(choices)}")


def check_secret_key(text: str) -> str:
    if len(text) < 12 or len(set(text)) < 6:
        raise Wrong("is too short or too plain: it must be a random text, best of 50 characters, at least of 12")
    return text


def check_credential_key(text: str) -> str:
    """A Fernet key (32 random bytes as URL-safe base64, 44 characters), as it is. Any other text of at least 16
    characters is a passphrase, of which a key is derived. The value itself is never shown."""
    try:
        raw = base64.b64decode(text.encode(), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) == 32:
        return text
    if len(text) < 16:
        raise Wrong("holds a key that is neither 32 bytes as URL-safe base64 nor a passphrase of 16 characters or more")
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()


def check_address(text: str) -> str:
    """`http://host[:port]` without a path, as people type it into the browser; a final slash is dropped."""
    try:
        parts = urlsplit(text)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        valid = False
    if not valid or parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        raise Wrong(f"is {text!r}, but must be the address of the portal: http:// or https://, host and port only")
    return text.rstrip("/")


def check_host(text: str) -> str:
    """`host` or `host:port`, no scheme and no path."""
    host, colon, port = text.rpartition(":") if not text.endswith("]") else (text, "", "")
    if "/" in text or any(c.isspace() for c in text) or (colon and (not host or not port.isdecimal())):
        raise Wrong(f"holds {text!r}, which is not a host name or host:port")
    return text


def check_mail_address(text: str) -> str:
    if "@" not in text or text.endswith("@"):
        raise Wrong(f"is {text!r}, but must be an e-mail address")
    return text


def parse_database(text: str, base: Path) -> dict[str, Any]:
    """The address's password is never repeated in the message."""
    scheme = text.partition(":")[0]
    if scheme not in ("sqlite", "postgres", "postgresql"):
        raise Wrong("must begin with sqlite:// or postgres://")
    try:
        config = dict(Env.db_url_config(text))
    except (ValueError, KeyError, AttributeError) as error:
        raise Wrong("cannot be read as the address of a database") from error
    if scheme == "sqlite":
        if config["NAME"] in ("", ":memory:"):
            raise Wrong("must name a file: several processes use the database")
        config["NAME"] = str(base / config["NAME"])
    elif not config.get("NAME"):
        raise Wrong("does not name a database at its end")
    return config


def parse_email(text: str, base: Path) -> dict[str, Any]:
    """The address's password is never repeated in the message."""
    scheme = text.partition(":")[0]
    if scheme not in EMAIL_SCHEMES:
        raise Wrong(f"must begin with one of {', '.join(f'{known}://' for known in EMAIL_SCHEMES)}")
    try:
        config = {key: value for key, value in Env.email_url_config(text).items() if key.startswith("EMAIL_")}
    except (ValueError, KeyError) as error:
        raise Wrong("cannot be read as the address of a mail server") from error
    if scheme.startswith("smtp") and not config["EMAIL_HOST"]:
        raise Wrong("does not name a mail server")
    config["EMAIL_FILE_PATH"] = str(base / config["EMAIL_FILE_PATH"]) if scheme == "filemail" else None
    return config
