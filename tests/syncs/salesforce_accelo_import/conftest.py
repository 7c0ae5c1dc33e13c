"""Both vendors up, empty and without call limits that only slow tests."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.syncs.salesforce_accelo_import.accounts import Accounts


@pytest.fixture
def accounts(sandbox: Any, db: Any) -> Callable[..., Accounts]:
    """`accounts(**options)`: an org, a deployment and the import between them."""
    return lambda **options: Accounts(sandbox.url, **options)
