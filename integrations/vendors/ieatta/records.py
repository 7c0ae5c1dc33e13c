"""What the portal uses of an exported report and expense. Ids are text: they exceed 2^53. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import Any

from integrations.core.errors import ProtocolError

STATES = ("OPEN", "SUBMITTED", "APPROVED", "REIMBURSED", "ARCHIVED")
"""The filter values of an export, in the order of a report's life."""

_STATE_WORDS = {
    **{state: state for state in STATES},
    **dict.fromkeys(("DRAFT", "UNSUBMITTED", "RETRACTED"), "OPEN"),
    **dict.fromkeys(("PROCESSING", "OUTSTANDING"), "SUBMITTED"),
    **dict.fromkeys(("PAID", "WITHDRAWING", "CONFIRMED", "AUTOREIMBURSED", "BILLING"), "REIMBURSED"),
    **dict.fromkeys(("CLOSED", "DONE"), "ARCHIVED"),
}
_UNSETTLED = ("OPEN", "SUBMITTED")


@dataclass(frozen=True, slots=True)
class Report:
    """`state` is one of STATES, or the vendor's own word in capitals when it is not known. `rejected` tells a rejected
    report from a draft or a waiting one. `raw_status` is the vendor's own text. `created`, `submitted`, `approved`:
    date text, '' until it happens."""

    id: str
    name: str
    state: str
    rejected: bool
    raw_status: str
    currency: str
    policy_id: str
    account_email: str
    created: str
    submitted: str
    approved: str

    @classmethod
    def from_wire(cls, row: Mapping[str, Any], rejected_words: tuple[str, ...] = ("reject", "declin")) -> Report:
        """From a report line of our template."""
        raw = row["st"] or row["ds"]
        state, says_rejected = normalise_status(raw, rejected_words)
        sent_back = state in _UNSETTLED and was_rejected(row["l"][:-1], row["su"], rejected_words)
        return cls(
            id=row["id"],
            name=row["nm"],
            state=state,
            rejected=says_rejected or sent_back,
            raw_status=raw,
            currency=row["cu"],
            policy_id=row["po"],
            account_email=row["em"],
            created=row["cr"],
            submitted=row["su"],
            approved=row["ap"],
        )


@dataclass(slots=True)
class Expense:
    """One expense, never changed once made (not frozen only because making a frozen one takes four times as long, and
    a run makes one for each line of the file).

    Amounts are integer cents, negative for refunds. *Effective*: the user's correction wins over the original.
    `created` is a calendar date, yyyy-mm-dd, never shifted. `tag` is the vendor's text (levels joined by `:`, a colon
    inside a name as `\\:`), `tag_levels` its (name, GL code) pairs, an empty upper level as ('', ''). `attendees`
    are (email, name) pairs. `tax_rate` and `conversion_rate` are the vendor's text.
    """

    id: str
    report: Report
    amount: int
    original_amount: int
    converted_amount: int | None
    conversion_rate: str
    currency: str
    created: str
    merchant: str
    comment: str
    category: str
    tag: str
    tag_levels: tuple[tuple[str, str], ...]
    billable: bool
    reimbursable: bool
    has_tax: bool
    tax_name: str
    tax_rate_name: str
    tax_code: str
    tax_rate: str
    tax_amount: int | None
    attendees: tuple[tuple[str, str], ...]
    units_count: str
    units_unit: str
    receipt_id: str
    receipt_filename: str
    receipt_url: str
    receipt_type: str
    modified_amount_present: bool

    @classmethod
    def from_wire(cls, row: Mapping[str, Any], report: Report) -> Expense:
        """From an expense line of our template. Raises ProtocolError when an amount is not a whole number of cents."""
        original = cents(row["a"]) or 0
        modified = cents(row["ma"])
        tag, category = row["tg"], row["ca"]
        people = row["at"]
        return cls(
            row["id"],
            report,
            original if modified is None else modified,
            original,
            cents(row["co"]),
            row["cx"],
            row["cu"],
            (row["mc"] or row["cr"])[:10],
            row["mm"] or row["me"],
            row["cm"],
            unescape(category) if "&" in category else category,
            tag,
            _levels(tag, row["tc"], *row["n"]) if tag or row["n"] else (),
            row["bi"],
            row["re"],
            row["ht"],
            row["tn"],
            row["tr"],
            row["tx"],
            row["tp"],
            cents(row["mt"] or row["ta"]),
            tuple(map(tuple, people[:-1])),
            _ungrouped(row["uc"]),
            row["uu"],
            row["ri"],
            row["rf"],
            row["ru"],
            row["ry"],
            modified is not None,
        )


