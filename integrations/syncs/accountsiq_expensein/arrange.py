"""What stands in the way of a pair, and the order in which names are handed over: decided on the filled desk."""

from __future__ import annotations

from collections.abc import Iterator

from integrations.syncs.accountsiq_expensein.desk import CLAIMS, LAID, Desk
from integrations.syncs.accountsiq_expensein.names import Claim, Verdict, settle_names
from integrations.syncs.accountsiq_expensein.options import Options
from integrations.syncs.accountsiq_expensein.rows import Laid, Present, Problem, name_key

NO_RATE = "Its rate is missing in AccountsIQ, and ExpenseIn needs one. Give it one there."
DELETED = (
    "It was in ExpenseIn and is there no more, so it is not created again: somebody deleted it. To have it again, "
    "switch on “Create again what was deleted in ExpenseIn” in the settings."
)
TAKE_OVER = "switch on “Take over records of the same name” in the settings, or give it the reference {code} there."


def arrange(desk: Desk, options: Options, *, needs_rate: bool, name_limit: int) -> None:
    """Match both sides and write problems, ranks and parked names into the pairs."""
    desk.match(adopt=options.adopt_by_name)
    if options.recreate_deleted:
        desk.db.execute("UPDATE pair SET how = '' WHERE how = 'gone'")
    refuse = "UPDATE pair SET problem = ?, words = ? WHERE problem = '' AND target IS NULL AND active = 1"
    desk.db.execute(f"{refuse} AND how = 'gone'", ("deleted", DELETED))
    if needs_rate:
        desk.db.execute(f"{refuse} AND rate = ''", ("no_rate", NO_RATE))
    hand_over(desk, options, name_limit)


def hand_over(desk: Desk, options: Options, name_limit: int) -> None:
    claims = read_claims(desk)
    for key, verdict in settle_names(claims.values()).items():
        if verdict.gets_it:
            park(desk, claims[key], verdict, name_limit)
        elif options.same_names == "add_code" and is_between_codes(desk, claims[key], verdict):
            add_code(desk, claims[key], verdict, options, name_limit)
        else:
            desk.blame(key, "name_taken", taken_words(desk, claims[key], verdict, options))


def is_between_codes(desk: Desk, claim: Claim, verdict: Verdict) -> bool:
    """Whether the name is claimed by another code, and not held by a record that only ExpenseIn knows."""
    return bool(verdict.taken_by or desk.one("SELECT 1 FROM pair WHERE target = ?", claim.holder))


def read_claims(desk: Desk) -> dict[str, Claim]:
    rows = desk.rows(CLAIMS)
    keys = {row[0] for row in rows}
    claims = {}
    for key, wanted, order, target, holder, moving in rows:
        inside = moving if moving in keys else ""
        claims[key] = Claim(key, wanted, order, target, holder, inside, bool(moving) and not inside)
    return claims


def park(desk: Desk, claim: Claim, verdict: Verdict, name_limit: int) -> None:
    desk.change(claim.key, rank=verdict.rank)
    if verdict.park:
        name, reference = desk.one("SELECT name, reference FROM target WHERE id = ?", claim.holder) or ("", "")
        meanwhile = free_name(desk, name, reference.strip(), name_limit)
        desk.change(claim.key, park_id=claim.holder, park_name=name, park_as=meanwhile)


def free_name(desk: Desk, name: str, code: str, limit: int) -> str:
    """A name for the moment between two calls that nobody has or wants."""
    for number in range(1, 1000):
        other = with_code(name, code if number == 1 else f"{code} {number}", limit)
        if not is_used(desk, name_key(other)):
            return other
    return with_code(name, code, limit)


def is_used(desk: Desk, key: str, target: str = "", pair: str = "") -> bool:
    """Whether another record in ExpenseIn than `target` has this name, or another one than `pair` is to have it."""
    held = desk.one("SELECT 1 FROM target WHERE nkey = ? AND deleted = 0 AND id <> ?", key, target)
    return bool(held or desk.one("SELECT 1 FROM pair WHERE nkey = ? AND key <> ?", key, pair))


