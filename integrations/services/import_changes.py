"""What somebody changes of an import: stored, and told to the audit."""

from __future__ import annotations

from typing import Any

from integrations.models import Import


def import_change(row: Import, user: Any = None, did: str = "", **values: Any) -> None:
    """Store what somebody changed of an import, and who it was. `did`: what the audit says of it."""
    if user is not None:
        values["changed_by"] = user
    for name, value in values.items():
        setattr(row, name, value)
    import_sign(row, user, did)
    row.save(update_fields=[*values, "changed_at"])


def import_sign(row: Import, user: Any, did: str) -> None:
    """For the history, which looks for these names when the row is saved. Without a user it was the portal itself,
    whoever's request this is."""
    vars(row).update(_history_user=user, _change_reason=did or None)
