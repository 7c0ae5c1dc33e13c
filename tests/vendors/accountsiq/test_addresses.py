import pytest

from integrations.core.errors import ConfigError
from integrations.vendors.accountsiq.addresses import endpoint

PATH = "/system/dashboard/integration/integration_2_0.asmx"


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ({}, f"https://uk1.accountsiq.com{PATH}"),
        ({"base_url": " EU2 "}, f"https://eu2.accountsiq.com{PATH}"),
        ({"base_url": "us1.accountsiq.com/"}, f"https://us1.accountsiq.com{PATH}"),
        ({"base_url": f"https://x.example{PATH}?wsdl"}, f"https://x.example{PATH}"),
        ({"base_url": "http://localhost:1/aiq"}, f"http://localhost:1/aiq{PATH}"),
        ({"version": "1.1"}, f"https://uk1.accountsiq.com{PATH.replace('2_0', '1_1')}"),
        ({"endpoint_path": "new/path.asmx"}, "https://uk1.accountsiq.com/new/path.asmx"),
    ],
)
def test_host_region_and_whole_endpoint_are_understood(settings: dict[str, str], url: str) -> None:
    assert endpoint(settings) == url


@pytest.mark.parametrize("base", ["ftp://uk1.accountsiq.com", "https://", "://x"])
def test_what_is_no_address_is_refused(base: str) -> None:
    with pytest.raises(ConfigError, match="base_url"):
        endpoint({"base_url": base})
