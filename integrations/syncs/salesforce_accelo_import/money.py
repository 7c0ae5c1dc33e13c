"""The amount of an opportunity -> the value of a sale, to the cent. Pure."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from integrations.syncs.deciding import Decided, Stop
from integrations.syncs.salesforce_accelo_import.deciding import Setup
from integrations.syncs.salesforce_accelo_import.declared import AS_IS, LEAVE_OUT
from integrations.syncs.salesforce_accelo_import.shape import Work

CENT = Decimal("0.01")


def map_value(work: Work, setup: Setup) -> Decided:
    """Decimal text with two places; '' for none. Raises Stop for an amount that cannot be carried over exactly, and
    for a currency without a rate."""
    if not work.amount:
        return Decided("", "the opportunity has no amount")
    amount, books = Decimal(work.amount), setup.options.currency or setup.corporate
    if not work.currency or work.currency == books or setup.options.currency_rule == AS_IS:
        return _exact(work, amount, books)
    told = f"{amount_words(work)} in Salesforce"
    if setup.options.currency_rule == LEAVE_OUT:
        return Decided("", f"{told} is not {books}, and other currencies are left out", (f"No value: {told}.",))
    value = _converted(work, amount, books, setup)
    return Decided(text(value), f"{told}, by its rate there", (f"{told} was converted to {text(value)} {books}.",))


def _exact(work: Work, amount: Decimal, books: str) -> Decided:
    value = amount.quantize(CENT)
    if value != amount:
        raise Stop(
            "amount", f"The amount {work.amount} has more than two decimals, which Accelo would round. Correct it."
        )
    if work.currency and work.currency != books:
        return Decided(
            text(value), "the number as it is, by the option", (f"{amount_words(work)} was taken as {text(value)}.",)
        )
    return Decided(text(value), "the amount")


def _converted(work: Work, amount: Decimal, books: str, setup: Setup) -> Decimal:
    """A rate says how many units one unit of the corporate currency is worth."""
    rates = setup.rates
    for code in (work.currency, books):
        if not rates.get(code):
            raise Stop(
                "no_rate",
                f"Salesforce has no rate for {code or 'the currency of Accelo'}, so {amount_words(work)} cannot be "
                "converted. Enter the rate there, set the option Currency of Accelo, or choose another rule for "
                "amounts.",
            )
    return (amount / rates[work.currency] * rates[books]).quantize(CENT, ROUND_HALF_UP)


def text(value: Decimal) -> str:
    return f"{value:.2f}"


def amount_words(work: Work) -> str:
    """ "1200.00 EUR"."""
    return f"{work.amount} {work.currency}".strip()