def cents(text: str) -> int | None:
    """Whole cents from the vendor's number text, None for ''.

    The server's number format is not documented: grouping (`1,234`) and a final `.0` or `.00` are understood.
    Raises ProtocolError for anything else, `1.234` among it: that may be either.
    """
    if not text:
        return None
    try:
        return int(text.replace(",", ""))
    except ValueError:
        return _odd_cents(text)


def _odd_cents(text: str) -> int:
    plain = _ungrouped(text)
    try:
        return int(plain.removesuffix(".00").removesuffix(".0"))
    except ValueError:
        raise ProtocolError(
            "Ieatta sent an amount that is not a whole number of cents. Ask Ieatta about it; nothing was changed.",
            detail=f"amount {text!r}",
            code="amount",
        ) from None


_GROUPING = str.maketrans("", "", ", '\u00a0\u202f")


def _ungrouped(text: str) -> str:
    """Number text without the marks between thousands. A decimal comma would be taken for one: the vendor's own
    samples are English."""
    return text.translate(_GROUPING) if text else text


def normalise_status(raw: str, rejected_words: Iterable[str] = ("reject", "declin")) -> tuple[str, bool]:
    """(one of STATES, whether the text itself says *rejected*), from either vocabulary and any case.

    An unknown text comes back in capitals: guessing could approve money that nobody approved, and one odd report must
    not stop the others.
    """
    word = raw.strip().upper()
    state = _STATE_WORDS.get(word)
    if state is not None:
        return state, False
    low = word.lower()
    rejected = any(part in low for part in rejected_words)
    return ("OPEN" if rejected else word), rejected


def was_rejected(actions: list[list[str]], submitted: str, rejected_words: Iterable[str]) -> bool:
    """Whether the newest reject action is newer than the last submit.

    `actions` are (action, created, message). Their order is not documented: the times decide, equal or missing times
    leave the given order. Without any submit action the report's `submitted` date stands in for it. That a rejection
    shows in the action's own word, or begins its message, is a guess; the words are a setting.
    """
    words = tuple(rejected_words)
    last_reject = last_submit = ("", -1)
    for index, (action, created, message) in enumerate(actions):
        low = action.lower()
        moment = (created, index)
        if any(word in low for word in words):
            last_reject = max(last_reject, moment)
        elif "submit" in low and "unsubmit" not in low:
            last_submit = max(last_submit, moment)
        elif "comment" not in low and message.strip().lower().startswith(words):
            last_reject = max(last_reject, moment)
    if last_reject[1] < 0:
        return False
    if last_submit[1] < 0:
        return submitted[:10] <= last_reject[0][:10]
    return last_reject > last_submit


def split_levels(tag: str) -> list[str]:
    """The level names of a tag: parted at `:` that is not escaped, `\\:` and HTML entities undone.

    Older texts meet `\\\\:`, which counts as escaped too.
    """
    if "\\" not in tag:
        parts = tag.split(":")
    else:
        parts = tag.replace("\\\\:", "\0").replace("\\:", "\0").split(":")
        parts = [part.replace("\0", ":") for part in parts]
    return [unescape(part) for part in parts] if "&" in tag else parts


def escape_level(name: str) -> str:
    """A level name as it stands inside an expense's tag."""
    return name.replace("\\:", ":").replace(":", "\\:")


def tag_levels(tag: str, numbered: list[str], tag_gl: str) -> tuple[tuple[str, str], ...]:
    """(name, GL code) of each level. `numbered` is name, code, name, code … of `ntag1` and following; without any,
    the tag text itself is parted and its one GL code belongs to the last level."""
    if any(numbered):
        pairs = [(_plain(numbered[i]), numbered[i + 1]) for i in range(0, len(numbered), 2)]
        while pairs and pairs[-1] == ("", ""):
            pairs.pop()
        if tag_gl and not any(code for _, code in pairs):
            pairs[-1] = (pairs[-1][0], tag_gl)
        return tuple(pairs)
    names = split_levels(tag) if tag else []
    return tuple((name, tag_gl if i == len(names) - 1 else "") for i, name in enumerate(names))


@lru_cache(maxsize=4096)
def _levels(tag: str, tag_gl: str, *numbered: str) -> tuple[tuple[str, str], ...]:
    """tag_levels, remembered: one tag is on many expenses."""
    return tag_levels(tag, list(numbered), tag_gl)


def _plain(name: str) -> str:
    text = name.replace("\\\\:", ":").replace("\\:", ":") if "\\" in name else name
    return unescape(text) if "&" in text else text
