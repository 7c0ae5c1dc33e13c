"""The records of a matching preview: in tabs by what was found, each with the choices that a person has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet

from integrations import registry
from integrations.admin.run_items import why_address
from integrations.core.errors import PortalError
from integrations.models import Link, Run, RunItem, Sync
from integrations.services.matching import CREATE, Preview, alone_prefix
from integrations.services.matching_decide import Decided, match_create, match_leave_out, match_link, match_reset
from integrations.services.two_way import names_of
from integrations.syncs.base import Sync as SyncKind

PAGE = 25
ALL_OF: tuple[str, ...] = ()
AS_PROPOSED = ""


@dataclass(frozen=True)
class Tab:
    """`help`: what becomes of these when nobody decides. `bulk`: (what, words, question) of its buttons."""

    key: str
    words: str
    codes: tuple[str, ...]
    number: int
    help: str = ""
    bulk: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Row:
    """`proposed`: what happens as it stands. `now`: the value of the choice that holds. `linked`: the counterpart's id
    that a person named by hand. `fixed`: why nothing can be chosen any more."""

    item: RunItem
    stream: str
    why: str
    proposed: str
    now: str
    id: str = ""
    linked: str = ""
    other_words: str = ""
    creates: str = ""


# --- tabs ---------------------------------------------------------------------------------------------------------


def group_of(code: str, kind: SyncKind) -> str:
    if code in ("likely", "ambiguous"):
        return code
    if code.startswith("matched_"):
        return "exact"
    if code in (f"new_in_{kind.target}", f"only_in_{kind.target}"):
        return "new_target"
    return "new_source" if code.startswith("new_in_") else "other"


def tabs_of(sync: Sync, preview: Preview | None) -> list[Tab]:
    """Those that have records, what waits for a person first."""
    kind, names = registry.sync(sync.kind), names_of(sync)
    found: dict[str, tuple[set[str], int]] = {}
    for _, code, number in preview.counts if preview else ():
        codes, before = found.get(group_of(code, kind), (set(), 0))
        found[group_of(code, kind)] = ({*codes, code}, before + number)
    leave = ("leave_out", "Leave all of them out", "Leave all of these out of the sync?")
    undo = ("reset", "Undo the decisions", "Take back what was decided here and no run has carried out?")
    shapes: dict[str, tuple[str, str, tuple[tuple[str, str, str], ...]]] = {
        "likely": (
            "Likely", "They look like the same, without proof. Nothing is done with them until you decide.",
            (("link", "Link all with their first candidate", "Link all of these with their first candidate?"),
             ("create", "Create all anew", "Create a new record for all of these?"), leave, undo),
        ),
        "ambiguous": (
            "Several fit", "More than one record fits equally well. Nothing is done with them until you decide.",
            (("create", "Create all anew", "Create a new record for all of these?"), leave, undo),
        ),
        "exact": ("Exact", "They are linked as shown. Choose otherwise where that is wrong.", ()),
        "new_source": (
            f"New in {names.source}", f"They are created in {names.target}.", (leave, undo),
        ),
        "new_target": (
            f"New in {names.target}",
            f"Created in {names.source} where the sync may write there and is set so; else they stay as they are.",
            (("create", f"Create all in {names.source}", f"Create all of these in {names.source}?"), leave, undo),
        ),
        "other": ("Not taken", "They take no part as things stand; each says why.", ()),
    }  # fmt: skip
    return [
        Tab(key, words, tuple(sorted(found[key][0])), found[key][1], help, bulk)
        for key, (words, help, bulk) in shapes.items()
        if key in found
    ]


# --- rows ---------------------------------------------------------------------------------------------------------


def items_context(sync: Sync, preview: Preview, tab: Tab | None, given: Any) -> dict[str, Any]:
    stream, after = given.get("stream", ""), given.get("after", "")
    items = items_of(preview.run, tab, stream)
    if after.isdecimal():
        items = items.filter(pk__gt=int(after))
    found = list(items.order_by("pk")[: PAGE + 1])
    kind = registry.sync(sync.kind)
    kept = {"group": tab.key if tab else "", **({"stream": stream} if stream else {})}
    return {
        "rows": rows_of(sync, found[:PAGE]),
        "stream": stream,
        "stream_choices": [(one.key, one.label) for one in kind.streams] if len(kind.streams) > 1 else [],
        "next": urlencode({**kept, "after": found[PAGE - 1].pk}) if len(found) > PAGE else "",
        "first": urlencode(kept) if after.isdecimal() else "",
    }


def items_of(run: Run, tab: Tab | None, stream: str) -> QuerySet[RunItem]:
    rows = RunItem.objects.filter(run=run, code__in=tab.codes if tab else ())
    return rows.filter(stream=stream) if stream else rows


def rows_of(sync: Sync, items: list[RunItem]) -> list[Row]:
    kind, names, prefix = registry.sync(sync.kind), names_of(sync), alone_prefix(sync)
    streams = {stream.key: stream.label for stream in kind.streams}
    links = links_of(sync, items, prefix)
    found = []
    for item in items:
        alone = item.source_id.startswith(prefix)
        now, linked = choice_of(item, links, prefix)
        other = names.source if alone else names.target
        found.append(
            Row(
                item,
                streams.get(item.stream, item.stream),
                why_address(sync.pk, item),
                proposed(item, other),
                now,
                id=item.source_id.removeprefix(prefix),
                linked=linked,
                other_words=f"Its id in {other}",
                creates=other,
            )  # fmt: skip
        )
    return found


def proposed(item: RunItem, other: str) -> str:
    """What happens when nothing is chosen."""
    if item.action in ("link", "update") and item.target_id:
        return f"Link with {item.target_id}, as proposed"
    return {"create": f"Create in {other}", "blocked": "Undecided"}.get(item.action, "Leave it as it is")


def links_of(sync: Sync, items: list[RunItem], prefix: str) -> dict[tuple[str, str], Link]:
    """By stream and source id, and for records that only the target has by their own id too."""
    ids = [item.source_id for item in items]
    alone = [id.removeprefix(prefix) for id in ids if id.startswith(prefix)]
    rows = Link.objects.filter(Q(source_id__in=ids) | Q(target_id__in=alone), sync=sync)
    found = {(link.stream, prefix + link.target_id): link for link in rows if link.target_id in alone}
    return found | {(link.stream, link.source_id): link for link in rows}


def choice_of(item: RunItem, links: dict[tuple[str, str], Link], prefix: str) -> tuple[str, str]:
    """The value of the choice that holds, and the counterpart's id where it is none of the candidates."""
    link = links.get((item.stream, item.source_id))
    if link is None:
        return AS_PROPOSED, ""
    if link.state == Link.State.IGNORED:
        return "leave_out", ""
    if link.code == CREATE:
        return "create", ""
    other = link.source_id if item.source_id.startswith(prefix) else link.target_id
    if link.state != Link.State.LINKED or not other or other == item.target_id:
        return AS_PROPOSED, ""
    named = any(str(one.get("id")) == other for one in item.candidates)
    return (f"link:{other}", "") if named else ("other", other)


