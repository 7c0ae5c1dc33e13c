"""What tags from a file took, each beside its limit. Pure."""

from __future__ import annotations

from tests.bench.measured import Took
from tests.bench.tables import Measured, markdown, middle, peak

STOCK, STOCK_BARE, STOCK_AGAIN = 130.0, 250.0, 250.0
"""Times faster than django-import-export: a first upload with history, one without, and the same file again."""
COPY, COPY_BARE = 3.5, 2.0
"""Times the bare COPY: with history, and without."""
MEMORY = 10.0
SQLITE = 3.0
NAMES = {"first": "first upload", "again": "the same file again"}


def table(measured: Measured, postgres: str) -> str:
    sizes = sorted(measured)
    rows = [
        *beside_stock(measured, sizes[0]),
        *(row for size in sizes for row in beside_copy(measured, size, asked=size > sizes[0] or len(sizes) == 1)),
        *memory(measured, sizes[0], sizes[-1]),
        *(row for size in sizes for row in sqlite(measured, size)),
    ]
    head = ["", "the portal", "beside it", "measured", "limit", ""]
    return f"{markdown(head, rows)}\n\nPostgreSQL {postgres}; medians where a process ran more than once."


def spent(took: Took) -> float:
    """Seconds from opening the file to the stored list, as the process itself counted them."""
    return float(took.said["seconds"])


def seconds(measured: Measured, size: int, name: str) -> float:
    return middle(measured, size, name, spent)


def beside_stock(measured: Measured, size: int) -> list[list[str]]:
    rows = []
    for label, name, limit, told in (
        (f"{size:,} tags, first upload", "first", STOCK, f"{STOCK:g} ({STOCK_BARE:g} without history)"),
        (f"{size:,} tags, the same file again", "again", STOCK_AGAIN, f"{STOCK_AGAIN:g}"),
    ):
        own, other = seconds(measured, size, name), seconds(measured, size, f"stock {name}")
        met = verdicts([other / own >= limit])
        rows.append([label, f"{own:.3f} s", f"import-export {other:.1f} s", f"{other / own:.0f} × faster", told, met])
    return [*rows, growth(measured, size)]


def growth(measured: Measured, size: int) -> list[str]:
    """Of the table, by the same file again."""
    more = max(took.said["after"] - took.said["before"] for took in measured[size]["again"])
    return [f"{size:,} tags, the same file again: table", "", "", f"{more:+,} bytes", "+0 bytes", verdicts([more == 0])]


def beside_copy(measured: Measured, size: int, *, asked: bool) -> list[list[str]]:
    own, other = seconds(measured, size, "first"), seconds(measured, size, "bare")
    limit, met = "", ""
    if asked:
        limit = f"{COPY:g} ({COPY_BARE:g} without history)"
        met = verdicts([own / other <= COPY])
    label = f"{size:,} tags, first upload"
    return [[label, f"{own:.3f} s", f"COPY + upsert {other:.3f} s", f"{own / other:.2f} ×", limit, met]]


def memory(measured: Measured, small: int, large: int) -> list[list[str]]:
    rows = []
    for name, label in NAMES.items():
        peaks = [middle(measured, size, name, peak) for size in (small, large)]
        more = peaks[1] - peaks[0]
        rows.append([
            f"peak memory, {label}", f"{large:,}: {peaks[1]:.1f} MiB", f"{small:,}: {peaks[0]:.1f} MiB",
            f"{more:+.1f} MiB", f"+{MEMORY:g} MiB", verdicts([more <= MEMORY]),
        ])  # fmt: skip
    return rows


def sqlite(measured: Measured, size: int) -> list[list[str]]:
    rows = []
    for name, label in (*NAMES.items(), ("changed", "1 % changed")):
        own, other = seconds(measured, size, f"sqlite {name}"), seconds(measured, size, name)
        rows.append([
            f"SQLite, {size:,} tags, {label}", f"{own:.3f} s", f"PostgreSQL {other:.3f} s", f"{own / other:.2f} ×",
            f"{SQLITE:g}", verdicts([own / other <= SQLITE]),
        ])  # fmt: skip
    return rows


def verdicts(met: list[bool]) -> str:
    return "; ".join("met" if one else "missed" for one in met)
