"""Moving an expense's status by Accelo's progressions, the only documented way (Accelo API docs, _progressions)."""

from __future__ import annotations

from typing import Any

from integrations.core.errors import RejectedError
from integrations.vendors.accelo.records import Expense


class StatusMover:
    """Remembers which progression led from one standing to another, so that most moves cost one call."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.known: dict[tuple[str, str], str] = {}

    def move(self, expense_id: str, present: str, wanted: str) -> tuple[str, str]:
        """(standing reached, remark): the remark is '' when it is the wanted one."""
        known = self.known.get((present, wanted))
        moved = self._try(expense_id, known, present) if known else None
        if moved and moved.standing == wanted:
            return wanted, ""
        return self._by_list(expense_id, moved.standing if moved else present, wanted)

    def _try(self, expense_id: str, progression_id: str, present: str) -> Expense | None:
        """None when Accelo refuses: the move is not open for this expense."""
        try:
            expense: Expense = self.client.run_progression(expense_id, progression_id, present)
        except RejectedError:
            return None
        return expense

    def _by_list(self, expense_id: str, present: str, wanted: str) -> tuple[str, str]:
        try:
            steps = self.client.list_progressions(expense_id)
        except RejectedError as error:
            return present, f"The status stays {present}: {error.message} It is tried again."
        for step in steps:
            if step.standing != wanted:
                continue
            moved = self._try(expense_id, step.id, present)
            if moved and moved.standing == wanted:
                self.known[present, wanted] = step.id
                return wanted, ""
            present = moved.standing if moved else present
        return present, (
            f"The status stays {present}: Accelo offers the signed-in user no step to {wanted}. Allow that user to "
            f"approve expenses in Accelo, or move it by hand; it is tried again."
        )
