"""What each of Salesforce's machine words means for us, and the sentence a person reads.

Source: Salesforce REST guide, Status Codes and Error Responses; help, OAuth 2.0 Authorization Errors; behaviour of
client libraries. Words in small letters are OAuth's, or ours for what an answer without a code shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from integrations.vendors.salesforce.addresses import WRONG_ADDRESS

CONNECT_AGAIN = "Press Connect to sign in at Salesforce again."
EXPIRED = "INVALID_SESSION_ID"
"""The one code after which a token is renewed and the call repeated, once."""
LOCKED = "UNABLE_TO_LOCK_ROW"
QUERY_TIMEOUT = "QUERY_TIMEOUT"
DEAD_CURSOR = "INVALID_QUERY_LOCATOR"
CHANGED_SINCE = "PRECONDITION_FAILED"
Kind = Literal["config", "transient", "budget", "rejected", "unknown", "protocol"]


@dataclass(frozen=True, slots=True)
class Rule:
    """`message` may contain {words}: the vendor's own, and {fields}. `done`: it may have been carried out."""

    kind: Kind
    message: str
    done: bool = False


RIGHTS = Rule(
    "rejected",
    "The Salesforce user behind this connection may not do this: {words} Give the permission in Salesforce.",
)
NO_API = Rule(
    "config", "This Salesforce edition or user has no access for programs (API): {words} Switch it on in Salesforce."
)
VALUE = Rule("rejected", "Salesforce does not take a value{fields}: {words} Correct it in the record it comes from.")
SCHEMA = Rule("rejected", "Salesforce does not know a field or object, or the user may not see it: {words}")
OVERLOAD = Rule("transient", "Salesforce does not take the call at the moment. It is tried again.", done=True)
OUR_BUG = Rule("protocol", "Salesforce did not understand what the portal sent: {words} Tell whoever runs the portal.")

