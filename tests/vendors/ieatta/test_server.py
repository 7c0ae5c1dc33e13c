"""The address and the shared budget."""

import pytest

from integrations.core.errors import ConfigError
from integrations.vendors.ieatta.server import budget_key, endpoint


@pytest.mark.parametrize(
    ("given", "whole"),
    [
        ("https://x.example", "https://x.example/Integration-Server/ExpensifyIntegrations"),
        ("x.example/a/", "https://x.example/a"),
        (" https://x.example/a/b ", "https://x.example/a/b"),
    ],
)
def test_the_endpoint_is_what_was_entered_or_the_documented_path(given: str, whole: str) -> None:
    assert endpoint(given) == whole


def test_an_address_that_is_none_names_base_url() -> None:
    with pytest.raises(ConfigError, match="base_url"):
        endpoint("ftp://x")


def test_two_connections_with_one_pair_share_a_budget() -> None:
    key = budget_key({"base_url": "https://X.example/p"}, {"partner_user_id": "aa_me "})
    assert key == budget_key({"base_url": "x.example"}, {"partner_user_id": "AA_me"})
