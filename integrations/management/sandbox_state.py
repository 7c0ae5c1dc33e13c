"""The emulators' state in a file, so that a sandbox goes on where an earlier process left it."""

from __future__ import annotations

import os
import pickle
import threading
from pathlib import Path
from typing import Any

from integrations import registry
from integrations.sandbox import Sandbox

SAVE_SECONDS = 1.0


def fresh_emulators(seed: str) -> list[Any]:
    """New ones of all vendors, filled with `seed` data; '' leaves them empty."""
    emulators = [vendor.sandbox() for vendor in registry.vendors()]
    for emulator in emulators:
        if seed:
            emulator.seed(seed)
    return emulators


def load_emulators(path: Path, seed: str) -> tuple[list[Any], str]:
    """The emulators as stored, else fresh ones; and a remark, '' when there is nothing to say.

    The file is a pickle, written by this program and read from its own folder only: never give it one from elsewhere.
    """
    if not path.exists():
        return fresh_emulators(seed), ""
    try:
        stored: dict[str, Any] = pickle.loads(path.read_bytes())
        for emulator in stored.values():
            emulator.control("state", {})
    except Exception as error:  # noqa: BLE001 a state of an older version can fail in any way
        return fresh_emulators(
            seed
        ), f"The stored state cannot be used any more ({type(error).__name__}); starting anew."
    return [stored.get(emulator.key, emulator) for emulator in fresh_emulators(seed)], ""


class Keeper:
    """Saves a running sandbox's state whenever it has changed, every second and at the end."""

    def __init__(self, sandbox: Sandbox, path: Path) -> None:
        self.sandbox = sandbox
        self.path = path
        self.saved: dict[str, bytes] = {}
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._watch, name="keeper", daemon=True)

    def __enter__(self) -> Keeper:
        self.save()
        self.thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.over.set()
        self.thread.join(10)
        self.save()

    def _watch(self) -> None:
        while not self.over.wait(SAVE_SECONDS):
            self.save()

    def save(self) -> None:
        """Replaces the file in one step, so that a killed process leaves a whole one."""
        present = {}
        for key, mount in self.sandbox.mounts.items():
            with mount.lock:
                present[key] = pickle.dumps(mount.emulator)
        if present == self.saved:
            return
        whole = pickle.dumps({key: pickle.loads(data) for key, data in present.items()})
        draft = self.path.with_suffix(".draft")
        draft.touch(mode=0o600)
        draft.write_bytes(whole)
        os.replace(draft, self.path)
        self.saved = present
