import pytest

from integrations.vendors.accountsiq.sandbox.charts import YEARS, generate
from integrations.vendors.accountsiq.sandbox.specs import TABLES
from integrations.vendors.accountsiq.sandbox.store import check


@pytest.mark.parametrize("accounts", [50, 180, 2000])
@pytest.mark.parametrize("seed", range(6))
def test_a_chart_is_valid_and_changes_in_every_way_each_year(seed: int, accounts: int) -> None:
    years = [{row["Code"]: row for row in generate(seed, accounts, year)} for year in range(YEARS)]
    assert len(years[0]) == accounts
    for before, after in zip(years, years[1:], strict=False):
        kept = before.keys() & after.keys()
        renamed = {code for code in kept if before[code]["Description"] != after[code]["Description"]}
        cased = {c for c in renamed if before[c]["Description"].lower() == after[c]["Description"].lower()}
        off = {code for code in kept if before[code]["IsActive"] and not after[code]["IsActive"]}
        gone = {row["Description"] for row in before.values() if row["Code"] not in after}
        new = {row["Description"] for row in after.values() if row["Code"] not in before}
        assert cased and renamed - cased and off and gone - new and new - gone and gone & new
    for row in years[-1].values():
        check(TABLES["gl_accounts"], row, new=True)


def test_the_same_arguments_give_the_same_chart() -> None:
    assert generate(3, 300, 4) == generate(3, 300, 4) != generate(4, 300, 4)


def test_names_repeat_under_different_codes_in_large_charts() -> None:
    names = [row["Description"] for row in generate(1, 2000, 0)]
    assert len(set(names)) < len(names)
