"""What packages and free months save of a sum of a price, and between what it lies whatever discount is given."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from bidwright.catalog.amount_messages import amount_of
from bidwright.core.errors import Faults
from bidwright.core.money import to_minor
from bidwright.pricing.changes import Changes
from bidwright.pricing.pricer import Pricer
from bidwright.pricing.sale import read_sale
from bidwright.v1.configuration_pb2 import CHARGE_MONTHLY, CommercialTerms, Configuration
from bidwright.v1.price_pb2 import PRICE_LINE_KIND_COMPONENT, PRICE_LINE_KIND_PACKAGE, Price, PriceLine


class Savings(NamedTuple):
    """In minor units.

    Attributes:
        exact: What packages save, and promised free months of lines that a commitment holds.
        least, most: Bounds of it, neither of which rises with the discretionary discount.
    """

    exact: int
    least: Fraction
    most: Fraction


@dataclass(frozen=True, kw_only=True)
class FreeMonths:
    """The free months of a bid, as far as a sum of its price may rise with the discount because of them.

    Attributes:
        of_packages: Those that its packages can have.
        of_commitments: Those of the terms, in which no commitment is due.
        committed: Components of commitments. What a discount takes off their lines is missing to the commitment, also
            in months that a promotion makes free for them.
    """

    of_packages: frozenset[int]
    of_commitments: int
    committed: frozenset[str]


def free_months_of(priced: Pricer, configuration: Configuration, terms: CommercialTerms) -> FreeMonths:
    """Read the free months of a bid; the terms are such that it has a price."""
    sale = read_sale(priced.release, configuration.market, terms, today=priced.today, faults=Faults())
    if sale is None:
        raise AssertionError("there is a price and no sale")
    changes, chosen = Changes(sale), {item.component for item in configuration.items}
    packages = (one for one in priced.release.packages.values() if chosen.issuperset(one.components))
    return FreeMonths(
        of_packages=frozenset(changes.free_months_of_package(package) for package in packages),
        of_commitments=terms.free_months,
        committed=frozenset(id_ for one in sale.commitments.values() for id_ in one.components),
    )


def saved_a_month(price: Price, free_months: FreeMonths) -> Savings:
    """Of a month after all free ones."""
    return _savings(price, price.lines, free_months, _always_once)


def saved_over_term(price: Price, free_months: FreeMonths) -> Savings:
    """Of the contract value."""
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
    price: Price, lines: Collection[PriceLine], free_months: FreeMonths, times: Callable[[int], int]
) -> Savings:
    """What packages and free months save, and what follows from that by which packages are chosen.

    Packages are chosen by the most that they save over the term, and that never rises with the discount, while a
    discount can change which ones are chosen. What free months save of a line never rises with it either.

    Args:
        price: The whole price.
        lines: Of all its term, or of a phase.
        free_months: Those of the bid.
        times: How often a line with so many free months counts.
    """
    term = price.term_months
    packages = [
        (-to_minor(amount_of(line.net), price.currency), line.free_months)
        for line in lines
        if line.kind == PRICE_LINE_KIND_PACKAGE
    ]
    shares = [Fraction(times(free), term - free) for free in free_months.of_packages if free < term]
    chosen_by = sum(saved * (term - free) for saved, free in packages)
    spared = sum(
        to_minor(amount_of(line.net), price.currency) * (times(free_months.of_commitments) - times(line.free_months))
        for line in lines
        if line.kind == PRICE_LINE_KIND_COMPONENT
        and line.charge == CHARGE_MONTHLY
        and line.subject in free_months.committed
    )
    return Savings(
        exact=sum(saved * times(free) for saved, free in packages) + spared,
        least=chosen_by * min(shares, default=Fraction(0)) + spared,
        most=chosen_by * max(shares, default=Fraction(0)) + spared,
    )
