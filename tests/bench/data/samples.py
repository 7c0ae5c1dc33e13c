"""What AccountsIQ holds: four suppliers to each BI code. Pure; the bare scripts know the same records."""

from __future__ import annotations

TRADES = ("Motors", "Print", "Catering", "Electrical", "Stationery", "Freight", "Joinery", "Software")


def supplier(number: int) -> tuple[str, str]:
    """Code and name of one supplier."""
    return f"SUP{number:06}", f"Harbour {TRADES[number % len(TRADES)]} {number:06} Ltd"


def bi_code(number: int) -> tuple[str, str]:
    """Code and description of one BI code."""
    return f"BI{number:06}", f"Quayside refit {number:06}"


def numbers(size: int) -> tuple[int, int]:
    """How many suppliers and BI codes make `size` records."""
    return size - size // 5, size // 5
