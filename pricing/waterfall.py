"""The waterfall of one line: named steps from list to net, each exact, rounded once at the end."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from bidwright.catalog.price_entry import PriceEntry
from bidwright.core.money import add, percent_of, plain, subtract
from bidwright.pricing.changes import Change
from bidwright.pricing.models import limited
from bidwright.pricing.sale import Sale
from bidwright.v1.price_pb2 import (
    PRICE_STEP_KIND_MAXIMUM,
    PRICE_STEP_KIND_MINIMUM,
    PRICE_STEP_KIND_ROUNDING,
    PriceStepKind,
)

Step = tuple[PriceStepKind, str, Decimal, Decimal, Decimal | None, bool]
"""What it does, the rule, what it adds, the amount reached, a percentage or none, and whether of the list amount.

A plain tuple, as large bids have tens of thousands of them."""


class Waterfall:
    """Collects the steps of one line.

    Attributes:
        steps: The steps so far; their amounts add up to ``running`` exactly.
        running: The amount reached.
    """

    __slots__ = ("running", "steps")

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.running = Decimal(0)

    def add(
        self, kind: PriceStepKind, rule: str, amount: Decimal, percent: Decimal | None = None, *, of_list: bool = False
    ) -> None:
        """Add a step; with the percentage of the running or the list amount, where its amount was computed as one."""
        self.running = running = add(self.running, amount) if self.steps else amount
        self.steps.append((kind, rule, amount, running, percent, of_list))

    def add_percent(self, kind: PriceStepKind, rule: str, percent: Decimal) -> None:
        """Add a percentage of the running amount; negative for a reduction."""
        self.add(kind, rule, percent_of(self.running, percent), percent)

    def change(self, changes: Iterable[Change], units: Decimal = Decimal(0), *, reached: Decimal = Decimal(0)) -> None:
        """Make changes, one after the other.

        Args:
            changes: In order.
            units: Units that are not free.
            reached: The quantity from which some of them hold.
        """
        running = listed = self.running
        for change in changes:
            if not change.from_quantity or change.from_quantity <= reached:
                amount = change.amount(running, units, listed)
                running = add(running, amount)
                self.steps.append((change.kind, change.rule, amount, running, change.percent, change.of_list))
        self.running = running

    def limit(self, entry: PriceEntry, rule: str) -> None:
        """Hold the amount between the minimum and the maximum of a price-list row."""
        held = limited(entry, self.running)
        if held > self.running:
            self.add(PRICE_STEP_KIND_MINIMUM, f"{rule}, at least {plain(held)}", subtract(held, self.running))
        elif held < self.running:
            self.add(PRICE_STEP_KIND_MAXIMUM, f"{rule}, at most {plain(held)}", subtract(held, self.running))

    def round(self, sale: Sale) -> None:
        """Round as the price book says."""
        self.settle(sale, sale.rounded(self.running))

    def settle(self, sale: Sale, net: Decimal) -> None:
        """End at an amount that was rounded already; no step where it is reached."""
        if net != self.running:
            self.add(PRICE_STEP_KIND_ROUNDING, sale.rounding_rule, subtract(net, self.running))
            self.running = net
