"""Which values blocked records of a sync wait for, most needed first, with the place where each is mapped."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse

from integrations import registry
from integrations.admin.home import Need
from integrations.models import Link, Mapping, Sync
from integrations.services.mapping_needs import needs_by_value

MOST = 5
DECIDED = [Mapping.State.CONFIRMED, Mapping.State.IGNORED]


def value_needs(sync: Sync) -> list[Need]:
    """At most `MOST`. Values that are decided by now are left out: the next run takes their records up."""
    kinds = {kind.key: kind for kind in registry.sync(sync.kind).mapping_kinds}
    decided = set(Mapping.objects.filter(sync=sync, state__in=DECIDED).values_list("kind", "source_key"))
    waiting = [(pair, need) for pair, need in needs_by_value(sync).items() if pair[0] in kinds and pair not in decided]
    waiting.sort(key=lambda entry: -entry[1].waiting)
    found = []
    for (kind, _), need in waiting[:MOST]:
        number = "1 record waits" if need.waiting == 1 else f"{need.waiting} records wait"
        text = f"{number} for the {kinds[kind].source_label} “{need.label or need.value}” to be mapped."
        found.append(Need(Link.State.BLOCKED, text, grid_address(sync, kind, need.value), "Map it"))
    return found


def grid_address(sync: Sync, kind: str, value: str) -> str:
    """The mapping grid, narrowed to one value."""
    return f"{reverse('admin:integrations_sync_mappings', args=[sync.pk])}?{urlencode({'kind': kind, 'q': value})}"
