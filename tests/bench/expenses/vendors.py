"""The vendors' sandbox in a process of its own: `python -m tests.bench.expenses.vendors` prints its address and serves.

Two things differ from the sandbox of the demo. An export is rendered once and then handed out again, for what the
vendor needs to render is the time of neither the portal nor the bare script. And no allowance stops the calls.
"""

from __future__ import annotations

import json
from datetime import datetime

from integrations.vendors.accelo.sandbox import AcceloSandbox
from integrations.vendors.emulator import Response
from integrations.vendors.ieatta.sandbox import IeattaEmulator
from integrations.vendors.ieatta.sandbox.exporter import Exporter
from integrations.vendors.ieatta.sandbox.limits import Settings
from integrations.vendors.ieatta.sandbox.state import Row, State
from tests.bench.serving import serve


class OnceRendered(Exporter):
    """Answers an order that it knows with the file that it made for it. Right while nobody edits an expense."""

    def __init__(self, state: State, settings: Settings) -> None:
        super().__init__(state, settings)
        self.answers: dict[tuple[int, str, str], Response] = {}

    def order(self, job: Row, template: str, base: str, now: datetime) -> Response:
        key = len(self.state.home), template, json.dumps(job, sort_keys=True)
        if key not in self.answers:
            self.answers[key] = super().order(job, template, base, now)
        return self.answers[key]


class Ieatta(IeattaEmulator):
    def reset(self) -> None:
        super().reset()
        self.settings.windows = []
        self.exporter = OnceRendered(self.state, self.settings)


if __name__ == "__main__":
    accelo = AcceloSandbox()
    accelo.store.settings["limit"] = 100_000_000
    serve(Ieatta(), accelo)
