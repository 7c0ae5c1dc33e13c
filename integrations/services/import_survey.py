"""What the source of an import tells of its records before they are read: how many of them meet the conditions, by
value, or have none; which fields its user cannot see; of which kinds the sums carry a currency of their own.

A source whose client has `survey(conditions)` is asked; its answer has `counts` (stream -> kind of candidate -> value
-> number, of streams with conditions), `blank` (stream -> kind of candidate -> records without any value), `hidden`
(stream -> fields) and `currencies` (streams).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from integrations import registry
from integrations.core.records import fingerprint
from integrations.models import Sync
from integrations.services.clients import Clients, both_sides
from integrations.services.conditions import holds_conditions
from integrations.services.references import read_at

KEY = "survey"
WHERE = "_where"
Conditions = dict[str, list[dict[str, Any]]]


def conditions_of(sync: Sync) -> Conditions:
    """Stream -> its conditions: those of the option that is called after it, of streams that have any."""
    options = [option for option in registry.sync(sync.kind).options if holds_conditions(option)]
    given = {option.name.removesuffix(WHERE): list(sync.options.get(option.name) or ()) for option in options}
    return {stream: rows for stream, rows in given.items() if rows}


def survey_read(sync: Sync) -> None:
    """Ask the source and remember it. Raises PortalError; ConfigError in words for a condition that it refuses."""
    conditions, began = conditions_of(sync), timezone.now()
    with Clients(both_sides(sync), lambda: None) as clients:
        client = clients.get("source")
        if not hasattr(client, "survey"):
            return
        told = {**client.survey(conditions), "of": digest(conditions), "at": began.isoformat()}
    with transaction.atomic():
        fresh = Sync.objects.select_for_update().get(pk=sync.pk)
        sync.memory = {**fresh.memory, KEY: told}
        Sync.objects.filter(pk=sync.pk).update(memory=sync.memory)


def digest(conditions: Conditions) -> str:
    return fingerprint([json.dumps(conditions, sort_keys=True)])


def kept_of(sync: Sync, kind: str) -> dict[str, dict[str, int]]:
    """Stream -> value of this kind of candidate -> records that have it and meet the conditions.

    Without the streams of which that is not known: those without conditions, those whose conditions or list of values
    are newer than the last answer, and where the source cannot count.
    """
    told = sync.memory.get(KEY) or {}
    at, read = parse_datetime(told.get("at", "")), read_at(sync.source, kind)
    if at is None or (read and read > at) or told["of"] != digest(conditions_of(sync)):
        return {}
    return {stream: by_kind[kind] for stream, by_kind in told["counts"].items() if kind in by_kind}


def blank_of(sync: Sync, kind: str) -> dict[str, int]:
    """Stream -> its records that have no value of this kind of candidate; {} where that is not known."""
    told = (sync.memory.get(KEY) or {}).get("blank", {})
    return {stream: by_kind[kind] for stream, by_kind in told.items() if by_kind.get(kind)}


def has_currencies(sync: Sync, kinds: Sequence[str]) -> bool:
    """Whether sums of these kinds of record are known to be in several currencies."""
    return bool(set(kinds) & set((sync.memory.get(KEY) or {}).get("currencies", ())))


def hidden_words(sync: Sync, kinds: Sequence[str]) -> list[str]:
    """What the user of the source cannot see, one sentence for each kind of record."""
    hidden = (sync.memory.get(KEY) or {}).get("hidden", {})
    declared = registry.sync(sync.kind)
    user = f"The {registry.vendor(declared.source).label} user"
    return [
        f"{user} cannot see {', '.join(hidden[stream.key])}; {stream.label.lower()} arrive without "
        f"{'it' if len(hidden[stream.key]) == 1 else 'them'}. Give it the permission or go on."
        for stream in declared.streams
        if stream.key in kinds and hidden.get(stream.key)
    ]
