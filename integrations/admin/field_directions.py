"""The field table of a sync whose fields go both ways: direction, winner, and what becomes of blanks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from integrations import registry
from integrations.core.conflict import Names
from integrations.models import FieldRule as StoredRule
from integrations.models import Sync
from integrations.services.mappings import field_rules
from integrations.services.two_way import is_read_only, names_of
from integrations.services.two_way_words import (
    Choices,
    blank_choices,
    direction_choices,
    winner_choices,
)
from integrations.syncs.base import FieldRule

if TYPE_CHECKING:
    from integrations.admin.base import PortalAdmin

PARTS = ("direction", "winner", "blank")


@dataclass(frozen=True)
class Part:
    """One choice of a field: `now` is what holds."""

    name: str
    label: str
    choices: Choices
    now: str

    @property
    def words(self) -> str:
        return dict(self.choices).get(self.now, self.now)


@dataclass(frozen=True)
class Row:
    """`declared` is the default, `now` what holds. `stream`: its heading, where a sync has fields of several."""

    declared: FieldRule
    now: FieldRule
    stream: str
    parts: tuple[Part, ...]

    @property
    def note(self) -> str:
        return re.sub(r"\*([^*]+)\*", r"“\1”", self.declared.note)

    @property
    def changed(self) -> bool:
        return any(getattr(self.now, name) != getattr(self.declared, name) for name in PARTS)


def parts_of(rule: FieldRule, names: Names) -> tuple[Part, ...]:
    return (
        Part("direction", "Direction", direction_choices(rule, names), rule.direction),
        Part("winner", "When both changed it", winner_choices(names), str(rule.winner)),
        Part("blank", "When a new pair has a blank", blank_choices(names), rule.blank),
    )


def directions_page(page: PortalAdmin, request: HttpRequest, sync: Sync) -> HttpResponse:
    kind, names, now = registry.sync(sync.kind), names_of(sync), field_rules(sync)
    streams = {stream.key: stream.label for stream in kind.streams}
    context = {
        "title": f"Fields of {sync.name}",
        "sync": sync,
        "names": names,
        "read_only": is_read_only(sync),
        "rows": [
            Row(rule, now[rule.target], streams.get(rule.stream, ""), parts_of(now[rule.target], names))
            for rule in kind.fields
        ],
    }
    return page.show(request, "sync/fields_two_way.html", context)


def save_directions(sync: Sync, posted: Any) -> int:
    """Store the choices that differ from what holds; those that a field does not offer are passed over."""
    now, names = field_rules(sync), names_of(sync)
    changed = 0
    with transaction.atomic():
        for rule in registry.sync(sync.kind).fields:
            before = {name: getattr(now[rule.target], name) for name in PARTS}
            after = {part.name: chosen(part, rule, posted) for part in parts_of(now[rule.target], names)}
            if after != before:
                StoredRule.objects.update_or_create(sync=sync, target=rule.target, defaults=after)
                changed += 1
    return changed


def chosen(part: Part, rule: FieldRule, posted: Any) -> str:
    value = str(posted.get(f"{part.name}_{rule.target}", part.now))
    return value if value in dict(part.choices) else part.now
