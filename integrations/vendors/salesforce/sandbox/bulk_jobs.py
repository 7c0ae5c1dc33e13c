"""A job of the Bulk API 2.0, and its CSV. Source: Bulk API 2.0 guide."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import Any

from integrations.vendors.salesforce.sandbox.moments import format_moment, format_moment_csv
from integrations.vendors.salesforce.sandbox.saving import Actor
from integrations.vendors.salesforce.sandbox.schema import NUMBERS
from integrations.vendors.salesforce.sandbox.soql_run import Found

DELIMITERS = {"COMMA": ",", "SEMICOLON": ";", "TAB": "\t", "PIPE": "|", "CARET": "^", "BACKQUOTE": "`"}
LINE_ENDS = {"LF": "\n", "CRLF": "\r\n"}


@dataclass(slots=True)
class Job:
    """`looks`: how often its state was asked for since the work could begin."""

    id: str
    kind: str
    object: str
    operation: str
    actor: Actor
    made_at: int
    version: str
    delimiter: str = "COMMA"
    line_end: str = "LF"
    key: str = ""
    soql: str = ""
    state: str = "UploadComplete"
    looks: int = 0
    upload: str | None = None
    found: Found | None = None
    lines: dict[str, list[list[str]]] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)

    def shown(self, now: int) -> dict[str, Any]:
        """The job as JSON."""
        common: dict[str, Any] = {
            "id": self.id,
            "operation": self.operation,
            "object": self.object,
            "createdById": self.actor.user_id,
            "createdDate": format_moment(self.made_at),
            "systemModstamp": format_moment(now),
            "state": self.state,
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(self.version),
            "lineEnding": self.line_end,
            "columnDelimiter": self.delimiter,
        }
        if self.kind == "query":
            done = self.found.total if self.found else 0
            return common | {"jobType": "V2Query", "numberRecordsProcessed": done, "retries": 0}
        failed = len(self.lines.get("failedResults", ()))
        done = failed + len(self.lines.get("successfulResults", ()))
        root = f"services/data/v{self.version}/jobs/ingest/{self.id}/batches"
        counts = {"numberRecordsProcessed": done, "numberRecordsFailed": failed}
        return common | {"jobType": "V2Ingest", "contentUrl": root, **counts}

    def csv(self, head: list[str], lines: list[list[str]]) -> bytes:
        text = io.StringIO()
        ends, delimiter = LINE_ENDS[self.line_end], DELIMITERS[self.delimiter]
        csv.writer(text, delimiter=delimiter, lineterminator=ends, quoting=csv.QUOTE_ALL).writerows([head, *lines])
        return text.getvalue().encode()

    def uploaded(self) -> list[list[str]]:
        """The upload's lines, the header first; empty ones left out."""
        reader = csv.reader(io.StringIO(self.upload or ""), delimiter=DELIMITERS[self.delimiter])
        return [line for line in reader if line]


def csv_value(kind: str, value: Any) -> str:
    """A stored value as bulk results write it; null is an empty cell."""
    if value is None:
        return ""
    if kind == "datetime":
        return format_moment_csv(value)
    if kind == "boolean":
        return str(bool(value)).lower()
    return str(float(value)) if kind in NUMBERS and kind != "int" else str(value)
