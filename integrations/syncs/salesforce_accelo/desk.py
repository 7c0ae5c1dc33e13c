"""Both sides of one stream as a whole, laid beside each other in a temporary database, so that memory stays flat."""

from __future__ import annotations

import json
import marshal
from collections.abc import Iterable, Iterator
from typing import Any

from integrations.syncs.desk import Desk

TABLES = """
CREATE TABLE source (id TEXT PRIMARY KEY, row BLOB, company TEXT, text TEXT);
CREATE TABLE target (id TEXT PRIMARY KEY, row BLOB, inactive INT, text TEXT);
CREATE TABLE place (contact TEXT, id TEXT PRIMARY KEY, row BLOB);
CREATE TABLE address (owner TEXT, id TEXT PRIMARY KEY, row BLOB);
CREATE TABLE profile (owner TEXT, field TEXT, value TEXT);
CREATE TABLE link (source TEXT PRIMARY KEY, target TEXT, state TEXT);
CREATE TABLE company (source TEXT, target TEXT);
CREATE TABLE planned (source TEXT, target TEXT);
CREATE TABLE deleted (id TEXT PRIMARY KEY);
CREATE TABLE skey (id TEXT, key TEXT);
CREATE TABLE tkey (id TEXT, key TEXT);
CREATE TABLE skept (id TEXT PRIMARY KEY, keys BLOB, kind TEXT);
CREATE TABLE told (text TEXT PRIMARY KEY, source TEXT) WITHOUT ROWID;
CREATE TABLE same (target TEXT PRIMARY KEY, source TEXT) WITHOUT ROWID;
CREATE TABLE tkept (id TEXT PRIMARY KEY, keys BLOB, label TEXT);
CREATE TABLE crowd (key TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE wide (key TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE claim (source TEXT PRIMARY KEY, kind TEXT, code TEXT, target TEXT, words TEXT, candidates TEXT);
CREATE TABLE pick (source TEXT, target TEXT);
CREATE TABLE pair (n INTEGER PRIMARY KEY, source TEXT, target TEXT, how TEXT, words TEXT, candidates TEXT, gone TEXT);
"""
"""`text`: what a company is recognised by, so that its row need not be read for that. `skey`, `tkey`: the keys that two
share, one a row; `skept`, `tkept`: all keys of one record; `kind`: which keys there are; `same`: a company and one of
the other side with the same text, and so with the same keys, which are kept once; `crowd`: keys that more than two
share; `wide`: keys that so many share that they say nothing."""
FILLED = (
    "source", "target", "place", "address", "profile", "link", "company", "skey", "tkey", "skept", "told", "same",
    "tkept", "crowd", "wide", "claim", "pick", "pair",
)  # fmt: skip
"""Tables of one stream; `planned` goes from companies to contacts."""
INDEXES = """
CREATE INDEX place_contact ON place (contact);
CREATE INDEX address_owner ON address (owner);
CREATE INDEX profile_owner ON profile (owner);
CREATE INDEX link_target ON link (target);
CREATE INDEX pick_target ON pick (target);
CREATE INDEX claim_target ON claim (target);
CREATE INDEX company_source ON company (source);
CREATE INDEX company_target ON company (target);
"""
WIDEST = 60
"""Records that may share a weak key (how a name begins) before the key says nothing."""
CROWDS = f"""
CREATE INDEX tkey_key ON tkey (key);
INSERT INTO crowd SELECT key FROM skey GROUP BY key HAVING count(*) > 1;
INSERT OR IGNORE INTO crowd SELECT key FROM tkey GROUP BY key HAVING count(*) > 1;
INSERT OR IGNORE INTO crowd
SELECT t.key FROM tkey t WHERE EXISTS (SELECT 1 FROM skey k JOIN same s ON s.source = k.id WHERE k.key = t.key);
INSERT OR IGNORE INTO crowd
SELECT k.key FROM (SELECT source FROM same GROUP BY source HAVING count(*) > 1) s JOIN skey k ON k.id = s.source;
INSERT INTO wide SELECT key FROM crowd WHERE (key LIKE 's:%' OR key LIKE 'c:%') AND {WIDEST} < (
    (SELECT count(*) FROM tkey t WHERE t.key = crowd.key)
    + (SELECT count(*) FROM skey k JOIN same s ON s.source = k.id WHERE k.key = crowd.key));
DELETE FROM crowd WHERE key IN (SELECT key FROM wide);
CREATE INDEX tkept_keys ON tkept (keys);
"""
"""A record of Accelo has its own keys in `tkey`, or those that its twin in `same` has in `skey`."""
TWIN = """
INSERT INTO claim SELECT s.id, 'exact', :code, {target}, :words, '[]' FROM skept s {twin}
WHERE s.kind = :kind AND NOT EXISTS (SELECT 1 FROM skey k JOIN crowd c ON c.key = k.key WHERE k.id = s.id)
"""
CLAIM_TWINS = (
    TWIN.format(target="t.target", twin="JOIN same t ON t.source = s.id"),
    TWIN.format(target="t.id", twin="CROSS JOIN tkept t ON t.keys = s.keys"),
)
KINDS = "SELECT kind, min(keys) FROM skept GROUP BY kind"
SAME_UNCLAIMED = """
SELECT t.id, t.text, 0 FROM same s JOIN target t ON t.id = s.target
WHERE NOT EXISTS (SELECT 1 FROM claim c WHERE c.source = s.source)
"""
"""Whoever has a twin that nobody else comes near is no candidate for others."""
FORGET_WIDE = "DELETE FROM tkey WHERE key IN (SELECT key FROM wide)"
FREE_SOURCES = """
SELECT id, row, company, text FROM source
WHERE NOT EXISTS (SELECT 1 FROM link l WHERE l.source = source.id AND l.target <> '')
"""
LOST = """
SELECT l.source FROM link l WHERE l.target <> '' AND l.state <> 'vanished' AND l.source NOT LIKE 'accelo:%'
    AND NOT EXISTS (SELECT 1 FROM source s WHERE s.id = l.source)
"""
FREE = """
NOT inactive
    AND NOT EXISTS (SELECT 1 FROM link l
                    WHERE l.target = target.id AND l.source NOT LIKE 'accelo:%' AND l.state <> 'vanished'
                    AND l.source NOT IN (SELECT id FROM deleted))
    AND NOT EXISTS (SELECT 1 FROM link l WHERE l.source = 'accelo:' || target.id AND l.state = 'ignored')
"""
FREE_TARGETS = f"""
SELECT id, text, EXISTS (SELECT 1 FROM address a WHERE a.owner = target.id) FROM target WHERE {FREE}
    AND NOT EXISTS (SELECT 1 FROM same s WHERE s.target = target.id)
"""
SAME = f"""
CREATE INDEX skey_id ON skey (id);
CREATE INDEX skey_key ON skey (key);
CREATE INDEX same_source ON same (source);
INSERT OR IGNORE INTO told SELECT s.text, s.id FROM source s JOIN skept k ON k.id = s.id WHERE s.text <> '';
INSERT INTO same SELECT target.id, told.source FROM target JOIN told ON told.text = target.text WHERE {FREE}
    AND NOT EXISTS (SELECT 1 FROM address a WHERE a.owner = target.id);
"""
"""What tells a company on one side need not be taken apart again where it stands on the other too. An address stands in
the label, which is for people, so with one it is made anew."""
UNCLAIMED = "SELECT id FROM skept WHERE NOT EXISTS (SELECT 1 FROM claim c WHERE c.source = skept.id)"
CANDIDATES = """
SELECT DISTINCT s.id, t.id FROM skey s JOIN tkey t ON t.key = s.key
WHERE s.id IN (SELECT value FROM json_each(?))
"""
CONTESTED = """
SELECT p.source, p.target FROM pick p WHERE p.target IN (
    SELECT target FROM pick GROUP BY target HAVING count(DISTINCT source) > 1)
"""
PAIRS = """
INSERT INTO pair (source, target, how, words, candidates, gone)
SELECT l.source, l.target, 'linked', '', '[]',
       CASE WHEN s.id IS NULL THEN 'source' WHEN t.id IS NULL THEN 'target' WHEN t.inactive THEN 'inactive' ELSE '' END
FROM link l LEFT JOIN source s ON s.id = l.source LEFT JOIN target t ON t.id = l.target
WHERE l.target <> '' AND l.source NOT LIKE 'accelo:%'
    AND (s.id IS NOT NULL OR t.id IS NOT NULL OR l.state <> 'vanished');
INSERT INTO pair (source, target, how, words, candidates, gone)
SELECT s.id, coalesce(c.target, ''), coalesce(c.code, 'new'), coalesce(c.words, ''), coalesce(c.candidates, '[]'), ''
FROM source s LEFT JOIN claim c ON c.source = s.id
WHERE NOT EXISTS (SELECT 1 FROM link l WHERE l.source = s.id AND l.target <> '');
INSERT INTO pair (source, target, how, words, candidates, gone)
SELECT '', t.id, coalesce((
    SELECT min(c.kind) FROM pick p JOIN claim c ON c.source = p.source LEFT JOIN link l ON l.source = p.source
    WHERE p.target = t.id AND c.target = '' AND c.kind <> 'new' AND coalesce(l.state, '') <> 'ignored'), 'new'),
    '', '[]', ''
FROM target t WHERE NOT t.inactive
    AND NOT EXISTS (SELECT 1 FROM link l WHERE l.target = t.id AND l.source NOT LIKE 'accelo:%')
    AND NOT EXISTS (SELECT 1 FROM claim c WHERE c.target = t.id);
"""
PLANNED_LINKS = (
    "INSERT INTO planned SELECT source, target FROM pair WHERE how <> 'linked' AND target <> '' AND source <> ''"
)
PLANNED_THERE = """
INSERT INTO planned SELECT source, 'new:' || source FROM pair WHERE target = '' AND (how = 'new' OR how = ?)
"""
PLANNED_BACK = """
INSERT INTO planned SELECT 'new:' || target, target FROM pair WHERE source = '' AND (how = 'new' OR how = ?)
"""
DOUBTFUL = "SELECT target FROM pair WHERE source = '' AND how <> 'new'"
CLAIMANTS = """
SELECT p.target, s.row, c.candidates FROM pick p JOIN claim c ON c.source = p.source JOIN source s ON s.id = p.source
WHERE c.target = '' AND c.kind <> 'new' AND p.target IN (SELECT value FROM json_each(?)) ORDER BY s.id
"""
SAY_DOUBT = "UPDATE pair SET words = ?, candidates = ? WHERE source = '' AND target = ?"
LAID = """
SELECT p.source, p.target, p.how, p.words, p.candidates, p.gone, s.row, s.company
FROM pair p LEFT JOIN source s ON s.id = p.source ORDER BY p.n
"""


