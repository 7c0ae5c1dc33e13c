"""What one answer of AccountsIQ means. Pure.

Two tables: `classify` for the door (status, web pages, faults) and `failure` for the envelope's word inside an
HTTP 200. Sources: AccountsIQ WSDL of Integration 2.0 (Status, ErrorCode), the vendor's wiki on sign-in. Which code
comes with a missing permission or an unknown entity is not public, so words are looked at too.
"""

from __future__ import annotations

import html
import re

from integrations.core.errors import ConfigError, PortalError, ProtocolError, TransientError
from integrations.http import Reply, Verdict
from integrations.vendors.accountsiq.answers import Head

HTML = "html"
FAULT = "fault"
NOT_FOUND = "404"
NO_ACCESS = "no_access"
REVOKED = "OAUTH_INTEGRATION_APPS_APPLICATION_IS_REVOKED"
ADDRESS_HINT = (
    "Check the address (region) and the version of the connection: a wrong region looks like wrong credentials, and "
    "keys of the staging system are refused by the live one and the other way round."
)
REVOKED_WORDS = (
    "The Integration Application was revoked in AccountsIQ, or this portal was removed from it. A group administrator "
    "has to make a new application (Setup > Integrations); then enter its client ID and secret here."
)
_NO_ACCESS = re.compile(
    r"permission|not? authori[sz]|unauthori[sz]|forbidden|access (?:is |was |has been )?(?:denied|refused|removed)"
    r"|(?:no|not have|without) access|not allowed|(?:invalid|unknown|no such|not a valid) (?:entity|company)"
    r"|(?:entity|company)\b.{0,60}\b(?:not (?:found|valid|exist|available|accessible)|does not exist|unknown|invalid)",
    re.IGNORECASE,
)
_REVOKED = re.compile(r"revoked", re.IGNORECASE)
_FAULT_IN = re.compile(rb"<(?:[\w.-]+:)?Body\b[^>]*>\s*<(?:[\w.-]+:)?Fault\b")
_FAULT_TEXT = re.compile(
    rb"<(?:[\w.-]+:)?(?:faultstring|Text)\b[^>]*>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</", re.DOTALL
)
_NO_SUCH_OPERATION = re.compile(r"did not recogni[sz]e the value of HTTP Header SOAPAction", re.IGNORECASE)
_START = 4_000


def classify(reply: Reply) -> Verdict | None:
    """The vendor's table for the door; None: an envelope, whose own word is still to be read.

    Raises ProtocolError for what is neither envelope nor web page: the door asks again before it gives up.
    """
    status = reply.status
    if status == 429:
        return Verdict("transient", "AccountsIQ asks for a pause: too many requests.", "429")
    words = fault_words(reply.content)
    if words and (status < 400 or status >= 500 or status == 400):
        return _fault(words)
    if status in (401, 403):
        return Verdict("config", f"AccountsIQ refuses the portal (HTTP {status}). {ADDRESS_HINT}", str(status))
    if status in (404, 405, 410):
        message = f"There is no AccountsIQ web service at this address (HTTP {status}). Check base_url. {ADDRESS_HINT}"
        return Verdict("config", message, NOT_FOUND)
    if status == 501:
        return Verdict("protocol", "AccountsIQ does not know this operation (HTTP 501).", "501")
    if status >= 500 or status == 408:
        return Verdict("transient", f"AccountsIQ has a disturbance (HTTP {status}).", str(status))
    if status >= 300:
        return Verdict("protocol", f"AccountsIQ answered with HTTP {status}, which its documents do not name.")
    return _content(reply)


def _content(reply: Reply) -> Verdict | None:
    if b"Envelope" in reply.content[:_START] or reply.content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return None
    what = reply.describe()
    message = (
        f"AccountsIQ answered with {what} instead of data. It may be under maintenance; if this stays, check base_url."
    )
    if "HTML" in what:
        return Verdict("transient", message, HTML)
    raise ProtocolError(message)


def _fault(words: str) -> Verdict:
    if _NO_SUCH_OPERATION.search(words):
        message = f"The AccountsIQ web service at this address does not know the request: {words} {ADDRESS_HINT}"
        return Verdict("config", message, FAULT)
    return Verdict("transient", f"AccountsIQ reports a fault of its own: {words}", FAULT)


def fault_words(content: bytes) -> str:
    """The faultstring of a soap:Fault, one line of at most 300 characters; '' when the body is none."""
    start = content[:_START]
    if not _FAULT_IN.search(start):
        return ""
    found = _FAULT_TEXT.search(start)
    return plain(html.unescape(found.group(1).decode("utf-8", "replace"))) if found else "unknown"


def plain(text: str) -> str:
    """The first line with words, shortened: what follows is a stack trace."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return (lines[0] if lines else "")[:300]


def failure(head: Head, entity: str) -> PortalError:
    """The error for a complete answer that is no success. `head.expired` is the caller's business.

    A Failure whose code and words say nothing known is a TransientError: what a person must repair in the portal has a
    code or words of its own, everything else is AccountsIQ's to heal, and a later run tries again. The vendor's words
    are in the message either way.
    """
    if head.fault:
        return TransientError(f"AccountsIQ reports a fault of its own: {plain(head.fault)}", code=FAULT)
    said = f"“{plain(head.message) or 'no message'}” ({head.code or 'no code'})"
    if not head.status:
        return ProtocolError(f"AccountsIQ answered without a Status: {said}.", code=head.code)
    if head.code == REVOKED or _REVOKED.search(head.message):
        return ConfigError(f"{REVOKED_WORDS} AccountsIQ says {said}.", code=REVOKED)
    if head.code.startswith("OAUTH_"):
        return ConfigError(
            f"AccountsIQ does not accept the application: {said}. Check client ID and secret.", "", head.code
        )
    if _NO_ACCESS.search(head.message):
        return no_access(entity, said)
    if head.code == "CONFIGURATION_ERROR":
        message = (
            f"AccountsIQ says that its own set-up is not complete: {said}. Have the company's settings checked there."
        )
        return ConfigError(message, code=head.code)
    if head.code == "READ_ONLY":
        message = f"AccountsIQ has closed the company for now: {said}. The portal tries again later."
        return TransientError(message, code=head.code)
    message = (
        f"AccountsIQ could not answer: {said}, status {head.status}. The portal tries again later; if this stays, show "
        "these words to AccountsIQ's support."
    )
    return TransientError(message, code=head.code)


def no_access(entity: str, said: str) -> ConfigError:
    message = (
        f"AccountsIQ gives no access to the entity {entity or '(none)'}: {said}. A group administrator has to give the "
        "Integration Application that entity with read permission, or enter another entity here."
    )
    return ConfigError(message, code=NO_ACCESS)
