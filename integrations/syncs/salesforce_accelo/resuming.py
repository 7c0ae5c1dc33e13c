"""Values that were being sent when a run was cut off: whether a side made what it holds out of what was sent. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from integrations.core.begun import Begun, Resumed, begun_of, resume
from integrations.core.conflict import Held
from integrations.core.records import Json, LinkView, canonical_text
from integrations.syncs.salesforce_accelo.alike import alike
from integrations.syncs.salesforce_accelo.pairs import Pair
from integrations.syncs.salesforce_accelo.places import same_country, same_state
from integrations.syncs.salesforce_accelo.shape import TITLES

CUT_OFF = (
    "It was changed in {side} after a run that was about to write there had been cut off, so this later change wins."
)
FOUND = "It was written by an attempt that was cut off before it could be recorded."
LEFT_OUT = ("state", "country")
"""Parts of an address that a vendor leaves out, or as they were, when it does not know them."""


def begun_for(pair: Pair, link: LinkView | None) -> dict[str, Begun]:
    """Writes to this pair, by field, of which it is not known what became of them."""
    return begun_of(link.memo, pair.target.id) if link and pair.target else {}


def look_again(key: str, now: Held, begun: Begun) -> Resumed:
    return resume(now, begun, partial(stored, key))


def stored(key: str, held: Json, sent: Json, before: Json) -> bool:
    """Whether a side that was sent one value holds the other for that: the same, or rewritten as vendors do, cut too.

    Read the other way round, a mere change of case, spaces or signs, or a shortening, that a person made just then
    stays where it is and is not carried over. To take a cut value for an edit would destroy the whole one.
    """
    if alike(key)(held, sent):
        return True
    if key in TITLES:
        return _stored_address(_parts(held), _parts(sent), _parts(before))
    return _rewritten(held, sent)


def _stored_address(held: Mapping[str, Any], sent: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    towns = all(_part(held, sent, name) for name in ("street", "city", "zip"))
    return towns and any(held.values()) and all(
        held.get(name, "") in ("", before.get(name, "")) or _same_place(held, sent, name) for name in LEFT_OUT
    )  # fmt: skip


def _same_place(held: Mapping[str, Any], sent: Mapping[str, Any], name: str) -> bool:
    one, other, country = held.get(name, ""), sent.get(name, ""), sent.get("country", "")
    return same_country(one, other) if name == "country" else same_state(country, one, other)


def _part(held: Mapping[str, Any], sent: Mapping[str, Any], name: str) -> bool:
    one, other = canonical_text(held.get(name)), canonical_text(sent.get(name))
    return one == other or _rewritten(one, other)


def _parts(value: Json) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _rewritten(held: Json, sent: Json) -> bool:
    """Letters and digits are the same, or the first of them."""
    kept = _bare(held)
    return bool(kept) and _bare(sent).startswith(kept)


def _bare(value: Json) -> str:
    return "".join(filter(str.isalnum, str(value or "").casefold()))
