"""Small worlds of records that hold names and records that want names, and what writing one by one makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from integrations.syncs.accountsiq_expensein.rows import code_key, name_key, rate_text
from integrations.vendors.expensein.records import Item

NAMES = "abcdefg"


@dataclass(frozen=True)
class World:
    """`held`: id in ExpenseIn -> name, each name once. `wanted`: key of a source record -> name, in the list's order.
    `partner`: key -> its id in ExpenseIn; a key without one is to be created. Ids without a key were made by hand."""

    held: Mapping[str, str]
    wanted: Mapping[str, str]
    partner: Mapping[str, str]

    @property
    def movers(self) -> list[str]:
        """Keys that want another name than they have."""
        return [key for key, name in self.wanted.items() if self.held.get(self.partner.get(key, "")) != name]


@dataclass(frozen=True)
class Step:
    """One write: `key` gets its wanted name; before, the record `park` gives its own up."""

    key: str
    park: str = ""


@st.composite
def worlds(draw: st.DrawFn) -> World:
    names = draw(st.permutations(NAMES))
    held = {f"id{number}": name for number, name in enumerate(names[: draw(st.integers(0, 6))])}
    keys = [f"k{number}" for number in range(draw(st.integers(0, 7)))]
    ids = draw(st.permutations(sorted(held)))
    matched = draw(st.integers(0, min(len(keys), len(ids))))
    partner = dict(zip(draw(st.permutations(keys))[:matched], ids, strict=False))
    wanted = {key: draw(st.sampled_from(NAMES)) for key in keys}
    return World(held, wanted, partner)


@st.composite
def shuffles(draw: st.DrawFn) -> World:
    """Everybody has a name and wants a name of the same set, each a different one: swaps and cycles of any length."""
    names = draw(st.permutations(NAMES))[: draw(st.integers(1, len(NAMES)))]
    held = {f"id{number}": name for number, name in enumerate(names)}
    wanted = {f"k{number}": name for number, name in enumerate(draw(st.permutations(names)))}
    return World(held, wanted, {f"k{number}": f"id{number}" for number in range(len(names))})


def written(world: World, steps: Iterable[Step]) -> dict[str, str]:
    """Names by id (by key of what was created) after these writes, each of which must find its name free."""
    names = dict(world.held)
    for step in steps:
        if step.park:
            names[step.park] = f"parked {step.park}"
        wanted, id = world.wanted[step.key], world.partner.get(step.key, step.key)
        others = {name for other, name in names.items() if other != id}
        assert wanted not in others, f"{step.key} clashes at {wanted}"
        names[id] = wanted
    return names


def assert_right(world: World, names: Mapping[str, str], getting: set[str]) -> None:
    """Who gets the wanted name has it; nobody else's name changed, and nothing else was created."""
    for key in world.wanted:
        id = world.partner.get(key, key)
        expected = world.wanted[key] if key in getting else world.held.get(id)
        assert names.get(id) == expected, key
    for id in set(world.held) - set(world.partner.values()):
        assert names[id] == world.held[id], f"{id} was made by hand"


def target_table(items: Iterable[Item]) -> list[tuple[Any, ...]]:
    """Rows of the desk's table `target`."""
    return [
        (n, one.id, code_key(one.reference), one.reference, one.name, name_key(one.name), one.inactive,
         rate_text(one.rate), one.deleted, "")
        for n, one in enumerate(items)
    ]  # fmt: skip
