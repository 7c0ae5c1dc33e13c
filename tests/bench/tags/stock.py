"""`python -m tests.bench.tags.stock FILE first|again`: the same file by django-import-export as it comes.

A plain resource over a plain table: dry run, then run, as its admin does. `again` skips what is unchanged. Prints the
seconds from opening the file to the end, and how many rows were new and skipped.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import django


def main(path: Path, first: bool) -> dict[str, Any]:
    from tests.bench.tags.plain import PlainTag, PlainTags, SkippingTags, made

    made(PlainTag, anew=first)
    resource = PlainTags() if first else SkippingTags()
    began = time.perf_counter()
    totals = imported(resource, path)
    return {"seconds": time.perf_counter() - began, "new": totals["new"], "skipped": totals["skip"]}


def imported(resource: Any, path: Path) -> dict[str, int]:
    import tablib

    rows = tablib.Dataset().load(path.read_text(encoding="utf-8"), format="csv")
    resource.import_data(rows, dry_run=True, raise_errors=True)
    return dict(resource.import_data(rows, dry_run=False, raise_errors=True).totals)


if __name__ == "__main__":
    django.setup()
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2] == "first")))
