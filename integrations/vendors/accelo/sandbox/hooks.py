"""Webhook subscriptions and their delivery, over real HTTP, from a thread of its own, to loopback addresses only.

Source: Accelo API docs, _webhooks, and the former wiki. Not documented, hence switches: the hash and prefix of the
signature, whether API writes fire, doubled deliveries, how many time-outs end a subscription.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import queue
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from integrations.vendors.accelo.sandbox.store import Row, Store

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
EVENTS: Mapping[str, tuple[str, str]] = {
    f"{what}_{kind}": (kind, what)
    for kind in ("company", "contact", "issue", "sale", "invoice")
    for what in ("create", "update")
} | {"assign_task": ("task", "update"), "create_task": ("task", "create")}
"""Event -> (trigger_table, trigger_type). Those of companies, contacts, sales and tickets are delivered
here."""
TABLES = {"companies": "company", "contacts": "contact", "issues": "issue", "prospects": "sale"}
PATHS = {"company": "companies", "sale": "prospects"}


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        return None


_OPENER = build_opener(ProxyHandler({}), _NoRedirect)


@dataclass(slots=True)
class Subscription:
    subscription_id: str
    event_id: str
    trigger_url: str
    content_type: str
    secret: str
    user_id: str
    late: int = 0
    """Time-outs in a row."""


class Hooks:
    """Its own lock guards it: deliveries go on while the emulator answers, and never touch the store's tables."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.subscriptions: dict[str, Subscription] = {}
        self.deliveries: list[dict[str, Any]] = []
        self._begin()

    def _begin(self) -> None:
        self._lock = threading.Condition()
        self._queue: queue.Queue[tuple[Subscription, str] | None] = queue.Queue()
        self._thread: threading.Thread | None = None
        self._waiting = 0

    def __getstate__(self) -> dict[str, Any]:
        """What outlives the process; deliveries on their way do not."""
        with self._lock:
            lasting = {"subscriptions": dict(self.subscriptions), "deliveries": list(self.deliveries)}
        return {"_store": self._store, **lasting}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._begin()

    def subscribe(self, event_id: str, trigger_url: str, content_type: str, secret: str, user_id: str) -> Subscription:
        made = Subscription(secrets.token_hex(12), event_id, trigger_url, content_type or FORM, secret, user_id)
        with self._lock:
            self.subscriptions[made.subscription_id] = made
        return made

    def unsubscribe(self, id: str) -> bool:
        with self._lock:
            return self.subscriptions.pop(id, None) is not None

    def changed(self, table: str, row: Row, what: str) -> None:
        """Queues the deliveries of one change."""
        if table in TABLES and self.subscriptions:
            self.trigger(f"{what}_{TABLES[table]}", str(row["id"]))

    def trigger(self, event_id: str, object_id: str) -> None:
        with self._lock:
            wanting = [one for one in self.subscriptions.values() if one.event_id == event_id]
            for one in wanting * int(self._store.settings["webhook_copies"]):
                self._waiting += 1
                self._queue.put((one, object_id))
            if wanting and self._thread is None:
                self._thread = threading.Thread(target=self._work, name="accelo-webhooks", daemon=True)
                self._thread.start()

    def deliver(self, to: Subscription, object_id: str) -> int:
        """The receiver's HTTP status, 0 when it did not answer in time. 410 ends the subscription at once."""
        body = self._body(to, object_id)
        status, error, late = self._post(to, body)
        with self._lock:
            to.late = to.late + 1 if late else 0
            if status == 410 or to.late >= int(self._store.settings["webhook_failures"]):
                self.subscriptions.pop(to.subscription_id, None)
            told = {"event_id": to.event_id, "url": to.trigger_url, "body": body.decode(), "status": status}
            self.deliveries.append({**told, "error": error})
        return status

    def seen(self, wait: float) -> dict[str, Any]:
        """Subscriptions (without secrets) and deliveries, once all is delivered or `wait` seconds are over."""
        deadline = time.monotonic() + wait
        with self._lock:
            while self._waiting and (left := deadline - time.monotonic()) > 0:
                self._lock.wait(left)
            rows = [{k: v for k, v in asdict(one).items() if k != "secret"} for one in self.subscriptions.values()]
            return {"subscriptions": rows, "deliveries": list(self.deliveries), "waiting": self._waiting}

    def close(self) -> None:
        """Nothing more is delivered."""
        with self._lock:
            self.subscriptions.clear()
            self._queue.put(None)

    def _work(self) -> None:
        while (task := self._queue.get()) is not None:
            if task[0].subscription_id in self.subscriptions:
                self.deliver(*task)
            with self._lock:
                self._waiting -= 1
                self._lock.notify_all()

    def _body(self, to: Subscription, object_id: str) -> bytes:
        kind = EVENTS[to.event_id][0]
        plural = PATHS.get(kind, f"{kind}s")
        url = f"https://{self._store.settings['deployment']}.api.accelo.com/api/v0/{plural}/{object_id}"
        told = {"id": object_id, "resource_url": url}
        return json.dumps(told).encode() if to.content_type == JSON else urlencode(told).encode()

    def _post(self, to: Subscription, body: bytes) -> tuple[int, str, bool]:
        """(status, what went wrong, whether it took too long)"""
        if urlsplit(to.trigger_url).hostname not in LOOPBACK:
            return 0, "The sandbox delivers to loopback addresses only.", False
        request = Request(to.trigger_url, data=body, headers=self._headers(to, body), method="POST")
        try:
            with _OPENER.open(request, timeout=float(self._store.settings["webhook_seconds"])) as answer:
                return int(answer.status), "", False
        except HTTPError as error:
            with error:
                return error.code, "", False
        except OSError as error:
            return 0, str(error), "timed out" in str(error)

    def _headers(self, to: Subscription, body: bytes) -> dict[str, str]:
        headers = {"Content-Type": to.content_type, "X-Accelo-Event": to.event_id}
        if not to.secret:
            return headers
        name = str(self._store.settings["webhook_hash"])
        digest = hmac.new(to.secret.encode(), body, getattr(hashlib, name)).hexdigest()
        prefix = f"{name}=" if self._store.settings["webhook_prefix"] else ""
        return {**headers, "X-Hub-Signature": f"{prefix}{digest}"}
