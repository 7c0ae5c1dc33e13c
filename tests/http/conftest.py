from collections.abc import Callable, Iterator

import pytest

from integrations.http import Guard, Http, Limits, Reply, Verdict
from integrations.sandbox import Control, Sandbox
from tests.sandbox.tiny import Tiny

QUICK = Limits(connect=1.0, read=1.0, total=2.0, max_bytes=100_000, attempts=3, max_wait=5.0)


def classify(reply: Reply) -> Verdict | None:
    """A vendor's table as simple as can be."""
    if reply.status < 400:
        return None
    if reply.status == 429:
        return Verdict("budget", "Too many calls.", code="slow_down")
    if reply.status == 401:
        return Verdict("config", "The key is wrong.")
    if reply.status >= 500:
        return Verdict("transient", "The vendor has a disturbance.")
    return Verdict("rejected", "The vendor refuses it.", code="bad")


class World:
    """A sandbox with the tiny emulator, and doors to it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.control = Control(sandbox.url, "tiny")
        self.url = f"{sandbox.url}/tiny"
        self.sleeps: list[float] = []
        self.ticks = 0
        self.opened: list[Http] = []

    def tick(self) -> None:
        self.ticks += 1

    def door(self, **options: object) -> Http:
        """Sleeps are recorded, not slept; jitter is at its upper bound."""
        given: dict[str, object] = {
            "guard": Guard(frozenset({"127.0.0.1"})),
            "classify": classify,
            "limits": QUICK,
            "sleep": self.sleeps.append,
            "random": lambda: 1.0,
            "tick": self.tick,
            "vendor": "Tiny",
        }
        http = Http(**{**given, **options})  # type: ignore[arg-type]
        self.opened.append(http)
        return http

    def things(self) -> list[str]:
        return self.control.act("state")["things"]  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    with Sandbox([Tiny(), Tiny("other")]) as sandbox:
        yield sandbox


@pytest.fixture
def world(served: Sandbox) -> Iterator[World]:
    world = World(served)
    world.control.reset()
    yield world
    for http in world.opened:
        http.close()


@pytest.fixture
def http(world: World) -> Http:
    return world.door()


Door = Callable[..., Http]
