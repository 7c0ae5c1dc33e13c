"""The driver that the engine runs: all I/O of this sync around the pure rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from integrations.core.records import Action, Fields, Found, IntentView, LinkView, Record, Written
from integrations.syncs.base import Conduct, Context
from integrations.syncs.salesforce_accelo.declared import COMPANIES
from integrations.syncs.salesforce_accelo.pairs import Pair, pair_of
from integrations.syncs.salesforce_accelo.reading import PairReader
from integrations.syncs.salesforce_accelo.rules import plan_pair
from integrations.syncs.salesforce_accelo.writing import goes_back

TOGETHER = 200


class DirectoryDriver(PairReader):
    """One run's worker. `found`: (stream, source id) -> Salesforce id of a lost create that was found in this run."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.conduct = Conduct(together=TOGETHER, apart=True, whole=True, gather=self.writer.gather, batched=goes_back)
        self.found: dict[tuple[str, str], str] = {}

    # --- planning ---------------------------------------------------------------------------------------------

    def fetch_targets(self, stream: str, target_ids: list[str]) -> dict[str, Fields]:
        """The pairs hold both sides."""
        return {}

    def plan(self, record: Record, link: LinkView | None, target: Fields | None) -> Action:
        pair, link = self._as_found(pair_of(record), link)
        return plan_pair(pair, link, self._terms(record.stream), self.ways)

    def _as_found(self, pair: Pair, link: LinkView | None) -> tuple[Pair, LinkView | None]:
        """A pair that was laid before its lost create was found is laid again, with what was found."""
        id = self.found.get((pair.stream, pair.id), "")
        if pair.target is None and link and link.target_id:
            id = pair.id
        again = self._following().pairs_of(pair.stream, [id]) if id and not (pair.source and pair.target) else []
        return (again[0], self.store.by_source(pair.stream, [id]).get(id)) if again else (pair, link)

    def missing(self, stream: str, seen: Callable[[int], bool]) -> Iterator[tuple[LinkView, Action]]:
        """Records that are gone are pairs like others."""
        return iter(())

    # --- writing ----------------------------------------------------------------------------------------------

    def marker(self, action: Action) -> Fields:
        return self.writer.marker(action)

    def create(self, action: Action) -> Written:
        return self.writer.create(action)

    def update(self, action: Action) -> Written:
        return self.writer.update(action)

    def finish(self, action: Action, written: Written) -> Written:
        return written

    def find(self, intent: IntentView) -> Found:
        """Records of that name that came into being since, and are nobody's counterpart yet."""
        self._terms(intent.stream)
        if intent.marker.get("target"):
            halves = self.salesforce.created(intent.stream, intent.wanted.get("salesforce", {}), intent.sent_at)
            parent = str(intent.marker.get("parent", ""))
            ids = [half.id for half in halves if intent.stream == COMPANIES or half.company == parent]
            taken = {id for id, link in self.store.by_source(intent.stream, ids).items() if link.target_id}
        else:
            after = str(intent.marker.get("after", "0"))
            ids = self.accelo.created(intent.stream, intent.wanted.get("accelo", {}), after)
            taken = self.store.is_linked(intent.stream, ids)
        free = tuple(id for id in ids if id not in taken)
        if len(free) == 1 and intent.marker.get("target"):
            self.found[intent.stream, intent.source_id] = free[0]
        return Found(free)
