"""Record + link + what is known at Accelo -> the Action. Pure: what is to be done is decided here and nowhere else.

An import never changes or removes what it has brought over: a record with a counterpart is left alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from integrations.core.records import Action, Fields, Json, LinkView, Record, Why
from integrations.syncs.deciding import Decided, Stop
from integrations.syncs.salesforce_accelo_import.deciding import Setup
from integrations.syncs.salesforce_accelo_import.declared import COMPANIES, NOUNS, OBJECTS
from integrations.syncs.salesforce_accelo_import.mapped import map_owner, map_priority, map_status, map_type
from integrations.syncs.salesforce_accelo_import.money import amount_words, map_value
from integrations.syncs.salesforce_accelo_import.placing import FOUND, NEW, Fate, Place, Spot, why_not
from integrations.syncs.salesforce_accelo_import.shape import Party, Work

RULES = 1
"""Raised when a change of these rules must be applied to records that are already settled."""
LABELS = {
    "company": "Company", "contact": "Contact", "title": "Title", "status_id": "Status", "type_id": "Type",
    "staff_id": "Assigned to", "priority_id": "Priority", "value": "Value", "progress": "Progress",
    "date_due": "Due date", "success": "Won", "comments": "Comments", "description": "Description",
}  # fmt: skip


@dataclass(slots=True)
class Wanted:
    """Values in canonical text, reasons, remarks; `stops` are the rules that could not decide."""

    values: dict[str, Json] = field(default_factory=dict)
    why: list[Why] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)

    def put(self, name: str, decided: Decided, told: Json = None) -> None:
        """`told`: what a person reads instead of the value."""
        self.values[name] = decided.value
        self.why.append(Why(LABELS[name], decided.value if told is None else told, decided.because))
        self.notes.extend(decided.notes)

    def attempt(self, name: str, rule: Callable[[], Decided]) -> None:
        try:
            self.put(name, rule())
        except Stop as stop:
            self.stops.append(stop)


# --- sales and tickets ---------------------------------------------------------------------------------------------


def plan_work(record: Record, work: Work, link: LinkView | None, place: Place | Stop | None, setup: Setup) -> Action:
    """`place`: where it goes, or why it can go nowhere; None where it goes nowhere by other rules."""
    base = Action("none", record.stream, record.external_id, record.label)
    if link and link.target_id:
        return counterpart(base, link)
    wanted = build_wanted(work, place, setup)
    base = replace(base, wanted=wanted.values, why=tuple(wanted.why), notes=tuple(wanted.notes))
    if wanted.stops:
        return stopped(base, wanted.stops)
    return created(base, f"New in Accelo: {OBJECTS[record.stream]} of Salesforce.", {"place": place})


def stops_of(work: Work, setup: Setup) -> list[Stop]:
    """What keeps it back wherever it would go: then no company or contact is made for it."""
    return build_wanted(work, None, setup).stops


def build_wanted(work: Work, place: Place | Stop | None, setup: Setup) -> Wanted:
    """Every rule is asked, so that a person sees at once all that is missing."""
    wanted = Wanted()
    if isinstance(place, Stop):
        wanted.stops.append(place)
    elif place:
        _put_place(wanted, place)
    wanted.put("title", map_title(work, setup.options.title_length))
    wanted.attempt("status_id", lambda: map_status(work, setup))
    wanted.attempt("type_id", lambda: map_type(work, setup))
    wanted.attempt("staff_id", lambda: map_owner(work, setup))
    if work.is_sale:
        wanted.attempt("value", lambda: map_value(work, setup))
        wanted.put("progress", Decided(_percent(work.probability), "the probability"))
        wanted.put("date_due", Decided(work.closes, "the close date"))
        wanted.put("success", Decided(work.won, "won" if work.won else "lost" if work.closed else "not closed yet"))
    else:
        wanted.put("priority_id", map_priority(work, setup))
    text = Decided(build_text(work, str(wanted.values["title"])), "where it comes from, and its description")
    wanted.put("comments" if work.is_sale else "description", text)
    return wanted


def _put_place(wanted: Wanted, place: Place) -> None:
    """What is meant stands in the wanted values, so that it is the same before and after it was created."""
    wanted.put("company", Decided(place.company.ref, place.company.because, place.notes), place.company.words)
    if place.contact.ref:
        wanted.put("contact", Decided(place.contact.ref, place.contact.because), place.contact.words)


def map_title(work: Work, limit: int) -> Decided:
    if not limit or len(work.title) <= limit:
        return Decided(work.title, "its title")
    cut = work.title[: max(limit - 1, 0)].rstrip() + "…"
    return Decided(cut, f"its title, cut to {limit} characters", (f"The title was cut to {limit} characters.",))


def _percent(text: str) -> str:
    """Accelo takes 0 to 100."""
    return str(min(max(int(text), 0), 100)) if text else ""


def build_text(work: Work, title: str) -> str:
    """Where it comes from stands first: by its id a create whose answer was lost is found again."""
    number = f" {work.number}" if work.number else ""
    lines = [f"Salesforce {OBJECTS[work.stream]}{number} ({work.id})"]
    if title != work.title:
        lines.append(f"Title: {work.title}")
    if work.amount and work.currency:
        lines.append(f"Amount: {amount_words(work)}")
    if work.supplied:
        lines.append(f"From: {work.supplied}")
    return "\n".join(lines) + (f"\n\n{work.description}" if work.description else "")


# --- companies and contacts ----------------------------------------------------------------------------------------


def plan_party(
    record: Record, party: Party, link: LinkView | None, fate: Fate, company: Spot | Stop | None, found_id: str
) -> Action:
    """`company`: of a contact, where it belongs or why it belongs nowhere. `found_id`: of the record at Accelo that it
    was found to be (of a contact not its affiliation)."""
    base = Action("none", record.stream, record.external_id, record.label)
    if link and link.target_id:
        return counterpart(base, link)
    values: dict[str, Json] = {name: value for name, value in party.values.items() if value and name != "name"}
    if record.stream == COMPANIES:
        values["name"] = party.name
    if isinstance(company, Spot):
        values["company"] = company.ref
    base = replace(base, wanted=values)
    if fate.how == FOUND and found_id:
        memo = {"affiliation": fate.target} if record.stream != COMPANIES else {}
        reason = f"Accelo has this {NOUNS[record.stream]} already."
        return replace(base, kind="link", target_id=found_id, reason=reason, extra={"memo": memo})
    if fate.how != NEW:
        return stopped(base, [Stop(f"no_{NOUNS[record.stream]}", why_not(record.stream, fate),
                                   candidates=fate.candidates)])  # fmt: skip
    if isinstance(company, Stop):
        return stopped(base, [company])
    return created(base, f"Accelo does not have this {NOUNS[record.stream]} yet.", {"company": company})


# --- all ------------------------------------------------------------------------------------------------------------


def counterpart(base: Action, link: LinkView) -> Action:
    """It has one, so there is nothing to do. One whose create was found again gets its base by this."""
    held: Fields = link.base or {"id": link.target_id}
    return replace(base, target_id=link.target_id, wanted=held, extra={"base": held})


def created(base: Action, reason: str, extra: Fields) -> Action:
    changes = {name: (None, value) for name, value in base.wanted.items() if value != ""}
    return replace(base, kind="create", changes=changes, reason=reason, extra=extra)


def stopped(base: Action, stops: list[Stop]) -> Action:
    """A person's wish to leave it out comes before what is missing; all reasons are told at once."""
    skips = [stop for stop in stops if stop.kind == "skip"]
    told = skips or stops
    needs = next((stop.needs for stop in told if stop.needs), {})
    return replace(
        base,
        kind=told[0].kind,
        code=told[0].code,
        reason=" ".join(dict.fromkeys(stop.reason for stop in told)),
        candidates=tuple(candidate for stop in told for candidate in stop.candidates),
        extra={"needs": needs},
    )