class Comparison(Desk):
    """Fill `source`, `target`, what belongs to it and `link`, then match, then `lay`. A `row` is `packed`: the values
    of its record, in the order of the fields."""

    def __init__(self) -> None:
        super().__init__(TABLES)

    def add(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Put in further rows; one that is there already is replaced."""
        columns = len(self.db.execute(f"SELECT * FROM {table} LIMIT 0").description)
        marks = ", ".join("?" * columns)
        self.db.execute("BEGIN")
        self.db.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", rows)
        self.db.execute("COMMIT")

    def script(self, statements: str) -> None:
        """Indexes that a stream before made stay."""
        self.db.executescript(statements.replace("CREATE INDEX", "CREATE INDEX IF NOT EXISTS"))

    def among(self, query: str, ids: Iterable[str]) -> list[tuple[Any, ...]]:
        """`query` has one `?`, for a JSON list of ids."""
        return self.rows(query, json.dumps(list(ids)))

    def parts(self, table: str, owner: str, ids: Iterable[str]) -> dict[str, list[Any]]:
        """Rows of `place` or `address` by their owner."""
        found: dict[str, list[Any]] = {}
        query = f"SELECT {owner}, row FROM {table} WHERE {owner} IN (SELECT value FROM json_each(?)) ORDER BY rowid"
        for id, row in self.among(query, ids):
            found.setdefault(id, []).append(unpacked(row))
        return found

    def targets(self, ids: Iterable[str]) -> dict[str, list[Any]]:
        rows = self.among("SELECT id, row FROM target WHERE id IN (SELECT value FROM json_each(?))", ids)
        return {id: unpacked(row) for id, row in rows}

    def profiles(self, ids: Iterable[str]) -> dict[str, dict[str, str]]:
        query = "SELECT owner, field, value FROM profile WHERE owner IN (SELECT value FROM json_each(?))"
        found: dict[str, dict[str, str]] = {}
        for owner, field, value in self.among(query, ids):
            found.setdefault(owner, {})[field] = value
        return found

    def company_of(self, ids: Iterable[str], column: str, other: str) -> dict[str, str]:
        """Linked companies: id in `column` (source or target) -> id in `other`."""
        query = f"SELECT {column}, {other} FROM company WHERE {column} IN (SELECT value FROM json_each(?))"
        return dict(self.among(query, ids))

    def components(self) -> Iterator[list[str]]:
        """Groups of source ids that claim a target together, over several steps too."""
        root: dict[str, str] = {}

        def find(id: str) -> str:
            while root[id] != id:
                root[id] = root[root[id]]
                id = root[id]
            return id

        first: dict[str, str] = {}
        for source, target in self.rows(CONTESTED):
            root.setdefault(source, source)
            root[find(first.setdefault(target, source))] = find(source)
        groups: dict[str, list[str]] = {}
        for id in root:
            groups.setdefault(find(id), []).append(id)
        return iter(groups.values())


def packed(values: tuple[Any, ...]) -> bytes:
    """Texts, numbers and mappings of them, as only this process reads them: four times as fast as JSON."""
    return marshal.dumps(values)


def unpacked(row: bytes) -> Any:
    return marshal.loads(row)
