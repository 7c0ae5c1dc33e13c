"""Charts of accounts over five years: an independent calculation agrees with ExpenseIn after each run."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import Run
from integrations.vendors.accountsiq.sandbox.charts import YEARS, generate
from tests.syncs.accountsiq_expensein.accounts import Accounts

pytestmark = pytest.mark.django_db(transaction=True)


def expected(before: dict[str, str], chart: list[dict[str, Any]]) -> dict[str, str]:
    """What ExpenseIn holds after a year: names of known codes follow, active ones are added, nothing goes away, and a
    name that somebody else keeps is not given twice. Repeats single steps until none is possible."""
    names = dict(before)
    rows = {row["Code"]: row for row in chart}
    wanted = {code: row["Description"] for code, row in rows.items() if code in before or row["IsActive"]}
    todo = [
        code for code in sorted(wanted, key=lambda code: (code not in before, code)) if names.get(code) != wanted[code]
    ]
    progress = True
    while progress:
        progress = False
        for code in list(todo):
            if all(other == code or name.lower() != wanted[code].lower() for other, name in names.items()):
                names[code] = wanted[code]
                todo.remove(code)
                progress = True
    return names


@pytest.mark.parametrize(("seed", "accounts"), [(1, 50), (2, 60), (3, 400)])
def test_every_year_of_a_chart_arrives(sandbox: Any, seed: int, accounts: int) -> None:
    company = Accounts(sandbox.url, "categories")
    names: dict[str, str] = {}
    for year in range(YEARS):
        chart = generate(seed, accounts, year)
        company.accountsiq.act("remove", table="gl_accounts")
        company.accountsiq.act("put", table="gl_accounts", rows=chart)
        run = company.run()
        assert run.status == Run.Status.DONE, run.message
        names = expected(names, chart)
        assert company.names("categories") == names, f"year {year}"
        assert all(row["appliesTo"] == ["purchase"] for row in company.rows("categories"))
        company.assert_quiet()


def test_a_large_chart_leaves_out_only_the_names_that_repeat(sandbox: Any) -> None:
    company = Accounts(sandbox.url, "categories", same_names="add_code")
    chart = [row for row in generate(3, 700, 0) if row["IsActive"]]
    company.accountsiq.act("put", table="gl_accounts", rows=chart)
    run = company.run()
    assert run.counts["created"] == len(chart)
    held = company.names("categories")
    assert held.keys() == {row["Code"] for row in chart}
    assert all(held[row["Code"]].startswith(row["Description"]) for row in chart)
    company.assert_quiet()
