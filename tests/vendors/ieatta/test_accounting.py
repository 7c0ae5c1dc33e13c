"""Whether an accounting package sends its own tags into the workspace."""

from typing import Any

import pytest

from integrations.vendors.ieatta.accounting import accounting_of, told_accounting


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ({"name": "Xero team"}, ""),
        ({"connected": "False", "connections": {}, "accounting": None}, ""),
        ({"connected": "xero"}, "xero"),
        ({"connected": True}, "other"),
        ({"connections": {"quickbooksOnline": {"lastSync": {}}}}, "quickbooks_online"),
        ({"connections": {"quickbooksDesktop": {}}}, "other"),
        ({"connections": {"gusto": {}}}, ""),
        ({"accountingConnection": "QBO"}, "quickbooks_online"),
        ({"accounting": "NetSuite"}, "other"),
        ({"accounting": "Abacus"}, "other"),
    ],
)
def test_a_connection_is_found_where_the_vendor_may_name_it(row: dict[str, Any], key: str) -> None:
    assert told_accounting({"id": "1"}, row) == key


def test_what_a_person_set_wins_over_what_the_vendor_told() -> None:
    assert accounting_of({"accounting": ""}, {}) == accounting_of({}, {"accounting": None}) == ""
    assert accounting_of({"accounting": ""}, {"accounting": "quickbooks_online"}) == "QuickBooks Online"
    assert accounting_of({"accounting": "other"}, {"accounting": "xero"}) == "another accounting package"
