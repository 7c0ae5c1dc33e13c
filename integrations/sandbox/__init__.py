"""Serves the vendors' emulators over real HTTP, from a process of its own, for the demo and for tests.

server.py   Sandbox: the server, its life        handler.py  one HTTP exchange
mount.py    one emulator with its lock, faults, call log, held requests
faults.py   what can be made to go wrong         interface.py  the control interface, server side
control.py  Control: its client
"""

from integrations.sandbox.control import Control
from integrations.sandbox.server import Sandbox

__all__ = ["Control", "Sandbox"]
