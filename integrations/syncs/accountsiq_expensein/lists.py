"""The lists of both sides as rows of the desk. All calls that read are here."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, get_args

from integrations.core.errors import HeldForPerson
from integrations.core.filters import folded
from integrations.syncs.accountsiq_expensein.options import Options
from integrations.syncs.accountsiq_expensein.rows import code_key, name_key, rate_text, record_id, squeeze
from integrations.syncs.base import Feed
from integrations.vendors.accountsiq.client import AccountsIQClient
from integrations.vendors.accountsiq.records import Dimension
from integrations.vendors.expensein.client import ExpenseInClient
from integrations.vendors.expensein.mapping import Kind

Came = tuple[str, str, bool, str, bool]
"""What a source's record comes to: code, name, active, rate in per cent as text, whether the filter keeps it."""
KINDS: tuple[Kind, ...] = get_args(Kind)
NO_CODE = "\x1f"
"""Before the name, in place of a code."""


class SourceLists:
    """AccountsIQ's lists. One that feeds several items is asked for once and kept in a file until the run ends."""

    def __init__(self, client: AccountsIQClient, feeds: Mapping[str, Feed]) -> None:
        self.client = client
        keys = [feed.source.key for feed in feeds.values()]
        self.shared = {key for key in keys if keys.count(key) > 1}
        self.kept: dict[str, Any] = {}

    def close(self) -> None:
        for file in self.kept.values():
            file.close()

    def rows(self, feed: Feed) -> Iterator[Came]:
        """Lazily, in AccountsIQ's order. Raises what the client raises, HeldForPerson when a dimension is gone."""
        key = feed.source.key
        if not (feed.source.choice or feed.filter.conditions or key in self.shared):
            return map(as_kept, self._ask(key))
        records = self._records(key)
        if feed.source.choice:
            records = of_dimension(records, feed.choice)
        keeps = feed.filter.keeps
        return ((code, name, active, rate, keeps(fields)) for code, name, active, rate, fields in records)

    def _records(self, key: str) -> Iterator[Any]:
        """[code, name, active, rate, fields]; of dimensions also the dimensions themselves, each before its options."""
        if key not in self.shared:
            return map(as_record, self._ask(key))
        if key not in self.kept:
            file = tempfile.TemporaryFile("w+", encoding="utf-8", prefix="portal-list-")
            try:
                for record in self._ask(key):
                    file.write(json.dumps(as_record(record)) + "\n")
            except BaseException:
                file.close()
                raise
            self.kept[key] = file
        self.kept[key].seek(0)
        return map(json.loads, self.kept[key])

    def _ask(self, key: str) -> Iterator[Any]:
        asks: dict[str, Callable[[], Iterable[Any]]] = {
            "gl_accounts": self.client.list_gl_accounts,
            "tax_codes": self.client.list_tax_codes,
            "bi_codes": self.client.list_bi_codes,
            "suppliers": self.client.list_suppliers,
            "dimension": self.client.list_dimension_tree,
        }
        return iter(asks[key]())


def as_kept(record: Any) -> Came:
    return record.code, record.name, getattr(record, "active", True), rate_text(getattr(record, "rate", None)), True


def as_record(record: Any) -> tuple[str, str, bool, str, dict[str, str]]:
    fields = record.fields()
    if isinstance(record, Dimension):
        fields["is_dimension"] = "yes"
    return record.code, record.name, getattr(record, "active", True), rate_text(getattr(record, "rate", None)), fields


def of_dimension(records: Iterator[Any], choice: str) -> Iterator[Any]:
    """The options of the dimension with this code or, where no code fits, this name."""
    codes: set[str] = set()
    names: dict[str, str] = {}
    parts = []
    wanted = folded(choice)
    for record in records:
        code, name, fields = record[0], record[1], record[4]
        if "is_dimension" in fields:
            codes.add(folded(code))
            names.setdefault(folded(name), code)
        else:
            parts.append(record)
    code = wanted if wanted in codes else names.get(wanted)
    if code is None:
        raise HeldForPerson(
            f"AccountsIQ has no dimension {choice} any more. Choose another on the Configure page.", code="no_dimension"
        )
    return (record for record in parts if folded(record[4]["dimension"]) == folded(code))


def source_rows(came: Iterable[Came], options: Options, name_limit: int, code_limit: int) -> Iterator[tuple[Any, ...]]:
    """Rows of the desk's table `source`."""
    for n, (raw, name, active, rate, kept) in enumerate(came):
        code, name = raw.strip(), squeeze(name)
        wanted, problem, words = fit(code, name, options, name_limit, code_limit)
        key = code_key(code, ignore_case=options.ignore_code_case)
        id = record_id(code, name.casefold())
        yield (
            n,
            id,
            key or NO_CODE + name.casefold(),
            code,
            name,
            wanted,
            wanted.casefold(),
            active,
            rate,
            problem,
            words,
            kept,
        )


def fit(code: str, name: str, options: Options, name_limit: int, code_limit: int) -> tuple[str, str, str]:
    """(name as ExpenseIn takes it, problem, its words)."""
    if not code:
        return name, "no_code", "It has no code in AccountsIQ, and records are matched by code. Give it one there."
    if len(code) > code_limit:
        return name, "long_code", f"Its code has {len(code)} characters; ExpenseIn takes {code_limit}."
    if not name:
        return name, "no_name", "It has no name in AccountsIQ, and ExpenseIn needs one. Give it a name there."
    if len(name) <= name_limit:
        return name, "", ""
    if options.long_names == "cut":
        return name[:name_limit].rstrip(), "", ""
    words = f"Its name has {len(name)} characters; ExpenseIn takes {name_limit}. Shorten it in AccountsIQ, or let the "
    return name, "long_name", words + "sync cut such names (Settings)."


def target_rows(client: ExpenseInClient, stream: str, options: Options) -> Iterator[tuple[Any, ...]]:
    """Rows of the desk's table `target`: ExpenseIn's whole list. A flag that is not shown is not set."""
    kind = kind_of(stream)
    unset = False if "inactive" in client.fields(kind) else None
    for n, item in enumerate(client.list_records(kind)):
        key = code_key(item.reference, ignore_case=options.ignore_code_case)
        raw = json.dumps(item.raw, default=str) if item.raw else ""
        inactive = unset if item.inactive is None else item.inactive
        yield (
            n, item.id, key, item.reference, item.name, name_key(item.name), inactive, rate_text(item.rate),
            item.deleted, raw,
        )  # fmt: skip


def kind_of(stream: str) -> Kind:
    """The stream's key is ExpenseIn's kind. Raises KeyError when it is none."""
    for kind in KINDS:
        if kind == stream:
            return kind
    raise KeyError(stream)
