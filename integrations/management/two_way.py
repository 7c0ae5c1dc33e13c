"""`manage.py sync conflicts|matching|agreement`: what a person decides about a sync that goes both ways."""

from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.db.models import Q, QuerySet

from integrations import registry
from integrations.core.conflict import Names, Side
from integrations.core.errors import PortalError
from integrations.management.cli import DONE, WITH_FAILURES, Refused
from integrations.models import FieldConflict, Link, Run, RunItem, Sync
from integrations.services.agreement import Agreement, Disagreeing, agreement
from integrations.services.conflicts import conflicts_choose, conflicts_open
from integrations.services.matching import MatchingState, matching_confirm, matching_preview, matching_state
from integrations.services.matching_decide import match_create, match_leave_out, match_link, match_reset, matches_decide
from integrations.services.reports import moment
from integrations.services.two_way import is_two_way, names_of

Told = tuple[dict[str, Any], str, int]
MOST = 200
WHO = "the command line"
STEPS = {
    "read_only": "The sync is read-only: nothing is written to {source}, and there is nothing to confirm.",
    "by_itself": "The sync begins both ways by itself; nothing needs to be confirmed.",
    "needs_preview": "A preview of everything comes first: manage.py sync run {workspace} {sync} --preview --full",
    "running": "Preview {run} is being made.",
    "to_decide": "Preview {run} is ready: {undecided} record(s) are undecided. Confirm it with --confirm.",
    "confirmed": "Confirmed by {who} at {at}.",
}


def add_conflict_options(parser: ArgumentParser) -> None:
    parser.add_argument("--choose", metavar="SIDE", help="use this application's values: its key, or source or target")
    parser.add_argument("--field", metavar="F", default="", help="only this field, such as companies.phone")
    parser.add_argument("--record", metavar="ID", default="", help="only this record")
    parser.add_argument("--all", action="store_true", help="every open conflict of the sync")
    parser.add_argument("--remember", action="store_true", help="let this side win for these fields from now on")


def add_matching_options(parser: ArgumentParser) -> None:
    for name, metavar, what in (
        ("--link", "ID=ID", "these two belong together (repeatable)"),
        ("--create", "ID", "it has no counterpart: create one (repeatable)"),
        ("--leave-out", "ID", "it takes no part (repeatable)"),
        ("--reset", "ID", "take a decision back (repeatable)"),
    ):
        parser.add_argument(name, metavar=metavar, action="append", default=[], help=what)
    parser.add_argument("--stream", metavar="S", default="", help="where the ids are of, if it is not clear")
    parser.add_argument("--accept-likely", action="store_true", help="link every likely one with its first candidate")
    parser.add_argument("--confirm", action="store_true", help="go on both ways with the preview as it is decided now")


def refuse_one_way(sync: Sync) -> None:
    if not is_two_way(registry.sync(sync.kind)):
        raise Refused("sync", f"{sync.key} goes one way only; there is nothing to decide between two sides.")


# --- conflicts ----------------------------------------------------------------------------------------------------


def conflicts(sync: Sync, options: dict[str, Any]) -> Told:
    refuse_one_way(sync)
    rows = narrowed(sync, options["field"], options["record"])
    if not options["choose"]:
        if options["all"] or options["remember"]:
            raise Refused("--choose", "Say whose values are to be used, with --choose.")
        return conflicts_told(sync, rows)
    side = side_named(sync, options["choose"])
    if not (options["all"] or options["field"] or options["record"]):
        raise Refused("--choose", "Say which conflicts: name --field, --record, both, or --all.")
    number = conflicts_choose(rows=rows, side=side, who=WHO, remember=options["remember"])
    left = conflicts_open(sync)
    words = f"{number} chosen: the value in {names_of(sync).of(side)} counts. {left} left open."
    return {"status": "done", "sync": sync.key, "chosen": number, "open": left, "message": words}, words, DONE


def narrowed(sync: Sync, field: str, record: str) -> QuerySet[FieldConflict]:
    rows = FieldConflict.objects.filter(sync=sync, state=FieldConflict.State.OPEN)
    if field:
        known = [rule.target for rule in registry.sync(sync.kind).fields]
        if field not in known and field not in [target.rpartition(".")[2] for target in known]:
            raise Refused("--field", f"There is no field {field!r}; there are {', '.join(known)}.")
        stream, _, name = field.rpartition(".")
        rows = rows.filter(field__in=[field, name], **({"stream": stream} if stream else {}))
    return rows.filter(Q(source_id=record) | Q(target_id=record)) if record else rows


