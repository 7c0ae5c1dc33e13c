"""What an answer is asked for (Shape) and what its envelope says (Head). Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

Row = list[tuple[str, str]]
"""(field name without namespace, text as it came), in order. A name may repeat."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What is wanted of one operation's answer. `item`: the element of one row, '' when Result itself is the only row.
    `inner`: (element, fields) of rows within a row, such as the options of a dimension."""

    operation: str
    item: str
    fields: frozenset[str]
    inner: tuple[str, frozenset[str]] = ("", frozenset())


@dataclass(slots=True)
class Head:
    """The envelope's own words. `present`: a Result came. `fault`: the words of a soap:Fault, '' when there is none."""

    status: str = ""
    code: str = ""
    message: str = ""
    expired: bool = False
    present: bool = False
    fault: str = ""
    words: dict[str, str] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        return self.status == "Success" and not self.expired


class NotSuccess(Exception):
    """The answer is complete and says that it is no success; carries its Head."""

    def __init__(self, head: Head) -> None:
        super().__init__(head.status)
        self.head = head


def parse_head(words: dict[str, str]) -> Head:
    """Blanks around words do not count; an unknown Status stays as it is."""
    return Head(
        status=words.get("Status", ""),
        code=words.get("ErrorCode", ""),
        message=words.get("ErrorMessage", ""),
        expired=words.get("HasExpired", "").lower() in ("true", "1"),
        present="Result" in words,
        words=words,
    )
