"""How much of a contract is bespoke: of its value, and of the work in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal

from bidwright.catalog.model import Component
from bidwright.core.money import EXACT, add, share_percent
from bidwright.pricing.bespoke import CostedItem
from bidwright.pricing.priced_line import PricedLine
from bidwright.pricing.schedule import Due, Part
from bidwright.v1.configuration_pb2 import CHARGE_MONTHLY, CHARGE_ONE_TIME, CHARGE_QUARTERLY, CHARGE_YEARLY, Charge
from bidwright.v1.price_pb2 import PRICE_LINE_KIND_BESPOKE, PRICE_LINE_KIND_COMPONENT

_RECURRING = (CHARGE_MONTHLY, CHARGE_QUARTERLY, CHARGE_YEARLY)


def bespoke_value_percent(due: Iterable[Due[PricedLine]], contract_value: Decimal) -> Decimal:
    """What bespoke items add to the contract value in percent of it, 2 digits, half to even; 0 where it is 0."""
    value = Decimal(0)
    for line, paid, _ in due:
        if line.kind == PRICE_LINE_KIND_BESPOKE:
            value = add(value, EXACT.multiply(line.net, Decimal(len(paid))))
    return share_percent(value, contract_value)


def bespoke_hours(items: Iterable[CostedItem], hours_per_day: Decimal, term_months: int) -> Decimal:
    """Hours of bespoke items over the term; those of monthly ones count every month."""
    days = Decimal(0)
    for item in items:
        times = Decimal(term_months if item.charge == CHARGE_MONTHLY else 1)
        days = add(days, EXACT.multiply(item.days, times))
    return EXACT.multiply(days, hours_per_day)


def standard_hours(
    lines: Iterable[PricedLine], parts: Iterable[Part[PricedLine]], components: Mapping[str, Component]
) -> Decimal:
    """Hours of work that the lines of components hold over the term; lines of usage hold none.

    Args:
        lines: Of the whole configuration; only those that are due once count.
        parts: The whole term; of their lines only those that are due again and again count.
        components: By id.
    """
    total = Decimal(0)
    for component, units in _units(lines, (CHARGE_ONE_TIME,)).items():
        total = add(total, EXACT.multiply(components[component].one_time_hours, Decimal(units)))
    for part in parts:
        for component, units in _units(part.lines, _RECURRING).items():
            hours = EXACT.multiply(components[component].monthly_hours, Decimal(units))
            total = add(total, EXACT.multiply(hours, Decimal(part.months)))
    return total


def _units(lines: Iterable[PricedLine], charges: Collection[Charge]) -> dict[str, int]:
    """Component -> units, of those with a line of one of these charges."""
    return {
        line.subject: line.quantity
        for line in lines
        if line.kind == PRICE_LINE_KIND_COMPONENT and line.charge in charges
    }
