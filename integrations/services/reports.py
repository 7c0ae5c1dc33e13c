"""Runs and records as JSON and as text, for commands and exports."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q

from integrations import registry
from integrations.core.plan import empty_counts
from integrations.models import Intent, Link, Run, RunItem, Sync, Workspace

ITEMS = 200
"""Items in a report."""
WAITING_STATES = [Link.State.BLOCKED, Link.State.FAILED, Link.State.UNKNOWN]
Json = dict[str, Any]


def run_report(run: Run, items: int = ITEMS) -> Json:
    """One run as the commands print it.

    `items`: those of the run, then, up to the same number in all, records of this sync that are blocked, failed or
    unknown since earlier runs, so that a quiet run shows what waits. `preview`: number of the run that holds the plan.
    """
    rows = [item_json(item) for item in run.items.order_by("id")[:items]]
    if len(rows) < items and run.kind == Run.Kind.RUN:
        rows += [link_json(link) for link in waiting_links(run)[: items - len(rows)]]
    return {
        "run": run.pk, "sync": run.sync.key, "status": run.status,
        "preview": run.pk if run.kind == Run.Kind.PREVIEW else run.plan_id,
        "counts": {**empty_counts(), **run.counts}, "calls": dict(run.calls), "seconds": run.seconds,
        "items": rows, "message": run.message,
    }  # fmt: skip


def waiting_links(run: Run) -> Any:
    """Links that wait since earlier runs, oldest first; those that this run has an item for are left out."""
    links = Link.objects.filter(sync=run.sync_id, state__in=WAITING_STATES)
    told = RunItem.objects.filter(run=run, stream=OuterRef("stream"), source_id=OuterRef("source_id"))
    return links.filter(~Exists(told)).order_by("pk")


def item_json(item: RunItem) -> Json:
    return {
        "stream": item.stream, "source_id": item.source_id, "target_id": item.target_id, "action": item.action,
        "status": item.status, "reason": item.reason, "changes": item.changes, "label": item.label,
        "code": item.code,
    }  # fmt: skip


def link_json(link: Link) -> Json:
    return {
        "stream": link.stream, "source_id": link.source_id, "target_id": link.target_id, "action": link.state,
        "status": link.state, "reason": link.reason, "changes": {}, "label": link.label, "code": link.code,
    }  # fmt: skip


def run_text(report: Json) -> str:
    """The report for people: a headline, counts, calls, the first items."""
    counts = ", ".join(f"{number} {name}" for name, number in report["counts"].items() if number) or "nothing to do"
    calls = ", ".join(f"{key} {number}" for key, number in report["calls"].items()) or "none"
    lines = [f"Run {report['run']} of {report['sync']}: {report['status'].replace('_', ' ')}"]
    lines += [f"  {report['message']}"] if report["message"] else []
    lines += [f"  counts   {counts}", f"  calls    {calls}", f"  seconds  {report['seconds']:.1f}"]
    lines += [f"  {item_line(item)}" for item in report["items"][:40]]
    more = len(report["items"]) - 40
    return "\n".join(lines + ([f"  … and {more} more"] if more > 0 else []))


def item_line(item: Json) -> str:
    name = f"{item['label']} ({item['source_id']})" if item.get("label") else item["source_id"]
    status = f"to {item['action']}" if item["status"] == "planned" else item["status"]
    target = f" → {item['target_id']}" if item["target_id"] else ""
    return f"{status}: {name}{target}{'. ' + item['reason'] if item['reason'] else ''}"


# --- history ------------------------------------------------------------------------------------------------------


def history_list(workspace: Workspace, sync: Sync | None = None, limit: int = 50) -> list[Json]:
    """Runs, newest first, without their items."""
    runs = Run.objects.filter(workspace=workspace).select_related("sync")
    runs = runs.filter(sync=sync) if sync else runs
    return [run_row(run) for run in runs.order_by("-id")[:limit]]


def run_row(run: Run) -> Json:
    return {
        "run": run.pk, "sync": run.sync.key, "kind": run.kind, "status": run.status, "trigger": run.trigger,
        "created": moment(run.created_at), "started": moment(run.started_at), "finished": moment(run.finished_at),
        "counts": {**empty_counts(), **run.counts}, "calls": dict(run.calls), "seconds": run.seconds,
        "message": run.message,
    }  # fmt: skip


def moment(value: Any) -> str | None:
    return value.isoformat(timespec="seconds") if value else None


def record_report(workspace: Workspace, record: str, sync: Sync | None = None) -> Json:
    """Why a record is as it is, over all runs, oldest first: what came, which rule or mapping decided each field,
    what was sent, what was answered. `record`: its id at the source or at the target.

    {"record", "links": [...], "events": [...], "creates": [...]}; all empty when it is unknown in this workspace.
    """
    syncs = [sync] if sync else list(workspace.syncs.all())
    forms = {record, *(vendor.full_id(record) for vendor in registry.vendors())}
    fits = Q(source_id__in=forms) | Q(target_id__in=forms)
    links = list(Link.objects.filter(fits, sync__in=syncs).select_related("sync").order_by("pk"))
    ids = {link.source_id for link in links} | forms
    items = RunItem.objects.filter(Q(source_id__in=ids) | Q(target_id__in=forms), run__sync__in=syncs)
    items = items.select_related("run__sync").order_by("id")
    intents = Intent.objects.filter(source_id__in=ids, sync__in=syncs).order_by("pk")
    return {
        "record": record,
        "links": [standing(link) for link in links],
        "events": [event(item) for item in items],
        "creates": [intent_json(intent) for intent in intents],
    }


def standing(link: Link) -> Json:
    return {
        **link_json(link), "sync": link.sync.key, "attempts": link.attempts, "needs": link.needs,
        "pending": link.pending, "next_attempt": moment(link.next_attempt_at), "updated": moment(link.updated_at),
    }  # fmt: skip


def event(item: RunItem) -> Json:
    """One run's dealings with the record. `calls`: the masked requests and answers."""
    return {
        **item_json(item), "run": item.run_id, "sync": item.run.sync.key, "at": moment(item.created_at),
        "kind": item.run.kind, "came": item.source, "why": item.why, "calls": item.calls,
        "candidates": item.candidates, "error_kind": item.error_kind,
    }  # fmt: skip


