"""What is to be done for one pair. Pure: the same for preview and run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from integrations.core.begun import Begun, Note
from integrations.core.conflict import Held, blank, canonical
from integrations.core.records import Action, ActionKind, Json, LinkView, Why
from integrations.syncs.salesforce_accelo.decided import Decided
from integrations.syncs.salesforce_accelo.decisions import (
    LOOP,
    Terms,
    base_of,
    decide_fields,
    label,
    needs_place,
    place_problems,
)
from integrations.syncs.salesforce_accelo.declared import COMPANIES, CONTACTS
from integrations.syncs.salesforce_accelo.fit import fits
from integrations.syncs.salesforce_accelo.pairs import Half, Pair, Values
from integrations.syncs.salesforce_accelo.resuming import FOUND
from integrations.syncs.salesforce_accelo.shape import TITLES
from integrations.syncs.salesforce_accelo.telling import shown

RULES = 1
"""Raised whenever the rules below decide otherwise than before."""
WAITS = frozenset({"likely", "ambiguous"})

GONE = {
    "deleted_in_salesforce": "It was deleted in Salesforce. Nothing is deleted in Accelo.",
    "merged": "It was merged into another Salesforce record, which has a counterpart in Accelo already. Merge the two "
    "in Accelo; nothing was changed there.",
    "deleted_in_accelo": "It is not in Accelo any more. Nothing is deleted in Salesforce. Take it up again to create "
    "it anew, or leave it so.",
    "inactive_in_accelo": "It was set inactive in Accelo. It is left alone on both sides until it is active again.",
    "not_visible": "Salesforce does not show it any more, without having deleted it: the user of the connection may "
    "have lost the right to see it. Both sides are left alone.",
    "not_selected": "It does not meet the conditions of this sync now. Both sides are left alone.",
}
VANISHED = frozenset({"deleted_in_salesforce", "merged", "deleted_in_accelo", "inactive_in_accelo"})
"""These mark the link; the others may change back by themselves."""


@dataclass(frozen=True, slots=True)
class Ways:
    """What may be created. `undecided`: nobody has confirmed the matching, so nothing goes to Salesforce yet."""

    create_there: bool = True
    create_back: bool = False
    likely: str = "ask"
    undecided: bool = False

    @property
    def asked(self) -> tuple[str, ...]:
        """The kind of match that is created anew without asking."""
        return ("likely" if self.likely == "create" else "new",)


def plan_pair(pair: Pair, link: LinkView | None, terms: Terms, ways: Ways) -> Action:
    base = Action(
        "none", pair.stream, pair.id, pair.label, target_id=pair.target.id if pair.target else "",
        extra={"pair": pair, "conflicts": []},
    )  # fmt: skip
    if pair.gone:
        return gone(base, pair, link)
    if pair.source and pair.target:
        return both(base, pair, link, terms)
    if waits(pair, link, ways):
        return blocked(base, pair.how, pair.ground, candidates=pair.candidates)
    if pair.source:
        return into_accelo(base, pair, terms, ways)
    return into_salesforce(base, pair, terms, ways)


def gone(base: Action, pair: Pair, link: LinkView | None) -> Action:
    code = "vanished" if pair.gone in VANISHED else pair.gone
    target = link.target_id if link else base.target_id
    return replace(base, kind="skip", code=code, reason=GONE[pair.gone], target_id=target)


def waits(pair: Pair, link: LinkView | None, ways: Ways) -> bool:
    """Whether a person must say first whether this is one that the other side has already."""
    if pair.how not in WAITS or (link and link.memo.get("create")):
        return False
    return pair.how == "ambiguous" or ways.likely == "ask"


def blocked(base: Action, code: str, words: str, **more: Any) -> Action:
    return replace(base, kind="blocked", code=code, reason=words, **more)


# --- both are there ---------------------------------------------------------------------------------------------------


def both(base: Action, pair: Pair, link: LinkView | None, terms: Terms) -> Action:
    decided = decide_fields(pair, link, terms)
    place = needs_place(pair)
    extra = {
        **base.extra, "conflicts": decided.conflicts, "carried": decided.carried, "overtaken": decided.overtaken,
        "base": decided.base, "memo": memo_of(pair, decided), "to_source": decided.to_source,
        "to_target": decided.to_target, "place": place, "found": decided.found,
    }  # fmt: skip
    wanted = {"salesforce": decided.to_source, "accelo": decided.to_target}
    new = link is None or link.target_id != base.target_id or link.state == "vanished"
    kind, code, reason = what_to_do(pair, decided, terms, new=new, place=place)
    if kind == "update":
        extra["note"] = note_for(pair, link, decided)
    return Action(
        kind, base.stream, base.source_id, base.label, base.target_id,
        {side: values for side, values in wanted.items() if values}, decided.changes, reason, code,
        tuple(decided.why), tuple(decided.notes), extra=extra,
    )  # fmt: skip


def what_to_do(pair: Pair, decided: Decided, terms: Terms, *, new: bool, place: bool) -> tuple[ActionKind, str, str]:
    """Kind, code and reason. `new`: the two were not linked before; `place`: a contact gets a place at a company."""
    if decided.to_source or decided.to_target or place:
        return "update", pair.how if new else "", update_words(pair, decided, terms, new)
    if decided.open:
        return "conflict", "conflict", f"{waiting_words(decided)} Choose on the page Conflicts."
    if new:
        return "link", pair.how, " ".join([pair.ground, *decided.notes]).strip()
    if decided.notes:
        return "skip", "does_not_fit", " ".join(decided.notes)
    return "none", "", FOUND if decided.found else ""


def note_for(pair: Pair, link: LinkView | None, decided: Decided) -> Note:
    """What is to be remembered of an update until it is recorded: what it sends, and what both sides agree on that the
    link does not know yet."""
    known, settled = (link.base if link else {}), decided.base
    agreed = {
        key: Begun(held, held, Held(None, None))
        for key in settled["source"].keys() - decided.begun.keys() - decided.earlier.keys()
        if (held := base_of(settled, key)) and held != base_of(known, key)
    }
    return Note(pair.target.id if pair.target else "", decided.begun, {**decided.earlier, **agreed})


def memo_of(pair: Pair, decided: Decided) -> dict[str, Any]:
    ids = pair.target.ids if pair.target else {}
    kept = {
        "turns": decided.turns,
        "apart": decided.apart,
        "addresses": {key: id for key, id in ids.items() if key in TITLES},
    }
    return kept | ({"affiliation": ids["affiliation"]} if ids.get("affiliation") else {})


def update_words(pair: Pair, decided: Decided, terms: Terms, new: bool) -> str:
    parts = [pair.ground] if new and pair.ground else []
    for values, where in ((decided.to_target, "Accelo"), (decided.to_source, "Salesforce")):
        if values:
            parts.append(f"To {where}: {', '.join(label(key, terms) for key in values)}.")
    if needs_place(pair):
        parts.append("Gets a place at the company it now belongs to in Salesforce; its other places stay.")
    if decided.open:
        parts.append(waiting_words(decided))
    return " ".join(parts)


def waiting_words(decided: Decided) -> str:
    """A field that is fought over says so."""
    words = f"Waits for a person: {', '.join(decided.open)}."
    fought = [entry["label"] for entry in decided.conflicts if entry["code"] == "loop"]
    return f"{words} A loop, stopped ({', '.join(fought)}): {LOOP}" if fought else words


# --- one side only ----------------------------------------------------------------------------------------------------


def into_accelo(base: Action, pair: Pair, terms: Terms, ways: Ways) -> Action:
    if not ways.create_there:
        return replace(base, kind="skip", code="only_linked", reason="New records are not created in Accelo.")
    if pair.stream == CONTACTS and not pair.company:
        return blocked(base, *no_company(pair))
    sent, notes = fitting(pair.source, "target", pair.stream, terms)
    lacking = [key for key in (("name",) if pair.stream == COMPANIES else ("last_name",)) if not sent.get(key)]
    if lacking:
        return blocked(base, "no_name", "Accelo needs a name. Fill it in in Salesforce.")
    return creating(base, pair, sent, notes, terms, "accelo", ground(pair, "New in Salesforce."))


def into_salesforce(base: Action, pair: Pair, terms: Terms, ways: Ways) -> Action:
    if not ways.create_back or not terms.writes_back:
        words = "It is in Accelo only. " + (
            "Nothing is written to Salesforce before the matching is confirmed."
            if ways.undecided
            else "Nothing is created in Salesforce."
        )
        return replace(base, kind="skip", code="only_in_accelo", reason=words)
    if pair.stream == CONTACTS and not pair.account:
        words = "Its company in Accelo has no counterpart in Salesforce yet. It follows when the company is linked."
        return blocked(base, "no_account", words)
    sent, notes = fitting(pair.target, "source", pair.stream, terms)
    lacking = "name" if pair.stream == COMPANIES else "last_name"
    if not sent.get(lacking):
        return blocked(base, "no_name", "Salesforce needs a name. Fill it in in Accelo.")
    action = creating(base, pair, sent, notes, terms, "salesforce", ground(pair, "New in Accelo."))
    return replace(action, extra={**action.extra, "back": True})


def ground(pair: Pair, words: str) -> str:
    return pair.ground or words


def no_company(pair: Pair) -> tuple[str, str]:
    if pair.source and pair.source.company:
        words = "Its account has no counterpart in Accelo yet. It follows when the account is linked."
        return "no_company", words
    return "no_account", "It belongs to no account in Salesforce, and Accelo needs a company for each contact."


def fitting(half: Half | None, side: Any, stream: str, terms: Terms) -> tuple[dict[str, Json], list[str]]:
    """The values of a new record that may go there and fit there; sentences about the others."""
    sent: dict[str, Json] = {}
    notes: list[str] = []
    values: Values = half.values if half else {}
    for key in terms.rules:
        value = canonical(values.get(key, ""))
        if blank(value) or not terms.policy(key).may(side) or (side == "target" and key in terms.accelo.readonly):
            continue
        problem = fits(side, stream, key, value, terms.new_limits, terms.accelo)
        if problem:
            notes.append(problem.words)
            continue
        if side == "source":
            notes += [one.words for one in place_problems(stream, key, value, terms, {})]
        sent[key] = value
    return sent, notes


def creating(
    base: Action, pair: Pair, sent: dict[str, Json], notes: list[str], terms: Terms, where: str, reason: str
) -> Action:
    because = f"the value in {'Accelo' if where == 'salesforce' else 'Salesforce'}"
    return replace(
        base, kind="create", code=f"new_in_{'accelo' if where == 'salesforce' else 'salesforce'}",
        reason=f"{reason} Created in {where.capitalize()}.", wanted={where: dict(sent)},
        changes={f"{where}.{key}": ("", shown(value)) for key, value in sent.items()}, notes=tuple(notes),
        why=tuple(Why(label(key, terms), shown(value), because) for key, value in sent.items()),
        extra={**base.extra, "sent": sent},
    )  # fmt: skip
