"""Webhook subscriptions: Accelo calls an address when a company or contact changes. Source: Accelo API docs, _webhooks.

There are none for affiliations, addresses and deletions, and delivery is not promised: a hint to poll, no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.core.errors import OutcomeUnknown, ProtocolError, RejectedError
from integrations.vendors.accelo.directory.reading import Reading
from integrations.vendors.accelo.records import Subscription
from integrations.vendors.accelo.transport import UNREADABLE, as_rows

PATH = "webhooks/subscriptions"


class Subscriptions(Reading):
    def list_subscriptions(self) -> list[Subscription]:
        """The signed-in user's own ones. They come beside a list of users, so by their key."""
        response = self._calls.read(PATH, _limit="100")
        rows = response.get("subscriptions") if isinstance(response, Mapping) else response
        return [Subscription.from_wire(row) for row in as_rows(rows)]

    def subscribe(self, trigger_url: str, event_id: str, secret: str) -> Subscription:
        """`event_id`: create_company, update_company, create_contact or update_contact. Deliveries come form-encoded.

        Raises OutcomeUnknown when the answer was lost: `list_subscriptions` shows whether it was made.
        """
        form = {"trigger_url": trigger_url, "event_id": event_id, "secret": secret}
        response = self._calls.write("POST", PATH, form=form, repeatable=False)
        try:
            return _subscription(response)
        except ProtocolError as error:
            raise OutcomeUnknown(UNREADABLE, error.detail) from error

    def unsubscribe(self, id: str) -> None:
        """Done also when it is already gone, which Accelo answers with 400 like any bad request."""
        try:
            self._calls.write("DELETE", f"{PATH}/{id}", form={}, repeatable=True)
        except RejectedError as error:
            if error.code != "invalid_request" or id in {one.id for one in self.list_subscriptions()}:
                raise


def _subscription(response: Any) -> Subscription:
    inner = response.get("subscription", response) if isinstance(response, Mapping) else None
    if not isinstance(inner, Mapping):
        raise ProtocolError("Accelo did not say which subscription it made.", repr(response)[:200])
    return Subscription.from_wire(inner)
