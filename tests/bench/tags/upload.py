"""`python -m tests.bench.tags.upload FILE first|again|changed`: the portal's way from a file to the stored list.

Prints the seconds from opening the file to the stored version, the counts, and the size of the table before and after.
`first` begins with an empty list; the others have it stored. As in a worker, code and connection were in use.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import django

QUERIES = {
    "postgresql": "SELECT pg_total_relation_size('integrations_tag')",
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
}


def main(path: Path, first: bool) -> dict[str, Any]:
    from tests.bench.tags.way import upload, warm

    tag_list = emptied() if first else the_list()
    warm(tag_list)
    before, began = size(), time.perf_counter()
    counts = upload(tag_list, path)
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "before": before, "after": size(), "counts": counts}


def the_list() -> Any:
    from integrations.models import TagList, Workspace
    from tests.factories import make_ieatta, make_workspace

    if not Workspace.objects.exists():
        workspace = make_workspace()
        TagList.objects.create(workspace=workspace, connection=make_ieatta(workspace, "http://127.0.0.1:1"))
    return TagList.objects.get()


def emptied() -> Any:
    from django.db import connection

    tag_list = the_list()
    with connection.cursor() as cursor:
        postgres = connection.vendor == "postgresql"
        cursor.execute("TRUNCATE integrations_tag" if postgres else "DELETE FROM integrations_tag")
    tag_list.version = 0
    tag_list.save(update_fields=["version"])
    return tag_list


def size() -> int:
    """Bytes of the table with its indexes; on SQLite of the whole database."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(QUERIES[connection.vendor])
        return int(cursor.fetchone()[0])


if __name__ == "__main__":
    django.setup()
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2] == "first")))
