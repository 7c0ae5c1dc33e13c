"""Files that hold only what belongs to one sync, in the form of a whole configuration file. Pure."""

from __future__ import annotations

import csv
import io

from integrations.imports.cells import restore
from integrations.models import Sync
from integrations.services.config_yaml import Node, Problems
from integrations.services.mapping_rows import COLUMNS
from integrations.services.mapping_words import plain_word

WHOLE = {"options", "mappings"}
NEEDED = ("kind", "source")
UNDECIDED = {"open", "not mapped", "suggested"}
"""An export has a row for each value, decided or not."""


def sync_root(sync: Sync, root: Node) -> Node:
    """What stands in the file as the root of a file that names this sync. A list, or a map without `options` and
    `mappings`, is the mappings."""

    def node(value: object) -> Node:
        return Node(value, root.line, root.path)

    whole = root.is_map and WHOLE & set(root.value)
    own = root.value if whole else {"mappings": root}
    names = {"key": sync.key, "kind": sync.kind, "source": sync.source.key, "target": sync.target.key}
    one = Node({**own, **{name: node(text) for name, text in names.items()}}, root.line, root.path, root.key_lines)
    return node({"workspace": node(sync.workspace.slug), "syncs": node([one])})


def read_table(text: str, problems: Problems) -> Node | None:
    """A CSV file with the columns kind, source, target and, if wanted, qualifier, target_kind, target_label, state:
    a map from kind to rows. None when it is no such table."""
    rows = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""))
    headings = [plain_word(cell).replace(" ", "_") for cell in next(rows, [])]
    if missing := [name for name in NEEDED if name not in headings]:
        words = f"The first row must name the columns; missing: {', '.join(missing)}. Known: {', '.join(COLUMNS)}."
        problems.at(Node(None, 1, ""), words)
        return None
    kinds: dict[str, Node] = {}
    for cells in rows:
        line = rows.line_num
        texts = zip(headings, map(restore, cells), strict=False)
        found = {name: Node(text.strip(), line, name) for name, text in texts if name in COLUMNS and text.strip()}
        if not found or plain_word(found["state"].value if "state" in found else "") in UNDECIDED:
            continue
        kind = found.pop("kind", Node("", line, "kind")).value
        kinds.setdefault(kind, Node([], line, "mappings")).value.append(Node(found, line, ""))
    return Node(kinds, 1, "")
