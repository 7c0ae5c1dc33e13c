"""Bulk API 2.0: query and ingest jobs. Jobs go a step on at each look at them. Source: Bulk API 2.0 guide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.vendors.salesforce.sandbox.answers import Answer, Call, NotEmulated, Refused, missing, wrong_method
from integrations.vendors.salesforce.sandbox.bulk_ingest import Ingest
from integrations.vendors.salesforce.sandbox.bulk_jobs import DELIMITERS, LINE_ENDS, Job, csv_value
from integrations.vendors.salesforce.sandbox.ids import build_id
from integrations.vendors.salesforce.sandbox.objects import SPECS
from integrations.vendors.salesforce.sandbox.rows_api import Rows
from integrations.vendors.salesforce.sandbox.saving import Saver, actor_of
from integrations.vendors.salesforce.sandbox.soql_names import Names
from integrations.vendors.salesforce.sandbox.soql_run import run_query
from integrations.vendors.salesforce.sandbox.store import Row

CSV = "text/csv"
OPERATIONS = ("insert", "update", "upsert", "delete", "hardDelete")
JOB_DAYS = 7


class Bulk:
    def __init__(self, saver: Saver, rows: Rows) -> None:
        self._saver = saver
        self._store = saver.store
        self._rows = rows
        self._jobs: dict[str, Job] = {}
        self._ingest = Ingest(saver, rows)

    @property
    def query_jobs(self) -> int:
        return sum(1 for job in self._jobs.values() if job.kind == "query")

    def handle(self, call: Call) -> Answer:
        """`call.parts`: jobs, query or ingest, and what follows."""
        refusal = str(self._store.settings["bulk_refusal"])
        if refusal:
            raise Refused(refusal, "The Bulk API is not enabled for this organization or user.", status=403)
        kind = call.parts[1] if len(call.parts) > 1 else ""
        if kind not in ("query", "ingest"):
            raise missing()
        if len(call.parts) == 2:
            if call.method == "GET":
                raise NotEmulated("the list of bulk jobs")
            if call.method != "POST":
                raise wrong_method(call, "GET", "POST")
            job = self._open_query(call) if kind == "query" else self._open_ingest(call)
            self._jobs[job.id] = job
            return Answer(200, job.shown(self._store.now()))
        job = self._find(call.parts[2], kind)
        if len(call.parts) == 3:
            return self._one(call, job)
        return (
            self._results(call, job, call.parts[3]) if kind == "query" else self._ingest_part(call, job, call.parts[3])
        )

    def _find(self, id: str, kind: str) -> Job:
        job = self._jobs.get(id) or next((one for one in self._jobs.values() if one.id[:15] == id), None)
        expired = job is not None and job.made_at + JOB_DAYS * 86_400 <= self._store.now()
        if job is None or job.kind != kind or expired:
            raise missing()
        return job

    def _open_query(self, call: Call) -> Job:
        body = call.json_object()
        operation, soql = body.get("operation"), str(body.get("query", ""))
        if operation not in ("query", "queryAll"):
            raise Refused("INVALIDJOB", "operation must be query or queryAll")
        found = run_query(self._store, call.user_id, soql, deleted=operation == "queryAll")
        if not SPECS[found.object].in_bulk:
            raise Refused("INVALIDENTITY", f"Entity '{found.object}' is not supported by the Bulk API.")
        if found.groups is not None:
            raise Refused("API_ERROR", "Aggregate Relationships not supported in Bulk Query")
        if any(path.field.type == "address" for path in found.paths):
            raise Refused("API_ERROR", "Selecting compound data not supported in Bulk Query")
        return self._new(call, "query", found.object, str(operation), body, soql=soql)

    def _open_ingest(self, call: Call) -> Job:
        body = call.json_object()
        spec = self._store.schema.spec(str(body.get("object", "")))
        if spec is None or not spec.in_bulk or not spec.writable:
            raise Refused("INVALIDJOB", f"Unable to find object: {body.get('object')}")
        if body.get("operation") not in OPERATIONS:
            raise Refused("INVALIDJOB", f"operation must be one of {', '.join(OPERATIONS)}")
        key = str(body.get("externalIdFieldName") or "")
        if body["operation"] == "upsert":
            key = self._rows.key_field(spec.name, key, call.user_id).name
        return self._new(call, "ingest", spec.name, str(body["operation"]), body, key=key, state="Open")

    def _new(self, call: Call, kind: str, object: str, operation: str, body: Mapping[str, Any], **more: Any) -> Job:
        delimiter, line_end = str(body.get("columnDelimiter", "COMMA")), str(body.get("lineEnding", "LF"))
        if delimiter not in DELIMITERS or line_end not in LINE_ENDS:
            raise Refused("INVALIDJOB", "columnDelimiter or lineEnding is not valid")
        id, now = build_id("750", len(self._jobs) + 1), self._store.now()
        return Job(id, kind, object, operation, actor_of(call), now, call.version, delimiter, line_end, **more)

    def _one(self, call: Call, job: Job) -> Answer:
        if call.method == "DELETE":
            del self._jobs[job.id]
            return Answer(204)
        if call.method == "PATCH":
            wanted = call.json_object().get("state")
            if wanted not in ("UploadComplete", "Aborted"):
                raise Refused("INVALIDJOBSTATE", f"The state cannot be set to {wanted}.")
            job.state = "Failed" if wanted == "UploadComplete" and job.upload is None else wanted
        elif call.method == "GET":
            self._advance(job)
        else:
            raise wrong_method(call, "GET", "PATCH", "DELETE")
        return Answer(200, job.shown(self._store.now()))

    def _advance(self, job: Job) -> None:
        """UploadComplete, InProgress, then JobComplete at the look that the switch `bulk_polls` names."""
        if job.state not in ("UploadComplete", "InProgress"):
            return
        job.looks += 1
        job.state = "InProgress"
        if job.looks >= int(self._store.settings["bulk_polls"]):
            job.state = "JobComplete"
            if job.kind == "query":
                deleted, user = job.operation == "queryAll", job.actor.user_id
                job.found = run_query(self._store, user, job.soql, deleted=deleted)
            else:
                self._ingest.carry_out(job)

    # Query results

    def _results(self, call: Call, job: Job, what: str) -> Answer:
        if what != "results" or call.method != "GET":
            raise missing()
        if job.found is None:
            raise Refused("INVALIDJOBSTATE", "The job is not complete: its results are not ready.")
        locator = call.query.get("locator", "")
        if locator and not (locator.startswith("MTA") and locator[3:].isdigit()):
            raise Refused("INVALID_QUERY_LOCATOR", "invalid query locator")
        start, most = int(locator[3:] or 0), call.query.get("maxRecords", "")
        size = int(most) if most.isdigit() and int(most) > 0 else 50_000
        found, table = job.found, self._store.tables[job.found.object]
        rows = [row for id in found.ids[start : start + size] if (row := table.shown(id, deleted=found.deleted))]
        end = start + size
        headers = {
            "Sforce-Locator": f"MTA{end}" if end < len(found.ids) else "null",
            "Sforce-NumberOfRecords": str(len(rows)),
        }
        return Answer(200, self._csv_rows(job, rows), headers, CSV)

    def _csv_rows(self, job: Job, rows: list[Row]) -> bytes:
        names = Names(self._store, job.actor.user_id, job.object)
        paths = job.found.paths if job.found else ()
        columns = [(path, names.getter(path)) for path in paths]
        lines = [[csv_value(path.field.type, get(row)) for path, get in columns] for row in rows]
        return job.csv([path.dotted for path in paths], lines)

    # Ingest

    def _ingest_part(self, call: Call, job: Job, what: str) -> Answer:
        if what == "batches":
            if call.method != "PUT":
                raise wrong_method(call, "PUT")
            if job.state != "Open" or job.upload is not None:
                raise Refused("INVALIDJOBSTATE", "The job takes one upload, while it is open.")
            job.upload = call.body.decode("utf-8-sig")
            return Answer(201)
        heads = {
            "successfulResults": ["sf__Id", "sf__Created"],
            "failedResults": ["sf__Id", "sf__Error"],
            "unprocessedrecords": [],
        }
        kind = next((name for name in heads if name.lower() == what.lower()), None)
        if kind is None or call.method != "GET":
            raise missing()
        lines = job.lines.get(kind, [])
        return Answer(200, job.csv(heads[kind] + job.columns, lines), {}, CSV)
