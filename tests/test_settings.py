"""Settings come from the environment; a wrong one stops every kind of start with one message."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from portal.envfile import new_credential_key, new_secret_key

ROOT = Path(__file__).resolve().parent.parent
GOOD = {
    "SECRET_KEY": new_secret_key(),
    "CREDENTIAL_KEYS": new_credential_key(),
    "PORTAL_ENV_FILE": os.devnull,
    "DJANGO_SETTINGS_MODULE": "portal.settings",
}


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env={**clean, **environment}, capture_output=True, text=True, timeout=60
    )


def value_of(expression: str, **environment: str) -> object:
    script = f"import json; from portal import settings as s; print(json.dumps({expression}))"
    done = run("-c", script, **{**GOOD, **environment})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


STARTS = {
    "manage.py": ("manage.py", "check"),
    "runworker": ("manage.py", "runworker"),
    "gunicorn": ("-m", "gunicorn", "-c", "python:portal.gunicorn", "portal.wsgi"),
    "gunicorn without our configuration": ("-m", "gunicorn", "-b", "127.0.0.1:0", "portal.wsgi"),
}


@pytest.mark.parametrize("command", STARTS.values(), ids=STARTS.keys())
def test_every_start_lists_all_wrong_settings_in_one_message(command: tuple[str, ...]) -> None:
    done = run(*command, PORTAL_ENV_FILE=os.devnull, LOG_LEVEL="loud", DATABASE_URL="mysql://root:hush@db/x")
    assert done.returncode != 0
    assert "4 settings are wrong" in done.stderr
    for name in ("SECRET_KEY is missing", "CREDENTIAL_KEYS is missing", "LOG_LEVEL is 'loud'", "DATABASE_URL must"):
        assert done.stderr.count(name) == 1
    assert "Traceback" not in done.stderr
    assert "hush" not in done.stderr


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SECRET_KEY", "short", "at least of 12"),
        ("SECRET_KEY", "a" * 50, "random"),
        ("CREDENTIAL_KEYS", "abc", "neither 32 bytes"),
        ("CREDENTIAL_KEYS", "A" * 43 + "=,nonsense", "nor a passphrase"),
        ("CREDENTIAL_KEYS", ",", "is empty"),
        ("DATABASE_URL", "sqlite://:memory:", "must name a file"),
        ("DATABASE_URL", "postgres://u:hush@db:port/x", "cannot be read"),
        ("DATABASE_URL", "postgres://u:hush@db", "does not name a database"),
        ("EMAIL_URL", "gmail://x", "must begin with"),
        ("EMAIL_URL", "smtp://", "does not name a mail server"),
        ("EMAIL_URL", "smtp://u:hush@mail:port", "cannot be read"),
        ("DEFAULT_FROM_EMAIL", "portal", "must be an e-mail address"),
        ("ALLOWED_HOSTS", "https://portal.example.com", "not a host name"),
        ("PORTAL_URL", "portal.example.com", "http:// or https://"),
        ("PORTAL_URL", "https://portal.example.com/portal", "host and port only"),
        ("PORTAL_ALLOWED_PRIVATE_HOSTS", "127.0.0.1:http", "not a host name or host:port"),
        ("DEBUG", "maybe", "on or off"),
        ("LOG_FORMAT", "xml", "console, json"),
        ("PORTAL_WORKERS", "0", "from 1 to 64"),
        ("WEB_CONCURRENCY", "two", "whole number"),
        ("PORTAL_TASK_TIMEOUT", "5", "from 30 to 3600"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_wrong_and_an_example(name: str, value: str, says: str) -> None:
    done = run("manage.py", "check", **{**GOOD, name: value})
    assert done.returncode == 2
    assert f"{name} " in done.stderr
    assert says in done.stderr
    assert f"for example: {name}=" in done.stderr
    assert "one setting is wrong" in done.stderr
    assert "hush" not in done.stderr


def test_two_keys_are_enough_to_start() -> None:
    done = run("manage.py", "check", **GOOD)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_passphrase_is_a_key_too() -> None:
    done = run("manage.py", "check", **{**GOOD, "CREDENTIAL_KEYS": "correct horse battery staple"})
    assert (done.returncode, done.stderr) == (0, "")


def test_the_defaults_suit_one_machine() -> None:
    assert value_of("[s.DEBUG, s.ALLOWED_HOSTS, s.SESSION_COOKIE_SECURE, s.LOG_FORMAT]") == [
        False,
        ["localhost", "127.0.0.1"],
        False,
        "console",
    ]
    assert value_of("s.DATABASES['default']['NAME']") == str(ROOT / "var" / "portal.sqlite3")
    assert value_of("[s.EMAIL_BACKEND, s.EMAIL_FILE_PATH]") == [
        "django.core.mail.backends.filebased.EmailBackend",
        str(ROOT / "var" / "mail"),
    ]


def test_the_queue_never_gives_out_a_task_again_while_it_may_still_run() -> None:
    assert value_of("[s.Q_CLUSTER['timeout'], s.Q_CLUSTER['retry']]") == [600, 1900]
    for workers in ("1", "2", "8"):
        queue = value_of("s.Q_CLUSTER", PORTAL_WORKERS=workers, PORTAL_TASK_TIMEOUT="100")
        assert isinstance(queue, dict)
        rounds = 1 + -(-(queue["queue_limit"] + queue["bulk"]) // queue["workers"])
        assert queue["retry"] > (queue["timeout"] + 4) * rounds
        assert (queue["max_attempts"], queue["ack_failures"], queue["catch_up"]) == (1, True, False)


def test_an_https_address_makes_cookies_secure_and_its_host_allowed() -> None:
    address = "https://portal.example.com"
    found = value_of(
        "[s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.CSRF_TRUSTED_ORIGINS, s.ALLOWED_HOSTS[-1]]",
        PORTAL_URL=address + "/",
    )
    assert found == [True, True, [address], "portal.example.com"]


def test_postgresql_ends_a_statement_before_the_task_is_over() -> None:
    database = value_of("s.DATABASES['default']", DATABASE_URL="postgres://u:p@db:5432/portal")
    assert isinstance(database, dict)
    assert database["OPTIONS"]["options"] == "-c statement_timeout=540000"
    assert (database["CONN_MAX_AGE"], database["CONN_HEALTH_CHECKS"]) == (60, True)


def test_mail_goes_through_a_server_with_encryption() -> None:
    found = value_of(
        "[s.EMAIL_HOST, s.EMAIL_PORT, s.EMAIL_HOST_USER, s.EMAIL_HOST_PASSWORD, s.EMAIL_USE_TLS, s.EMAIL_USE_SSL]",
        EMAIL_URL="smtp+tls://me%40x:p%2Fw@mail.example.com:587",
    )
    assert found == ["mail.example.com", 587, "me@x", "p/w", True, False]


def test_the_env_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("LOG_LEVEL=WARNING\nPORTAL_WORKERS=5\n")
    found = value_of("[s.LOG_LEVEL, s.PORTAL_WORKERS]", PORTAL_ENV_FILE=str(file), PORTAL_WORKERS="7")
    assert found == ["WARNING", 7]


def test_a_value_that_begins_with_a_dollar_sign_is_taken_as_it_is() -> None:
    key = "$" + new_secret_key()
    assert value_of("s.SECRET_KEY", SECRET_KEY=key) == key
