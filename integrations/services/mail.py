"""E-mails that the portal owes somebody: posted in the caller's transaction, sent once, never lost.

What happens when a worker dies while it sends (decision of 2026-11-22). Between the end of a message and the server's
answer nobody can know whether it is delivered, so one of two faults must be chosen: it may come twice, or it may not
come. At most once is chosen, as short a moment as can be: the row says `handed_at` before the end is sent. A worker
that dies before loses nothing, another one sends it. One that dies after leaves it *Perhaps sent*: nothing is sent
again by itself, a person sees it on Home and on the page E-mails, and decides. Its Message-ID stays the same, so that
a mail program can recognise the repeat.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.utils import make_msgid
from functools import partial
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from integrations.core.errors import ConfigError
from integrations.models import Message, MessageAttachment, Workspace
from integrations.services.lease import owner_is_dead, owner_name
from integrations.services.smtp import Delivery, Unanswered, hand_over

log = logging.getLogger(__name__)
State = Message.State
LEASE = timedelta(minutes=3)
GIVE_UP = timedelta(days=3)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
TICK_SECONDS = 30.0
"""How long one tick goes on beginning new e-mails."""
MOST_BYTES = 10_000_000
"""Most that the attachments of one e-mail may have together; many mail servers take 10 MB."""
NO_ADDRESS = "It is not an e-mail address."
DIED = "The process that sent it died in between. It is tried again by itself."
PERHAPS = (
    "The process that sent it died before the mail server's answer was stored, so nobody knows whether it is "
    "delivered. Ask one of the addresses before you send it again."
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with an e-mail. `content_type` such as text/csv."""

    name: str
    content_type: str
    data: bytes


class NotMine(Exception):
    """Another process has taken the e-mail over: this one must not go on."""


# --- posting --------------------------------------------------------------------------------------------------------


def post(
    *, workspace: Workspace, kind: str, key: str, subject: str, text: str, recipients: Iterable[str], html: str = "",
    attachments: Sequence[Attachment] = (), keep_trying: timedelta = GIVE_UP, at_once: bool = True,
) -> Message | None:  # fmt: skip
    """Put an e-mail into the outbox, in the caller's transaction: it is owed from the moment this commits.

    The same `key` in the same workspace gives the e-mail that is there already, as it was posted first. Blank and
    repeated recipients are dropped; None when nobody is left. It is sent right after the commit, by this process,
    unless the mail server is in trouble or `at_once` is off: then by the next tick of a worker.
    Raises ValueError when the attachments are larger than MOST_BYTES together.
    """
    if sum(len(one.data) for one in attachments) > MOST_BYTES:
        raise ValueError(f"The attachments are larger than {MOST_BYTES // 1_000_000} MB. Send a link instead.")
    wanted = _once_each(recipients)
    if not wanted:
        return None
    now = timezone.now()
    refused = {one: NO_ADDRESS for one in wanted if not _is_address(one)}
    values = {
        "kind": kind, "message_id": make_msgid(domain=_domain()), "subject": " ".join(subject.split())[:300],
        "text": text, "html": html, "recipients": wanted, "refused": refused, "next_try": now,
        "give_up_at": now + keep_trying,
    }  # fmt: skip
    if len(refused) == len(wanted):
        values |= {"state": State.FAILED, "error": _refused_words(refused), "error_kind": "refused"}
    with transaction.atomic():
        message, new = Message.objects.get_or_create(workspace=workspace, key=key, defaults=values)
        if not new:
            return message
        MessageAttachment.objects.bulk_create(
            MessageAttachment(message=message, position=number, size=len(one.data), name=one.name[-255:],
                              content_type=one.content_type, data=one.data)
            for number, one in enumerate(attachments, start=1)
        )  # fmt: skip
        if at_once:
            transaction.on_commit(partial(_send_posted, message.pk), robust=True)
    return message


