"""The file that is uploaded: `Name, GL Code, Enabled`, in no order, each name once."""

from __future__ import annotations

import csv
import math
from pathlib import Path


def write_file(folder: Path, size: int, changed: str = "") -> Path:
    """A CSV file of so many tags: the step from one to the next has no divisor in common with `size`.

    `changed`: what the GL code of every hundredth begins with.
    """
    path, step = folder / f"{size}{changed}.csv", int(size * 0.618) | 1
    while math.gcd(step, size) > 1:
        step += 2
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["Name", "GL Code", "Enabled"])
        numbers = (number * step % size for number in range(size))
        lines.writerows((f"Project {number:07d}", code(number, changed), "true") for number in numbers)
    return path


def code(number: int, changed: str) -> str:
    return f"{changed if number % 100 == 0 else ''}GL-{number % 5000}"
