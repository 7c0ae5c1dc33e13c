"""What a sale and a ticket choose from in every emulated deployment: types, statuses, probabilities, priorities,
classes, resolutions. The order people gave them is not that of their ids.

The standings of sales are guesses, after the fields won_by_id, cancelled_by_id and abandoned_by_id; those of tickets
are Accelo's own (API docs, _issues).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Row = dict[str, Any]


def _rows(names: str, *lines: str) -> tuple[Row, ...]:
    """From `a|b|c`, named by `names`; ids are counted; an empty cell is left to the table's default."""
    keys = names.split()
    return tuple(
        {"id": str(number), **{key: cell for key, cell in zip(keys, line.split("|"), strict=True) if cell}}
        for number, line in enumerate(lines, start=1)
    )


def _statuses(*lines: str) -> tuple[Row, ...]:
    """From `title|standing|color|ordering|1`; the last is empty when a new object may not have it."""
    rows = _rows("title standing color ordering start", *lines)
    return tuple({**row, "ordering": int(row["ordering"]), "start": "start" in row} for row in rows)


CHOICES: Mapping[str, tuple[Row, ...]] = {
    "prospect_types": _rows(
        "title parent standing ordering",
        "New business|||2", "Renewal|||1", "Partner|1||3", "Old web shop||inactive|4",
    ),
    "prospect_statuses": _statuses(
        "Proposal|active|blue|3|", "Qualified|active|yellow|1|1", "Negotiation|active|orange|4|",
        "Won|won|green|5|1", "Lost|abandoned|red|6|", "Cancelled|cancelled|grey|7|", "Contacted|active|purple|2|1",
    ),
    "prospect_probabilities": _rows(
        "title value ordering", "Very low|10|1", "Low|25|2", "Even|50|3", "High|75|4", "Certain|100|5"
    ),
    "issue_types": _rows(
        "title parent standing ordering", "Incident|||2", "Support|||1", "Hosting|2||3", "Fax line||inactive|4"
    ),
    "issue_statuses": _statuses(
        "Waiting|open|orange|3|1", "Open|open|yellow|2|1", "Submitted|submitted|blue|1|1",
        "Closed|closed|grey|5|", "Resolved|resolved|green|4|", "Not a ticket|inactive|grey|6|",
    ),
    "issue_priorities": _rows(
        "title color factor", "Extreme|red|5", "High|orange|4", "Moderate|green|3", "Low|blue|2", "None|grey|1"
    ),
    "issue_classes": _rows(
        "title parent standing", "General||", "Website|1|", "Network|1|", "Telex||inactive"
    ),
    "issue_resolutions": _rows("title parent standing", "Fixed||", "Explained||", "Cannot be repeated|2|"),
}  # fmt: skip
"""Table -> rows. Tickets at first are Submitted, sales Qualified: the lowest `ordering`, not the lowest id."""
