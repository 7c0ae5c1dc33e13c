"""The control interface: many sales and tickets, and the lists of stages and statuses that the org's admin edits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from integrations.vendors.salesforce.sandbox.loading_pipeline import generate_pipeline
from integrations.vendors.salesforce.sandbox.org import add_row
from integrations.vendors.salesforce.sandbox.store import Store

Data = dict[str, Any]
STAGE_WORDS = {
    "label": "MasterLabel",
    "active": "IsActive",
    "closed": "IsClosed",
    "won": "IsWon",
    "probability": "DefaultProbability",
    "order": "SortOrder",
}
STATUS_WORDS = {"label": "MasterLabel", "closed": "IsClosed", "default": "IsDefault", "order": "SortOrder"}


class PipelineControls:
    """`names`: what each name does. Raise KeyError for an unknown word."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.names: Mapping[str, Callable[[Data], Any]] = {
            "pipeline": self._pipeline,
            "stage": self._stage,
            "status": self._status,
        }

    def _pipeline(self, data: Data) -> dict[str, int]:
        return generate_pipeline(self._store, data)

    def _stage(self, data: Data) -> None:
        """{"value", "label", "active", "closed", "won", "probability", "order"}: a new stage, or changes of the one
        with this API name; {"value", "gone": true} takes it off the list, while rows keep it."""
        new = {"IsActive": True, "IsClosed": False, "IsWon": False}
        self._listed("OpportunityStage", STAGE_WORDS, new, data)

    def _status(self, data: Data) -> None:
        """{"value", "label", "closed", "default", "order"}, {"value", "gone": true}: the same of statuses."""
        self._listed("CaseStatus", STATUS_WORDS, {"IsClosed": False, "IsDefault": False}, data)

    def _listed(self, object: str, words: Mapping[str, str], new: Data, data: Data) -> None:
        store, table = self._store, self._store.tables[object]
        name, gone = data.pop("value"), data.pop("gone", False)
        values = {words[word]: value for word, value in data.items()}
        known = next((row for row in table.rows.values() if row["ApiName"] == name), None)
        if gone and known is None:
            raise KeyError(name)
        if gone and known:
            table.drop(known["Id"])
        elif known:
            table.put({**known, **values, "SystemModstamp": store.now()})
        else:
            first = {"MasterLabel": name, "SortOrder": len(table.rows) + 1, **new}
            add_row(store, object, ApiName=name, **{**first, **values})
        store.schema.touch(store.now())
