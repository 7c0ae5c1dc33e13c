"""`python -m tests.bench.expenses.prepare URL EXPENSES`: an account with so many expenses, and a workspace to sync it.

Prints the forms of the two calls that the portal makes for its file, so that the bare script reads the same one.
"""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta

import django


def main(url: str, expenses: int) -> None:
    from integrations.sandbox import Control
    from tests.factories import make_expense_sync, map_categories

    Control(url, "accelo").seed("small")
    ieatta = Control(url, "ieatta", timeout=600)
    ieatta.act("bulk", expenses=0)
    map_categories(make_expense_sync(url, currency="AUD"), url)
    ieatta.act("bulk", expenses=expenses)
    print(json.dumps(forms(url)))


def forms(url: str) -> dict[str, object]:
    """{"url", "order": form, "download": job to which the file's name is added}."""
    from integrations.syncs.ieatta_accelo.options import Options
    from integrations.vendors.ieatta.jobs import download_job, export_job
    from integrations.vendors.ieatta.records import STATES
    from integrations.vendors.ieatta.sandbox.state import POLICY_ID, SECRET, USER
    from integrations.vendors.ieatta.template import STYLES, build_template

    pair = {"credentials": {"partnerUserID": USER, "partnerUserSecret": SECRET}}
    start = date.today() - timedelta(days=Options().window_days + 1)
    job = export_job(start=start, end=None, approved_after=None, report_ids=(), states=STATES, policy_id=POLICY_ID)
    return {
        "url": f"{url}/ieatta/Integration-Server/ExpensifyIntegrations",
        "order": {"requestJobDescription": json.dumps({**job, **pair}), "template": build_template(STYLES[0])},
        "download": {**download_job(""), **pair},
    }


if __name__ == "__main__":
    django.setup()
    main(sys.argv[1], int(sys.argv[2]))
