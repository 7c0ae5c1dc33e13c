"""People at both vendors who do whatever they like, by the dice; and what must have become of it in the end."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any, cast

from integrations.models import Link
from tests.syncs.salesforce_accelo.accounts import Accounts
from tests.syncs.salesforce_accelo.both import Both, in_salesforce

EDITED = {
    "companies": ("name", "phone", "fax", "website", "billing"),
    "contacts": ("first_name", "last_name", "title", "phone", "mobile", "email", "mailing"),
}
NEEDED = frozenset({"name", "first_name", "last_name"})
AUTOMATED = {("companies", "phone"), ("companies", "fax"), ("contacts", "title")}
"""Fields that automations write in another way."""
OBJECTS = {"companies": "Account", "contacts": "Contact"}
LATEST = 500
"""Seconds by which a change may become visible late."""
Value = Any


class Standing:
    """What both vendors hold at one moment: each table is read once."""

    def __init__(self, accounts: Accounts) -> None:
        self.org, self.table = cache(accounts.org), cache(accounts.table)


class People:
    """`edits`: by stream, id and field, which side wrote which value since both sides agreed. `gone`: records whose
    fate is settled otherwise (deleted, merged, moved)."""

    def __init__(self, accounts: Accounts, seed: int) -> None:
        self.accounts, self.both, self.dice = accounts, Both(accounts), random.Random(seed)
        self.edits: dict[tuple[str, str, str], list[tuple[str, Value]]] = {}
        self.gone: set[tuple[str, str]] = set()
        self.born = {"companies": 0, "contacts": 0}
        self.number = 0
        self.deleted = {"salesforce": 0, "accelo": 0}
        self.ahead = 0

    # --- what they know ---------------------------------------------------------------------------------------

    def pairs(self, stream: str) -> list[tuple[str, str]]:
        """Linked records that live on both sides, at the place where they were linked."""
        here = self.accounts.org(OBJECTS[stream])
        there = self.accounts.table(stream)
        rows = Link.objects.filter(sync=self.accounts.sync, stream=stream, state="linked").order_by("pk")
        placed = {row["contact"] for row in self.accounts.table("affiliations").values()}
        return [
            (source, target)
            for source, target in rows.values_list("source_id", "target_id")
            if source in here and target in there and (stream, source) not in self.gone
            and (stream == "companies" or target in placed)
        ]  # fmt: skip

    def fresh(self) -> int:
        self.number += 1
        return self.number

    def value(self, key: str) -> Value:
        number = self.fresh()
        if key not in NEEDED and self.dice.random() < 0.15:
            return {} if key in ("billing", "mailing") else ""
        if key in ("billing", "mailing"):
            return {"street": f"{number} Pitt St", "city": f"City {number}"}
        shapes = {"email": "person{}@acme.example", "website": "www.site{}.example", "phone": "02 {}", "fax": "fax {}"}
        return shapes.get(key, "Word {}").format(number)

    # --- what they do -----------------------------------------------------------------------------------------

    def act(self) -> None:
        deeds = [self.edit] * 14 + [self.make_source, self.make_target] * 2
        deeds += [self.late, self.late, self.twin, self.touch, self.delete, self.merge, self.pass_time]
        self.dice.choice(deeds)()

    def edit(self) -> None:
        stream = self.dice.choice(("companies", "contacts"))
        pairs = self.pairs(stream)
        if not pairs:
            return
        (source, target), key = self.dice.choice(pairs), self.dice.choice(EDITED[stream])
        value, side = self.value(key), self.dice.choice(("source", "target"))
        if side == "source":
            self.both.edit_salesforce(stream, source, **{key: value})
        else:
            self.both.edit_accelo(stream, target, **{key: value})
        self.note(stream, source, key, side, value)

    def note(self, stream: str, source: str, key: str, side: str, value: Value) -> None:
        self.edits.setdefault((stream, source, key), []).append((side, value))

    def late(self) -> None:
        """Salesforce: an edit, or a new account, that shows only now though its stamp is some minutes old."""
        stamp = (self.accounts.salesforce.now() - timedelta(seconds=self.dice.randrange(1, LATEST))).isoformat()
        pairs = self.pairs("companies")
        if pairs and self.dice.random() < 0.7:
            source, key = self.dice.choice(pairs)[0], self.dice.choice(("phone", "website", "fax"))
            value = self.value(key)
            row = {"Id": source, **in_salesforce("companies", {key: value})}
            self.note("companies", source, key, "source", value)
        else:
            row = {"Name": f"Late {self.fresh()}"}
            self.born["companies"] += 1
        self.accounts.salesforce.act("commit_late", object="Account", rows=[row], stamp=stamp)

    def make_source(self) -> None:
        ids = sorted(id for id in self.accounts.org("Account") if ("companies", id) not in self.gone)
        if not ids or self.dice.random() < 0.5:
            self.accounts.account(f"Company {self.fresh()}", Phone=self.value("phone"), Fax=self.value("fax"))
            self.born["companies"] += 1
        else:
            self.accounts.person(f"Person {self.fresh()}", self.dice.choice(ids), Email=self.value("email"))
            self.born["contacts"] += 1

    def make_target(self) -> None:
        ids = sorted(target for _, target in self.pairs("companies"))
        if not ids or self.dice.random() < 0.5:
            self.accounts.company(f"Company {self.fresh()}", phone=self.value("phone"))
            self.born["companies"] += 1
        else:
            number = self.fresh()
            self.accounts.contact(f"First {number}", f"Person {number}", self.dice.choice(ids), phone=f"03 {number}")
            self.born["contacts"] += 1

    def twin(self) -> None:
        """The same company is entered on both sides."""
        number = self.fresh()
        self.accounts.account(f"Twin {number}", Website=f"www.twin{number}.example")
        self.accounts.company(f"Twin {number}", website=f"www.twin{number}.example")
        self.born["companies"] += 1

    def touch(self) -> None:
        pairs = self.pairs("companies")
        if pairs:
            self.accounts.edit("Account", self.dice.choice(pairs)[0], Description=f"Note {self.fresh()}")

    def alone(self) -> list[tuple[str, str]]:
        """Pairs of companies that nobody works for."""
        owners = {row["AccountId"] for row in self.accounts.org("Contact").values()}
        places = {row["company"] for row in self.accounts.table("affiliations").values()}
        return [(source, target) for source, target in self.pairs("companies") if source not in owners
                and target not in places]  # fmt: skip

    def delete(self) -> None:
        """So few at a time that nobody doubts the reading."""
        side = self.dice.choice(("salesforce", "accelo"))
        pairs = self.alone()
        if not pairs or self.deleted[side]:
            return
        source, target = self.dice.choice(pairs)
        if side == "salesforce":
            self.accounts.salesforce.act("delete", ids=[source])
        else:
            self.accounts.accelo.act("remove", table="companies", ids=[target])
        self.gone.add(("companies", source))
        self.deleted[side] += 1

    def merge(self) -> None:
        pairs = self.pairs("companies")
        if len(pairs) < 2 or self.deleted["salesforce"]:
            return
        (winner, _), (loser, _) = self.dice.sample(pairs, 2)
        moved = {id for id, row in self.accounts.org("Contact").items() if row["AccountId"] in (winner, loser)}
        self.accounts.salesforce.act("merge", winner=winner, losers=[loser])
        self.gone |= {("companies", loser), *(("contacts", id) for id in moved)}
        self.deleted["salesforce"] += 1

    def pass_time(self) -> None:
        self.ahead += self.dice.choice((1, 3, 60))
        for vendor in (self.accounts.salesforce, self.accounts.accelo):
            vendor.shift(self.ahead)

    def agree(self) -> None:
        """However a run ended: where both sides hold the same, only what is edited from now on counts.

        Two blanks may be two people's.
        """
        still = Both(cast(Accounts, Standing(self.accounts)))
        targets = {(stream, *pair) for stream in EDITED for pair in self.pairs(stream)}
        for stream, source, target in targets:
            edited = [key for key in EDITED[stream] if (stream, source, key) in self.edits]
            if not edited:
                continue
            here, there = still.salesforce(stream, source), still.accelo(stream, target)
            for key in edited:
                if here[key] and plain(stream, key, here[key]) == plain(stream, key, there[key]):
                    del self.edits[stream, source, key]

    # --- what must have become of it --------------------------------------------------------------------------

    def apart(self, read_only: bool) -> list[str]:
        """Fields in which linked pairs differ, or hold what nobody's edit can explain."""
        found = []
        for stream in EDITED:
            for source, target in self.pairs(stream):
                here, there = self.both.salesforce(stream, source), self.both.accelo(stream, target)
                for key in EDITED[stream]:
                    found += self.judged(stream, source, key, here[key], there[key], read_only)
        return found

    def judged(self, stream: str, id: str, key: str, here: Value, there: Value, read_only: bool) -> list[str]:
        edits = self.edits.get((stream, id, key), [])
        sides = {side for side, _ in edits}
        told = f"{stream} {id} {key}: {here!r} / {there!r}, edits {edits}"
        if plain(stream, key, here) != plain(stream, key, there):
            typed = [edit for edit in edits if plain(stream, key, edit[1])][-1:]
            filled = read_only and not plain(stream, key, here) and typed == [("target", there)]
            return [] if filled else [f"apart: {told}"]  # Salesforce has nothing to put back
        if (stream, key) in AUTOMATED:
            return []
        if read_only:
            last = next((value for side, value in reversed(edits) if side == "source"), here)
            return [] if plain(stream, key, here) == plain(stream, key, last) else [f"written: {told}"]
        if len(sides) == 1 and plain(stream, key, here) != plain(stream, key, edits[-1][1]):
            return [f"lost: {told}"]
        return []

    def doubled(self) -> list[str]:
        """Names that stand twice on one side, and more records than were ever made."""
        found = []
        for stream, object in OBJECTS.items():
            for rows, name in ((self.accounts.salesforce.act("state", object=object)[object], object),
                               (list(self.accounts.table(stream).values()), stream)):  # fmt: skip
                if len(rows) > self.born[stream]:
                    found.append(f"{len(rows)} {name} for {self.born[stream]}")
        return found


def plain(stream: str, key: str, value: Value) -> Value:
    """Without what automations do to it."""
    if isinstance(value, Mapping):
        return {part: text for part, text in value.items() if text}
    text = str(value or "")
    if key == "first_name" and text == "-":
        return ""
    if (stream, key) == ("companies", "phone"):
        return "".join(filter(str.isdigit, text))
    return text.upper() if (stream, key) in AUTOMATED else text
