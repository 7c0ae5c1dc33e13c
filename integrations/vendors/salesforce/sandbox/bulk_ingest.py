"""What an ingest job does with its rows: each by itself. Source: Bulk API 2.0 guide, 'How Requests Are Processed'."""

from __future__ import annotations

import random
from typing import Any

from integrations.vendors.salesforce.sandbox.answers import Refused
from integrations.vendors.salesforce.sandbox.bulk_jobs import Job
from integrations.vendors.salesforce.sandbox.removing import delete_by_api
from integrations.vendors.salesforce.sandbox.rows_api import Rows, checked_id
from integrations.vendors.salesforce.sandbox.saving import Saver

CLEARED = "#N/A"


class Ingest:
    def __init__(self, saver: Saver, rows: Rows) -> None:
        self._saver = saver
        self._rows = rows
        self._random = random.Random(7)

    def carry_out(self, job: Job) -> None:
        """Fills `job.lines`; results are not in the order of the upload. An empty cell leaves a field alone."""
        uploaded = job.uploaded()
        job.columns = uploaded[0] if uploaded else []
        done: list[list[str]] = []
        failed: list[list[str]] = []
        for line in uploaded[1:]:
            cells = zip(job.columns, line, strict=False)
            values = {name: None if cell == CLEARED else cell for name, cell in cells if cell}
            try:
                id, created = self._save(job, values)
                done.append([id, str(created).lower(), *line])
            except Refused as refused:
                words = f"{refused.code}:{refused.message}:{' '.join(refused.fields or ())} --"
                failed.append(["", words, *line])
        self._random.shuffle(done)
        self._random.shuffle(failed)
        job.lines = {"successfulResults": done, "failedResults": failed, "unprocessedrecords": []}

    def _save(self, job: Job, values: dict[str, Any]) -> tuple[str, bool]:
        """Id, and whether the row is new. Raises Refused."""
        if any("." in name for name in values):
            raise Refused("INVALID_FIELD", "The sandbox does not emulate parents by external id.", ())
        if job.operation == "insert":
            return self._saver.create(job.object, values, job.actor), True
        if job.operation == "upsert" and job.key != "Id":
            key = self._rows.key_field(job.object, job.key, job.actor.user_id)
            return self._rows.upsert(job.object, key, _cell(values, job.key), _without(values, job.key), job.actor)
        id = checked_id(job.object, _cell(values, "Id"))
        if job.operation in ("delete", "hardDelete"):
            delete_by_api(self._saver, job.object, id, job.actor)
        else:
            self._saver.update(job.object, id, _without(values, "Id"), job.actor)
        return id, False


def _cell(values: dict[str, Any], column: str) -> str:
    return next((str(value) for name, value in values.items() if name.lower() == column.lower()), "")


def _without(values: dict[str, Any], column: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name.lower() != column.lower()}
