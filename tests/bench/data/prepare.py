"""`python -m tests.bench.data.prepare URL SIZE`: an AccountsIQ with so many records, and the workspace that syncs them.

Prints what the bare scripts need: addresses, a token, the key, how many records there are.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

import django

from tests.bench.data.samples import bi_code, numbers, supplier

LUMP = 5_000
FEEDS = {
    "categories": {"enabled": False},
    "projects": {"enabled": True, "source": "bi_codes"},
    "departments": {"enabled": False},
    "tax_rates": {"enabled": False},
    "suppliers": {"enabled": True, "source": "suppliers"},
}


def main(url: str, size: int) -> None:
    from integrations.sandbox import Control
    from tests.factories import make_data_sync

    suppliers, bi_codes = numbers(size)
    accountsiq = Control(url, "accountsiq", timeout=600)
    for rows in lumps(supplier, suppliers, "Code", "Name"):
        accountsiq.act("put", table="suppliers", rows=rows)
    for rows in lumps(bi_code, bi_codes, "DepartmentID", "Description"):
        accountsiq.act("put", table="bi_codes", rows=rows)
    make_data_sync(url, feeds=FEEDS)
    print(json.dumps(forms(url, suppliers, bi_codes)))


def lumps(sample: Callable[[int], tuple[str, str]], count: int, *names: str) -> Iterator[list[dict[str, str]]]:
    for start in range(0, count, LUMP):
        chosen = range(start, min(start + LUMP, count))
        yield [dict(zip(names, sample(number), strict=True)) for number in chosen]


def forms(url: str, suppliers: int, bi_codes: int) -> dict[str, Any]:
    """What goes out for the same answers: SOAP envelopes by operation, ready to be sent."""
    from integrations.vendors.accountsiq.envelope import build_envelope
    from integrations.vendors.accountsiq.sandbox import ENTITY
    from integrations.vendors.expensein.sandbox.access import KEY

    endpoint = f"{url}/accountsiq/system/dashboard/integration/integration_2_0.asmx"
    token = sign_in(endpoint)
    return {
        "endpoint": endpoint,
        "envelopes": {
            operation: build_envelope(operation, (), (ENTITY, token)).decode()
            for operation in ("GetDepartmentList", "GetSupplierList")
        },
        "expensein": f"{url}/expensein/1.0",
        "key": KEY,
        "suppliers": suppliers,
        "bi_codes": bi_codes,
    }


def sign_in(endpoint: str) -> str:
    import requests

    from integrations.vendors.accountsiq.envelope import build_envelope, build_headers
    from integrations.vendors.accountsiq.sandbox import CLIENT_ID, CLIENT_SECRET

    body = build_envelope("TokenGet", [("clientId", CLIENT_ID), ("clientSecret", CLIENT_SECRET)])
    answer = requests.post(endpoint, data=body, headers=build_headers("TokenGet"), timeout=60).text
    found = re.search("<AccessToken>(.*?)</AccessToken>", answer)
    return found[1] if found else ""


if __name__ == "__main__":
    django.setup()
    main(sys.argv[1], int(sys.argv[2]))
