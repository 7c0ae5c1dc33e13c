"""Emulator of the Integration Server at HTTP level: jobs, exports with a real template renderer, limits, receipts."""

from integrations.vendors.ieatta.sandbox.emulator import IeattaEmulator

__all__ = ["IeattaEmulator"]
