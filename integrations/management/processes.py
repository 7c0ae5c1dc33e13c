"""A child process with all its descendants, in a session of its own, that can be ended as a whole."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36

_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def adopt_orphans() -> None:
    """Descendants whose parent died become our children, as they do for process 1, so that they can be waited for."""
    if _prctl:
        _prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _end_with_parent() -> None:
    """Runs in the child before its program: should the parent be killed, the child is asked to end."""
    if _prctl:
        _prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


class Group:
    """`command` runs from `folder` with `extra` added to the environment, as the leader of its own process group."""

    def __init__(self, command: Sequence[str], folder: Path, extra: Mapping[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            list(command),
            cwd=folder,
            env={**os.environ, **(extra or {})},
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )

    @property
    def pid(self) -> int:
        return self.process.pid

    def ended(self) -> bool:
        """Whether the leader is gone. It stays unreaped until `kill`, so that its number cannot be given anew."""
        if self.process.returncode is not None:
            return True
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def terminate(self) -> None:
        """Asks the leader, and only it, to end: a signal to all its processes would cut tasks off."""
        if not self.ended():
            os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> int:
        """Ends whatever is left of the group at once and waits for it. Returns the leader's exit status."""
        if self.process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
        status = self.process.wait()
        self._reap_adopted()
        return status

    def _reap_adopted(self) -> None:
        """Waits for members of this group that were adopted; the members of others stay for their own owner."""
        with suppress(ChildProcessError):
            while True:
                os.waitpid(-self.pid, 0)

    def titles(self) -> list[str]:
        """Titles (command lines) of the group's living processes."""
        members = (pid for pid in psutil.pids() if _group_of(pid) == self.pid)
        return [title for pid in members if (title := _title(pid))]


def _group_of(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except (ProcessLookupError, PermissionError):
        return 0


def _title(pid: int) -> str:
    try:
        process = psutil.Process(pid)
        return "" if process.status() == psutil.STATUS_ZOMBIE else " ".join(process.cmdline()).strip()
    except psutil.Error:
        return ""


WORKER_TITLE = re.compile(r"^qcluster Process-\w+ (idle|processing)(?: |$)")


def worker_states(titles: Sequence[str]) -> list[str]:
    """'idle' or 'processing' for each of the queue's worker processes among these titles."""
    return [match[1] for title in titles if (match := WORKER_TITLE.match(title))]
