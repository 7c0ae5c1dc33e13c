"""`python -m tests.bench [expenses|data|directory|tags [SIZE ...]]`: memory and time of large work. See README.md."""

from __future__ import annotations

import sys

from tests.bench.data import bench as data
from tests.bench.directory import bench as directory
from tests.bench.expenses import bench as expenses
from tests.bench.tags import bench as tags
from tests.postgres import cluster

BENCHES = {
    "expenses": expenses.report,
    "data": data.report,
    "directory": directory.report,
    "tags": tags.report,
}


def main(names: list[str], sizes: tuple[int, ...]) -> None:
    with cluster() as url:
        folder = url.partition("@/")[2].rpartition("/")[0]
        for name in names:
            print(f"\n{BENCHES[name](folder, sizes)}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:2] or list(BENCHES), tuple(map(int, sys.argv[2:])))