def add_code(desk: Desk, claim: Claim, verdict: Verdict, options: Options, name_limit: int) -> None:
    """Another name that tells the two apart, unless somebody has that one too."""
    code, wanted = desk.one("SELECT code, wanted FROM pair WHERE key = ?", claim.key) or ("", "")
    other = with_code(wanted, code, name_limit)
    key = name_key(other)
    if is_used(desk, key, claim.target, claim.key):
        desk.blame(claim.key, "name_taken", taken_words(desk, claim, verdict, options))
    else:
        desk.change(claim.key, wanted=other, nkey=key)


def with_code(name: str, code: str, limit: int) -> str:
    return f"{name[: max(1, limit - len(code) - 3)].rstrip()} ({code})"


def taken_words(desk: Desk, claim: Claim, verdict: Verdict, options: Options) -> str:
    """Who has the name, and what can be done."""
    own, wanted = desk.one("SELECT code, wanted FROM pair WHERE key = ?", claim.key) or ("", "")
    if verdict.taken_by:
        code = (desk.one("SELECT code FROM pair WHERE key = ?", verdict.taken_by) or ("",))[0]
        return (
            f"The code {code} has the name “{wanted}” too and takes it, for ExpenseIn takes each name once. Rename one "
            "of them in AccountsIQ, or let the sync add the code to the name (Settings)."
        )
    held = "SELECT id, name, reference FROM target WHERE nkey = ? AND deleted = 0 AND id <> ? ORDER BY n"
    id, name, reference = desk.one(held, claim.wanted, claim.target) or ("", wanted, "")
    if reference.strip():
        return (
            f"ExpenseIn has “{name}” already, with the reference {reference.strip()} (id {id}), and takes each name "
            "once. Rename one of the two."
        )
    already = f"ExpenseIn has “{name}” already, without a reference (id {id})."
    if not options.adopt_by_name:
        return f"{already} To use it, {TAKE_OVER.format(code=own)}"
    return f"{already} It was not taken over: {not_adopted(desk, claim, id)}"


def not_adopted(desk: Desk, claim: Claim, holder: str) -> str:
    """Why a record of the same name without a reference was left alone although such are taken over."""
    theirs, ours = desk.one(
        "SELECT t.rate, p.rate FROM target t, pair p WHERE t.id = ? AND p.key = ?", holder, claim.key
    ) or ("", "")
    if theirs and ours and theirs != ours:
        words = "Correct one of them, or give it the reference by hand."
        return f"its rate is {theirs} %, in AccountsIQ it is {ours} %. {words}"
    if desk.one("SELECT 1 FROM link WHERE target = ?", holder):
        return "it belongs to another code already. Give one of the two another name."
    return "it is not the only one, or another code takes it. Give the right one its reference by hand."


def laid_rows(desk: Desk, stream: str, size: int) -> Iterator[list[Laid]]:
    """Every pair in the order in which it is to be written, `size` at a time."""
    for part in desk.stream(LAID, size):
        yield [build_laid(row, stream) for row in part]


def build_laid(row: tuple[object, ...], stream: str) -> Laid:
    id, code, name, wanted, active, rate, how, problem, words, park_id, park_name, park_as, *target = row
    return Laid(
        str(id),
        str(code),
        str(name),
        str(wanted),
        bool(active),
        str(rate),
        str(how),
        build_present(*target[:5]) if target[0] is not None else None,
        Problem(str(problem), str(words)) if problem else None,
        (str(park_id), str(park_name), str(park_as)) if park_id else None,
        stream,
    )


def build_present(id: object, name: object, reference: object, inactive: object, rate: object) -> Present:
    return Present(str(id), str(name), str(reference), None if inactive is None else bool(inactive), str(rate))
