"""What is done to the list amount of a line, as data: each change becomes one step of the waterfall.

Every change is a percentage of the running amount, or so much for each unit. So the amounts of a plain unit price stay
proportional to the units between two thresholds; the amount tables rely on that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from bidwright.catalog.model import Package
from bidwright.catalog.price_charges import RECURRING
from bidwright.catalog.price_entry import Adjustment, PriceEntry
from bidwright.core.money import EXACT, percent_of, plain
from bidwright.pricing.sale import Sale
from bidwright.v1.price_pb2 import (
    PRICE_STEP_KIND_CHANNEL,
    PRICE_STEP_KIND_COMMITTED,
    PRICE_STEP_KIND_CONTRACT,
    PRICE_STEP_KIND_DISCRETIONARY,
    PRICE_STEP_KIND_PROMOTION,
    PRICE_STEP_KIND_TERM,
    PriceStepKind,
)

ORDER: tuple[PriceStepKind, ...] = (
    PRICE_STEP_KIND_TERM,
    PRICE_STEP_KIND_COMMITTED,
    PRICE_STEP_KIND_CHANNEL,
    PRICE_STEP_KIND_PROMOTION,
    PRICE_STEP_KIND_CONTRACT,
    PRICE_STEP_KIND_DISCRETIONARY,
)
"""Kinds of changes, as they follow one another in a line."""


class Change(NamedTuple):
    """One change of the running amount; exactly one of the three figures is given.

    Attributes:
        percent: Of the running amount; negative for a reduction.
        off_each: Taken off for each unit, at most to nothing.
        each: What each unit costs from here on.
        from_quantity: Units from which it holds.
    """

    kind: PriceStepKind
    rule: str
    percent: Decimal | None = None
    off_each: Decimal | None = None
    each: Decimal | None = None
    from_quantity: int = 0

    def amount(self, running: Decimal, units: Decimal) -> Decimal:
        """What it adds to a running amount for so many units that are not free."""
        if self.percent is not None:
            return percent_of(running, self.percent)
        if self.off_each is not None:
            return EXACT.minus(min(running, EXACT.multiply(self.off_each, units)))
        return EXACT.subtract(EXACT.multiply(self.each or Decimal(0), units), running)


def changes_of(sale: Sale, entry: PriceEntry) -> tuple[Change, ...]:
    """All changes of the lines of a price-list row, in order; some only from a quantity on.

    A row that is a percentage of other lines has none: what it is taken of has them already.
    """
    if entry.model == "percentage":
        return ()
    found = [
        *(term_changes(sale) if entry.charge in RECURRING else ()),
        *_committed(sale, frozenset({entry.component}) if entry.charge in RECURRING else frozenset()),
        *_adjustments(entry.adjustments),
        *_promotions(sale, entry),
        *_contract(sale, entry),
        *_line_discount(sale, entry),
        *bid_changes(sale),
    ]
    if is_waived(sale, entry):
        return tuple(change for change in found if change.percent is not None)  # nothing is charged again
    return tuple(found)


def package_changes(sale: Sale, package: Package, adjustments: tuple[Adjustment, ...]) -> tuple[Change, ...]:
    """The changes of a package's own price: what is for everything, not for single components."""
    return (
        *term_changes(sale),
        *_committed(sale, frozenset(package.components)),
        *_adjustments(adjustments),
        *bid_changes(sale),
    )


def term_changes(sale: Sale) -> Iterator[Change]:
    """What the term takes off recurring charges."""
    agreement = sale.agreement
    if agreement.term_percent:
        rule = f"{sale.book.id}: term of {agreement.term_months} months"
        yield Change(PRICE_STEP_KIND_TERM, rule, percent=EXACT.minus(agreement.term_percent))


def bid_changes(sale: Sale) -> Iterator[Change]:
    """What the seller takes off every line."""
    percent = sale.agreement.discount_percent
    if percent:
        yield Change(PRICE_STEP_KIND_DISCRETIONARY, "terms: discretionary discount", percent=EXACT.minus(percent))


def is_waived(sale: Sale, entry: PriceEntry) -> bool:
    """Whether the term is long enough for a one-time charge to be waived."""
    return entry.waived_from is not None and sale.agreement.term_months >= entry.waived_from


def changed(changes: Iterable[Change], running: Decimal, units: Decimal, *, reached: Decimal) -> Decimal:
    """What is left of an amount after all changes.

    Args:
        changes: In order.
        running: The amount before them.
        units: Units that are not free.
        reached: The quantity that thresholds are compared with.
    """
    for change in changes:
        if change.from_quantity <= reached:
            running = EXACT.add(running, change.amount(running, units))
    return running


def _committed(sale: Sale, components: frozenset[str]) -> Iterator[Change]:
    for _, committed in sorted(sale.commitments.items()):
        if committed.percent and components and components <= committed.components:
            yield Change(PRICE_STEP_KIND_COMMITTED, committed.rule, percent=EXACT.minus(committed.percent))


def _adjustments(adjustments: tuple[Adjustment, ...]) -> Iterator[Change]:
    for one in adjustments:
        yield Change(PRICE_STEP_KIND_CHANNEL, one.rule, percent=one.percent)


def _promotions(sale: Sale, entry: PriceEntry) -> Iterator[Change]:
    for promotion in sale.promotions:
        if entry.component not in promotion.components or entry.charge not in promotion.charges:
            continue
        rule = f"promotion {promotion.id}" + (f", code {promotion.code}" if promotion.code else "")
        if promotion.percent is not None:
            off, percent = None, EXACT.minus(promotion.percent)
        else:
            off, percent = promotion.amounts[sale.market.id], None
            rule += f", {plain(off)} off each"
        yield Change(
            PRICE_STEP_KIND_PROMOTION,
            rule,
            percent=percent,
            off_each=None if off is None else _of_a_month(sale, entry, off),
            from_quantity=promotion.from_quantity,
        )


def _contract(sale: Sale, entry: PriceEntry) -> Iterator[Change]:
    contract = sale.contract
    for agreed in contract.prices if contract is not None else ():
        holds = agreed.period.holds(sale.agreement.price_date)
        if contract is None or not holds or entry.component not in agreed.components:
            continue
        if entry.charge in agreed.charges and agreed.percent is not None:
            yield Change(PRICE_STEP_KIND_CONTRACT, f"agreement {contract.id}", percent=EXACT.minus(agreed.percent))
        elif entry.charge in agreed.charges and agreed.price is not None:
            rule = f"agreement {contract.id}, {plain(agreed.price)} each"
            yield Change(PRICE_STEP_KIND_CONTRACT, rule, each=_of_a_month(sale, entry, agreed.price))


def _line_discount(sale: Sale, entry: PriceEntry) -> Iterator[Change]:
    for component, percent in sale.agreement.line_discounts:
        if component == entry.component and percent:
            rule = f"terms: discretionary discount on {component}"
            yield Change(PRICE_STEP_KIND_DISCRETIONARY, rule, percent=EXACT.minus(percent))


def _of_a_month(sale: Sale, entry: PriceEntry, amount: Decimal) -> Decimal:
    """An amount of the row's charge; of an hour, that of the hours of a month."""
    return EXACT.multiply(amount, sale.book.hours_per_month) if entry.charge == "hourly" else amount
