"""A process of its own that is killed with SIGKILL while a call of it hangs at the sandbox."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

from django.db import connections

from integrations.sandbox import Control


def in_a_process(job: Callable[[], object]) -> int:
    """Its process id."""
    connections.close_all()
    child = os.fork()
    if child:
        return child
    try:
        job()
    finally:
        os._exit(0)


def killed_while_hanging(control: Control, job: Callable[[], object]) -> bool:
    """A fault that hangs must be set; all faults are gone afterwards. False when the job ended by itself."""
    child = in_a_process(job)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if control.hanging():
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            control.release()
            while control.hanging():
                time.sleep(0.01)
            control.faults()
            return True
        if os.waitpid(child, os.WNOHANG)[0]:
            control.faults()
            return False
        time.sleep(0.005)
    raise TimeoutError("the job neither hung nor ended")
