"""`python -m tests.bench.directory.prepare URL SIZE KIND`: an org and a deployment that hold the same so many
companies, and the workspace that keeps them in step.

KIND: companies; contacts: with two people to each company; addresses: companies with a billing address, which is
compared. Prints what the bare scripts need, and the ids of the accounts that are changed later.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import django

from tests.bench.directory import samples

LUMP = 10_000
LONG_AGO = 86_400
"""Seconds. What was changed lately is read again by every run."""
ADDRESSES = ("companies.billing", "companies.shipping", "contacts.mailing", "contacts.other")
CHANGED = 2_000


def main(url: str, size: int, kind: str) -> None:
    from integrations.sandbox import Control

    accounts = load(Control(url, "salesforce", timeout=600), Control(url, "accelo", timeout=600), size, kind)
    make_sync(url, kind)
    told = {"contacts": kind == "contacts", "tokens": tokens(url), "accounts": accounts[: min(CHANGED, size // 5)]}
    print(json.dumps({"salesforce": f"{url}/salesforce", "accelo": f"{url}/accelo", **told}))


def load(salesforce: Any, accelo: Any, size: int, kind: str) -> list[str]:
    """Both sides filled; the ids of Salesforce's accounts."""
    second = int(time.time()) - LONG_AGO
    accounts: list[str] = []
    for numbers in lumps(size):
        rows = [samples.account(n) | (samples.billing(n) if kind == "addresses" else {}) for n in numbers]
        accounts += salesforce.act("bulk", object="Account", rows=rows, stamp=second)
        put(accelo, "companies", numbers, lambda n: samples.company(n, second))
        if kind == "addresses":
            put(accelo, "addresses", numbers, samples.address)
    for numbers in lumps(size * samples.PEOPLE) if kind == "contacts" else ():
        people = [samples.person(n) | {"AccountId": accounts[n // samples.PEOPLE]} for n in numbers]
        salesforce.act("bulk", object="Contact", rows=people, stamp=second)
        put(accelo, "contacts", numbers, lambda n: samples.contact(n, second))
        put(accelo, "affiliations", numbers, lambda n: samples.place(n, second))
    return accounts


def put(accelo: Any, table: str, numbers: range, sample: Callable[[int], dict[str, Any]]) -> None:
    accelo.act("bulk", table=table, rows=[sample(number) for number in numbers])


def lumps(count: int) -> Iterator[range]:
    return (range(start, min(start + LUMP, count)) for start in range(0, count, LUMP))


def make_sync(url: str, kind: str) -> None:
    from integrations.models import FieldRule
    from integrations.services.syncs import schedule_install
    from tests.factories import make_directory_sync

    sync = make_directory_sync(url)
    if kind != "contacts":
        sync.streams = ["companies"]
        sync.save(update_fields=["streams"])
        schedule_install(sync)
    for target in ADDRESSES if kind != "addresses" else ():
        FieldRule.objects.create(sync=sync, target=target, direction="off")


def tokens(url: str) -> dict[str, str]:
    """By vendor."""
    import requests

    from integrations.vendors.accelo.sandbox import SERVICE_ID, SERVICE_SECRET
    from integrations.vendors.salesforce.sandbox import CLIENT_ID, CLIENT_SECRET

    form = {"grant_type": "client_credentials"}
    org = form | {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    deployment = form | {"client_id": SERVICE_ID, "client_secret": SERVICE_SECRET, "scope": "read(all)"}
    answers = {
        "salesforce": requests.post(f"{url}/salesforce/services/oauth2/token", data=org, timeout=60),
        "accelo": requests.post(f"{url}/accelo/oauth2/v0/token", data=deployment, timeout=60),
    }
    return {vendor: str(answer.json()["access_token"]) for vendor, answer in answers.items()}


if __name__ == "__main__":
    django.setup()
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