# --- what was posted ----------------------------------------------------------------------------------------------


def apply_posted(sync: Sync, posted: Any, who: str) -> Decided:
    """Each record's choice where it differs from what holds. A refused one stops no other.

    `item-<id>`: AS_PROPOSED, link:<id>, create, leave_out, or other with the counterpart's id in `other-<id>`.
    """
    pks = [int(name[5:]) for name in posted if name.startswith("item-") and name[5:].isdecimal()]
    items = list(RunItem.objects.filter(run__sync=sync, pk__in=pks[: 2 * PAGE]).order_by("pk"))
    links = links_of(sync, items, alone_prefix(sync))
    done, refused = 0, []
    for item in items:
        wanted, other = posted.get(f"item-{item.pk}", ""), posted.get(f"other-{item.pk}", "").strip()
        if (wanted, other if wanted == "other" else "") == choice_of(item, links, alone_prefix(sync)):
            continue
        try:
            apply_one(sync, item, wanted, other, who)
            done += 1
        except PortalError as error:
            refused.append((item.source_id, f"{item}: {error.message}"))
    return Decided(done, len(refused), tuple(refused))


def apply_one(sync: Sync, item: RunItem, wanted: str, other: str, who: str) -> None:
    where: dict[str, Any] = {"sync": sync, "stream": item.stream, "source_id": item.source_id, "who": who}
    do, _, id = wanted.partition(":")
    if do in ("link", "other"):
        match_link(target_id=id if do == "link" else other, label=item.label, **where)
    elif do == "create":
        match_create(label=item.label, **where)
    elif do == "leave_out":
        match_leave_out(label=item.label, **where)
    else:
        match_reset(**where)
