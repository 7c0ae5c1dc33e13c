"""`python -m portal.envfile`: writes `.env` with fresh keys, once. Needs neither Django nor any other package."""

from __future__ import annotations

import base64
import os
import secrets
import sys
from pathlib import Path

PATH = Path(__file__).resolve().parent.parent / ".env"

TEXT = """\
# The portal's settings on this machine; the README lists all of them. Keep this file private and back it up:
# without CREDENTIAL_KEYS the stored credentials cannot be read again.
SECRET_KEY={secret_key}
CREDENTIAL_KEYS={credential_key}
"""


def new_secret_key() -> str:
    return secrets.token_urlsafe(48)


def new_credential_key() -> str:
    """32 random bytes as URL-safe base64: the form that Fernet takes."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def write(path: Path = PATH) -> bool:
    """True when the file was written, readable by its owner only; False when there already was one."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(TEXT.format(secret_key=new_secret_key(), credential_key=new_credential_key()))
    return True


if __name__ == "__main__":
    if write(Path(sys.argv[1]) if len(sys.argv) > 1 else PATH):
        sys.stdout.write("Wrote .env with new keys.\n")
