"""The connection test: who is connected, what the token may do, how many calls are left."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from integrations.core.errors import ConfigError, ProtocolError, TransientError
from integrations.vendors.accelo.auth import SignIn
from integrations.vendors.accelo.records import wire_text, wire_time
from integrations.vendors.accelo.transport import Transport
from integrations.vendors.accelo.wire import READ_ONLY, WRONG_ADDRESS
from integrations.vendors.base import Access, Checked

READS = (
    ("expenses", "expenses"),
    ("expenses/types", "expense types"),
    ("taxes", "taxes"),
    ("staff", "staff"),
    ("jobs", "projects"),
    ("issues", "tickets"),
    ("contracts", "retainers"),
)
"""The smallest harmless read of each list a sync needs: (path, name for people)."""


def check(access: Access, sign_in: SignIn, calls: Transport) -> Checked:
    """Signs in and reads one row of each list. Raises ConfigError when nobody is signed in or nothing answers."""
    try:
        info = calls.read("tokeninfo")
    except TransientError as error:
        raise _addressed(error) from error
    if not isinstance(info, Mapping):
        raise ProtocolError("Accelo did not say whose token this is.", repr(info)[:200])
    refused = [_refused(calls, path, what) for path, what in READS]
    account = _account(info)
    return Checked(
        identity=account["deployment"],
        account=account,
        facts=_facts(info, account),
        missing=tuple(words for words in ("" if sign_in.may_write("expenses") else READ_ONLY, *refused) if words),
        budget=calls.allowance.text(),
    )


def time_zone(info: Any) -> str:
    """IANA name from a tokeninfo answer, '' when it has none."""
    locale = info.get("locale") if isinstance(info, Mapping) else None
    return wire_text(locale.get("timezone")) if isinstance(locale, Mapping) else ""


def _account(info: Mapping[str, Any]) -> dict[str, str]:
    locale = info.get("locale")
    currency = locale.get("currency") if isinstance(locale, Mapping) else None
    return {
        "deployment": wire_text(info.get("deployment")),
        "staff_id": wire_text(info.get("staff_id")),
        "email": wire_text(info.get("email")),
        "time_zone": time_zone(info),
        "currency_symbol": wire_text(currency.get("symbol")) if isinstance(currency, Mapping) else "",
    }


def _facts(info: Mapping[str, Any], account: Mapping[str, str]) -> dict[str, str]:
    name = f"{wire_text(info.get('firstname'))} {wire_text(info.get('surname'))}".strip()
    expiry = wire_time(info.get("expiry_date"))
    facts = {
        "Deployment": account["deployment"],
        "Signed in as": f"{name} <{account['email']}>" if name else account["email"],
        "Time zone": account["time_zone"],
        "Currency": account["currency_symbol"],
        "Access until": f"{datetime.fromtimestamp(expiry, UTC):%Y-%m-%d %H:%M} UTC" if expiry else "",
    }
    return {label: text for label, text in facts.items() if text}


def _refused(calls: Transport, path: str, what: str) -> str:
    """What to do when the list may not be read, '' when it may."""
    try:
        calls.rows(path, _limit="1")
    except ConfigError as error:
        if error.code not in ("invalid_permission", "invalid_scope"):
            raise
        return f"The Accelo user may not read {what}. Give that permission in Accelo, or connect as another user."
    return ""


def _addressed(error: TransientError) -> Exception:
    """A host name that does not exist, or other software answering, is for a person to correct."""
    if error.code == "unreadable" or "NameResolutionError" in error.detail:
        return ConfigError(WRONG_ADDRESS, error.detail, "wrong_address")
    return error
