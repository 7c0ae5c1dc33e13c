"""The links that decisions about the pairing of records concern: looked up together, changed, stored together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from django.utils import timezone

from integrations.models import Link, Sync
from integrations.services.matching import CREATE, alone_prefix

Do = Literal["link", "create", "leave_out", "reset"]
CHOSEN = "chosen"
"""Code of a link that a person made and no run has settled yet."""
HOLDING = (Link.State.LINKED, Link.State.UNKNOWN)
"""States in which a link keeps its target from others."""
AMONG = 500
COLUMNS = [
    "target_id", "state", "code", "reason", "label", "fingerprint", "base", "pending", "memo", "needs", "attempts",
    "next_attempt_at", "updated_at",
]  # fmt: skip
REASONS: dict[Do, str] = {
    "link": "Linked by {who}. The next run compares the two.",
    "create": "{who} says that it is new: the next run creates it.",
    "leave_out": "Left out by {who}.",
}


@dataclass(frozen=True)
class Wish:
    """One record and what is said of it. `other`: id of the counterpart it is linked with."""

    stream: str
    source_id: str
    other: str = ""
    label: str = ""


class Book:
    """The links that a part of the decisions concerns, looked up together and stored together."""

    def __init__(self, sync: Sync, stream: str, wishes: list[Wish]) -> None:
        self.sync, self.stream, self.wishes = sync, stream, wishes
        self.prefix = alone_prefix(sync)
        pairs = [self.pair(wish) for wish in wishes]
        sources = {id for wish, pair in zip(wishes, pairs, strict=True) for id in (wish.source_id, pair[0])}
        alone = {self.prefix + target for _, target in pairs if target}
        self.own = {link.source_id: link for link in self.among("source_id", sources | alone)}
        targets = {target for _, target in pairs if target}
        self.taken = {link.target_id: link for link in self.among("target_id", targets) if link.state in HOLDING}
        self.changed: dict[str, Link] = {}
        self.gone: set[int] = set()

    def among(self, column: str, ids: set[str]) -> Iterator[Link]:
        wanted = sorted(ids)
        for start in range(0, len(wanted), AMONG):
            rows = Link.objects.filter(sync=self.sync, stream=self.stream)
            yield from rows.filter(**{f"{column}__in": wanted[start : start + AMONG]})

    def pair(self, wish: Wish) -> tuple[str, str]:
        """Source and target id of the link that is meant; '' for what is not named."""
        if wish.source_id.startswith(self.prefix):
            return wish.other, wish.source_id.removeprefix(self.prefix)
        return wish.source_id, wish.other

    def take(self, wish: Wish, do: Do, who: str) -> str:
        """Note the decision. Returns why it cannot be, or ''."""
        steps: dict[Do, Callable[[Wish, str], str]] = {
            "link": self.link, "create": self.create, "leave_out": self.leave_out, "reset": self.reset,
        }  # fmt: skip
        return steps[do](wish, who)

    def link(self, wish: Wish, who: str) -> str:
        if not wish.other:
            return "There is no candidate to link it with."
        source_id, target_id = self.pair(wish)
        own, taken = self.own.get(source_id), self.taken.get(target_id)
        if taken and taken.source_id != source_id:
            return f"{target_id} is linked already, with {taken.label or taken.source_id}. Choose another one."
        if own and own.state == Link.State.LINKED and own.target_id == target_id:
            return ""
        why = fixed(own) or fixed(self.own.get(self.prefix + target_id))
        if why:
            return why
        link = self.fresh(source_id, wish.label)
        link.target_id, link.state, link.code = target_id, Link.State.LINKED, CHOSEN
        link.reason = REASONS["link"].format(who=who)
        self.taken[target_id] = link
        self.drop(self.prefix + target_id)
        return ""

    def create(self, wish: Wish, who: str) -> str:
        why = self.release(wish)
        if not why:
            link = self.fresh(wish.source_id, wish.label)
            link.state, link.code, link.memo = Link.State.BLOCKED, CREATE, {**link.memo, CREATE: True}
            link.reason = REASONS["create"].format(who=who)
        return why

    def leave_out(self, wish: Wish, who: str) -> str:
        why = self.release(wish)
        if not why:
            link = self.fresh(wish.source_id, wish.label)
            link.state, link.code, link.reason = Link.State.IGNORED, "ignored", REASONS["leave_out"].format(who=who)
        return why

    def reset(self, wish: Wish, who: str) -> str:
        link = self.decision_of(wish)
        if link is None:
            return fixed(self.own.get(wish.source_id)) or "Nothing is decided about it."
        self.drop(link.source_id)
        return ""

    def release(self, wish: Wish) -> str:
        """An earlier decision makes room. Returns why it cannot."""
        decision = self.decision_of(wish)
        if decision and decision.source_id != wish.source_id:
            self.drop(decision.source_id)
        return fixed(self.own.get(wish.source_id)) or fixed(self.pair_of(wish))

    def pair_of(self, wish: Wish) -> Link | None:
        """The link that holds a record which was named as one that only the target has."""
        alone = wish.source_id.startswith(self.prefix)
        return self.taken.get(self.pair(wish)[1]) if alone else None

    def decision_of(self, wish: Wish) -> Link | None:
        """A person's decision about this record that no run has carried out, also where it stands with the pair."""
        links = (self.own.get(wish.source_id), self.pair_of(wish))
        return next((link for link in links if link and is_decision(link)), None)

    def fresh(self, source_id: str, label: str) -> Link:
        """The record's link with nothing settled, to be stored."""
        link = self.own.get(source_id) or Link(sync=self.sync, stream=self.stream, source_id=source_id)
        if link.target_id:
            self.taken.pop(link.target_id, None)
        link.target_id = link.fingerprint = link.code = link.reason = ""
        link.label = link.label or label[:300]
        link.base, link.pending, link.needs, link.attempts, link.next_attempt_at = {}, {}, {}, 0, None
        link.memo = {name: value for name, value in link.memo.items() if name != CREATE}
        link.updated_at = timezone.now()
        self.own[source_id] = self.changed[source_id] = link
        self.gone.discard(link.pk or 0)
        return link

    def drop(self, source_id: str) -> None:
        link = self.own.pop(source_id, None) or next(
            (one for one in self.taken.values() if one.source_id == source_id), None
        )
        self.changed.pop(source_id, None)
        if link:
            self.taken.pop(link.target_id, None)
        if link and link.pk:
            self.gone.add(link.pk)

    def store(self) -> None:
        Link.objects.filter(pk__in=self.gone).delete()
        for link in self.changed.values():
            link.pk = None  # the database finds it by its unique key
        Link.objects.bulk_create(
            self.changed.values(), batch_size=200, update_conflicts=True,
            unique_fields=["sync", "stream", "source_id"], update_fields=COLUMNS,
        )  # fmt: skip


def is_decision(link: Link) -> bool:
    """Made by a person, and not carried out by a run yet."""
    by_hand = link.code in (CHOSEN, CREATE) or link.state == Link.State.IGNORED
    return by_hand and not link.base and not link.pending


def fixed(link: Link | None) -> str:
    """Why nothing can be decided about this record any more, or ''."""
    if link and link.state == Link.State.UNKNOWN:
        return "It was sent and no answer came. Say on the page Unknown outcomes what happened."
    if link and link.state == Link.State.LINKED and link.target_id and not is_decision(link):
        return f"{link.label or link.source_id} is linked already, with {link.target_id}."
    return ""
