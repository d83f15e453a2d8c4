"""Amounts that people type, as messages."""

from __future__ import annotations

from decimal import Decimal

from google.type.money_pb2 import Money

from bidwright.core.money import EXACT, plain

_PLACES = 9
_MOST = 10**18


def amount_message(amount: Decimal, currency: str = "") -> Money:
    """Write an amount, exact.

    Args:
        amount: Any.
        currency: ISO 4217 code; empty where the price book tells it.

    Raises:
        ValueError: It has more than 18 digits before the point, or more than 9 after it.
    """
    scaled = EXACT.scaleb(amount, _PLACES)
    nanos = int(scaled)
    if abs(amount) >= _MOST or nanos != scaled:
        raise ValueError(f"{plain(amount)} has more than 18 digits before the point or {_PLACES} after it")
    units = int(amount)
    return Money(currency_code=currency, units=units, nanos=nanos - units * 10**_PLACES)
