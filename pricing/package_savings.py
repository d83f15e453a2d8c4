"""What packages save of a sum of a price, and between what it lies whatever discount is given."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from fractions import Fraction
from typing import NamedTuple

from bidwright.catalog.amount_messages import amount_of
from bidwright.core.errors import Faults
from bidwright.core.money import to_minor
from bidwright.pricing.changes import Changes
from bidwright.pricing.pricer import Pricer
from bidwright.pricing.sale import read_sale
from bidwright.v1.configuration_pb2 import CommercialTerms, Configuration
from bidwright.v1.price_pb2 import PRICE_LINE_KIND_PACKAGE, Price, PriceLine


class Savings(NamedTuple):
    """In minor units.

    Attributes:
        exact: What packages save.
        least, most: Bounds of it, neither of which rises with the discretionary discount.
    """

    exact: int
    least: Fraction
    most: Fraction


def free_months_of_packages(priced: Pricer, configuration: Configuration, terms: CommercialTerms) -> frozenset[int]:
    """The free months that packages of a bid can have; the terms are such that it has a price."""
    sale = read_sale(priced.release, configuration.market, terms, today=priced.today, faults=Faults())
    if sale is None:
        raise AssertionError("there is a price and no sale")
    changes, chosen = Changes(sale), {item.component for item in configuration.items}
    packages = (one for one in priced.release.packages.values() if chosen.issuperset(one.components))
    return frozenset(changes.free_months_of_package(package) for package in packages)


def saved_a_month(price: Price, free_months: Collection[int]) -> Savings:
    """Of a month after all free ones; ``free_months`` are those that packages can have."""
    return _savings(price, price.lines, free_months, _always_once)


def saved_over_term(price: Price, free_months: Collection[int]) -> Savings:
    """Of the contract value; ``free_months`` are those that packages can have."""
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


def _savings(
    price: Price, lines: Iterable[PriceLine], free_months: Collection[int], times: Callable[[int], int]
) -> Savings:
    """What packages save, and what follows from that by which they are chosen.

    Packages are chosen by the most that they save over the term, and that never rises with the discount, while a
    discount can change which ones are chosen.

    Args:
        price: The whole price.
        lines: Of all its term, or of a phase.
        free_months: Those that packages can have.
        times: How often a line with so many free months counts.
    """
    term = price.term_months
    packages = [
        (-to_minor(amount_of(line.net), price.currency), line.free_months)
        for line in lines
        if line.kind == PRICE_LINE_KIND_PACKAGE
    ]
    shares = [Fraction(times(free), term - free) for free in free_months if free < term]
    chosen_by = sum(saved * (term - free) for saved, free in packages)
    return Savings(
        exact=sum(saved * times(free) for saved, free in packages),
        least=chosen_by * min(shares, default=Fraction(0)),
        most=chosen_by * max(shares, default=Fraction(0)),
    )
