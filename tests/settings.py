"""Settings of the test run: the portal's own, read from an environment made here. Child processes use them too.

`PORTAL_TEST_HOME` is a temporary folder shared by all processes of one test run.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from portal.envfile import new_credential_key, new_secret_key


def _remove(home: str, owner: int) -> None:
    """At the end of the process that made the folder, not of one forked from it."""
    if os.getpid() == owner:
        shutil.rmtree(home, ignore_errors=True)


if "PORTAL_TEST_HOME" not in os.environ:
    os.environ["PORTAL_TEST_HOME"] = tempfile.mkdtemp(prefix="portal-tests-")
    atexit.register(_remove, os.environ["PORTAL_TEST_HOME"], os.getpid())
HOME = os.environ["PORTAL_TEST_HOME"]

os.environ["PORTAL_ENV_FILE"] = os.devnull
os.environ.setdefault("SECRET_KEY", new_secret_key())
os.environ.setdefault("CREDENTIAL_KEYS", new_credential_key())
os.environ.setdefault("DATABASE_URL", f"sqlite:///{HOME}/portal.sqlite3")
os.environ.setdefault("EMAIL_URL", f"filemail:///{HOME}/mail")
os.environ.setdefault("PORTAL_SETTLE_SECONDS", "0")
os.environ.setdefault("PORTAL_ALLOWED_PRIVATE_HOSTS", "127.0.0.1")
os.environ.setdefault("PORTAL_EXPENSEIN_MAPPING", str(Path(__file__).with_name("expensein.yaml")))

from portal.settings import *  # noqa: E402, F403
from portal.settings import DATABASES  # noqa: E402
from portal.settings import INSTALLED_APPS as PORTAL_APPS  # noqa: E402

INSTALLED_APPS = [*PORTAL_APPS, "tests.emptying"]

WATCHDOG = {"drain": 60, "canary": 2, "frozen": 5, "reap": 5}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: tests start processes and threads of their own on it.
    DATABASES["default"]["TEST"] = {"NAME": f"{HOME}/test.sqlite3"}
