"""What was measured, as tables in Markdown. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from statistics import median

from tests.bench.measured import Took

Measured = Mapping[int, Mapping[str, list[Took]]]
"""Number of records -> name -> what each of its processes took."""
Of = Callable[[Took], float]


def wall(took: Took) -> float:
    return took.wall


def cpu(took: Took) -> float:
    return took.cpu


def peak(took: Took) -> float:
    return took.peak


def markdown(head: list[str], rows: Iterable[list[str]]) -> str:
    return "\n".join([_line(head), _line(["---"] * len(head)), *map(_line, rows)])


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def middle(measured: Measured, size: int, name: str, of: Of) -> float:
    return median(of(took) for took in measured[size][name])


def seconds(measured: Measured, size: int, name: str) -> str:
    """Wall time, and processor time in brackets."""
    return f"{middle(measured, size, name, wall):.2f} ({middle(measured, size, name, cpu):.2f})"


def times(measured: Measured, size: int, name: str, other: str) -> str:
    """How often the one process takes the time of the other: wall time, and processor time in brackets."""
    ratios = [middle(measured, size, name, of) / middle(measured, size, other, of) for of in (wall, cpu)]
    return f"{ratios[0]:.2f} ({ratios[1]:.2f})"


def peaks(measured: Measured, sizes: tuple[int, int], name: str) -> list[str]:
    """Both peaks in MiB, and their ratio."""
    small, large = (middle(measured, size, name, peak) for size in sizes)
    return [f"{small:.1f}", f"{large:.1f}", f"{large / small:.2f}"]
