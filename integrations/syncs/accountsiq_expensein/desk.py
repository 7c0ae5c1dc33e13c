"""Both sides of one item, laid side by side in a temporary database, so that memory stays flat.

The lists come in any order and are compared as a whole: partners by code, names that several want, records that are
gone. SQLite does that on disk; what is decided is in names.py and rules.py.
"""

from __future__ import annotations

from typing import Any

from integrations.syncs.desk import Desk as Tables

TABLES = """
CREATE TABLE source (n INTEGER PRIMARY KEY, id TEXT, key TEXT, code TEXT, name TEXT, wanted TEXT, nkey TEXT, active INT,
                     rate TEXT, problem TEXT, words TEXT, kept INT);
CREATE TABLE target (n INTEGER PRIMARY KEY, id TEXT UNIQUE, key TEXT, reference TEXT, name TEXT, nkey TEXT,
                     inactive INT, rate TEXT, deleted INT, raw TEXT);
CREATE TABLE link (id TEXT PRIMARY KEY, target TEXT, state TEXT);
CREATE TABLE pair (n INTEGER PRIMARY KEY, id TEXT, key TEXT UNIQUE, code TEXT, name TEXT, wanted TEXT, nkey TEXT,
                   active INT, rate TEXT, target TEXT, present TEXT, how TEXT DEFAULT '', problem TEXT DEFAULT '',
                   words TEXT DEFAULT '', rank INT DEFAULT 0, park_id TEXT, park_name TEXT, park_as TEXT);
"""
PAIRS = """
CREATE INDEX source_key ON source (key);
CREATE INDEX target_key ON target (key) WHERE deleted = 0;
CREATE INDEX target_name ON target (nkey) WHERE deleted = 0;
INSERT INTO pair (n, id, key, code, name, wanted, nkey, active, rate, problem, words)
    SELECT min(n), id, key, code, name, wanted, nkey, active, rate, problem, words FROM source
    WHERE kept = 1 GROUP BY key ORDER BY 1;
CREATE INDEX link_target ON link (target);
CREATE INDEX source_id ON source (id);
CREATE INDEX pair_name ON pair (nkey);
"""
DOUBLED_CODES = """
SELECT key, count(*), group_concat(DISTINCT name) FROM source WHERE kept = 1 AND problem <> 'no_code'
GROUP BY key HAVING count(DISTINCT wanted || char(31) || active || char(31) || rate) > 1
"""
DOUBLED_REFERENCES = """
SELECT t.key, group_concat(t.id, ', ') FROM target t JOIN pair p ON p.key = t.key
WHERE t.deleted = 0 AND t.key <> '' GROUP BY t.key HAVING count(*) > 1
"""
BY_REFERENCE = """
UPDATE pair SET how = 'reference', target = t.id, present = t.nkey FROM target t
WHERE t.key = pair.key AND t.deleted = 0 AND pair.key <> '' AND pair.problem <> 'doubled_reference'
"""
BY_LINK = """
UPDATE pair SET how = 'link', target = t.id, present = t.nkey FROM link l JOIN target t ON t.id = l.target
WHERE pair.how = '' AND pair.problem <> 'doubled_reference' AND l.id = pair.id AND l.target <> '' AND t.deleted = 0
  AND NOT EXISTS (SELECT 1 FROM source s WHERE s.key = t.key)
  AND (SELECT count(*) FROM link m WHERE m.target = t.id) = 1
"""
GONE = """
UPDATE pair SET how = 'gone' FROM link l
WHERE pair.how = '' AND l.id = pair.id AND l.target <> ''
  AND NOT EXISTS (SELECT 1 FROM target t WHERE t.id = l.target AND t.deleted = 0)
"""
BY_NAME = """
UPDATE pair SET how = 'name', target = t.id, present = t.nkey FROM target t
WHERE pair.how = '' AND pair.problem = '' AND pair.active = 1 AND t.nkey = pair.nkey AND t.deleted = 0 AND t.key = ''
  AND (t.rate = '' OR pair.rate = '' OR CAST(t.rate AS REAL) = CAST(pair.rate AS REAL))
  AND NOT EXISTS (SELECT 1 FROM link l WHERE l.target = t.id)
  AND pair.n = (SELECT min(q.n) FROM pair q WHERE q.nkey = pair.nkey AND q.how = '' AND q.problem = '' AND q.active = 1)
  AND (SELECT count(*) FROM target u WHERE u.nkey = t.nkey AND u.deleted = 0 AND u.key = '') = 1
"""
CLAIMANTS = """
CREATE TEMP VIEW claimant AS SELECT * FROM pair
WHERE problem = '' AND (target IS NOT NULL OR (active = 1 AND how = '')) AND (target IS NULL OR nkey <> present)
  AND NOT EXISTS (SELECT 1 FROM link l WHERE l.id = pair.id AND l.state = 'ignored')
"""
CLAIMS = """
SELECT c.key, c.nkey, c.n, coalesce(c.target, ''), coalesce(h.id, ''),
       coalesce(CASE WHEN m.key IS NOT NULL THEN m.key END, '')
FROM claimant c
LEFT JOIN target h ON h.n = (SELECT min(t.n) FROM target t
                             WHERE t.nkey = c.nkey AND t.deleted = 0 AND t.id <> coalesce(c.target, ''))
LEFT JOIN claimant m ON m.target = h.id
WHERE h.id IS NOT NULL OR (SELECT count(*) FROM claimant d WHERE d.nkey = c.nkey) > 1
"""
LAID = """
SELECT p.id, p.code, p.name, p.wanted, p.active, p.rate, p.how, p.problem, p.words, p.park_id, p.park_name, p.park_as,
       t.id, t.name, t.reference, t.inactive, t.rate, t.raw
FROM pair p LEFT JOIN target t ON t.id = p.target ORDER BY p.rank, p.n
"""
LEFT = """
SELECT l.id, l.target, l.state, max(s.kept) FROM link l LEFT JOIN source s ON s.id = l.id
GROUP BY l.id HAVING max(s.kept) IS NULL OR max(s.kept) = 0
"""


class Desk(Tables):
    """One item's two lists. Fill `source`, `target` and `link`, then `match`, then read.

    A record that ExpenseIn lists twice, on two pages, is one.
    """

    def __init__(self) -> None:
        super().__init__(TABLES)

    def match(self, *, adopt: bool) -> None:
        """Make the pairs: partner by reference, else by an earlier link, else by name where that is wanted."""
        self.db.executescript(PAIRS)
        for key, number, names in self.rows(DOUBLED_CODES):
            self.blame(
                key, "doubled_code", f"AccountsIQ lists this code {number} times, with different values: {names[:300]}."
            )
        for key, ids in self.rows(DOUBLED_REFERENCES):
            words = (
                f"Several records in ExpenseIn have this reference: {ids[:300]}. Correct them there; none is written."
            )
            self.blame(key, "doubled_reference", words)
        for step in (BY_REFERENCE, BY_LINK, GONE, *([BY_NAME] if adopt else [])):
            self.db.execute(step)
        self.db.executescript("CREATE INDEX pair_target ON pair (target) WHERE target IS NOT NULL;" + CLAIMANTS)

    def blame(self, key: str, problem: str, words: str) -> None:
        self.db.execute("UPDATE pair SET problem = ?, words = ? WHERE key = ?", (problem, words, key))

    def change(self, key: str, **values: Any) -> None:
        names = ", ".join(f"{name} = ?" for name in values)
        self.db.execute(f"UPDATE pair SET {names} WHERE key = ?", (*values.values(), key))
