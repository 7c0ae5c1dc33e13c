"""The lease of an upload at work, and what its page says meanwhile."""

from __future__ import annotations

from typing import Any

from integrations.engine import LeaseLost
from integrations.services.lease import JobLease


class UploadLease(JobLease):
    """`step`: what the page says of an upload at work."""

    step = ""

    def begin(self, step: str) -> None:
        self.step, self.passed = step, 0
        self.extend()

    def assure(self) -> None:
        """Inside a transaction that changes the list: nobody else has taken the upload over, or can until it ends.

        Raises LeaseLost.
        """
        if not self.mine().select_for_update().exists():
            raise LeaseLost

    def standing(self) -> dict[str, Any]:
        return {"progress": {"step": self.step, "done": self.passed, "of": 0}}
