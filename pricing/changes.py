"""What is done to the list amount of a line, as data: each change becomes one step of the waterfall.

Every change is a percentage of the running or the list amount, or so much for each unit. So the amounts of a plain unit
price stay proportional to the units between two thresholds; the amount tables rely on that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import product
from typing import NamedTuple

from bidwright.catalog.model import Package
from bidwright.catalog.price_charges import RECURRING, ChargeName
from bidwright.catalog.price_entry import Adjustment, PriceEntry
from bidwright.catalog.price_offers import AgreedPrice, Promotion
from bidwright.core.money import EXACT, add, multiply, percent_of, plain, subtract
from bidwright.pricing.ramp import Phase
from bidwright.pricing.sale import Sale
from bidwright.v1.price_pb2 import (
    PRICE_STEP_KIND_CHANNEL,
    PRICE_STEP_KIND_COMMITTED,
    PRICE_STEP_KIND_CONTRACT,
    PRICE_STEP_KIND_DISCRETIONARY,
    PRICE_STEP_KIND_PROMOTION,
    PRICE_STEP_KIND_RAMP,
    PRICE_STEP_KIND_TERM,
    PriceStepKind,
)

ORDER: tuple[PriceStepKind, ...] = (
    PRICE_STEP_KIND_TERM,
    PRICE_STEP_KIND_COMMITTED,
    PRICE_STEP_KIND_RAMP,
    PRICE_STEP_KIND_CHANNEL,
    PRICE_STEP_KIND_PROMOTION,
    PRICE_STEP_KIND_CONTRACT,
    PRICE_STEP_KIND_DISCRETIONARY,
)
"""Kinds of changes, as they follow one another in a line."""


class Change(NamedTuple):
    """One change of the running amount; exactly one of the first three figures is given.

    Attributes:
        percent: Of the running amount; negative for a reduction.
        of_list: Whether the percentage is one of the list amount; a reduction is then at most to nothing.
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
    of_list: bool = False

    def amount(self, running: Decimal, units: Decimal, listed: Decimal) -> Decimal:
        """What it adds to a running amount for so many units that are not free, of which ``listed`` was the price."""
        if self.percent is not None:
            if self.of_list:
                return max(percent_of(listed, self.percent), EXACT.minus(running))
            return percent_of(running, self.percent)
        if self.off_each is not None:
            return EXACT.minus(min(running, multiply(self.off_each, units)))
        return subtract(multiply(self.each or Decimal(0), units), running)


class Changes:
    """The changes of all lines of a sale, or of a phase of its term, looked up by component; made once.

    Attributes:
        bid: What the seller takes off every line.
    """

    def __init__(self, sale: Sale, phase: Phase | None = None) -> None:
        self._sale = sale
        self._term = tuple(_term(sale))
        self._ramp = tuple(_ramp(phase)) if phase is not None else ()
        self.bid = tuple(_bid(sale))
        self._line_discounts = {component: percent for component, percent in sale.agreement.line_discounts if percent}
        self._promotions: dict[str, list[Promotion]] = {}
        for promotion in sale.promotions:
            for component in promotion.components:
                self._promotions.setdefault(component, []).append(promotion)
        self._common: dict[tuple[bool, tuple[Adjustment, ...]], tuple[Change, ...]] = {}
        self._committed = {id_: one for one in sale.commitments.values() if one.percent for id_ in one.components}
        self._agreed: dict[tuple[str, ChargeName], AgreedPrice] = {}
        for agreed in sale.contract.prices if sale.contract is not None else ():
            if agreed.period.holds(sale.agreement.price_date):
                self._agreed.update(dict.fromkeys(product(agreed.components, agreed.charges), agreed))
        agreed_for = {component for component, _ in self._agreed}
        self._own = {*self._line_discounts, *self._promotions, *self._committed, *agreed_for}

    def of(self, entry: PriceEntry) -> tuple[Change, ...]:
        """All changes of the lines of a price-list row, in order; some only from a quantity on.

        A row that is a percentage of other lines has none: what it is taken of has them already.
        """
        if entry.model == "percentage":
            return ()
        if entry.component not in self._own and entry.waived_from is None:
            return self._of_everything(entry)
        found = list(self._recurring([entry.component])) if entry.charge in RECURRING else []
        found += _adjustments(entry.adjustments)
        for promotion in self._promotions.get(entry.component, ()):
            if entry.charge in promotion.charges and (promotion.percent is not None or promotion.amounts):
                found.append(_promotion(self._sale, entry, promotion))
        agreed = self._agreed.get((entry.component, entry.charge))
        if agreed is not None:
            found.append(_contract(self._sale, entry, agreed))
        if entry.component in self._line_discounts:
            rule, percent = f"terms: discretionary discount on {entry.component}", self._line_discounts[entry.component]
            found.append(Change(PRICE_STEP_KIND_DISCRETIONARY, rule, percent=EXACT.minus(percent)))
        found += self.bid
        if is_waived(self._sale, entry):
            return tuple(change for change in found if change.percent is not None)  # nothing is charged again
        return tuple(found)

    def _of_everything(self, entry: PriceEntry) -> tuple[Change, ...]:
        """The changes of a row whose component has none of its own: few different ones, so each is made once."""
        recurring = entry.charge in RECURRING
        key = (recurring, entry.adjustments)
        if key not in self._common:
            terms = (*self._term, *self._ramp) if recurring else ()
            self._common[key] = (*terms, *_adjustments(entry.adjustments), *self.bid)
        return self._common[key]

    def of_package(self, package: Package, adjustments: tuple[Adjustment, ...]) -> tuple[Change, ...]:
        """The changes of a package's own price: what is for everything, not for single components."""
        return (*self._recurring(package.components), *_adjustments(adjustments), *self.bid)

    @property
    def give_free_months(self) -> bool:
        """Whether any line has months in which it is not due."""
        return bool(self._sale.agreement.free_months) or any(one.free_months for one in self._sale.promotions)

    def free_months(self, entry: PriceEntry, quantity: int) -> int:
        """Months at the start of the term in which a line for so many units is not due."""
        if entry.charge not in RECURRING:
            return 0
        # A percentage is not for a quantity: what is only for some holds for all of them or not at all.
        return self._free_months(entry.component, entry.charge, 1 if entry.model == "percentage" else quantity)

    def promises_free_months(self, component: str) -> bool:
        """Whether a promotion makes lines of a component free for some months."""
        return any(promotion.free_months for promotion in self._promotions.get(component, ()))

    def free_months_of_package(self, package: Package) -> int:
        """Months at the start of the term in which one of its parts is not due, whatever the quantity."""
        return max(self._free_months(component, "monthly", 1) for component in package.components)

    def _free_months(self, component: str, charge: ChargeName, quantity: int) -> int:
        agreement = self._sale.agreement
        promised = (
            promotion.free_months
            for promotion in self._promotions.get(component, ())
            if charge in promotion.charges and promotion.from_quantity <= quantity
        )
        return min(max(agreement.free_months, *promised, 0), agreement.term_months)

    def _recurring(self, components: Iterable[str]) -> Iterator[Change]:
        """What term, commitment and ramp take off recurring charges; all components are in the same commitment."""
        yield from self._term
        first, *others = [self._committed.get(component) for component in components]
        if first is not None and all(other is first for other in others):
            yield Change(PRICE_STEP_KIND_COMMITTED, first.rule, percent=EXACT.minus(first.percent))
        yield from self._ramp


