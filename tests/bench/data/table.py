"""What the runs of the reference data sync took. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from tests.bench.data.samples import numbers
from tests.bench.measured import Took
from tests.bench.tables import Measured, markdown, middle, peaks, seconds, times, wall

NAMES = {
    "preview": "preview",
    "creating": "first run",
    "writes": "bare script, the same writes",
    "unchanged": "run without changes",
    "reads": "bare script, the same lists",
    "changed": "run after 100 changes",
}
MEMORY, FIRST, AGAIN, GROWTH = 1.25, 1.5, 5.0, 12.0


def tables(measured: Measured, postgres: str) -> str:
    """Beside the bare scripts, then growth, each of the two sizes that it is asked of (of fewer, what there is)."""
    sizes = sorted(measured)
    near = [size for size in sizes if "writes" in measured[size]] or sizes
    beside = (near[0], near[-1])
    growth = (sizes[1 if len(sizes) > 2 else 0], sizes[-1])
    parts = [
        markdown(heading(beside), [*memory(measured, beside), *ratios(measured, beside), *calls(measured, beside)]),
        markdown(heading(growth), grown(measured, growth)),
        f"PostgreSQL {postgres}; medians where a process ran more than once.",
    ]
    return "\n\n".join(parts)


def heading(sizes: tuple[int, int]) -> list[str]:
    told = ["{:,} suppliers, {:,} BI codes".format(*numbers(size)) for size in sizes]
    return ["", *told, "ratio", "limit"]


def memory(measured: Measured, sizes: tuple[int, int]) -> list[list[str]]:
    names = [name for name in ("preview", "creating", "unchanged") if name in measured[sizes[-1]]]
    return [[f"{NAMES[name]}: peak MiB", *peaks(measured, sizes, name), f"{MEMORY}"] for name in names]


def ratios(measured: Measured, sizes: tuple[int, int]) -> list[list[str]]:
    rows = [
        [f"{label}: seconds (of processor)", *(seconds(measured, size, name) for size in sizes), "", ""]
        for name, label in NAMES.items()
        if name in measured[sizes[-1]]
    ]
    for name, bare, limit in (("creating", "writes", FIRST), ("unchanged", "reads", AGAIN)):
        if bare in measured[sizes[-1]]:
            found = [times(measured, size, name, bare) for size in sizes]
            rows.append([f"{NAMES[name]} ÷ {NAMES[bare]}", *found, "", f"{limit:g}"])
    return rows


def calls(measured: Measured, sizes: tuple[int, int]) -> list[list[str]]:
    """What the portal counted itself; the limit in words. The token of the preview serves the runs after it."""
    limits: Mapping[str, str] = {
        "preview": "sign-in, 2 lists; 2 lists",
        "creating": "2 lists; 2 lists, 1 a record",
        "unchanged": "2 lists; 2 lists",
        "changed": "2 lists; 2 lists, 1 a record",
    }
    return [
        [
            f"{NAMES[name]}: calls at AccountsIQ; ExpenseIn",
            *(told(measured[size][name][-1]) for size in sizes),
            "",
            limit,
        ]
        for name, limit in limits.items()
        if name in measured[sizes[-1]]
    ]


def told(took: Took) -> str:
    counted = took.said["calls"]
    return f"{counted['accountsiq']:,}; {counted['expensein']:,}"


def grown(measured: Measured, sizes: tuple[int, int]) -> list[list[str]]:
    rows = []
    for name in ("creating", "unchanged"):
        shown = [seconds(measured, size, name) for size in sizes]
        small, large = (middle(measured, size, name, wall) for size in sizes)
        rows.append([f"{NAMES[name]}: seconds (of processor)", *shown, f"{large / small:.1f}", f"{GROWTH:g}"])
    return rows
