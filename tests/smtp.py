"""A real mail server on a free port of this machine."""

from __future__ import annotations

import asyncio
import socket
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from tests.processes import wait_until


class MailServer:
    """`messages`: what arrived, oldest first, with `X-RcptTo`: for whom.

    `refuse`: answer to give instead of taking mail, such as `451 Later`. `refuse_for`: address -> answer to its RCPT.
    `password`: what a log-in needs, if one is needed at all.
    `cut`: the connection is lost "before" or "after" the message was taken, instead of an answer.
    `hang`: the server stands still at the "recipient", or with the whole message "before" it is taken, until
    `release()`; `hanging` tells that it does.
    """

    def __init__(self, port: int = 0, password: str = "") -> None:
        self.messages: list[EmailMessage] = []
        self.refuse = self.cut = self.hang = ""
        self.refuse_for: dict[str, str] = {}
        self.hanging = self.released = False
        self.port = port or free_port()
        self.password = password
        self._controller = Controller(
            self, hostname="127.0.0.1", port=self.port, auth_require_tls=False, authenticator=self._check
        )

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def _check(self, server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        return AuthResult(success=given.password.decode() == self.password, handled=False)

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.password and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        await self._stand("recipient")
        if address in self.refuse_for:
            return self.refuse_for[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refuse:
            return self.refuse
        await self._stand("before")
        if self.cut != "before":
            message = message_from_bytes(envelope.content, policy=policy.default)
            message["X-RcptTo"] = ", ".join(envelope.rcpt_tos)
            self.messages.append(message)
        if self.cut:
            server.transport.abort()
        return "250 OK"

    async def _stand(self, where: str) -> None:
        """Stand still here, when it was asked for, until released or left alone by the other side."""
        if self.hang != where:
            return
        self.hanging = True
        while not self.released:
            await asyncio.sleep(0.005)
        self.hanging = False

    def wait_hanging(self) -> None:
        wait_until("the mail server stands still", lambda: self.hanging, seconds=20)

    def release(self) -> None:
        """Go on, and hang no more."""
        self.hang, self.released = "", True

    def __enter__(self) -> MailServer:
        self._controller.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.release()
        self._controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
