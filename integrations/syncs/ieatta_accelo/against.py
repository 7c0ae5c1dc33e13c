"""Tags -> the project, ticket or retainer an expense is filed against. Pure but for the retainer's periods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from integrations.core.mapping import Row
from integrations.core.tags import TARGET_WORDS, TagChoice
from integrations.syncs.deciding import Decided, Stop
from integrations.syncs.ieatta_accelo.setup import PeriodDays, Setup, left_out, parse_day
from integrations.vendors.base import Candidate
from integrations.vendors.ieatta.records import Expense

CODED = ("job", "issue")
"""A retainer has no code (Accelo API docs, _contracts: no custom_id)."""
TITLED = tuple(TARGET_WORDS)
WORDS = {**TARGET_WORDS, "contract_period": "retainer period"}
DONE = frozenset({"complete", "completed", "closed"})
DEAD = frozenset({"inactive", "cancelled"})


@dataclass(frozen=True, slots=True)
class Tag:
    """`whole`: texts under which a mapping may know the whole tag. `levels`: (name, GL code), the deepest first.
    `names`: of all levels, the top first, '' for one left out."""

    text: str
    whole: tuple[str, ...]
    levels: tuple[tuple[str, str], ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Target:
    kind: str
    id: str
    label: str
    because: str
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{WORDS.get(self.kind, self.kind)} {self.label}"

    def decided(self, value: str, more: str = "") -> Decided:
        return Decided(value, f"{self.because} → {self.name}{more}", self.notes)


def tag_of(expense: Expense) -> Tag:
    levels = [(name.strip(), code.strip()) for name, code in expense.tag_levels if name.strip() or code.strip()]
    names = ":".join(name for name, _ in levels)
    whole = tuple(dict.fromkeys(text for text in (expense.tag.strip(), expense.tag.strip().lstrip(":"), names) if text))
    every = tuple(name.strip() for name, _ in expense.tag_levels)
    return Tag(whole[0].lstrip(":") if whole else "", whole, tuple(reversed(levels)), every)


def map_against(expense: Expense, setup: Setup) -> Decided:
    """ "job/12": what the expense is filed against.

    Raises Stop: no_tag, unmapped_tag, ambiguous_tag, closed_target, no_period, retainer, ignored.
    """
    target = _find(tag_of(expense), setup)
    if target.kind != "contract":
        return target.decided(f"{target.kind}/{target.id}")
    return _retainer(target, parse_day(expense.created), setup)


def _find(tag: Tag, setup: Setup) -> Target:
    if not tag.whole and not tag.levels:
        return _default(setup)
    own = setup.tags.find(tag.names) if setup.tags else None
    target = _decided(own, setup) or _mapped(tag, setup) or _found(own, setup) or _matched(tag, setup)
    if target is None:
        raise Stop(
            "unmapped_tag",
            f"The tag {tag.text} has no open project, ticket or retainer of this code or title in Accelo. Map the "
            f"tag, or set the code in Accelo.",
            needs={"kind": "tag", "source": tag.text},
        )
    return target


def _default(setup: Setup) -> Target:
    if not setup.options.default_against:
        raise Stop(
            "no_tag",
            "The expense has no tag, so its project, ticket or retainer is not known. Tag it in Ieatta, or name a "
            "project in the option Project for expenses without a tag.",
        )
    kind, id = setup.options.default_against
    return _target(kind, id, "", "no tag: the sync's default", setup)


def _decided(own: TagChoice | None, setup: Setup) -> Target | None:
    """What the list of tags says, when somebody decided it."""
    if own is None or not own.decided:
        return None
    return _target(own.kind, own.id, own.label, _of_the_list(own), setup)


def _found(own: TagChoice | None, setup: Setup) -> Target | None:
    """What was found for the list's tag, if expenses may still go there: what fits best may have changed since."""
    found = setup.references.get("target", own.kind, own.id) if own else None
    if own is None or found is None or not found.active or not _takes(found, setup):
        return None
    return _usable(found, _of_the_list(own), setup)


def _of_the_list(own: TagChoice) -> str:
    return f"{own.path.lstrip(':')} by the tag's own target, {own.ground}"


def _mapped(tag: Tag, setup: Setup) -> Target | None:
    """By a person's mapping: the whole tag first, then its levels, the deepest first."""
    for text in (*tag.whole, *(name for name, _ in tag.levels if name)):
        row = setup.mappings.first("tag", text)
        if row and row.ignore:
            raise left_out("The tag", text)
        if row and row.target:
            return _by_row(row, text, setup)
    return None


