"""The waterfall of one line: named steps from list to net, each exact, rounded once at the end.

The percentages that a line ends with are the same for every quantity. Exact arithmetic makes taking them off step by
step the same as multiplying with one factor; the amount tables rely on that.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from bidwright.catalog.amount_messages import decimal_message
from bidwright.catalog.price_entry import PriceEntry
from bidwright.core.money import EXACT, percent_of, plain, rounded
from bidwright.pricing.models import limited
from bidwright.pricing.sale import Sale
from bidwright.v1.price_pb2 import (
    PRICE_BASIS_RUNNING,
    PRICE_STEP_KIND_DISCRETIONARY,
    PRICE_STEP_KIND_MAXIMUM,
    PRICE_STEP_KIND_MINIMUM,
    PRICE_STEP_KIND_ROUNDING,
    PRICE_STEP_KIND_TERM,
    PriceStep,
    PriceStepKind,
)


class Reduction(NamedTuple):
    """A percentage taken off the running amount; ``percent`` is not negative."""

    kind: PriceStepKind
    rule: str
    percent: Decimal


def reductions(sale: Sale, *, term_counts: bool) -> tuple[Reduction, ...]:
    """The percentages at the end of a line, in order; those of 0 are left out.

    Args:
        sale: The terms.
        term_counts: Whether the term discount applies: on recurring component lines and package lines.
    """
    agreement = sale.agreement
    found = []
    if term_counts and agreement.term_percent:
        rule = f"{sale.book.id}: term of {agreement.term_months} months"
        found.append(Reduction(PRICE_STEP_KIND_TERM, rule, agreement.term_percent))
    if agreement.discount_percent:
        rule = "terms: discretionary discount"
        found.append(Reduction(PRICE_STEP_KIND_DISCRETIONARY, rule, agreement.discount_percent))
    return tuple(found)


def is_waived(sale: Sale, entry: PriceEntry) -> bool:
    """Whether the term is long enough for a one-time charge to be waived."""
    return entry.waived_from is not None and sale.agreement.term_months >= entry.waived_from


def kept(taken: tuple[Reduction, ...]) -> Decimal:
    """What remains of an amount of 1 after the reductions, exact."""
    factor = Decimal(1)
    for reduction in taken:
        factor = EXACT.subtract(factor, percent_of(factor, reduction.percent))
    return factor


class Waterfall:
    """Collects the steps of one line.

    Attributes:
        steps: The steps so far; their amounts add up to ``running`` exactly.
        running: The amount reached.
    """

    def __init__(self) -> None:
        self.steps: list[PriceStep] = []
        self.running = Decimal(0)

    def add(self, kind: PriceStepKind, rule: str, amount: Decimal) -> None:
        """Add a step that is an amount of its own."""
        self.running = EXACT.add(self.running, amount)
        self.steps.append(
            PriceStep(kind=kind, rule=rule, amount=decimal_message(amount), running=decimal_message(self.running))
        )

    def add_percent(self, kind: PriceStepKind, rule: str, percent: Decimal) -> None:
        """Add a percentage of the running amount; negative for a reduction."""
        self.add(kind, rule, percent_of(self.running, percent))
        self.steps[-1].basis = PRICE_BASIS_RUNNING
        self.steps[-1].percent.value = plain(percent)

    def reduce(self, taken: tuple[Reduction, ...]) -> None:
        """Take percentages off, one after the other."""
        for reduction in taken:
            self.add_percent(reduction.kind, reduction.rule, EXACT.minus(reduction.percent))

    def limit(self, entry: PriceEntry, rule: str) -> None:
        """Hold the amount between the minimum and the maximum of a price-list row."""
        held = limited(entry, self.running)
        change = EXACT.subtract(held, self.running)
        if change > 0:
            self.add(PRICE_STEP_KIND_MINIMUM, f"{rule}, at least {plain(held)}", change)
        elif change < 0:
            self.add(PRICE_STEP_KIND_MAXIMUM, f"{rule}, at most {plain(held)}", change)

    def round(self, sale: Sale) -> None:
        """Round to the minor unit of the currency as the price book says."""
        self.settle(sale, rounded(self.running, sale.book.currency, sale.book.rounding))

    def settle(self, sale: Sale, net: Decimal) -> None:
        """End at an amount that was rounded already; no step where it is reached."""
        if net != self.running:
            rule = f"{sale.book.id}: rounding {sale.book.rounding}"
            self.add(PRICE_STEP_KIND_ROUNDING, rule, EXACT.subtract(net, self.running))
            self.running = net
