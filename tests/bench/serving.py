"""The vendors' sandbox in a process of its own: prints its address and serves until it is asked to end."""

from __future__ import annotations

import signal
from contextlib import suppress

from integrations.sandbox import Sandbox
from integrations.vendors.emulator import Emulator


def serve(*emulators: Emulator) -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt), Sandbox(list(emulators)) as sandbox:
        print(sandbox.url, flush=True)
        signal.pause()