def _by_row(row: Row, text: str, setup: Setup) -> Target:
    kind = row.target_kind or "job"
    return _target(kind, row.target, row.target_label, f"{text} by the tag mapping", setup)


def _target(kind: str, id: str, label: str, because: str, setup: Setup) -> Target:
    """A target chosen by a person: taken at their word when the cache does not know it."""
    found = setup.references.get("target", kind, id)
    if found is None:
        return Target(kind, id, label or id, because)
    return _usable(found, because, setup)


def _usable(found: Candidate, because: str, setup: Setup) -> Target:
    """By the option for closed ones. Raises Stop: closed_target."""
    state = _standing(found)
    name = f"{WORDS.get(found.kind, found.kind)} {found.label}"
    if not _takes(found, setup):
        raise Stop(
            "closed_target",
            f"The {name} ({because}) is {state} in Accelo. Open it again, give the tag another target under Tags or "
            f"Mappings, or change the option Closed projects, tickets and retainers.",
        )
    late = state in DONE or state in DEAD
    notes = (f"The {name} is {state} in Accelo; the expense was filed there all the same.",) if late else ()
    return Target(found.kind, found.id, found.label, because, notes)


def _standing(found: Candidate) -> str:
    standing = found.extra.get("standing", "").casefold()
    return standing or ("open" if found.active else "inactive")


def _takes(found: Candidate, setup: Setup) -> bool:
    how = setup.options.closed_targets
    if how == "allow":
        return True
    standing = _standing(found)
    return found.active and standing not in DEAD and (how == "late" or standing not in DONE)


def _matched(tag: Tag, setup: Setup) -> Target | None:
    """By equal code, else by equal title; the deepest level that matches anything decides, open ones first."""
    for what, value, hits in _lookups(tag, setup):
        best = _best(hits, setup)
        if len(best) > 1:
            raise Stop(
                "ambiguous_tag",
                f"The tag {tag.text} fits several in Accelo by the {what} {value}: "
                f"{', '.join(_describe(hit) for hit in best[:5])}. Map the tag to one of them.",
                candidates=tuple(_candidate(hit) for hit in best),
                needs={"kind": "tag", "source": tag.text},
            )
        if best:
            return _usable(best[0], f"{tag.text} by the equal {what} {value}", setup)
    return None


def _best(hits: list[Candidate], setup: Setup) -> list[Candidate]:
    """The open ones; where none is open those that take expenses all the same; else all."""
    takes = [hit for hit in hits if _takes(hit, setup)]
    is_open = [hit for hit in takes if _standing(hit) not in DONE | DEAD]
    return is_open or takes or hits


def _lookups(tag: Tag, setup: Setup) -> Iterator[tuple[str, str, list[Candidate]]]:
    for name, code in tag.levels:
        for value in dict.fromkeys(text for text in (code, name) if text):
            yield "code", value, setup.references.match("target", CODED, code=value)
    for name, _ in tag.levels:
        if name:
            yield "title", name, setup.references.match("target", TITLED, label=name)


def _describe(hit: Candidate) -> str:
    return f"{WORDS.get(hit.kind, hit.kind)} {hit.label} (id {hit.id})"


def _candidate(hit: Candidate) -> Mapping[str, str]:
    return {"id": hit.id, "label": _describe(hit), "kind": hit.kind, "code": hit.code}


def _retainer(target: Target, day: date, setup: Setup) -> Decided:
    how = setup.options.retainer
    if how == "contract":
        return target.decided(f"contract/{target.id}")
    if how == "block":
        raise Stop(
            "retainer",
            f"The tag belongs to the {target.name}, and by the option Retainers no expenses are filed there. Give "
            f"the tag a project or ticket under Tags or Mappings, or change the option.",
        )
    covering = [period for period in setup.periods(target.id) if _covers(period, day)]
    current = max((p for p in covering if p.open), key=lambda p: p.first or date.min, default=None)
    if current is None:
        state = "is closed" if covering else "does not exist"
        raise Stop(
            "no_period",
            f"The period of the {target.name} for {day.isoformat()} {state}. Open it in Accelo, or give the tag "
            f"another target under Tags or Mappings.",
        )
    return target.decided(f"contract_period/{current.id}", f", period {current.id}")


def _covers(period: PeriodDays, day: date) -> bool:
    return (period.first is None or period.first <= day) and (period.last is None or day <= period.last)