def _once_each(recipients: Iterable[str]) -> list[str]:
    found: dict[str, str] = {}
    for one in recipients:
        if one.strip():
            found.setdefault(one.strip().casefold(), one.strip())
    return list(found.values())


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _domain() -> str:
    return settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("<> ") or "localhost"


def _send_posted(pk: int) -> None:
    """While the server is in trouble the caller must not wait for it each time: the tick looks after it."""
    if not Message.objects.filter(state=State.WAITING, error_kind="server").exists():
        send(pk)


# --- sending --------------------------------------------------------------------------------------------------------


def send_due(seconds: float = TICK_SECONDS) -> int:
    """Send what is due, oldest first; one that finds the server in trouble ends the round. Returns how many were sent.

    Also settles what died with its process.
    """
    _take_back()
    attachments_expire()
    until, sent = time.monotonic() + seconds, 0
    due = Message.objects.filter(state=State.WAITING, next_try__lte=timezone.now())
    for pk in list(due.order_by("next_try", "pk").values_list("pk", flat=True)[:200]):
        message = send(pk)
        sent += message is not None and message.state == State.SENT
        if time.monotonic() > until or (message and message.error_kind == "server"):
            break
    return sent


def send(pk: int) -> Message | None:
    """Try one that waits and is due. The e-mail as it stands then; None when another process has it, or it is not due.

    Whatever the mail server does, this raises nothing.
    """
    message = _claim(pk)
    if message is None:
        return None
    try:
        delivery = hand_over(build_email(message), message.left, partial(_before_end, message))
    except NotMine:
        log.warning("Another process took an e-mail over", extra={"mail": pk})
        return None
    except Unanswered as lost:
        _store(message, state=State.UNKNOWN, error=str(lost), error_kind="unknown")
    except Exception as error:  # one that cannot be built must not keep the others back
        log.exception("An e-mail failed by our own fault", extra={"mail": pk})
        words = f"The portal itself failed to write it ({type(error).__name__}). Nothing was sent."
        _record(message, Delivery(message.left).not_taken(words, for_good=True))
    else:
        _record(message, delivery)
    message.refresh_from_db()
    return message


def _claim(pk: int) -> Message | None:
    """One conditional update, committed before anything is sent, so that of two processes one sends."""
    now, owner = timezone.now(), owner_name()
    due = Message.objects.filter(pk=pk, state=State.WAITING, next_try__lte=now)
    claimed = due.update(
        state=State.SENDING, owner=owner, lease_until=now + LEASE, tries=F("tries") + 1, tried_at=now, handed_at=None
    )
    return Message.objects.select_related("workspace").get(pk=pk) if claimed else None


def _before_end(message: Message) -> None:
    """From here on the server may have it. Raises NotMine for a process that was so slow that it lost the e-mail."""
    now = timezone.now()
    mine = Message.objects.filter(pk=message.pk, owner=message.owner, state=State.SENDING)
    if not mine.update(handed_at=now, lease_until=now + LEASE):
        raise NotMine


def build_email(message: Message) -> EmailMultiAlternatives:
    head = {"Message-ID": message.message_id, "Auto-Submitted": "auto-generated"}
    email = EmailMultiAlternatives(message.subject, message.text, to=message.recipients, headers=head)
    if message.html:
        email.attach_alternative(message.html, "text/html")
    for one in message.attachments.all():
        email.attach(one.name, bytes(one.data), one.content_type)
    return email


def _record(message: Message, delivery: Delivery) -> None:
    delivered = [*message.delivered, *delivery.accepted]
    refused = {**message.refused, **delivery.refused}
    now = timezone.now()
    values: dict[str, Any] = {"delivered": delivered, "refused": refused}
    if delivery.later:
        why = next(iter(delivery.later.values()))
        values |= {"error_kind": "server" if delivery.server else "recipient"}
        if now + pause(message.tries) > message.give_up_at:
            values |= {"state": State.FAILED, "error": f"{why} It is not tried any more."}
        else:
            values |= {"state": State.WAITING, "error": why, "next_try": now + pause(message.tries)}
    elif refused:
        values |= {"state": State.FAILED, "error": _refused_words(refused), "error_kind": "refused"}
    else:
        values |= {"state": State.SENT, "error": "", "error_kind": ""}
    _store(message, sent_at=now if delivery.accepted else message.sent_at, **values)


