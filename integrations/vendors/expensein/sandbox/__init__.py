"""Emulator of one ExpenseIn account at HTTP level: keys, lists, writes, the rules of names, and an admin's edits.

emulator.py addresses and controls     store.py   tables and switches     rules.py what may be written
access.py   keys, tokens, call limit   answers.py the request formats     seed.py  a believable company
"""

from integrations.vendors.expensein.sandbox.access import CLIENT_ID, CLIENT_SECRET, KEY, READ_ONLY_KEY
from integrations.vendors.expensein.sandbox.emulator import ExpenseInEmulator

__all__ = ["CLIENT_ID", "CLIENT_SECRET", "KEY", "READ_ONLY_KEY", "ExpenseInEmulator"]
