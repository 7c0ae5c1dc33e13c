"""What the runs of the expense sync took. Pure."""

from __future__ import annotations

from tests.bench.tables import Measured, markdown, peaks, seconds, times

NAMES = {"preview": "preview", "creating": "first run", "unchanged": "run without changes", "bare": "bare script"}
MEMORY, TIMES = 1.25, 4.0


def table(measured: Measured, postgres: str) -> str:
    sizes = sorted(measured)
    ends = (sizes[0], sizes[-1])
    head = ["", *(f"{size:,} expenses" for size in ends), "ratio", "limit"]
    rows = [
        [f"{NAMES[name]}: peak MiB", *peaks(measured, ends, name), f"{MEMORY}"]
        for name in ("preview", "creating", "unchanged")
    ]
    for name, label in NAMES.items():
        rows.append([f"{label}: seconds (of processor)", *(seconds(measured, size, name) for size in ends), "", ""])
    ratios = [times(measured, size, "unchanged", "bare") for size in ends]
    rows.append(["run without changes ÷ bare script", *ratios, "", f"{TIMES:g} at the largest"])
    return f"{markdown(head, rows)}\n\nPostgreSQL {postgres}; medians where a process ran more than once."
