"""What a connection test says. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.core.errors import ConfigError, PortalError, RejectedError, TransientError
from integrations.vendors.base import Checked
from integrations.vendors.ieatta.accounting import LABELS
from integrations.vendors.ieatta.envelope import HTML


def build_checked(user: str, ours: Mapping[str, str], categories: int, accounting: str = "") -> Checked:
    """`accounting`: a key of `LABELS` when the vendor told of such a connection."""
    name, role = ours.get("name", ""), ours.get("role", "")
    missing: tuple[str, ...] = ()
    if role.lower() != "admin":
        missing = (
            f"{user} is “{role}” of the workspace “{name}”, not admin: make that user an admin in Ieatta, "
            "else expenses of other people are missing.",
        )
    return Checked(
        identity=user,
        account={
            "policy_id": ours["id"],
            "policy_name": name,
            "output_currency": ours.get("outputCurrency", ""),
            **({"accounting": accounting} if accounting else {}),
        },
        facts={
            "Connected as": user,
            "Workspace (policy)": f"{name} ({ours['id']})",
            "Role": role,
            "Currency": ours.get("outputCurrency", ""),
            "Categories": str(categories),
            **({"Accounting": LABELS[accounting]} if accounting else {}),
        },
        missing=missing,
        budget="5 calls in 10 seconds, 20 in a minute",
    )


def build_unknown_policy(user: str, policy_id: str, policies: list[dict[str, str]]) -> Checked:
    known = ", ".join(f"{row.get('name')} ({row.get('id')})" for row in policies[:10]) or "none"
    said = f"The workspace (policy) {policy_id or '(none)'} is not among those that {user} sees"
    missing = (f"{said}: {known}. Enter one of these ids as policy_id.",)
    return Checked(identity=user, facts={"Connected as": user}, missing=missing)


def error_at_check(error: PortalError, url: str) -> PortalError:
    if isinstance(error, TransientError) and error.code != HTML:
        return error
    if isinstance(error, RejectedError):
        return ConfigError(error.message, error.detail, error.code)
    message = f"The address {url} does not answer like an Ieatta Integration Server. Check base_url."
    return ConfigError(message, error.detail or error.message, error.code)
