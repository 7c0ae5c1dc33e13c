"""The connection test: which org and user are connected, what they may do, how many calls are left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from integrations.core.errors import ConfigError, PortalError, ProtocolError, RejectedError, TransientError
from integrations.vendors.base import Checked
from integrations.vendors.salesforce.addresses import WRONG_ADDRESS, Addresses
from integrations.vendors.salesforce.auth import NO_LASTING, SignIn
from integrations.vendors.salesforce.describe import Describe, fetch_describe
from integrations.vendors.salesforce.query import Queries, Row
from integrations.vendors.salesforce.rules import CONNECT_AGAIN
from integrations.vendors.salesforce.transport import Transport, as_list, as_object
from integrations.vendors.salesforce.wire import wire_id

ADDRESS = ("Street", "City", "State", "PostalCode", "Country")


def _parts(*prefixes: str) -> tuple[str, ...]:
    return tuple(f"{prefix}{part}" for prefix in prefixes for part in ADDRESS)


ACCOUNT_FIELDS = ("Name", "Phone", "Fax", "Website", "Type", "Industry", *_parts("Billing", "Shipping"))
CONTACT_FIELDS = (
    "FirstName", "LastName", "Title", "Phone", "Fax", "MobilePhone", "Email", "AccountId",
    *_parts("Mailing", "Other"),
)  # fmt: skip
NEEDED: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Account", "companies", ACCOUNT_FIELDS),
    ("Contact", "contacts", CONTACT_FIELDS),
)
"""Object, its name for people, the fields that a sync of it reads."""
NEVER_WRITTEN = frozenset({"Type", "Industry", "AccountId"})


def check(addresses: Addresses, sign_in: SignIn, calls: Transport, queries: Queries) -> Checked:
    """Signs in, reads who it is, and looks at the rights. Raises ConfigError when nobody is signed in, nothing
    answers, or the interface's version is not there."""
    try:
        sign_in.token()
        who = _identity(sign_in, calls)
    except TransientError as error:
        raise _addressed(error) from error
    _check_version(addresses, calls)
    org = _organization(queries)
    missing = list(_missing(calls)) + ([] if sign_in.lasts else [NO_LASTING])
    account = _account(sign_in, who, org)
    return Checked(
        identity=account["org_id"],
        account=account,
        facts=_facts(account, sign_in),
        missing=tuple(missing),
        budget=calls.allowance.text(),
    )


def _identity(sign_in: SignIn, calls: Transport) -> Mapping[str, Any]:
    """Who signed in, of the identity address that came with the token; where that one refuses or sends elsewhere, of
    the same path at the org's own host."""
    path = "/id/" + sign_in.identity_url.partition("/id/")[2]
    try:
        return as_object(calls.get(sign_in.identity_url))
    except (ConfigError, RejectedError) as error:
        own = f"{sign_in.instance}{path}"
        if own == sign_in.identity_url or error.code not in ("wrong_address", "NOT_FOUND", "sign_in_refused"):
            raise _unknown_user(error) from error
    return as_object(calls.get(own))


def _unknown_user(error: PortalError) -> PortalError:
    if not isinstance(error, RejectedError):
        return error
    message = f"Salesforce does not say who is signed in: {error.message} {CONNECT_AGAIN}"
    return ConfigError(message, error.detail, error.code)


def _check_version(addresses: Addresses, calls: Transport) -> None:
    rows = as_list(calls.anonymous("data/"))
    versions = [str(row.get("version")) for row in rows if isinstance(row, Mapping)]
    if not versions:
        raise ProtocolError("Salesforce names no version of its interface.", repr(rows)[:200])
    if addresses.version not in versions:
        raise ConfigError(
            f"This Salesforce org does not have version {addresses.version} of the interface. It has {versions[0]} to "
            f"{versions[-1]}: set api_version to one of them.",
            ", ".join(versions),
            "version_gone",
        )


def _organization(queries: Queries) -> Row:
    """Name and kind of the org, {} where the user may not see them."""
    try:
        return next(queries.rows("SELECT Id, Name, IsSandbox FROM Organization"), {})
    except (ConfigError, RejectedError) as error:
        if error.code not in ("INVALID_TYPE", "INVALID_FIELD", "INSUFFICIENT_ACCESS"):
            raise
        return {}


def _account(sign_in: SignIn, who: Mapping[str, Any], org: Row) -> dict[str, str]:
    return {
        "org_id": wire_id(who.get("organization_id") or sign_in.org_id),
        "org_name": _text(org.get("Name")),
        "sandbox": "" if "IsSandbox" not in org else "yes" if org["IsSandbox"] is True else "no",
        "user_id": wire_id(who.get("user_id")),
        "user_name": _text(who.get("display_name")),
        "username": _text(who.get("username")),
        "email": _text(who.get("email")),
        "instance_url": sign_in.instance,
    }


def _facts(account: Mapping[str, str], sign_in: SignIn) -> dict[str, str]:
    name, username = account["user_name"], account["username"]
    kinds = {"yes": "Sandbox", "no": "Production"}
    facts = {
        "Organisation": account["org_name"],
        "Organisation id": account["org_id"],
        "Kind": kinds.get(account["sandbox"], ""),
        "Signed in as": f"{name} <{username}>" if name else username,
        "Address": account["instance_url"],
        "Sign-in": "by a person in the browser" if sign_in.by_browser else "by client credentials",
    }
    return {label: text for label, text in facts.items() if text}


def _missing(calls: Transport) -> Iterator[str]:
    """What the user lacks for the sync, as sentences."""
    for object, plural, fields in NEEDED:
        try:
            describe = fetch_describe(calls, object, None)
        except (RejectedError, ConfigError) as error:
            if error.code not in ("NOT_FOUND", "INVALID_TYPE", "INSUFFICIENT_ACCESS"):
                raise
            yield f"The Salesforce user may not see {plural} ({object}). Give the right to read them in Salesforce."
            continue
        yield from missing_rights(describe, plural, fields)


def missing_rights(describe: Describe, plural: str, fields: Sequence[str]) -> Iterator[str]:
    hidden = [name for name in fields if not describe.has(name)]
    if hidden:
        yield (
            f"The Salesforce user does not see these fields of {plural}: {', '.join(hidden)}. Make them visible in "
            "Salesforce (field-level security), or they are not synced."
        )
    deeds = [word for word, may in (("create", describe.createable), ("change", describe.updateable)) if not may]
    if deeds:
        yield (
            f"The Salesforce user may not {' or '.join(deeds)} {plural}. Only a sync both ways needs that: give the "
            "right in Salesforce."
        )
    locked = [
        name
        for name in fields
        if name not in NEVER_WRITTEN and (field := describe.find(name)) is not None and not field.updateable
    ]
    if locked and describe.updateable:
        yield (
            f"The Salesforce user may not change these fields of {plural}: {', '.join(locked)}. Only a sync both ways "
            "needs that: give the right in Salesforce."
        )


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _addressed(error: TransientError) -> Exception:
    """A host name that does not exist, or other software answering, is for a person to correct."""
    if error.code == "unreadable" or "NameResolutionError" in error.detail:
        return ConfigError(WRONG_ADDRESS, error.detail, "wrong_address")
    return error
