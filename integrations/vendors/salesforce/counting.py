"""How many records have which value, counted by Salesforce.

Source: SOQL reference, considerations for GROUP BY: the groups of one answer cannot be followed by a further page.
"""

from __future__ import annotations

from integrations.core.errors import ProtocolError, RejectedError
from integrations.vendors.salesforce import soql
from integrations.vendors.salesforce.query import Queries, Row

GROUPS = 2_000
"""Groups of one answer. Salesforce may give fewer at once, and then refuses the whole."""
FEWEST = 100
TOO_MANY = "EXCEEDED_ID_LIMIT"


def count_by(queries: Queries, object: str, field: str, where: str) -> dict[str, int]:
    """Living records by the value of a text, picklist or look-up field; '' counts those without one.

    One request per 2,000 values: each goes on after the greatest value of the one before. Raises RejectedError for a
    field that cannot be grouped, ConfigError for one that is not there or hidden.
    """
    name, counts = soql.name(field), dict[str, int]()
    after, most = "", GROUPS
    while True:
        later = f"{name} > {soql.quote(after)}" if after else ""
        condition = soql.where_all(where, later)
        text = f"SELECT {name}, COUNT(Id) n FROM {soql.name(object)}{condition} GROUP BY {name} ORDER BY {name}"
        try:
            found = [_group(row, name) for row in queries.rows(f"{text} LIMIT {most}")]
        except RejectedError as error:
            if error.code != TOO_MANY or most <= FEWEST:
                raise
            most //= 2
            continue
        fresh = {value: number for value, number in found if value not in counts}
        counts.update(fresh)
        if len(found) < most:
            return counts
        if not fresh:
            raise ProtocolError("Salesforce counts the same values again and again.", f"{object}.{field} > {after!r}")
        after = found[-1][0]


def _group(row: Row, name: str) -> tuple[str, int]:
    """The value's key in the answer is the field's own name, whatever parents stand before it."""
    value, number = row.get(name.rpartition(".")[2]), row.get("n")
    if not isinstance(number, int):
        raise ProtocolError("Salesforce counted records without a number.", repr(row)[:200])
    return "" if value is None else str(value), number
