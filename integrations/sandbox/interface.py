"""The control interface: `/_control/<vendor>/<name>`, JSON over POST (GET where nothing changes).

faults    a list, replaces the present one; GET: the list       calls    GET the log; POST {"clear": true}
clock     {"shift_seconds": n} or {"frozen": iso or null}       seed     {"size": "demo" or "small"}
hanging   GET: requests held now                                release  lets them go on
reset     as on the first day; `/_control/reset` resets all     else     the emulator's own control(name, data)
"""

from __future__ import annotations

import json as jsonlib
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.sandbox.faults import parse_fault
from integrations.sandbox.mount import Mount
from integrations.vendors.emulator import Response, json_response

PREFIX = "/_control"


def answer(mounts: Mapping[str, Mount], path: str, body: bytes) -> Response:
    """Serves one control request. 400: bad data, 404: no such vendor or name, 500: the emulator failed."""
    parts = path.removeprefix(PREFIX).strip("/").split("/")
    try:
        data = jsonlib.loads(body) if body.strip() else None
        return json_response(_dispatch(mounts, parts, data))
    except KeyError as error:
        return json_response({"error": f"Not known: {error.args[0] if error.args else path}"}, 404)
    except (ValueError, TypeError) as error:
        return json_response({"error": str(error)}, 400)


def _dispatch(mounts: Mapping[str, Mount], parts: list[str], data: Any) -> Any:
    if parts == [""]:
        return {"vendors": sorted(mounts)}
    if parts == ["reset"]:
        for mount in mounts.values():
            mount.reset()
        return {"reset": sorted(mounts)}
    if len(parts) != 2:
        raise KeyError("/".join(parts))
    return control(mounts[parts[0]], parts[1], data)


def control(mount: Mount, name: str, data: Any) -> Any:
    """`data` None: nothing was sent. Raises KeyError for an unknown name, ValueError for bad data."""
    if name in _NAMES:
        return _NAMES[name](mount, data)
    with mount.lock:
        return mount.emulator.control(name, {} if data is None else data)


def _faults(mount: Mount, data: Any) -> Any:
    if data is not None:
        mount.set_faults([parse_fault(one) for one in (data if isinstance(data, list) else [data])])
    return [asdict(fault) for fault in mount.faults()]


def _calls(mount: Mount, data: Any) -> Any:
    calls = mount.calls()
    if data and data.get("clear"):
        mount.clear_calls()
    return calls


def _clock(mount: Mount, data: Any) -> Any:
    with mount.lock:
        clock = mount.emulator.clock
        if data and "shift_seconds" in data:
            clock.shift = timedelta(seconds=float(data["shift_seconds"]))
        if data and "frozen" in data:
            clock.frozen = _moment(data["frozen"]) if data["frozen"] else None
        return {"now": clock.now().isoformat()}


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _seed(mount: Mount, data: Any) -> Any:
    with mount.lock:
        mount.emulator.seed((data or {}).get("size", "demo"))
    return {}


def _reset(mount: Mount, data: Any) -> Any:
    mount.reset()
    return {}


def _hanging(mount: Mount, data: Any) -> Any:
    return mount.hanging()


def _release(mount: Mount, data: Any) -> Any:
    return {"released": mount.release()}


_NAMES: Mapping[str, Callable[[Mount, Any], Any]] = {
    "faults": _faults,
    "calls": _calls,
    "clock": _clock,
    "seed": _seed,
    "reset": _reset,
    "hanging": _hanging,
    "release": _release,
}