def side_named(sync: Sync, text: str) -> Side:
    kind, names = registry.sync(sync.kind), names_of(sync)
    word = text.strip().casefold()
    if word in ("source", kind.source, names.source.casefold()):
        return "source"
    if word in ("target", kind.target, names.target.casefold()):
        return "target"
    raise Refused("--choose", f"{text!r} is neither {kind.source} nor {kind.target}.")


def conflicts_told(sync: Sync, rows: QuerySet[FieldConflict]) -> Told:
    found = [conflict_row(row) for row in rows.order_by("pk")[:MOST]]
    number = rows.count()
    words = f"{number} conflict(s) wait for a person." if number else "No conflict waits for a person."
    names = names_of(sync)
    lines = [
        f"{row['record']} {row['label']}, {row['field']}: {names.source} {row['source']!r}, {names.target} "
        f"{row['target']!r}. {row['rule']}"
        for row in found
    ]
    report = {"status": "done", "sync": sync.key, "open": number, "conflicts": found, "message": words}
    return report, "\n".join([*lines, words]), DONE


def conflict_row(row: FieldConflict) -> dict[str, Any]:
    return {
        "conflict": row.pk, "stream": row.stream, "record": row.source_id, "target_id": row.target_id,
        "label": row.label, "field": f"{row.stream}.{row.field.removeprefix(row.stream + '.')}",
        "base": [row.base_source, row.base_target], "source": row.source_value, "target": row.target_value,
        "rule": row.rule, "found": moment(row.created_at),
    }  # fmt: skip


# --- matching -----------------------------------------------------------------------------------------------------


def matching(sync: Sync, options: dict[str, Any]) -> Told:
    """Decisions first, then the confirmation, if both are asked for."""
    refuse_one_way(sync)
    decided = decide(sync, options)
    report: dict[str, Any] = {"status": "done", "sync": sync.key, **decided}
    if options["confirm"]:
        report["run"] = matching_confirm(sync=sync, who=WHO).pk
    state = matching_state(sync)
    preview, run = state.preview, shown_run(state)
    counts = [{"stream": s, "code": code, "records": n} for s, code, n in preview.counts] if preview else []
    words = state_words(sync, state)
    report |= {
        "step": state.step, "preview": run.pk if run else None, "counts": counts,
        "undecided": preview.undecided if preview else None, "message": words,
    }  # fmt: skip
    lines = [f"{row['stream']} {row['code']}: {row['records']}" for row in counts]
    left = [f"{one['record']}: {one['message']}" for one in decided["refused"]]
    return report, "\n".join([*lines, *left, words]), WITH_FAILURES if decided["refused"] else DONE


def state_words(sync: Sync, state: MatchingState) -> str:
    run = shown_run(state)
    words = STEPS[state.step].format(
        source=names_of(sync).source, workspace=sync.workspace.slug, sync=sync.key, who=state.who,
        run=run.pk if run else "", undecided=state.preview.undecided if state.preview else 0,
        at=moment(state.at) or "",
    )  # fmt: skip
    return f"{state.why} {words}".strip()


def shown_run(state: MatchingState) -> Run | None:
    """The preview that is being made, else the newest finished one."""
    return state.making or (state.preview.run if state.preview else None)


def decide(sync: Sync, options: dict[str, Any]) -> dict[str, Any]:
    """`decided`: how many; `refused`: [{"record", "message"}]. What is refused stops nothing else."""
    refused: list[dict[str, str]] = []
    done = 0
    for do, id, other in wishes(options):
        try:
            decide_one(sync, do, id, other, options["stream"])
            done += 1
        except PortalError as error:
            refused.append({"record": id, "message": error.message})
    if options["accept_likely"]:
        preview = matching_preview(sync)
        if preview is None:
            raise Refused("--accept-likely", "There is no finished preview of everything yet. Make one first.")
        many = matches_decide(run=preview.run, do="link", who=WHO, stream=options["stream"])
        done += many.done
        refused += [{"record": id, "message": why} for id, why in many.refused]
    return {"decided": done, "refused": refused}


