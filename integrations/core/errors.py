"""What can go wrong with a vendor, by what has to follow.

PortalError
 ├─ ConfigError        a person must act: credentials, permission, missing set-up. No retry; the connection is flagged
 ├─ TransientError     time may heal: time-out on a read, 5xx, rate limit. Retry after growing, jittered pauses
 │   └─ BudgetExhausted    the vendor's allowance is used up until a known moment. The sync is held, not failed
 ├─ RejectedError      the vendor refuses this one record. The item fails with the vendor's words; the run goes on
 ├─ HeldForPerson      nothing is broken, but what came is doubtful: it waits until a person says that it is right
 ├─ OutcomeUnknown     a write was sent and no answer came. Look it up before any resend
 └─ ProtocolError      the reply is not as documented. Stop the run: their change or our bug
"""

from __future__ import annotations


class PortalError(Exception):
    """`message`: plain words for the admin, saying what to do. `detail`: for us, secrets masked.

    `code` is the vendor's own machine word where there is one (`invalid_client`, `410`), else ''.
    """

    kind = "internal"

    def __init__(self, message: str, detail: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail
        self.code = code


class ConfigError(PortalError):
    kind = "config"


class TransientError(PortalError):
    """`retry_after`: seconds until a new attempt makes sense; None when the vendor did not say."""

    kind = "transient"

    def __init__(
        self,
        message: str,
        detail: str = "",
        code: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, detail, code)
        self.retry_after = retry_after


class BudgetExhausted(TransientError):
    kind = "budget"


class RejectedError(PortalError):
    kind = "rejected"


class NotPermitted(RejectedError):
    """The vendor does not let this be done, as was to be expected: the record stays as it is, which is no failure."""


class HeldForPerson(PortalError):
    kind = "held"


class OutcomeUnknown(PortalError):
    kind = "unknown"


class ProtocolError(PortalError):
    kind = "protocol"
