"""`python -m tests.bench.expenses.seed N`: the links that a first run would leave, for all expenses but every Nth.

The shortcut of the benchmark: creating 100,000 expenses one by one takes half an hour, and a run without changes looks
at no expense of Accelo. That it finds every record unchanged shows that these links are what a run leaves.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import django

if TYPE_CHECKING:
    from integrations.core.records import Record
    from integrations.models import Sync


def main(leave: int) -> None:
    from django.db import connection

    from integrations import registry
    from integrations.models import Run, Sync
    from integrations.services.clients import Clients, both_sides
    from integrations.services.work import build_context

    sync = Sync.objects.select_related("workspace", "source", "target").get()
    kind, count = registry.sync(sync.kind), 0
    with Clients(both_sides(sync), lambda: None) as clients:
        driver = kind.open(build_context(Run(sync=sync, workspace=sync.workspace), kind, clients, lambda seconds: None))
        for page in driver.read(kind.streams[0].key, {}):
            store(
                sync,
                [record for place, record in enumerate(page.records) if (count + place) % leave],
                driver,
                first=count,
            )
            count += len(page.records)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as the server itself does within a minute


def store(sync: Sync, records: list[Record], driver: Any, first: int) -> None:
    from integrations.core.plan import settled_fingerprint
    from integrations.models import Link

    version = driver.rules_version()
    base = dict(driver.plan(records[0], None, None).wanted) if records else {}
    Link.objects.bulk_create(
        Link(
            sync=sync, stream=record.stream, source_id=record.external_id, target_id=f"seeded {number}",
            state=Link.State.LINKED, label=record.label, fingerprint=settled_fingerprint(record, version),
            parent_id=record.parent_id, parent_state=record.parent_state, base=base,
        )
        for number, record in enumerate(records, first)
    )  # fmt: skip


if __name__ == "__main__":
    django.setup()
    main(int(sys.argv[1]))
