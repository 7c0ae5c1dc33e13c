"""Failed attempts: what they were, whether the vendor may have acted, and which error follows. Pure."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

from urllib3 import exceptions as wire

from integrations.core import errors
from integrations.http.outgoing import Outgoing
from integrations.http.shapes import Kind, Verdict

ERRORS: dict[Kind, type[errors.PortalError]] = {
    "config": errors.ConfigError,
    "transient": errors.TransientError,
    "budget": errors.BudgetExhausted,
    "rejected": errors.RejectedError,
    "unknown": errors.TransientError,
    "protocol": errors.ProtocolError,
}
"""`unknown` of a repeatable request is a passing trouble: it may simply be asked again."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed attempt. `maybe`: the vendor may have carried the request out. `again`: a repeat may help."""

    kind: Kind
    message: str
    detail: str = ""
    code: str = ""
    retry_after: float | None = None
    maybe: bool = False
    again: bool = False

    def error(self) -> errors.PortalError:
        kind = ERRORS[self.kind]
        if issubclass(kind, errors.TransientError):
            return kind(self.message, self.detail, self.code, self.retry_after)
        return kind(self.message, self.detail, self.code)

    def outcome_unknown(self) -> errors.OutcomeUnknown:
        message = (
            f"{self.message} It is not known whether the vendor carried out what was sent; look before sending again."
        )
        return errors.OutcomeUnknown(message, self.detail, self.code)


class Failed(Exception):
    """Carries a Failure from the depth of one attempt to the loop that decides."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def network_failure(error: Exception, *, who: str, host: str, sent: bool) -> Failure:
    """What a network error means. `sent`: at least one byte of the request had gone out."""
    detail = f"{type(error).__name__}: {error}"
    if sent:
        return Failure("transient", _broken(error, who), detail, "network", maybe=True, again=True)
    if isinstance(error, wire.SSLError) and _is_certificate(error):
        message = (
            f"The certificate of {host} is not valid, so the portal does not trust it. Check the address of the "
            "connection; if it is right, the vendor's administrator must renew the certificate."
        )
        return Failure("config", message, detail, "certificate")
    return Failure("transient", _unreached(error, who, host), detail, "network", again=True)


def _unreached(error: Exception, who: str, host: str) -> str:
    if isinstance(error, wire.NameResolutionError):
        return (
            f"The name {host} could not be found. Check the address of the connection; if it is right, the network "
            "is disturbed and the portal tries again."
        )
    if isinstance(error, wire.ConnectTimeoutError):
        reason = "it did not take the connection in time"
    elif isinstance(error, wire.SSLError):
        reason = "no encrypted connection came about"
    else:
        reason = "it refused the connection"
    return (
        f"{who} could not be reached at {host}: {reason}. Nothing was sent. The portal tries again; if this stays, "
        "check the address of the connection."
    )


def _broken(error: Exception, who: str) -> str:
    if _is_timeout(error):
        return f"{who} did not answer completely in time."
    if isinstance(error, wire.DecodeError):
        return f"{who} sent an answer that cannot be unpacked."
    if isinstance(error, wire.IncompleteRead) or isinstance(_cause(error), wire.IncompleteRead):
        return f"The answer of {who} was cut off."
    return f"The connection to {who} broke off before the answer was complete."


def _is_timeout(error: Exception) -> bool:
    return isinstance(error, (wire.TimeoutError, TimeoutError)) or isinstance(_cause(error), TimeoutError)


def _is_certificate(error: Exception) -> bool:
    return isinstance(_cause(error), ssl.SSLCertVerificationError) or isinstance(error.__cause__, ssl.CertificateError)


def _cause(error: Exception) -> object:
    """The error within an urllib3 error, which keeps it as its last argument."""
    return error.args[-1] if error.args else None


def verdict_failure(verdict: Verdict, status: int, detail: str, retry_after: float | None) -> Failure:
    """The vendor's word on one answer. `retry_after`: of the answer's header, where the verdict names none."""
    passing = verdict.kind in ("transient", "budget", "unknown")
    server_side = status >= 500 and verdict.kind in (
        "transient",
        "unknown",
        "protocol",
    )
    return Failure(
        verdict.kind,
        verdict.message,
        detail,
        verdict.code or str(status),
        verdict.retry_after if verdict.retry_after is not None else retry_after,
        maybe=verdict.done or verdict.kind == "unknown" or server_side,
        again=passing,
    )


def unreadable(status: int, message: str, detail: str) -> Failure:
    """An answer that is not as documented: worth another try, for a disturbance may have caused it."""
    kind: Kind = "transient" if status >= 500 else "protocol"
    return Failure(kind, message, detail, str(status), maybe=True, again=True)


def not_followed(out: Outgoing, status: int, location: str, who: str) -> Failure:
    """A redirect of a write that must not be followed. 302 and 303 may come after the work was done."""
    message = (
        f"{who} redirects what the portal sends to {location}. If that is right, enter that address in the connection."
    )
    return Failure("config", message, f"{out.method} {out.url} -> {status}", str(status), maybe=status in (302, 303))
