"""What was measured, as a table in Markdown. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median

from tests.bench.measured import Took

Measured = Mapping[int, Mapping[str, list[Took]]]
"""Number of expenses -> name -> what each of its processes took."""

NAMES = {"preview": "preview", "creating": "first run", "unchanged": "run without changes", "bare": "bare script"}
MEMORY, TIMES = 1.25, 4.0


def markdown(measured: Measured, postgres: str) -> str:
    sizes = sorted(measured)
    head = ["", *(f"{size:,} expenses" for size in sizes), "ratio", "limit"]
    rows = [*_memory(measured, sizes), *_seconds(measured, sizes), *_times(measured, sizes)]
    lines = [_line(head), _line(["---"] * len(head)), *map(_line, rows)]
    return "\n".join([*lines, "", f"PostgreSQL {postgres}; medians where a process ran more than once."])


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _middle(measured: Measured, size: int, name: str, of: Callable[[Took], float]) -> float:
    return median(of(took) for took in measured[size][name])


def _memory(measured: Measured, sizes: list[int]) -> list[list[str]]:
    rows = []
    for name in ("preview", "creating", "unchanged"):
        peaks = [_middle(measured, size, name, lambda took: took.peak) for size in sizes]
        ratio = f"{peaks[-1] / peaks[0]:.2f}"
        rows.append([f"{NAMES[name]}: peak MiB", *(f"{peak:.1f}" for peak in peaks), ratio, f"{MEMORY}"])
    return rows


def _seconds(measured: Measured, sizes: list[int]) -> list[list[str]]:
    rows = []
    for name, label in NAMES.items():
        walls = [_middle(measured, size, name, lambda took: took.wall) for size in sizes]
        busy = [_middle(measured, size, name, lambda took: took.cpu) for size in sizes]
        cells = [f"{wall:.2f} ({cpu:.2f})" for wall, cpu in zip(walls, busy, strict=True)]
        rows.append([f"{label}: seconds (of processor)", *cells, "", ""])
    return rows


def _times(measured: Measured, sizes: list[int]) -> list[list[str]]:
    """How often the bare script would have ended in the time of a run without changes."""
    cells = []
    for size in sizes:
        wall, cpu = (
            _middle(measured, size, "unchanged", of) / _middle(measured, size, "bare", of)
            for of in (lambda took: took.wall, lambda took: took.cpu)
        )
        cells.append(f"{wall:.2f} ({cpu:.2f})")
    return [["run without changes ÷ bare script", *cells, "", f"{TIMES:g} at the largest"]]
