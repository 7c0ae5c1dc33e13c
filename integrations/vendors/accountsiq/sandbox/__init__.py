"""Emulator of AccountsIQ at HTTP level: Integration 2.0 and 1.1 with sign-in, several companies, and a person's edits.

emulator.py    endpoints, control      operations.py what each operation answers     wsdl.py  the description of both
access.py      applications, tokens, keys, switches       store.py  data and the rules of the vendor's screens
specs.py       fields of each record (data)               render.py answers as XML
seed.py        a believable company                       charts.py charts of accounts over several years
"""

from integrations.vendors.accountsiq.sandbox.access import (
    CLIENT_ID,
    CLIENT_SECRET,
    ENTITY,
    PARTNER_KEY,
    SECOND_ENTITY,
    SECOND_USER_KEY,
    USER_KEY,
)
from integrations.vendors.accountsiq.sandbox.emulator import AccountsIQEmulator

__all__ = [
    "CLIENT_ID",
    "CLIENT_SECRET",
    "ENTITY",
    "PARTNER_KEY",
    "SECOND_ENTITY",
    "SECOND_USER_KEY",
    "USER_KEY",
    "AccountsIQEmulator",
]
