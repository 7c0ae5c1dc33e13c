"""Whole processes and what they took: wall time, processor time, highest memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class Broken(Exception):
    """A process that was measured failed; the text is what it wrote."""


@dataclass(frozen=True, slots=True)
class Took:
    """`wall`, `cpu`: seconds; `peak`: MiB of resident memory; `said`: the JSON object it printed."""

    wall: float
    cpu: float
    peak: float
    said: dict[str, Any] = field(default_factory=dict)


def measure(*arguments: str, env: Mapping[str, str]) -> Took:
    """Runs `python ARGUMENTS` from start to end. Raises Broken when it fails.

    The kernel counts the memory of the process that starts another as the other's, so this one has to stay small.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.monotonic()
        process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=dict(env), stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        text = out.read().decode()
        if process.returncode:
            raise Broken(f"{' '.join(arguments)[:200]}:\n{text[-2000:]}\n{err.read().decode()[-4000:]}")
    return Took(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, json.loads(text or "{}"))


@contextmanager
def vendors(module: str) -> Iterator[str]:
    """The address of a sandbox in a process of its own, `python -m MODULE`, which ends with the block."""
    command = [sys.executable, "-m", module]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip() if process.stdout else ""
        finally:
            process.terminate()
