"""Orgs with state and country/territory picklists: text and code go together, and only known places are taken.

Source: help pages 'State and Country/Territory Picklist Field-Syncing Logic' and 'Integration Values'.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.vendors.salesforce.sandbox.answers import Refused
from integrations.vendors.salesforce.sandbox.objects import ADDRESSES
from integrations.vendors.salesforce.sandbox.places import COUNTRIES, STATES
from integrations.vendors.salesforce.sandbox.store import Row

_PROBLEM = (
    "There's a problem with this {0}, even though it may appear correct. "
    "Please select a {0} from the list of valid {1}.: {2}"
)


def settle_places(object: str, before: Row | None, changes: dict[str, Any]) -> None:
    """Completes `changes`, so that text and code agree. `before` None: a new row, where the code wins.

    Raises Refused FIELD_INTEGRITY_EXCEPTION for a place that is not known or fits its country not.
    """
    for start in ADDRESSES.get(object, ()):
        names = [start + part for part in ("Country", "CountryCode", "State", "StateCode")]
        if any(name in changes for name in names):
            _settle(start, before, changes)


def settle_leniently(object: str, before: Row | None, changes: dict[str, Any]) -> None:
    """The same, but an unknown place stays as text without a code: what old data looks like."""
    for start in ADDRESSES.get(object, ()):
        settled = {name: value for name, value in changes.items() if name.startswith(start)}
        try:
            settle_places(object, before, settled)
        except Refused:
            whole = {**(before or {}), **changes}
            known = _codes(start, whole)
            settled = {name: known.get(name) for name in (f"{start}CountryCode", f"{start}StateCode")}
        changes.update(settled)


def _settle(start: str, before: Row | None, changes: dict[str, Any]) -> None:
    old: Row = before or {}
    country, country_code = f"{start}Country", f"{start}CountryCode"
    _pair(changes, country, country_code, COUNTRIES, before is None, ("country/territory", "countries/territories"))
    code = changes[country_code] if country_code in changes else old.get(country_code)
    state, state_code = f"{start}State", f"{start}StateCode"
    if country_code in changes and code is None and not (changes.get(state) or changes.get(state_code)):
        changes[state] = changes[state_code] = None
        return
    given = changes.get(state) or changes.get(state_code)
    if given and code is None:
        words = f"A country/territory must be specified before specifying a state value for field: {start} State"
        raise Refused("FIELD_INTEGRITY_EXCEPTION", words, (state,))
    states = STATES.get(code or "", {})
    if state not in changes and state_code not in changes and old.get(state_code) not in (None, *states):
        changes[state] = old.get(state)
    _pair(changes, state, state_code, states, before is None, ("state", "states"))


def _pair(
    changes: dict[str, Any], text: str, code: str, known: Mapping[str, str], creating: bool, words: tuple[str, str]
) -> None:
    """Text and code of one place, from whichever came."""
    sent_text, sent_code = changes.get(text), changes.get(code)
    if text not in changes and code not in changes:
        return
    by_text = _code_of(known, sent_text)
    if sent_code is not None:
        clash = sent_text is not None and by_text != sent_code and not creating
        if sent_code not in known or clash:
            raise _problem(code, words)
        changes[text] = known[sent_code]
        return
    if sent_text is not None and by_text is None:
        raise _problem(text, words)
    changes[text], changes[code] = sent_text, by_text


def _problem(field: str, words: tuple[str, str]) -> Refused:
    return Refused("FIELD_INTEGRITY_EXCEPTION", _PROBLEM.format(*words, field), (field,))


def fill_codes(object: str, row: Row) -> Row:
    """When an org switches the picklists on: codes for the texts that are known; the others stay text."""
    found = dict(row)
    for start in ADDRESSES.get(object, ()):
        found |= _codes(start, row)
    return found


def _codes(start: str, row: Row) -> dict[str, str]:
    """The codes that the texts of one address have."""
    country = _code_of(COUNTRIES, row.get(f"{start}Country"))
    state = _code_of(STATES.get(country or "", {}), row.get(f"{start}State"))
    return {name: code for name, code in ((f"{start}CountryCode", country), (f"{start}StateCode", state)) if code}


def _code_of(known: Mapping[str, str], text: str | None) -> str | None:
    return next((code for code, value in known.items() if value == text), None)