def intent_json(intent: Intent) -> Json:
    return {
        "sent": moment(intent.sent_at), "state": intent.state, "target_id": intent.target_id,
        "message": intent.message, "settled": moment(intent.settled_at), "settled_by": intent.settled_by,
        "run": intent.run_id,
    }  # fmt: skip


def record_text(report: Json) -> str:
    """The record's story in plain words."""
    lines = [f"Record {report['record']}"]
    for link in report["links"]:
        target = f", at the target as {link['target_id']}" if link["target_id"] else ", not at the target"
        lines.append(f"Now in {link['sync']}: {link['status']}{target}. {link['reason']}".rstrip())
    for one in report["events"]:
        lines += ["", f"Run {one['run']} of {one['sync']} at {one['at']}: {item_line(one)}"]
        lines += [f"  came:    {pairs(one['came'])}"] if one["came"] else []
        lines += [f"  decided: {why['field']} = {words(why['value'])}: {why['because']}" for why in one["why"]]
        lines += [f"  changed: {name}: {words(old)} → {words(new)}" for name, (old, new) in one["changes"].items()]
        lines += [f"  sent:    {call_line(call)}" for call in one["calls"]]
    for create in report["creates"]:
        if create["state"] != Intent.State.DONE:
            lines += ["", f"A create sent at {create['sent']} is {create['state']}. {create['message']}".rstrip()]
    return "\n".join(lines)


def pairs(fields: Json) -> str:
    return ", ".join(f"{name} {words(value)}" for name, value in fields.items() if value not in ("", None, [], {}))


def words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return pairs(value)
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(words(one) for one in value)
    return str(value) if value not in ("", None) else "(none)"


def call_line(call: Any) -> str:
    """One line of the masked request log, as far as it fits."""
    answer = call.get("status") or call.get("error") or "no answer"
    body = " ".join(str(call.get("answered") or "").split())[:200]
    return f"{call.get('method', '')} {call.get('url', '')} → {answer}{' ' + body if body else ''}"