def wishes(options: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(what, id, id of the counterpart) of each named record."""
    found = []
    for pair in options["link"]:
        id, equals, other = pair.partition("=")
        if not (equals and id.strip() and other.strip()):
            raise Refused("--link", f"{pair!r}: write both ids, as 001A=77.")
        found.append(("link", id.strip(), other.strip()))
    return found + [(do, id.strip(), "") for do in ("create", "leave_out", "reset") for id in options[do]]


def decide_one(sync: Sync, do: str, id: str, other: str, stream: str) -> None:
    where, id = seen_as(sync, id, stream)
    named: dict[str, Any] = {"sync": sync, "stream": where, "source_id": id, "who": WHO}
    if do == "link":
        match_link(target_id=other, **named)
    elif do == "create":
        match_create(**named)
    elif do == "leave_out":
        match_leave_out(**named)
    else:
        match_reset(**named)


def seen_as(sync: Sync, id: str, stream: str) -> tuple[str, str]:
    """Stream and id under which this record was seen: in a preview, or among the links. A record that only the target
    has may be named by its id alone."""
    known = [one.key for one in registry.sync(sync.kind).streams]
    if stream and stream not in known:
        raise Refused("--stream", f"There is no stream {stream!r}; there are {', '.join(known)}.")
    full = registry.vendor(sync.source.vendor).full_id(id)
    named = Q(source_id__in=[id, full, f"{sync.target.vendor}:{id}"]) & (Q(stream=stream) if stream else Q())
    items = RunItem.objects.filter(named, run__sync=sync).order_by().values_list("stream", "source_id")
    links = Link.objects.filter(named, sync=sync).order_by().values_list("stream", "source_id")
    found = sorted({*items.distinct(), *links.distinct()})
    if len(found) != 1:
        several = " and ".join(dict.fromkeys(where for where, _ in found))
        words = f"is in {several}: name the --stream" if found else "was not seen by any preview"
        raise Refused("sync", f"{id} {words}. There are {', '.join(known)}.")
    return found[0]


# --- agreement ----------------------------------------------------------------------------------------------------


def agreed(sync: Sync) -> Told:
    """Exit status 1 where linked pairs differ or wait, or records stand alone that should have been paired."""
    refuse_one_way(sync)
    found, names = agreement(sync), names_of(sync)
    words = agreed_words(sync, found)
    lines = [
        f"{one.label}: {one.linked} linked, {one.agree} agree, {one.apart} differ on purpose, {one.differ} differ, "
        f"{one.waiting} wait, {one.only_source} only in {names.source}, {one.only_target} only in {names.target}, "
        f"{one.unpaired} of these should have a counterpart"
        for one in found.streams
    ]
    report = {
        "status": "done", "sync": sync.key, "at": moment(found.at), "run": found.run.pk if found.run else None,
        "agrees": found.proven, "streams": [asdict(stream) for stream in found.streams],
        "records": [asdict(record) for record in found.records], "message": words,
    }  # fmt: skip
    told = [*lines, *(record_words(record, names) for record in found.records), words]
    return report, "\n".join(told), DONE if found.proven or found.at is None else WITH_FAILURES


def agreed_words(sync: Sync, found: Agreement) -> str:
    if found.at is None:
        return f"Not compared yet. Compare now: manage.py sync run {sync.workspace.slug} {sync.key} --full"
    if found.proven:
        return f"Both sides agree, as of {moment(found.at)}."
    named = f" The first {len(found.records)} are named." if len(found.records) < found.spoiled else ""
    return (
        f"{found.differ} pair(s) differ, {found.waiting} wait and {found.unpaired} record(s) lack a counterpart, as of "
        f"{moment(found.at)}.{named}"
    )


def record_words(record: Disagreeing, names: Names) -> str:
    where = f"only in {names.source if record.source_id else names.target}"
    both = record.source_id and record.target_id
    what = (", ".join(record.fields) or "differs") if both else where
    ids = " = ".join(filter(None, (record.source_id, record.target_id)))
    waits = "It waits for a person." if record.waiting else ""
    return " ".join(filter(None, (f"{record.stream} {ids} {record.title}: {what}.", waits, record.reason)))
