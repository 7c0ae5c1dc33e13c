"""Countries and states by whatever people call them, and what Salesforce's picklists take of them. Pure.

With state and country picklists Salesforce refuses a whole record for one state or country that it does not offer, so
what it does not offer is found before and left out. A country or state is compared by its code: NSW is New South Wales.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Protocol

from integrations.syncs.salesforce_accelo import place_countries, place_states
from integrations.syncs.salesforce_accelo.problems import Problem
from integrations.syncs.salesforce_accelo.text import fold

RULED = re.compile(r"^(?:the )?(?:(?:kingdom|state|commonwealth|principality|(?:federal )?republic) of )?(?:the )?")
AROUND = re.compile(
    r"^(?:(?:the )?(?:state|province|county|region|estado|provincia) (?:of|de|di) |county |co )"
    r"|(?: (?:state|province|prefecture|county|region|sheng|shi|ken|fu|to))$"
)
"""What people put before and after the name of a country, and around the name of a state."""

Codes = Mapping[str, str]


class Picklist(Protocol):
    @property
    def values(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Offered:
    """The active values of an organisation's country and state picklists; `countries` None: plain text fields.

    Salesforce lists the states of all countries together.
    """

    countries: frozenset[str] | None = None
    states: frozenset[str] = frozenset()


def offered_by(fields: Mapping[str, Picklist], prefix: str) -> Offered:
    """`fields`: of a described object. `prefix`: Billing, Mailing. Picklists are on where the code fields exist."""
    country, state = fields.get(f"{prefix}CountryCode"), fields.get(f"{prefix}StateCode")
    if country is None:
        return Offered()
    return Offered(frozenset(country.values), frozenset(state.values if state else ()))


def country_code(text: str) -> str | None:
    """The two-letter code of a country by code, name or common other name; None when it is not known."""
    known, name = _countries(), fold(text)
    return known.get(name) or known.get(RULED.sub("", name))


def country_name(code: str) -> str:
    return _country_names()[code]


def state_code(country: str, text: str) -> str | None:
    """The code of a state within the country (its two-letter code) by code or name; None when it is not known."""
    known, name = _states(country), fold(text)
    return known.get(name) or known.get(AROUND.sub("", name))


def state_name(country: str, code: str) -> str:
    return _state_names(country)[code]


def same_country(one: str, other: str) -> bool:
    if one == other or fold(one) == fold(other):
        return True
    code = country_code(one)
    return code is not None and code == country_code(other)


def same_state(country: str, one: str, other: str) -> bool:
    """`country`: as people write it; '' where there is none."""
    if one == other or fold(one) == fold(other):
        return True
    within = country_code(country)
    code = state_code(within, one) if within else None
    return code is not None and code == state_code(within or "", other)


def for_salesforce(
    field: str, state: str, country: str, offered: Offered, held: Mapping[str, str] | None = None
) -> tuple[dict[str, str | None], tuple[Problem, ...]]:
    """State and country of the address `field` by the last part of their API names, and what could not be carried over.

    `held`: the address that Salesforce has now: what stays as it is is not written, whether it is known or not. What
    is not offered is left as Salesforce has it; only a state that a new country cannot have is cleared.
    """
    held = held or {}
    if offered.countries is None:
        return {"State": state or None, "Country": country or None}, ()
    stays = same_country(held.get("country", ""), country)
    if held and stays and same_state(country, held.get("state", ""), state):
        return {}, ()
    if not country:
        return ({}, (_stateless(field, state),)) if state else ({"CountryCode": None, "StateCode": None}, ())
    code = _offered_country(offered.countries, country)
    if code is None and not (held and stays):
        return {}, (_unknown_country(field, country, state),)
    found: dict[str, str | None] = {} if code is None else {"CountryCode": code}
    chosen = _offered_state(offered.states, country, state) if state else None
    if state and chosen is None:
        clears = bool(held.get("state")) and not stays
        return found | ({"StateCode": None} if clears else {}), (_unknown_state(field, country, state),)
    return found | {"StateCode": chosen}, ()


def _stateless(field: str, state: str) -> Problem:
    words = (
        f"Salesforce takes the state “{state}” only together with its country. State and country stay as they "
        "are there; give the address a country in Accelo."
    )
    return Problem(field, "source", "state_without_country", words, state)


def _unknown_country(field: str, country: str, state: str) -> Problem:
    left = "Country and state are" if state else "The country is"
    words = (
        f"Salesforce's list of countries does not offer “{country}”. {left} left as Salesforce has it and the rest of "
        "the address is written; correct the country in Accelo, or add it to Salesforce's list."
    )
    return Problem(field, "source", "unknown_country", words, country)


def _unknown_state(field: str, country: str, state: str) -> Problem:
    words = (
        f"“{state}” is no state that is known and offered by Salesforce's list for {country}. The address is written "
        "without it; correct the state in Accelo, or choose it in Salesforce."
    )
    return Problem(field, "source", "unknown_state", words, state)


def _offered_country(offered: frozenset[str], text: str) -> str | None:
    if text in offered:
        return text
    code = country_code(text)
    by_code = _index(offered, "")
    return by_code.get(code) if code else _plainly(offered, text)


def _offered_state(offered: frozenset[str], country: str, text: str) -> str | None:
    within = country_code(country)
    code = state_code(within, text) if within else None
    if within is None or code is None:
        return None
    if text in offered and state_code(within, text) == code:
        return text
    return _index(offered, within).get(code)


def _plainly(offered: frozenset[str], text: str) -> str | None:
    return next((value for value in sorted(offered) if fold(value) == fold(text)), None)


@lru_cache(maxsize=512)
def _index(offered: frozenset[str], country: str) -> Codes:
    """Code -> offered value that means it; `country` '' for the list of countries. The code itself goes first."""
    of: Callable[[str], str | None] = country_code if not country else lambda value: state_code(country, value)
    found: dict[str, str] = {}
    for value in sorted(offered):
        code = of(value)
        if code is not None and (code == value or code not in found):
            found[code] = value
    return found


@cache
def _countries() -> Codes:
    """Folded code, three-letter code and names -> code. Codes go before names."""
    known: dict[str, str] = {}
    for code, rest in _rows(place_countries.ROWS):
        alpha3, _, names = rest.partition(" ")
        _learn(known, code, [code, alpha3])
        _learn(known, code, names.split("|"))
    return known


@cache
def _country_names() -> Codes:
    return {code: rest.partition(" ")[2].split("|")[0] for code, rest in _rows(place_countries.ROWS)}


@cache
def _states(country: str) -> Codes:
    known: dict[str, str] = {}
    for code, rest in _rows(place_states.ROWS.get(country, "")):
        _learn(known, code, [code, *rest.split("|")])
    return known


@cache
def _state_names(country: str) -> Codes:
    return {code: rest.split("|")[0] for code, rest in _rows(place_states.ROWS.get(country, ""))}


def _rows(table: str) -> Iterable[tuple[str, str]]:
    """(code, the rest) of each row of a table."""
    for row in " ".join(table.split()).split("; "):
        code, _, rest = row.partition(" ")
        if code:
            yield code, rest


def _learn(known: dict[str, str], code: str, names: Iterable[str]) -> None:
    for name in names:
        known.setdefault(fold(name), code)
        known.setdefault(fold(name).replace("saint ", "st "), code)
