"""What arrives at the portal's webhook address. Pure; never trusted for content, only for "look now".

Source: Accelo API docs, _webhooks: a POST of `id` and `resource_url`, with the HMAC of the body under the
subscription's secret in X-Hub-Signature. Hash function and prefix are not documented, so the usual ones are all taken.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from urllib.parse import parse_qs

EVENTS = ("create_company", "update_company", "create_contact", "update_contact")
"""What is subscribed to. There is nothing for affiliations, addresses and deletions."""

HASHES = {40: hashlib.sha1, 64: hashlib.sha256}
"""By the number of hex digits."""


def webhook_signature_fits(body: bytes, header: str, secret: str) -> bool:
    """`header`: X-Hub-Signature, hex of SHA-1 or SHA-256, with or without `sha1=` or `sha256=`. In constant time.

    False without a secret: a delivery that nobody could sign is not believed.
    """
    name, _, digits = header.strip().lower().rpartition("=")
    make = HASHES.get(len(digits))
    if not secret or make is None or name not in ("", make().name) or not digits.isascii():
        return False
    return hmac.compare_digest(hmac.new(secret.encode(), body, make).hexdigest(), digits)


def parse_webhook(body: bytes, content_type: str) -> str:
    """The id of the object that changed, '' when the body has none that is a number."""
    try:
        text = body.decode()
        if content_type.lower().startswith("application/json"):
            found = json.loads(text)
            id = str(found.get("id", "")) if isinstance(found, dict) else ""
        else:
            id = parse_qs(text).get("id", [""])[0]
    except (ValueError, RecursionError):
        return ""
    return id if id.isascii() and id.isdigit() else ""
