"""What the runs that keep companies and contacts in step took. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tests.bench.account import Account
from tests.bench.tables import markdown, middle, peaks, seconds, times, wall

NAMES = {
    "linking": "first link",
    "reads": "bare reading",
    "kept": "bare reading of pages that the vendors kept",
    "quiet": "quiet run",
    "polls": "bare calls of a quiet run",
    "full": "full comparison, nothing changed",
    "to accelo": "push to Accelo",
    "both ways": "first run after both ways were turned on",
    "to salesforce": "push to Salesforce",
    "after": "quiet run after the pushes",
}
MEMORY, FIRST, SQLITE = 1.25, 6.0, 3.0
LIMITS = {"quiet": "3; 3", "after": "3; 3"}
Of = Mapping[int, Account]


def tables(
    companies: Of, people: Of, addressed: Mapping[str, Account], lite: Mapping[str, Account], version: str
) -> str:
    """Companies, companies with contacts, what addresses add, SQLite beside PostgreSQL."""
    parts = [
        markdown(heading(companies, "{:,} companies"), rows_of(companies, f"{FIRST:g} at the largest")),
        markdown(heading(people, "{:,} companies, twice as many contacts"), rows_of(people, "")),
        markdown(["", "without addresses", "with addresses"], beside(addressed)),
        markdown(["", *lite, "ratio", "limit"], databases(lite)),
        f"PostgreSQL {version}; medians where a process ran more than once.",
    ]
    return "\n\n".join(parts)


def ends(measured: Of) -> tuple[int, int]:
    return min(measured), max(measured)


def heading(measured: Of, words: str) -> list[str]:
    return ["", *(words.format(size) for size in ends(measured)), "ratio", "limit"]


def told(names: Iterable[str], took: Mapping[str, object]) -> list[str]:
    """Those that were measured, in the order of NAMES."""
    return [name for name in names if name in took]


def rows_of(measured: Of, first: str) -> list[list[str]]:
    """`first`: the limit of a first link beside the bare reading, in words."""
    sizes = ends(measured)
    took = {size: one.took for size, one in measured.items()}
    there = told(NAMES, took[sizes[0]])
    rows = [
        [f"{NAMES[name]}: peak MiB", *peaks(took, sizes, name), f"{MEMORY}"]
        for name in told(("linking", "quiet", "full"), took[sizes[0]])
    ]
    rows += [
        [f"{NAMES[name]}: seconds (of processor)", *(seconds(took, size, name) for size in sizes), "", ""]
        for name in there
    ]
    for name, bare, limit in (
        ("linking", "reads", first),
        ("linking", "kept", ""),
        ("full", "reads", ""),
        ("quiet", "polls", ""),
    ):
        if bare in there:
            rows.append(
                [f"{NAMES[name]} ÷ {NAMES[bare]}", *(times(took, size, name, bare) for size in sizes), "", limit]
            )
    return rows + [
        [f"{NAMES[name]}: calls", *(calls(measured[size], name) for size in sizes), "", LIMITS.get(name, "")]
        for name in there
        if name != "kept"
    ]


def calls(one: Account, name: str) -> str:
    """At Salesforce and at Accelo as the portal counted them; of a bare script all."""
    counted = one.took[name][-1].said["calls"]
    return f"{counted:,}" if isinstance(counted, int) else f"{counted['salesforce']:,}; {counted['accelo']:,}"


def beside(addressed: Mapping[str, Account]) -> list[list[str]]:
    """The same small account without and with addresses, of which the vendor does not tell the owners."""
    rows = []
    for name in ("linking", "full"):
        shown = [seconds({one.size: one.took}, one.size, name) for one in addressed.values()]
        rows.append(
            [f"{next(iter(addressed.values())).size:,} companies, {NAMES[name]}: seconds (of processor)", *shown]
        )
        rows.append([f"{NAMES[name]}: calls", *(calls(one, name) for one in addressed.values())])
    return rows


def databases(lite: Mapping[str, Account]) -> list[list[str]]:
    rows = []
    for name in told(NAMES, lite["SQLite"].took):
        if name not in ("reads", "kept", "polls"):
            shown = [seconds({one.size: one.took}, one.size, name) for one in lite.values()]
            both = [middle({one.size: one.took}, one.size, name, wall) for one in lite.values()]
            label = f"{lite['SQLite'].size:,} companies, {NAMES[name]}: seconds (of processor)"
            rows.append([label, *shown, f"{both[1] / both[0]:.2f}", f"{SQLITE:g}"])
    return rows
