"""The only list of vendors and syncs. A folder is imported on first use: a broken one does not stop the site."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from integrations.syncs.base import Sync
    from integrations.vendors.base import Vendor

VENDORS = (
    "integrations.vendors.accelo",
    "integrations.vendors.ieatta",
    "integrations.vendors.accountsiq",
    "integrations.vendors.expensein",
    "integrations.vendors.salesforce",
)
SYNCS = (
    "integrations.syncs.ieatta_accelo",
    "integrations.syncs.accountsiq_expensein",
    "integrations.syncs.salesforce_accelo",
    "integrations.syncs.salesforce_accelo_import",
)


def keys(names: tuple[str, ...]) -> list[str]:
    return [name.rpartition(".")[2] for name in names]


@cache
def vendor(key: str) -> Vendor:
    """Raises KeyError with the known keys when there is no such vendor."""
    return _load(VENDORS, key).VENDOR  # type: ignore[no-any-return]


@cache
def sync(key: str) -> Sync:
    """Raises KeyError with the known keys when there is no such sync."""
    return _load(SYNCS, key).SYNC  # type: ignore[no-any-return]


def _load(names: tuple[str, ...], key: str):  # type: ignore[no-untyped-def]
    for name in names:
        if name.rpartition(".")[2] == key:
            return import_module(name)
    raise KeyError(f"There is no {key!r}; known are {', '.join(keys(names))}.")


def labels(names: tuple[str, ...], load: Callable[[str], Vendor | Sync]) -> list[tuple[str, str]]:
    """(key, label) for form choices. A folder that cannot be imported keeps its key as label: the site must start."""
    found = []
    for key in keys(names):
        try:
            found.append((key, load(key).label))
        except Exception:  # noqa: BLE001 whatever is wrong in that folder; the system check names it
            found.append((key, key))
    return found


def vendors() -> list[Vendor]:
    return [vendor(key) for key in keys(VENDORS)]


def syncs() -> list[Sync]:
    return [sync(key) for key in keys(SYNCS)]
