"""The waterfall of one line: named steps from list to net, each exact, rounded once at the end."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from bidwright.catalog.amount_messages import decimal_message
from bidwright.catalog.price_entry import PriceEntry
from bidwright.core.money import EXACT, percent_of, plain
from bidwright.pricing.changes import Change
from bidwright.pricing.models import limited
from bidwright.pricing.sale import Sale
from bidwright.v1.price_pb2 import (
    PRICE_BASIS_RUNNING,
    PRICE_STEP_KIND_MAXIMUM,
    PRICE_STEP_KIND_MINIMUM,
    PRICE_STEP_KIND_ROUNDING,
    PriceStep,
    PriceStepKind,
)


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

    def change(self, changes: Iterable[Change], units: Decimal = Decimal(0), *, reached: Decimal = Decimal(0)) -> None:
        """Make changes, one after the other.

        Args:
            changes: In order.
            units: Units that are not free.
            reached: The quantity from which some of them hold.
        """
        for change in changes:
            if change.from_quantity > reached:
                continue
            if change.percent is not None:
                self.add_percent(change.kind, change.rule, change.percent)
            else:
                self.add(change.kind, change.rule, change.amount(self.running, units))

    def limit(self, entry: PriceEntry, rule: str) -> None:
        """Hold the amount between the minimum and the maximum of a price-list row."""
        held = limited(entry, self.running)
        change = EXACT.subtract(held, self.running)
        if change > 0:
            self.add(PRICE_STEP_KIND_MINIMUM, f"{rule}, at least {plain(held)}", change)
        elif change < 0:
            self.add(PRICE_STEP_KIND_MAXIMUM, f"{rule}, at most {plain(held)}", change)

    def round(self, sale: Sale) -> None:
        """Round as the price book says."""
        self.settle(sale, sale.rounded(self.running))

    def settle(self, sale: Sale, net: Decimal) -> None:
        """End at an amount that was rounded already; no step where it is reached."""
        if net != self.running:
            place = f" to {plain(sale.place)}" if sale.book.rounding_to > 1 else ""
            rule = f"{sale.book.id}: rounding {sale.book.rounding}{place}"
            self.add(PRICE_STEP_KIND_ROUNDING, rule, EXACT.subtract(net, self.running))
            self.running = net
