"""Taking back what was created, where Accelo permits it. Whether nobody has edited it is for the caller to know.

After a create `modified` and the other values of the answer are what an unedited record still has. Source: Accelo API
docs, _issues and _prospects; not every edition of the latter has a delete, so that a refusal must be expected.
"""

from __future__ import annotations

from integrations.vendors.accelo.directory.objects import delete, update
from integrations.vendors.accelo.records import Ticket
from integrations.vendors.accelo.transport import Transport
from integrations.vendors.accelo.work.kinds import SALES, TICKETS


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
