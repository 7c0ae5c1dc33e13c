"""What an admin may choose from for sales and tickets. The other kinds: test_client.py."""

import pytest

from integrations.core.errors import ConfigError
from integrations.vendors.accelo.client import AcceloClient
from integrations.vendors.accelo.references import KINDS


def test_choices_of_sales_and_tickets_tell_their_order_parent_and_standing(client: AcceloClient) -> None:
    found = {kind: {one.label: one for one in client.list_candidates(kind)} for kind in KINDS if "_" in kind}
    won = found["sale_status"]["Won"]
    assert won.extra == {"standing": "won", "start": "yes", "color": "green", "ordering": "5"}
    assert found["sale_status"]["Lost"].extra["start"] == "no"
    assert [found["sale_type"][name].extra["parent"] for name in ("Partner", "Renewal")] == ["1", ""]
    assert found["sale_probability"]["Even"].extra == {"value": "50", "ordering": "3"}
    assert found["ticket_priority"]["Extreme"].extra == {"color": "red", "factor": "5"}
    assert found["ticket_type"]["Hosting"].extra == {"standing": "active", "parent": "2", "ordering": "3"}
    assert (found["ticket_class"]["Telex"].active, found["ticket_class"]["Network"].extra["parent"]) == (False, "1")
    assert "Fax line" not in found["ticket_type"]


def test_an_unknown_kind_is_named(client: AcceloClient) -> None:
    with pytest.raises(ConfigError, match="unicorn"):
        list(client.list_candidates("unicorn"))
