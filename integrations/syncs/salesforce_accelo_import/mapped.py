"""Owner, status, type and priority of a sale or ticket, by the mappings. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.syncs.deciding import Decided, Stop
from integrations.syncs.salesforce_accelo_import.deciding import Setup
from integrations.syncs.salesforce_accelo_import.declared import (
    SALE_STATUS,
    SALE_TYPE,
    TICKET_PRIORITY,
    TICKET_STATUS,
    TICKET_TYPE,
    USER,
)
from integrations.syncs.salesforce_accelo_import.shape import Work


@dataclass(frozen=True, slots=True)
class Asked:
    """A value that a mapping is asked for. `kind`: of the mapping. `target`: candidate kind at Accelo. `left_out`: code
    of the reason when a person leaves it out. `words`: of the value, with its name; `needed`: of what is looked for."""

    kind: str
    target: str
    value: str
    label: str
    words: str
    needed: str
    left_out: str

    @property
    def needs(self) -> dict[str, str]:
        return {"kind": self.kind, "source": self.value, "label": self.label}


def map_owner(work: Work, setup: Setup) -> Decided:
    """Staff id. Inactive people and queues are mapped like others."""
    asked = Asked(
        USER, "staff", work.owner, work.owner_words, f"the owner {work.owner_words}", "staff member", "left_out_user"
    )
    return _mapped(asked, setup, setup.options.default_user, "Default person")


def map_status(work: Work, setup: Setup) -> Decided:
    if work.is_sale:
        label = setup.source_label("sale_stage", work.status)
        words = f"the stage {label}" if work.status else "no stage"
        asked = Asked(SALE_STATUS, "sale_status", work.status, label, words, "status", "left_out_status")
        return _mapped(asked, setup, setup.options.default_sale_status, "Default status of sales")
    label = setup.source_label("ticket_status", work.status)
    words = f"the status {label}" if work.status else "no status"
    asked = Asked(TICKET_STATUS, "ticket_status", work.status, label, words, "status", "left_out_status")
    return _mapped(asked, setup, setup.options.default_ticket_status, "Default status of tickets")


def map_type(work: Work, setup: Setup) -> Decided:
    """The default type also stands for none."""
    words = f"the type {work.type}" if work.type else "no type"
    if work.is_sale:
        asked = Asked(SALE_TYPE, "sale_type", work.type, work.type, words, "type", "left_out_type")
        return _mapped(asked, setup, setup.options.default_sale_type, "Default type of sales")
    asked = Asked(TICKET_TYPE, "ticket_type", work.type, work.type, words, "type", "left_out_type")
    return _mapped(asked, setup, setup.options.default_ticket_type, "Default type of tickets")


def map_priority(work: Work, setup: Setup) -> Decided:
    """'' leaves it to Accelo, which wants none; that is told where nobody has decided it."""
    if not work.priority:
        return Decided("", "the case has no priority")
    row = setup.mappings.first(TICKET_PRIORITY, work.priority)
    if row and row.ignore:
        return Decided("", f"the priority {work.priority} is left out by the mapping")
    if row is None or not row.target:
        words = f"The priority {work.priority} has no row in the mapping, so the ticket has none."
        return Decided("", f"the priority {work.priority} has no row", (words,))
    label = setup.label("ticket_priority", row.target, "priority")
    return Decided(row.target, f"the priority {work.priority} → {label} by the mapping")


def _mapped(asked: Asked, setup: Setup, default: str, option: str) -> Decided:
    """Raises Stop when a person leaves the value out, or when neither a row nor a default tells what it becomes."""
    row = setup.mappings.first(asked.kind, asked.value)
    if row and row.ignore:
        raise Stop(
            asked.left_out, f"{asked.words[:1].upper()}{asked.words[1:]} is left out by the mapping.", kind="skip"
        )
    if row and row.target:
        label = setup.label(asked.target, row.target, asked.needed)
        return Decided(row.target, f"{asked.words} → {label} by the mapping")
    if default:
        label = setup.label(asked.target, default, asked.needed)
        return Decided(default, f"{asked.words} has no row, so {label} by the option {option}")
    if asked.value:
        reason = f"Accelo's {asked.needed} for {asked.words} is not chosen. Map it, or set the option {option}."
        raise Stop(f"unmapped_{asked.kind}", reason, needs=asked.needs)
    raise Stop(f"unmapped_{asked.kind}", f"There is {asked.words} in Salesforce. Set the option {option}.")
