"""Taking back what runs of an import created, as far as nobody has edited it and Accelo permits it.

The streams come in reverse. Companies stay: other records may hang on them that nobody would look for. Contacts and
tickets that Accelo does not delete are set to inactive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from integrations.core.errors import NotPermitted, RejectedError
from integrations.core.records import (
    Action,
    Fields,
    Found,
    IntentView,
    LinkView,
    Page,
    Record,
    Written,
    fingerprint,
)
from integrations.syncs.base import Conduct, Context
from integrations.syncs.salesforce_accelo_import.declared import COMPANIES, CONTACTS, DIRECTORY, NOUNS, SALES, TICKETS
from integrations.syncs.salesforce_accelo_import.rules import RULES
from integrations.syncs.salesforce_accelo_import.target import edited, fetch_views, only_retired
from integrations.syncs.salesforce_accelo_import.writing import Writer

PAGE = 500
GONE = "It is not in Accelo any more; only the link to it is ended."
COMPANY_STAYS = "A company is never removed: other records may belong to it. Delete it in Accelo if it is not wanted."
INACTIVE_ALREADY = "It is inactive already, perhaps by an undo that was cut off; only the link to it is ended."
REFUSED = "Accelo does not let it go, so it is kept."
DONE = {
    CONTACTS: "It is set to inactive, for Accelo removes no contact.",
    SALES: "It is deleted in Accelo.",
}


class UndoDriver:
    """One run's worker. `synced`: of the page at hand, those that another sync keeps in step. `used`: affiliations that
    a sale or ticket hangs on which stays, people's own ones too. `going`: by stream, the ids of those at Accelo that a
    preview has found to go."""

    conduct = Conduct()

    def __init__(self, context: Context) -> None:
        self.context = context
        self.client: Any = context.target
        self.runs = frozenset(context.scope.undo)
        self.synced: frozenset[str] = frozenset()
        self.used: set[str] = set()
        self.going: dict[str, set[str]] = {SALES: set(), TICKETS: set(), CONTACTS: set(), COMPANIES: set()}

    def prepare(self) -> None:
        """Nothing to check."""

    def rules_version(self) -> str:
        return fingerprint(("undo", str(RULES)))

    def read(self, stream: str, cursor: Fields) -> Iterator[Page]:
        """What these runs created and nobody has taken back yet."""
        wanted = set(self.context.scope.source_ids)
        for links in self._linked(stream):
            mine = {
                id: link
                for id, link in links.items()
                if link.memo.get("import") in self.runs and (not wanted or id in wanted)
            }
            self.synced = frozenset(self.context.store.sibling(DIRECTORY, stream, mine))
            self.used = self._in_use(mine.values()) if stream == CONTACTS else set()
            yield Page(stream, tuple(self._record(stream, link) for _, link in sorted(mine.items())))

    def _linked(self, stream: str) -> Iterator[dict[str, LinkView]]:
        ids = sorted(source for source, target, _ in self.context.store.pairs(stream) if target)
        for start in range(0, len(ids), PAGE):
            links = self.context.store.by_source(stream, ids[start : start + PAGE])
            yield {id: link for id, link in links.items() if link.target_id}

    def _in_use(self, contacts: Iterable[LinkView]) -> set[str]:
        """A preview takes away nothing, so what it has found to go is left out."""
        places = {str(link.memo.get("affiliation", "")) for link in contacts} - {""}
        sales, tickets = (self.going[stream] if self.context.dry else () for stream in (SALES, TICKETS))
        found: set[str] = self.client.work.affiliations_in_use(places, sales=sales, tickets=tickets)
        return found

    def _record(self, stream: str, link: LinkView) -> Record:
        """The link is all there is of it: what is in Salesforce by now has no say. Each undo looks anew at what those
        before it have kept; a preview promises for whoever carries it out."""
        number = 0 if self.context.dry or self.context.applying else self.context.run
        digest = fingerprint(("undo", str(number), link.target_id))
        label = str(link.base.get("title") or link.memo.get("name") or link.source_id)
        return Record(stream, link.source_id, digest, {"target_id": link.target_id}, label)

    def fetch_targets(self, stream: str, target_ids: list[str]) -> dict[str, Fields]:
        return dict(fetch_views(self.client, stream, target_ids))

    def plan(self, record: Record, link: LinkView | None, target: Fields | None) -> Action:
        """`target`: None when it is gone. A record may be planned again with what Accelo holds now."""
        action = self._plan(record, link, target)
        going = self.going[record.stream]
        (going.add if action.kind == "update" else going.discard)(action.target_id)
        return action

    def _plan(self, record: Record, link: LinkView | None, target: Fields | None) -> Action:
        id = link.target_id if link else ""
        base = Action("skip", record.stream, record.external_id, record.label, id)
        if link is None or not id:
            return _kept(base, "undone", "It was taken back already.")
        if target is None:
            return _taken(base, GONE, gone=True)
        if record.stream == COMPANIES:
            return _kept(base, "not_removable", COMPANY_STAYS)
        if record.external_id in self.synced:
            return _kept(base, "kept_synced", "The sync of companies and contacts keeps it in step, so it is kept.")
        if record.stream == CONTACTS and link.memo.get("affiliation") in self.used:
            return _kept(base, "kept_used", "A sale or ticket that stays is of this contact, so it is kept.")
        if only_retired(link.base, target):
            return _taken(base, INACTIVE_ALREADY, gone=True)
        if edited(link.base, link.memo, target):
            return _kept(base, "kept_edited", f"The {NOUNS[record.stream]} was edited in Accelo since, so it is kept.")
        return _taken(base, DONE.get(record.stream, "It is deleted in Accelo, or set to inactive where that fails."))

    def missing(self, stream: str, seen: Callable[[int], bool]) -> Iterator[tuple[LinkView, Action]]:
        return iter(())

    # --- writing ------------------------------------------------------------------------------------------------

    def marker(self, action: Action) -> Fields:
        return {}

    def create(self, action: Action) -> Written:
        raise NotImplementedError("Nothing is created when an import is undone.")

    def update(self, action: Action) -> Written:
        """Repeatable. Raises NotPermitted when Accelo refuses to let it go."""
        note = "" if action.extra.get("gone") else self._remove(action.stream, action.target_id)
        memo = {"undone": self.context.run, "import": 0, "affiliation": ""}
        return Written("", {}, (note,) if note else (), memo=memo, base={})

    def _remove(self, stream: str, id: str) -> str:
        """A remark where it went otherwise than planned."""
        try:
            return self._delete_ticket(id) if stream == TICKETS else self._let_go(stream, id)
        except RejectedError as error:
            raise NotPermitted(f"{REFUSED} {error.message}", error.detail, "not_permitted") from error

    def _let_go(self, stream: str, id: str) -> str:
        if stream == CONTACTS:
            self.client.directory.update_contact(id, {"standing": "inactive"})
        else:
            self.client.work.delete_sale(id)
        return ""

    def _delete_ticket(self, id: str) -> str:
        try:
            self.client.work.delete_ticket(id)
        except RejectedError:
            self.client.work.retire_ticket(id)
            return "Accelo refused to delete it, so it was set to inactive."
        return ""

    def finish(self, action: Action, written: Written) -> Written:
        return written

    def find(self, intent: IntentView) -> Found:
        """A create of an import whose answer was lost."""
        return Writer(self.context).find(intent)

    def close(self) -> None:
        """Nothing to give back."""


def _kept(base: Action, code: str, reason: str) -> Action:
    return Action("skip", base.stream, base.source_id, base.label, base.target_id, code=code, reason=reason)


def _taken(base: Action, reason: str, *, gone: bool = False) -> Action:
    return Action(
        "update", base.stream, base.source_id, base.label, base.target_id, {"in Accelo": "removed"},
        {"in Accelo": (base.target_id, "removed")}, reason, extra={"gone": gone},
    )  # fmt: skip