def is_waived(sale: Sale, entry: PriceEntry) -> bool:
    """Whether the term is long enough for a one-time charge to be waived."""
    return entry.waived_from is not None and sale.agreement.term_months >= entry.waived_from


def changed(
    changes: Iterable[Change], running: Decimal, units: Decimal, *, reached: Decimal, listed: Decimal | None = None
) -> Decimal:
    """What is left of an amount after all changes.

    Args:
        changes: In order.
        running: The amount before them.
        units: Units that are not free.
        reached: The quantity that thresholds are compared with.
        listed: The list amount; ``running`` where it is not another one.
    """
    listed = running if listed is None else listed
    for change in changes:
        if change.from_quantity <= reached:
            running = add(running, change.amount(running, units, listed))
    return running


def _term(sale: Sale) -> Iterator[Change]:
    agreement = sale.agreement
    if agreement.term_percent:
        rule = f"{sale.book.id}: term of {agreement.term_months} months"
        yield Change(PRICE_STEP_KIND_TERM, rule, percent=EXACT.minus(agreement.term_percent))


def _ramp(phase: Phase) -> Iterator[Change]:
    if phase.percent:
        yield Change(PRICE_STEP_KIND_RAMP, f"terms: ramp, {phase.title}", percent=EXACT.minus(phase.percent))


def _bid(sale: Sale) -> Iterator[Change]:
    percent = sale.agreement.discount_percent
    if percent:
        yield Change(PRICE_STEP_KIND_DISCRETIONARY, "terms: discretionary discount", percent=EXACT.minus(percent))


def _adjustments(adjustments: tuple[Adjustment, ...]) -> Iterator[Change]:
    for one in adjustments:
        yield Change(PRICE_STEP_KIND_CHANNEL, one.rule, percent=one.percent)


def _promotion(sale: Sale, entry: PriceEntry, promotion: Promotion) -> Change:
    rule = f"promotion {promotion.id}" + (f", code {promotion.code}" if promotion.code else "")
    kind, start = PRICE_STEP_KIND_PROMOTION, promotion.from_quantity
    if promotion.percent is not None:
        percent = EXACT.minus(promotion.percent)
        return Change(kind, rule, percent=percent, from_quantity=start, of_list=promotion.of_list)
    off = promotion.amounts[sale.market.id]
    said = f"{rule}, {plain(off)} off each"
    return Change(kind, said, off_each=_of_a_month(sale, entry, off), from_quantity=start)


def _contract(sale: Sale, entry: PriceEntry, agreed: AgreedPrice) -> Change:
    rule = f"agreement {sale.agreement.contract}"
    if agreed.price is None:
        percent = EXACT.minus(agreed.percent or Decimal(0))
        return Change(PRICE_STEP_KIND_CONTRACT, rule, percent=percent, of_list=agreed.of_list)
    each = _of_a_month(sale, entry, agreed.price)
    return Change(PRICE_STEP_KIND_CONTRACT, f"{rule}, {plain(agreed.price)} each", each=each)


def _of_a_month(sale: Sale, entry: PriceEntry, amount: Decimal) -> Decimal:
    """An amount of the row's charge; of an hour, that of the hours of a month."""
    return multiply(amount, sale.book.hours_per_month) if entry.charge == "hourly" else amount
