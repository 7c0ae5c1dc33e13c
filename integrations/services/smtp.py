"""Handing one e-mail to the mail server, knowing at each step whether the server can have it.

Django's own sending says neither who was refused nor whether a lost connection came before or after the end of the
message, and the end is what decides: until it has been sent no server delivers anything (RFC 5321, 4.1.1.4).
"""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address

from integrations.http.masking import Masker

ANSWER_SECONDS = 60
"""How long the server may take to accept what it has got: it looks for viruses in that time."""
QUIT_SECONDS = 2
TOO_LARGE = 552


@dataclass(slots=True)
class Delivery:
    """`accepted`: addresses that the server took it for. `refused`: address -> why it never will. `later`: address ->
    why it did not now. `server`: whether the trouble is the server's, not single addresses'."""

    accepted: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    later: dict[str, str] = field(default_factory=dict)
    server: bool = False

    def not_taken(self, words: str, *, for_good: bool = False) -> Delivery:
        """Nobody gets it after all."""
        (self.refused if for_good else self.later).update(dict.fromkeys(self.accepted, words))
        self.accepted, self.server = [], not for_good
        return self


class Unanswered(Exception):
    """The whole message was sent and no answer came: the server may deliver it or not. The text is for people."""


def hand_over(email: EmailMessage, to: Sequence[str], before_end: Callable[[], None]) -> Delivery:
    """Send to these addresses, whatever the e-mail's head says.

    `before_end` is called right before the server can accept it; what it raises stops the sending in time.
    Raises Unanswered.
    """
    backend = get_connection()
    if isinstance(backend, EmailBackend):
        return _by_smtp(backend, email, to, before_end)
    before_end()
    email.connection = backend
    try:
        email.send()
    except OSError as error:
        return Delivery(list(to)).not_taken(
            f"The e-mail could not be written: {error.strerror or type(error).__name__}."
        )
    return Delivery(list(to))


def _by_smtp(backend: EmailBackend, email: EmailMessage, to: Sequence[str], before_end: Callable[[], None]) -> Delivery:
    delivery, polite = Delivery(list(to)), False
    encoding = email.encoding or settings.DEFAULT_CHARSET
    try:
        try:
            backend.open()
            server = backend.connection
            assert server is not None  # open() raises when there is none
            payload = _bytes_of(email)
            if not _take_body(server, sanitize_address(email.from_email, encoding), encoding, payload, delivery):
                polite = True
                return delivery
        except (OSError, smtplib.SMTPException) as error:
            return delivery.not_taken(trouble_words(error))
        before_end()
        _finish(server, delivery)
        polite = True
        return delivery
    finally:
        _leave(backend, polite)


def _bytes_of(email: EmailMessage) -> bytes:
    message: Any = email.message()
    return bytes(message.as_bytes(linesep="\r\n"))


def _take_body(server: smtplib.SMTP, sender: str, encoding: str, payload: bytes, delivery: Delivery) -> bool:
    """Everything but the end. False when the server wants none of it; `delivery` says why."""
    server.ehlo_or_helo_if_needed()
    size = [f"size={len(payload)}"] if server.has_extn("size") else []
    code, reply = server.mail(sender, size)
    if code != 250:
        # A sender that is not welcome is a setting that a person mends; the message itself is not at fault.
        delivery.not_taken(answer_words(code, reply), for_good=code == TOO_LARGE)
        return False
    _name_recipients(server, encoding, delivery)
    if not delivery.accepted:
        return False
    code, reply = server.docmd("DATA")
    if code != 354:
        delivery.not_taken(answer_words(code, reply), for_good=code >= 500)
        return False
    quoted = re.sub(rb"(?m)^\.", b"..", payload)
    server.send(quoted if quoted.endswith(b"\r\n") else quoted + b"\r\n")
    return True


def _name_recipients(server: smtplib.SMTP, encoding: str, delivery: Delivery) -> None:
    for address in list(delivery.accepted):
        code, reply = server.rcpt(sanitize_address(address, encoding))
        if code == 421:
            raise smtplib.SMTPResponseException(code, reply)
        if code not in (250, 251):
            delivery.accepted.remove(address)
            (delivery.refused if code >= 500 else delivery.later)[address] = answer_words(code, reply)


def _finish(server: smtplib.SMTP, delivery: Delivery) -> None:
    """Raises Unanswered also for an answer that says neither yes nor no."""
    try:
        if server.sock is not None:
            server.sock.settimeout(ANSWER_SECONDS)
        server.send(b".\r\n")
        code, reply = server.getreply()
        if not 200 <= code < 600:
            raise smtplib.SMTPResponseException(code, reply)
    except (OSError, smtplib.SMTPException) as error:
        raise Unanswered(
            f"{server_name()} got the e-mail, but its answer was lost, so nobody knows whether it is delivered. "
            "Ask one of the addresses before you send it again."
        ) from error
    if code >= 300:
        delivery.not_taken(answer_words(code, reply), for_good=code >= 500)


def _leave(backend: EmailBackend, polite: bool) -> None:
    """What was accepted stays accepted, so a farewell that fails is no trouble.

    `polite`: not in the middle of a message, where a QUIT would be more of its text.
    """
    server = backend.connection
    with suppress(OSError, smtplib.SMTPException):
        if server is not None and not polite:
            server.close()
        elif server is not None and server.sock is not None:
            server.sock.settimeout(QUIT_SECONDS)
        backend.close()


# --- words ----------------------------------------------------------------------------------------------------------


def server_name() -> str:
    return f"The mail server {settings.EMAIL_HOST}:{settings.EMAIL_PORT}"


def answer_words(code: int, reply: bytes | str) -> str:
    """What the server answered, with nothing of our password in it."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else str(reply)
    masker = Masker([settings.EMAIL_HOST_PASSWORD] if settings.EMAIL_HOST_PASSWORD else [])
    return f"{server_name()} answered: {code} {' '.join(masker.mask(text).split())[:300]}"


def trouble_words(error: OSError | smtplib.SMTPException) -> str:
    """Why nothing could be sent, and what to do where a person can do something."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        words = answer_words(error.smtp_code, error.smtp_error)
        return f"{words}. It does not accept the user or password: check EMAIL_URL."
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return f"{server_name()} does not offer what EMAIL_URL asks for (a log-in or STARTTLS): check EMAIL_URL."
    if isinstance(error, smtplib.SMTPResponseException):
        return answer_words(error.smtp_code, error.smtp_error)
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return f"{server_name()} does not answer in time."
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return f"{server_name()} ended the connection before it had the e-mail."
    reason = getattr(error, "strerror", None) or type(error).__name__
    return f"{server_name()} cannot be reached: {reason}. Check that it runs and that EMAIL_URL is right."


def setup_trouble() -> str:
    """'' when e-mails go to a mail server, else in plain words where they go and what to do."""
    backend = settings.EMAIL_BACKEND.split(".")[-2]
    where = {"filebased": "written to files on this machine", "console": "printed on a console", "dummy": "thrown away"}
    if backend not in where:
        return ""
    return f"E-mail is not set up: e-mails are {where[backend]} and reach nobody. Set EMAIL_URL to your mail server."
