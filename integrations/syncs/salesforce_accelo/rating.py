"""How well two records fit each other: what they share and what speaks against it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from rapidfuzz import fuzz

from integrations.syncs.salesforce_accelo.keys import Keys, number_words

SIMILAR = 90
"""Score of two names, 0 to 100, from which on they are similar enough by themselves."""
RELATED = 70
"""Score from which on names are similar enough where something else agrees."""
EXACT = 10
"""Ranks from here on are exact."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record of the other side. `label`: for people, see `values.describe_values`."""

    id: str
    keys: Keys
    label: str = ""


@dataclass(frozen=True, slots=True)
class Pick:
    """One candidate as rated. `rank`: higher is better, `EXACT` and above is exact. `code`: matched_email,
    matched_website, matched_phone, matched_name or likely. `reason`: `same website; similar name (92)`."""

    id: str
    rank: int
    score: int
    code: str
    reason: str
    label: str = ""

    @property
    def exact(self) -> bool:
        return self.rank >= EXACT

    def as_json(self) -> dict[str, str]:
        return {"id": self.id, "label": self.label, "reason": self.reason}


def rate(source: Keys, candidate: Candidate) -> Pick | None:
    """None: nothing worth telling a person. People are rated as people, companies as companies."""
    keys = candidate.keys
    person = bool(source.last or source.first)
    score = name_score(source.name, keys.name)
    rank, code, reason = (_person if person else _company)(source, keys, score)
    return Pick(candidate.id, rank, score, code, reason, candidate.label) if rank else None


def name_score(one: str, other: str) -> int:
    """0 to 100. Names that differ in a number are not similar at all."""
    if not one or not other or number_words(one) != number_words(other):
        return 0
    return 100 if one == other else int(max(fuzz.ratio(one, other), fuzz.token_sort_ratio(one, other)))


def _company(one: Keys, other: Keys, score: int) -> tuple[int, str, str]:
    """Exact: name and website, name and phone, or just the name where neither website nor phone can be compared."""
    host = _agree(frozenset({one.host} - {""}), frozenset({other.host} - {""}))
    phone = _agree(one.phones, other.phones)
    same = bool(one.name) and one.name == other.name
    said = _said(same, score, {"website": host, "phone": phone})
    if same and host:
        return 15, "matched_website", said
    if same and phone:
        return 14, "matched_phone", said
    if same:
        alone = host is None and phone is None and one.raw == other.raw
        return (13, "matched_name", f"{said}, nothing else to compare") if alone else (6, "likely", said)
    related = score >= RELATED or fuzz.token_set_ratio(one.name, other.name) >= SIMILAR
    if host and (related or phone):
        return 5, "likely", said
    if phone and related:
        return 4, "likely", said
    if score >= SIMILAR and not (host is False and phone is False):
        return 3, "likely", said
    return 0, "", ""


def _person(one: Keys, other: Keys, score: int) -> tuple[int, str, str]:
    """Exact: e-mail with a name that does not contradict, name and phone, or the whole name at the linked company."""
    mail, phone = _agree(one.emails, other.emails), _agree(one.phones, other.phones)
    company = _agree(one.companies, other.companies)
    same = bool(one.name) and sorted(one.name.split()) == sorted(other.name.split())
    said = _said(same, score, {"e-mail": mail, "phone": phone, "company": company})
    if mail:
        fitting = _names_agree(one, other)
        return (15 if same else 14 if fitting else 5), ("matched_email" if same or fitting else "likely"), said
    if not same:
        return (3, "likely", said) if company and (score >= SIMILAR or _names_agree(one, other)) else (0, "", "")
    whole = bool(one.first and one.last)
    if phone and whole and not (mail is False and company is False):
        return 13, "matched_phone", said
    if company and whole and mail is None:
        return 12, "matched_name", said
    if not (phone or company) and (mail is False or company is False):
        return 0, "", ""
    return 4, "likely", said


def _names_agree(one: Keys, other: Keys) -> bool:
    """The same surname, and first names of which one begins like the other (Jane, J, none); or just one of the two is
    known on one side, and it is the same."""
    begins = one.first.startswith(other.first) or other.first.startswith(one.first)
    if one.last and other.last:
        return one.last == other.last and begins
    return begins and bool(one.first and other.first)


def _agree(one: frozenset[str], other: frozenset[str]) -> bool | None:
    """None: one side has none, so there is nothing to compare."""
    return bool(one & other) if one and other else None


def _said(same: bool, score: int, facts: dict[str, bool | None]) -> str:
    name = "same name" if same else f"similar name ({score})" if score >= RELATED else "other name"
    told = [f"{'same' if agrees else 'other'} {what}" for what, agrees in facts.items() if agrees is not None]
    return "; ".join(sorted([name, *told], key=lambda one: one.startswith("other")))
