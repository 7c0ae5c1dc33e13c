"""The field table of a sync: which source value fills which target field, by which policy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from integrations import registry
from integrations.admin.field_directions import directions_page, save_directions
from integrations.models import FieldRule as StoredRule
from integrations.models import Sync
from integrations.services.mappings import field_rules
from integrations.services.two_way import is_two_way
from integrations.syncs.base import FieldRule

if TYPE_CHECKING:
    from integrations.admin.base import PortalAdmin

POLICIES = (
    ("overwrite", "Always equal to the source"),
    ("set_if_empty", "Only while empty"),
    ("set_if_new", "Only when the record is new"),
    ("off", "Leave alone"),
)


@dataclass(frozen=True)
class Row:
    """`declared` is the default, `now` what holds."""

    declared: FieldRule
    now: FieldRule

    @property
    def policies(self) -> tuple[tuple[str, str], ...]:
        return POLICIES

    @property
    def policy_words(self) -> str:
        return dict(POLICIES)[self.now.policy]

    @property
    def source_words(self) -> str:
        return dict(self.declared.sources).get(self.now.source, self.declared.source_label)

    @property
    def note(self) -> str:
        """Names of options and policies, written between stars, in quotation marks."""
        return re.sub(r"\*([^*]+)\*", r"“\1”", self.declared.note)

    @property
    def changed(self) -> bool:
        return (self.now.source, self.now.policy) != (self.declared.source, self.declared.policy)


def field_page(page: PortalAdmin, request: HttpRequest, sync: Sync) -> HttpResponse:
    two_way = is_two_way(registry.sync(sync.kind))
    if request.method == "POST":
        changed = save_directions(sync, request.POST) if two_way else save(sync, request.POST)
        rules = "1 field rule" if changed == 1 else f"{changed} field rules"
        words = f"{rules} changed; the next run works by what is here now." if changed else "Nothing changed."
        messages.success(request, words)
        return HttpResponseRedirect(reverse("admin:integrations_sync_fields", args=[sync.pk]))
    if two_way:
        return directions_page(page, request, sync)
    now = field_rules(sync)
    rows = [Row(rule, now[rule.target]) for rule in registry.sync(sync.kind).fields]
    context = {"title": f"Fields of {sync.name}", "sync": sync, "rows": rows}
    return page.show(request, "sync/fields.html", context)


def save(sync: Sync, posted: Any) -> int:
    """Store the choices that differ from what holds; those that the sync does not offer are passed over."""
    now = field_rules(sync)
    changed = 0
    with transaction.atomic():
        for rule in registry.sync(sync.kind).fields:
            source, policy = chosen(rule, now[rule.target], posted)
            if (source, policy) != (now[rule.target].source, now[rule.target].policy):
                StoredRule.objects.update_or_create(
                    sync=sync, target=rule.target, defaults={"source": source, "policy": policy}
                )
                changed += 1
    return changed


def chosen(rule: FieldRule, now: FieldRule, posted: Any) -> tuple[str, str]:
    source = posted.get(f"source_{rule.target}", now.source)
    policy = posted.get(f"policy_{rule.target}", now.policy)
    if source not in dict(rule.sources):
        source = now.source
    if rule.fixed_policy or policy not in dict(POLICIES):
        policy = now.policy
    return source, policy
