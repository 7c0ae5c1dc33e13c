"""What all parts of one attempt at a run share."""

from __future__ import annotations

from dataclasses import dataclass, field

from integrations.core.plan import Tally
from integrations.core.records import Record
from integrations.engine.ports import Ledger, Ports
from integrations.syncs.base import Driver


@dataclass(slots=True)
class Attempt:
    """`mode`: run, preview (plan only) or apply (carry out just what a preview promised).

    Of the page at hand: `promises` (plan hashes by source id, when a preview is applied) and `itemised` (records that
    an earlier attempt of this run gave an item), `passed` (how many records are settled). `insists`: a person asked for
    these records, or for all, so that what waits for its next attempt is tried now. `lost`: records whose create got no
    answer, at most KEPT_UNKNOWN.
    """

    driver: Driver
    ledger: Ledger
    ports: Ports
    mode: str
    version: str = ""
    tally: Tally = field(default_factory=Tally)
    promises: dict[str, str] | None = None
    itemised: set[str] = field(default_factory=set)
    lost: dict[str, Record] = field(default_factory=dict)
    passed: int = 0
    insists: bool = False

    def count_quiet(self, record: Record, status: str) -> None:
        """Count a record that gets no new item, unless an earlier attempt of this run already gave it one."""
        if record.external_id in self.itemised:
            return
        if status == "unchanged":
            self.tally.unchanged += 1
        else:
            self.tally.hush(status)
