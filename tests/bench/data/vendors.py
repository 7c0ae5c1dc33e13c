"""The vendors' sandbox in a process of its own: `python -m tests.bench.data.vendors` prints its address and serves.

Both emulators render a list once and hand it out again until it changes, and no allowance stops the calls.
"""

from __future__ import annotations

from integrations.vendors.accountsiq.sandbox import AccountsIQEmulator
from integrations.vendors.expensein.sandbox import ExpenseInEmulator
from tests.bench.serving import serve

if __name__ == "__main__":
    serve(AccountsIQEmulator(), ExpenseInEmulator())
