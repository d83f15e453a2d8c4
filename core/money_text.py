"""Amounts as people of a language and country write them. Exact: no digit is ever left out.

Digits after the point are those of ISO 4217, not those of CLDR, which leaves some out that nobody pays in coins.
"""

from __future__ import annotations

import re
import unicodedata
from copy import copy
from decimal import Decimal, localcontext
from functools import lru_cache

from babel import Locale
from babel.numbers import NumberPattern

from bidwright.core.money import EXACT, MINOR_UNITS

_BETWEEN = re.compile(r"(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])")
"""CLDR sets the code of a currency apart from digits beside it; babel does not."""


def currency_text(amount: Decimal, currency: str, locale: Locale | None = None) -> str:
    """An amount with its currency: ``1,234.50 EUR``, or as the locale writes it: ``1.234,50 €``."""
    digits = _digits(amount, MINOR_UNITS.get(currency, 2))
    if locale is None:
        return f"{amount:,.{digits}f} {currency}"
    return _applied(_pattern(locale, digits, of_currency=True), amount, locale, currency)


def number_text(number: Decimal, least_digits: int = 0, locale: Locale | None = None) -> str:
    """A number without grouping, ``1234.5``, or as the locale writes it: ``1.234,5``.

    Args:
        number: Any.
        least_digits: Digits after the point that are always written.
        locale: None for plain digits.
    """
    digits = _digits(number, least_digits)
    if locale is None:
        return f"{number:.{digits}f}"
    return _applied(_pattern(locale, digits, of_currency=False), number, locale)


def _digits(number: Decimal, least: int) -> int:
    """How many digits a number has after the point, trailing zeros left out, or the least there should be."""
    exponent = number.normalize(EXACT).as_tuple().exponent
    return max(least, -exponent) if isinstance(exponent, int) else least


@lru_cache(maxsize=64)
def _pattern(locale: Locale, digits: int, *, of_currency: bool) -> NumberPattern:
    pattern: NumberPattern = copy(locale.currency_formats["standard"] if of_currency else locale.decimal_formats[None])
    pattern.frac_prec = (digits, digits)
    return pattern


def _applied(pattern: NumberPattern, number: Decimal, locale: Locale, currency: str | None = None) -> str:
    with localcontext(EXACT):
        text: str = pattern.apply(number, locale, currency=currency, currency_digits=False)
    # Some locales wrap numbers in marks of direction, which a terminal shows as rubbish.
    shown = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    return _BETWEEN.sub("\N{NO-BREAK SPACE}", shown)
