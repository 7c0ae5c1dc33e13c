"""Fixtures of the whole test run: sandbox, browser, mail server, and the portal's commands as real processes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

from tests import settings as test_settings
from tests.browser_binary import browser_binary
from tests.processes import Manage
from tests.smtp import MailServer

hypothesis_settings.register_profile("portal", deadline=None, derandomize=True)
hypothesis_settings.load_profile("portal")

CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DATABASE_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences", "live_server"}
ALL_REQUIRED = os.environ.get("PORTAL_TEST_REQUIRE_ALL") == "1"


def on_postgres() -> bool:
    return bool(test_settings.DATABASES["default"]["ENGINE"].endswith("postgresql"))


def pytest_configure(config: pytest.Config) -> None:
    if ALL_REQUIRED and browser_binary() is None:
        raise pytest.UsageError("PORTAL_TEST_REQUIRE_ALL=1, but there is no browser: install chromium.")


def pytest_report_header() -> str:
    return f"database: {test_settings.DATABASES['default']['ENGINE'].rpartition('.')[2]}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only what the database can matter to is run again: the rest ran on SQLite."""
    if not on_postgres():
        return
    kept = [item for item in items if needs_database(item)]
    if len(kept) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
        items[:] = kept


def needs_database(item: pytest.Item) -> bool:
    names = set(getattr(item, "fixturenames", ()))
    if "browser" in names:
        return False
    marked = item.get_closest_marker("django_db") or item.get_closest_marker("database")
    return bool(marked or names & DATABASE_FIXTURES)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if browser_binary() is None and not on_postgres():
        terminalreporter.write_line("WARNING: THERE IS NO CHROMIUM; THE BROWSER TESTS WERE LEFT OUT", yellow=True)


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[Any]:
    """One running sandbox with all vendors' emulators for the whole test process."""
    from integrations.sandbox import Sandbox

    with Sandbox() as server:
        yield server


@pytest.fixture
def sandbox(sandbox_server: Any) -> Any:
    """The vendors' emulators over HTTP at `.url`, up and emptied before each test. Drive one by `Control(url, key)`."""
    from integrations.sandbox import Control

    sandbox_server.up()
    for key in sandbox_server.mounts:
        Control(sandbox_server.url, key).reset()
    return sandbox_server


@pytest.fixture
def two_way_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sample kind of tests/two_way.py is among the kinds of syncs."""
    from integrations import registry

    monkeypatch.setattr(registry, "SYNCS", (*registry.SYNCS, "tests.two_way"))


@pytest.fixture
def manage(transactional_db: None) -> Iterator[Manage]:
    """Runs `manage.py` commands as processes on this test's database: `manage.run(...)`, `manage.start(...)`."""
    runner = Manage()
    yield runner
    runner.stop_all()


@pytest.fixture
def run_manage(manage: Manage) -> Any:
    """`run_manage("sync", "run", ..., env={...}, timeout=60)` -> CompletedProcess with text output."""
    return manage.run


@pytest.fixture
def start_manage(manage: Manage) -> Any:
    """`start_manage("runworker", env={...})` -> Popen; ended with all its descendants after the test."""
    return manage.start


@pytest.fixture
def smtp(settings: Any) -> Iterator[MailServer]:
    """A mail server that keeps what it gets in `.messages`; the portal sends to it, child processes with `.url`."""
    with MailServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, driven by playwright. Its event loop runs in this thread, hence Django's permission."""
    binary = browser_binary()
    if binary is None:
        pytest.skip("there is no chromium")
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=binary, args=CHROMIUM)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A fresh page with cookies of its own. Errors that the page throws fail the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == [], f"The page threw: {errors}"
