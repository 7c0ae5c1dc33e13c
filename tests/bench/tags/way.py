"""The portal's way from a file to a stored version, as an upload without a vendor goes it. Needs Django set up."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from integrations.core.tags import Rejected, Staged
from integrations.imports.layout import detect_layout
from integrations.imports.table import detect_format, read_rows
from integrations.imports.tags import Rules, parse_tags
from integrations.models import TagList
from integrations.services.tag_stage import Stage


def upload(tag_list: TagList, path: Path) -> dict[str, int]:
    """Every check, the counts of the preview, and the new version."""
    rejected: list[Rejected] = []
    with Stage(tag_list) as stage:
        stage.load(tags(path, rejected))
        clashes = list(stage.settle())
        counts = stage.counts("replace", "remove")
        stage.store(tag_list.version + 1, "replace", "remove")
    tag_list.version += 1
    tag_list.save(update_fields=["version"])
    return {**counts, "rejected": len(rejected) + len(clashes)}


def warm(tag_list: TagList) -> None:
    """All but the storing, with a few tags."""
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as file, Stage(tag_list) as stage:
        file.write("Name,GL Code,Enabled\nAlpha,1,true\nBeta,2,true\n")
        file.flush()
        stage.load(tags(Path(file.name), []))
        stage.settle()
        stage.counts("append")


def tags(path: Path, rejected: list[Rejected]) -> Iterator[Staged]:
    """Format and columns are found, then every row is checked."""

    def opener() -> BinaryIO:
        return path.open("rb")

    found = detect_format(opener, path.name)
    head = [cells for _, cells in islice(read_rows(opener, found, bad), 50)]
    layout = detect_layout(head, found, {}, None)
    return parse_tags(read_rows(opener, found, bad), layout, Rules(), rejected.append)


def bad(row: int, reason: str, cells: tuple[str, ...]) -> None:
    raise ValueError(f"row {row}: {reason}")