RULES: Mapping[str, Rule] = {
    EXPIRED: Rule("config", f"Salesforce no longer accepts the session. {CONNECT_AGAIN}"),
    "session_not_for_api": Rule(
        "config",
        "Salesforce says that this sign-in may not be used by programs: {words} Check the application's scopes in "
        f"Salesforce (api, refresh_token, id). {CONNECT_AGAIN}",
    ),
    "sign_in_refused": Rule("config", f"Salesforce refused the sign-in: {{words}} {CONNECT_AGAIN}"),
    "API_DISABLED_FOR_ORG": NO_API,
    "API_CURRENTLY_DISABLED": NO_API,
    "TXN_SECURITY_METERING_ERROR": Rule(
        "config",
        "A transaction security policy in Salesforce stopped the call. Ask its administrator to exempt the user.",
    ),
    "STORAGE_LIMIT_EXCEEDED": Rule("config", "The Salesforce org is full: {words} Free some storage there."),
    "INSUFFICIENT_ACCESS": RIGHTS,
    "INSUFFICIENT_ACCESS_OR_READONLY": RIGHTS,
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": RIGHTS,
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": Rule(
        "rejected", "Salesforce refused to store this, by missing rights or by an automation of the org: {words}"
    ),
    LOCKED: Rule("transient", "Another process in Salesforce holds this record at the moment. It is tried again."),
    "REQUEST_LIMIT_EXCEEDED": Rule(
        "transient", "Salesforce takes no more calls at the moment: {words} It goes on by itself."
    ),
    "daily_limit": Rule(
        "budget", "The calls that Salesforce allows this org in 24 hours are used up. The sync goes on by itself later."
    ),
    "SERVER_UNAVAILABLE": Rule(
        "transient", "Salesforce has trouble at the moment: {words} It is tried again.", done=True
    ),
    "UNKNOWN_EXCEPTION": Rule(
        "transient", "Salesforce has trouble at the moment: {words} It is tried again.", done=True
    ),
    QUERY_TIMEOUT: Rule(
        "rejected", "Salesforce took too long to find the records. Select fewer, or try again at a quieter time."
    ),
    DEAD_CURSOR: Rule("rejected", "Salesforce has given up a list that was being read."),
    "EXCEEDED_ID_LIMIT": Rule("rejected", "More records changed in this time than Salesforce lists at once."),
    "INVALID_REPLICATION_DATE": Rule("rejected", "Salesforce keeps no list of changes for this time: {words}"),
    "REQUIRED_FIELD_MISSING": Rule(
        "rejected", "Salesforce needs a value{fields}: {words} Fill it in where the record comes from."
    ),
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": Rule(
        "rejected",
        "A rule of the Salesforce org refused this{fields}: {words} Correct the record, or change the rule there.",
    ),
    "DUPLICATES_DETECTED": Rule(
        "rejected",
        "Salesforce found records like this one and did not store it: {words} Link it to the one that is there, or "
        "allow duplicates.",
    ),
    "DUPLICATE_VALUE": Rule(
        "rejected", "Another record in Salesforce already has this value{fields}: {words} Change one of them."
    ),
    "STRING_TOO_LONG": Rule(
        "rejected", "A value is longer than Salesforce stores{fields}: {words} Shorten it where the record comes from."
    ),
    "INVALID_EMAIL_ADDRESS": VALUE,
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": VALUE,
    "FIELD_INTEGRITY_EXCEPTION": VALUE,
    "INVALID_FIELD": SCHEMA,
    "INVALID_TYPE": SCHEMA,
    "INVALID_FIELD_FOR_INSERT_UPDATE": Rule(
        "rejected",
        "Salesforce does not let this user write a field{fields}: {words} Give the right, or leave the field out of "
        "the sync.",
    ),
    "MALFORMED_QUERY": OUR_BUG,
    "MALFORMED_ID": Rule("rejected", "Salesforce has no record by this id: {words}"),
    "ENTITY_IS_DELETED": Rule(
        "rejected", "The record was deleted in Salesforce. The next run looks what became of it."
    ),
    "INVALID_CROSS_REFERENCE_KEY": Rule(
        "rejected", "A record this one points to does not exist in Salesforce, or the user may not see it: {words}"
    ),
    "NOT_FOUND": Rule("rejected", "Salesforce does not have this, or the user may not see it: {words}"),
    "INACTIVE_OWNER_OR_USER": Rule("rejected", "The owner is not active in Salesforce. Map to an active user."),
    "UNSUPPORTED_MEDIA_TYPE": OUR_BUG,
    "METHOD_NOT_ALLOWED": OUR_BUG,
    CHANGED_SINCE: Rule(
        "rejected", "The record was changed in Salesforce since it was read. The next run compares it anew."
    ),
    "ALL_OR_NONE_OPERATION_ROLLED_BACK": Rule("rejected", "Salesforce took this back since another record failed."),
    "PROCESSING_HALTED": Rule("rejected", "Salesforce did not come to this since another part failed."),
    "invalid_grant": Rule(
        "config",
        "Salesforce no longer accepts this sign-in: it has expired or was withdrawn, or the same user was connected "
        "elsewhere with this application: Salesforce keeps the five newest sign-ins of a user and ends the oldest one "
        f"silently ({{words}}). {CONNECT_AGAIN}",
    ),
    "inactive_user": Rule(
        "config", "The Salesforce user of this connection is not active. Connect again with another user."
    ),
    "inactive_org": Rule("config", "The Salesforce org is locked or closed. Ask its administrator."),
    "invalid_client_id": Rule("config", "Salesforce does not know the application. Check client_id and login_url."),
    "invalid_client": Rule("config", "Salesforce does not accept the application. Check client_id and client_secret."),
    "redirect_uri_mismatch": Rule(
        "config", "The portal's address is not registered with the application in Salesforce. Add it there as callback."
    ),
    "invalid_app_access": Rule(
        "config", "The Salesforce administrator has not approved this user for the application. Ask for it."
    ),
    "unsupported_grant_type": Rule("config", "The application in Salesforce does not allow this way of signing in."),
    "rate_limit_exceeded": Rule("transient", "Salesforce takes no more sign-ins at the moment. It is tried again."),
    "unknown_error": Rule(
        "transient", "Salesforce has trouble with the sign-in at the moment. It is tried again.", done=True
    ),
    "version_gone": Rule("config", "Salesforce no longer has this version of its interface. Raise api_version."),
    "wrong_address": Rule("config", WRONG_ADDRESS),
    "too_long": Rule(
        "protocol",
        "What the portal asked Salesforce was too long. Select by fewer values, or tell whoever runs the portal.",
    ),
    "too_many": Rule("transient", "Salesforce takes no more calls at the moment. It goes on by itself."),
    "overload": OVERLOAD,
    "server_error": Rule("transient", "Salesforce has trouble at the moment: {words} It is tried again.", done=True),
    "unreadable": Rule("transient", "Salesforce answered with {words} instead of data.", done=True),
}
REFUSED = Rule("rejected", "Salesforce refused this{fields}: {words}")
"""For a code that is not in the table: a rule of the org, or a new word."""
