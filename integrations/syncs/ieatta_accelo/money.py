"""Amount, currency, quantity and unit price. Pure; to the cent or not at all.

Ieatta gives every amount in hundredths of its currency, also where a currency has no cents (Expensify Integration
Server manual, export templates: `amount` is an integer in cents).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal, InvalidOperation

from integrations.syncs.deciding import Stop
from integrations.vendors.ieatta.records import Expense

CENT = Decimal("0.01")
PRICE_DECIMALS = 4
"""Accelo keeps prices and quantities of expenses with four decimals (Accelo API docs, _expenses, samples)."""


@dataclass(frozen=True, slots=True)
class Amount:
    """`cents` in the books' currency, negative for a refund."""

    cents: int
    currency: str
    because: str
    notes: tuple[str, ...] = ()

    @property
    def value(self) -> Decimal:
        return Decimal(self.cents).scaleb(-2)


@dataclass(frozen=True, slots=True)
class Split:
    """`quantity` x `price`, rounded half up to the cent, is the amount."""

    quantity: Decimal
    price: Decimal
    because: str
    notes: tuple[str, ...] = ()


def map_amount(expense: Expense, books: str) -> Amount:
    """The amount in the books' currency. `books` '' = whatever the report's currency is.

    Raises Stop: currency, no_conversion, stale_conversion.
    """
    currency = (expense.report.currency or expense.currency).upper()
    if books and currency != books:
        raise Stop(
            "currency",
            f"The report is in {currency}, the books in Accelo are in {books}. Give the expense a report in "
            f"{books}, or change the option Books' currency if {books} is not the currency of the books.",
        )
    if expense.currency.upper() in ("", currency):
        edited = " as corrected in Ieatta" if expense.modified_amount_present else ""
        return Amount(expense.amount, currency, f"amount{edited}: {cents_text(expense.amount)} {currency}")
    return _converted(expense, currency)


def _converted(expense: Expense, currency: str) -> Amount:
    original = f"{cents_text(expense.amount)} {expense.currency.upper()}"
    if expense.converted_amount is None:
        raise Stop(
            "no_conversion",
            f"{original} has no amount in {currency}. Ieatta has not converted it yet; once it has, the "
            f"expense goes on.",
        )
    notes = _check_conversion(expense, currency, original)
    because = f"{original} converted by Ieatta to {cents_text(expense.converted_amount)} {currency}"
    return Amount(expense.converted_amount, currency, because, notes)


def _check_conversion(expense: Expense, currency: str, original: str) -> tuple[str, ...]:
    """After a correction, the converted amount must belong to the corrected amount.

    Which way the rate points is not documented, so both are tried: the product or quotient nearest to the
    converted amount shows which of the two amounts it was made from; a tie counts as the old one.
    """
    if not expense.modified_amount_present or expense.amount == expense.original_amount:
        return ()
    rate = decimal_or_none(expense.conversion_rate)
    if rate is None or rate <= 0:
        return (f"Ieatta gave no rate, so {original} could not be checked against its amount in {currency}.",)
    converted = Decimal(expense.converted_amount or 0)

    def distance(amount: int) -> Decimal:
        return min(abs(amount * rate - converted), abs(amount / rate - converted))

    if distance(expense.original_amount) <= distance(expense.amount):
        old = f"{cents_text(expense.original_amount)} {expense.currency.upper()}"
        raise Stop(
            "stale_conversion",
            f"The amount was corrected from {old} to {original}, but the amount in {currency} still belongs to {old}. "
            f"Save the expense in Ieatta once more so that it is converted again.",
        )
    return ()


def split_amount(cents: int, units: str, unit: str, *, use_units: bool = True) -> Split:
    """Quantity and unit price for an amount; quantity 1 when no unit price gives the amount to the cent.

    `units`: the vendor's text for distance or hours, '' when the expense has none.
    """
    amount = Decimal(cents).scaleb(-2)
    quantity = decimal_or_none(units) if use_units and units.strip() else None
    if not use_units or not units.strip() or quantity == 0:
        return Split(Decimal(1), amount, "one piece" if use_units else "always 1 by the field rule")
    name = f"{units.strip()} {unit}".strip()
    price = _unit_price(amount, quantity) if quantity is not None else None
    if quantity is None or price is None:
        note = f"Filed as quantity 1: no unit price for {name} gives {cents_text(cents)} to the cent."
        return Split(Decimal(1), amount, f"{name} cannot be carried over exactly", (note,))
    return Split(quantity, price, f"{name} at {decimal_text(price)} each makes {cents_text(cents)}")


def _unit_price(amount: Decimal, quantity: Decimal) -> Decimal | None:
    """An exact price with at most four decimals, else the shortest that rounds to the amount, else None."""
    if quantity <= 0 or quantity > 10**9 or decimals(quantity) > PRICE_DECIMALS:
        return None
    exact = amount / quantity
    if decimals(exact) <= PRICE_DECIMALS and exact * quantity == amount:
        return exact
    for places in range(2, PRICE_DECIMALS + 1):
        step = Decimal(1).scaleb(-places)
        around = {exact.quantize(step, mode) for mode in (ROUND_FLOOR, ROUND_CEILING)}
        for price in sorted(around, key=lambda candidate: abs(candidate - exact)):
            if to_cent(price * quantity) == amount:
                return price
    return None


def to_cent(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def decimals(value: Decimal) -> int:
    """Decimal places that count: 2 for 1.250."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else PRICE_DECIMALS + 1


def decimal_or_none(text: str) -> Decimal | None:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def decimal_text(value: Decimal) -> str:
    """Canonical: no exponent, no zeros at the end, '0' rather than '-0'."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def money_text(value: Decimal) -> str:
    """As decimal_text, with at least two decimals: "12.50", "0.3125"."""
    whole, _, rest = decimal_text(value).partition(".")
    return f"{whole}.{rest.ljust(2, '0')}"


def cents_text(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"