def _store(message: Message, **values: Any) -> None:
    """By its owner only, but also when it had already been given up for lost: the owner knows better."""
    Message.objects.filter(pk=message.pk, owner=message.owner).update(lease_until=None, **values)


def pause(tries: int) -> timedelta:
    """After this many tries: a minute, doubled each time, at most six hours."""
    return min(FIRST_PAUSE * 2 ** min(max(tries, 1) - 1, 20), LONGEST_PAUSE)


def _refused_words(refused: dict[str, str]) -> str:
    return " ".join(f"Refused for {address}: {why}" for address, why in refused.items())


def _take_back() -> None:
    """What is being sent by a process that is gone: sent again where the server cannot have it, else told."""
    for message in Message.objects.filter(state=State.SENDING).only("pk", "owner", "lease_until", "tries"):
        if message.lease_until and message.lease_until > timezone.now() and not owner_is_dead(message.owner):
            continue
        same = Message.objects.filter(pk=message.pk, owner=message.owner, state=State.SENDING)
        # The first time at once; one whose sender dies each time must not be tried without end.
        following = timezone.now() + (pause(message.tries) if message.tries > 1 else timedelta())
        again: dict[str, Any] = {"state": State.WAITING, "owner": "", "lease_until": None, "next_try": following}
        if not same.filter(handed_at=None).update(**again, error=DIED, error_kind=""):
            same.update(state=State.UNKNOWN, lease_until=None, error=PERHAPS, error_kind="unknown")


def attachments_expire() -> int:
    """Remove the content of attachments that were sent long ago, as of uploaded files. Returns how many."""
    now = timezone.now()
    old = now - timedelta(days=settings.PORTAL_UPLOAD_DAYS)
    over = MessageAttachment.objects.filter(removed_at=None, message__state=State.SENT, message__sent_at__lt=old)
    return over.update(data=b"", removed_at=now)


# --- what people do -------------------------------------------------------------------------------------------------


def send_again(*, message: Message, who: str) -> Message:
    """Send one that was not sent, or perhaps not, to those who are not known to have it; tried for three days again.

    The e-mail as it stands afterwards. Raises ConfigError when there is nothing to send again.
    """
    now = timezone.now()
    rows = Message.objects.filter(pk=message.pk, state__in=[State.FAILED, State.UNKNOWN])
    if message.attachments.exclude(removed_at=None).exists():
        raise ConfigError("Its attachments were removed since. Open the run that it is about instead.")
    again = rows.update(
        state=State.WAITING, owner="", refused={}, next_try=now, give_up_at=now + GIVE_UP, again_by=who, error_kind=""
    )
    if not again:
        raise ConfigError("It is on its way already, or was sent meanwhile. Look at its state again.")
    send(message.pk)
    message.refresh_from_db()
    return message


def send_test(*, workspace: Workspace, address: str) -> Message:
    """A test e-mail, sent now and tried once. Raises ConfigError when there is no address."""
    if not address.strip():
        raise ConfigError("Your user has no e-mail address. Have one set by the person who runs the portal.")
    text = f"This is a test of the integrations portal, asked for in the workspace {workspace.name}.\n"
    message = post(
        workspace=workspace, kind="test", key=f"test:{uuid4().hex}", subject=f"[{workspace.name}] Test of e-mail",
        text=f"{text}E-mail works.\n{settings.PORTAL_URL}\n", recipients=[address], keep_trying=timedelta(),
        at_once=False,
    )  # fmt: skip
    assert message is not None  # there is one recipient
    return send(message.pk) or Message.objects.get(pk=message.pk)
