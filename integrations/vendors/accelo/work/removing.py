"""Taking back what was created, where Accelo permits it. Whether nobody has edited it is for the caller to know.

After a create `modified` and the other values of the answer are what an unedited record still has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from integrations.vendors.accelo.directory.objects import delete, update
from integrations.vendors.accelo.records import Ticket
from integrations.vendors.accelo.transport import Transport
from integrations.vendors.accelo.work.kinds import SALES, TICKETS

Certainty = Literal["documented", "doubtful", "impossible"]


@dataclass(frozen=True, slots=True)
class Removal:
    """Of one kind. `deleting`: it is really removed; `retiring`: it is kept, but set aside as inactive."""

    deleting: Certainty
    retiring: Certainty
    words: str


REMOVALS: Mapping[str, Removal] = {
    "sale": Removal(
        "doubtful",
        "impossible",
        "Accelo may not permit to delete a sale: it is tried, and what is refused stays.",
    ),
    "ticket": Removal(
        "documented",
        "documented",
        "Accelo deletes a ticket for good; it can also be kept and set to inactive.",
    ),
}
"""Source: Accelo API docs, _issues (Delete an Issue; standing inactive). Not every edition of _prospects has a delete;
a sale takes a status but no standing, and which status means "set aside" is each deployment's own."""


class Removing:
    _calls: Transport

    def delete_sale(self, id: str) -> None:
        """Done also when it is already gone. Raises RejectedError when Accelo refuses and it is still there.

        That it is really gone can be seen by `sales_by_id`, a hundred in one call.
        """
        delete(self._calls, SALES, id)

    def delete_ticket(self, id: str) -> None:
        """As `delete_sale`."""
        delete(self._calls, TICKETS, id)

    def retire_ticket(self, id: str) -> Ticket:
        """The ticket afterwards, with standing inactive, past all progressions. Repeatable.

        Accelo chooses the status by the standing. Raises RejectedError when no status has it, or it is gone.
        """
        return update(self._calls, TICKETS, id, {"standing": "inactive"})
