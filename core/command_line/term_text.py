"""The months of a term as text: phases of a ramp, years, and what is due when."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from google.type.money_pb2 import Money

from bidwright.v1.price_pb2 import CashFlow, Price, PriceLine, PricePhase

Amount = Callable[[Money], str]
"""Writes an amount."""


def months_text(of: PricePhase | CashFlow) -> str:
    """Which months: ``months 4-12``, or ``month 4``."""
    last = of.first_month + of.months - 1
    return f"months {of.first_month}-{last}" if of.months > 1 else f"month {of.first_month}"


def free_text(line: PriceLine) -> str:
    """That a line is not due at first, as the end of a sentence; empty where it is due from the first month on."""
    return f", free for {line.free_months} {'month' if line.free_months == 1 else 'months'}" if line.free_months else ""


def term_rows(price: Price, amount: Amount) -> Iterator[tuple[str, str, str]]:
    """What is due in each year, and then in each run of equal months, with its cost; compact where little changes."""
    for year in price.years:
        yield f"year {year.year}", amount(year.value), amount(year.cost)
    if len(price.cash_flow) > 1:
        for run in price.cash_flow:
            each = ", each" if run.months > 1 else ""
            yield f"{months_text(run)}{each}", amount(run.value), amount(run.cost)
