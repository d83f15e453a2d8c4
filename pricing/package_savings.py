"""What packages save of a sum of a price, and between what it lies whatever discount is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

from bidwright.catalog.amount_messages import amount_of
from bidwright.core.money import to_minor
from bidwright.v1.configuration_pb2 import CHARGE_ONE_TIME, CHARGE_USAGE
from bidwright.v1.price_pb2 import PRICE_LINE_KIND_COMPONENT, PRICE_LINE_KIND_PACKAGE, Price, PriceLine


class Savings(NamedTuple):
    """In minor units.

    Attributes:
        exact: What packages save.
        least, most: Bounds of it, neither of which rises with the discretionary discount.
    """

    exact: int
    least: Fraction
    most: Fraction


def saved_a_month(price: Price, free_months: int) -> Savings:
    """Of a month after all free ones; ``free_months`` are those of the terms."""
    return _savings(price, price.lines, free_months, _always_once)


def saved_over_term(price: Price, free_months: int) -> Savings:
    """Of the contract value; ``free_months`` are those of the terms."""
    parts = [(phase.lines, phase.first_month, phase.months) for phase in price.phases]
    found = [
        _savings(price, lines, free_months, _due_within(range(first_month, first_month + months)))
        for lines, first_month, months in parts or [(price.lines, 1, price.term_months)]
    ]
    return Savings(*(sum(figures) for figures in zip(*found, strict=True)))


def _always_once(_free: int) -> int:
    return 1


def _due_within(months: range) -> Callable[[int], int]:
    return lambda free: len(range(max(months.start, free + 1), months.stop))


def _savings(price: Price, lines: Iterable[PriceLine], free_months: int, times: Callable[[int], int]) -> Savings:
    """What packages save, and what follows from that by which they are chosen.

    Packages are chosen by the most that they save over the term, and that never rises with the discount. A discount can
    change which ones are chosen, but each has as many free months as the terms at least, and as one of its components
    at most.

    Args:
        price: The whole price.
        lines: Of all its term, or of a phase.
        free_months: Those of the terms.
        times: How often a line with so many free months counts.
    """
    term = price.term_months
    packages = [
        (-to_minor(amount_of(line.net), price.currency), line.free_months)
        for line in lines
        if line.kind == PRICE_LINE_KIND_PACKAGE
    ]
    most_free = max([free_months, *_free_months(price.lines)])
    shares = [Fraction(times(free), term - free) for free in range(free_months, min(most_free + 1, term))]
    chosen_by = sum(saved * (term - free) for saved, free in packages)
    return Savings(
        exact=sum(saved * times(free) for saved, free in packages),
        least=chosen_by * min(shares, default=Fraction(0)),
        most=chosen_by * max(shares, default=Fraction(0)),
    )


def _free_months(lines: Sequence[PriceLine]) -> Iterable[int]:
    return (
        line.free_months
        for line in lines
        if line.kind == PRICE_LINE_KIND_COMPONENT and line.charge not in {CHARGE_ONE_TIME, CHARGE_USAGE}
    )
