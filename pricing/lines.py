"""The lines of a price for standard components and packages. The law is in docs/pricing.md."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from bidwright.catalog.model import Component
from bidwright.catalog.price_charges import ChargeName
from bidwright.catalog.price_entry import PriceEntry
from bidwright.core.money import EXACT, add, multiply, percent_of, plain
from bidwright.pricing.changes import Change, Changes, is_waived
from bidwright.pricing.cost import Labour
from bidwright.pricing.models import counted, parts_of
from bidwright.pricing.packages import PackageOffer
from bidwright.pricing.priced_line import PricedLine
from bidwright.pricing.sale import Sale
from bidwright.pricing.waterfall import Waterfall
from bidwright.v1.configuration_pb2 import (
    CHARGE_MONTHLY,
    CHARGE_ONE_TIME,
    CHARGE_QUARTERLY,
    CHARGE_USAGE,
    CHARGE_YEARLY,
    Charge,
)
from bidwright.v1.price_pb2 import (
    PRICE_LINE_KIND_COMPONENT,
    PRICE_LINE_KIND_PACKAGE,
    PRICE_STEP_KIND_LIST,
    PRICE_STEP_KIND_PACKAGE,
    PRICE_STEP_KIND_WAIVER,
)

DUE: dict[ChargeName, Charge] = {
    "one_time": CHARGE_ONE_TIME,
    "monthly": CHARGE_MONTHLY,
    "hourly": CHARGE_MONTHLY,
    "quarterly": CHARGE_QUARTERLY,
    "yearly": CHARGE_YEARLY,
    "usage": CHARGE_USAGE,
}
"""Charge of a row -> when its line is due."""


class Wanted(NamedTuple):
    """What is to be priced: units of a component, and units of it a month that are expected to be used."""

    component: Component
    quantity: int
    metered: Decimal

    def units(self, charge: ChargeName) -> Decimal:
        """What a row of a charge is priced by."""
        return self.metered if charge == "usage" else Decimal(self.quantity)


def component_line(sale: Sale, wanted: Wanted, entry: PriceEntry, labour: Labour, *, changes: Changes) -> PricedLine:
    """Price units of a component for one charge: list by its model, waiver, discounts, limits, rounding."""
    waterfall, rule, units = Waterfall(), _rule(sale, entry), wanted.units(entry.charge)
    for kind, says, amount in parts_of(sale.book, entry, units):
        waterfall.add(kind, f"{rule}{says}", amount)
    if is_waived(sale, entry):
        _waive(waterfall, entry, rule)
    waterfall.change(changes.of(entry), counted(entry, units), reached=units)
    return _line(sale, wanted, entry, waterfall, labour)


def percentage_line(
    sale: Sale, wanted: Wanted, entry: PriceEntry, labour: Labour, *, nets: Mapping[tuple[str, Charge], Decimal]
) -> PricedLine:
    """Price a percentage of the nets of other lines, which hold their discounts: list, waiver, limits, rounding.

    Args:
        sale: The terms.
        wanted: The component.
        entry: Its row.
        labour: Costs the line.
        nets: Component and when it is due -> net, of all that it is taken of.
    """
    base = Decimal(0)
    for component in entry.of:
        base = add(base, nets.get((component, DUE[entry.base_charge]), Decimal(0)))
    waterfall, rule = Waterfall(), _rule(sale, entry)
    elsewhen = "" if entry.base_charge == entry.charge else f" {entry.base_charge}"
    says = f"{rule}, {plain(entry.price)} % of {plain(base)}{elsewhen}"
    waterfall.add(PRICE_STEP_KIND_LIST, says, percent_of(base, entry.price))
    if is_waived(sale, entry):
        _waive(waterfall, entry, rule)
    return _line(sale, wanted, entry, waterfall, labour)


def _rule(sale: Sale, entry: PriceEntry) -> str:
    return f"{entry.book or sale.book.id}: {entry.component} {entry.charge} from {entry.valid_from.isoformat()}"


def _waive(waterfall: Waterfall, entry: PriceEntry, rule: str) -> None:
    waiver = f"{rule}, waived from a term of {entry.waived_from} months"
    waterfall.add_percent(PRICE_STEP_KIND_WAIVER, waiver, Decimal(-100))


def _line(sale: Sale, wanted: Wanted, entry: PriceEntry, waterfall: Waterfall, labour: Labour) -> PricedLine:
    """The line of a waterfall, after limits and rounding."""
    component = wanted.component
    if entry.minimum is not None or entry.maximum is not None:
        waterfall.limit(entry, _rule(sale, entry))
    waterfall.round(sale)
    cost, centre, shares = labour.cost(component, entry, wanted.units(entry.charge))
    return PricedLine(
        kind=PRICE_LINE_KIND_COMPONENT,
        subject=component.id,
        title=component.name,
        charge=DUE[entry.charge],
        quantity=wanted.quantity,
        unit=entry.unit,
        waterfall=waterfall,
        cost=cost,
        delivery_centre=centre,
        labour=shares,
        metered=wanted.metered if entry.charge == "usage" else None,
        hours=sale.book.hours_per_month if entry.charge == "hourly" else None,
    )


def package_line(sale: Sale, offer: PackageOffer, applications: int) -> PricedLine:
    """What applying a package so often saves a month: its saving, what becomes of it, rounding."""
    count = Decimal(applications)
    waterfall = Waterfall()
    waterfall.add(PRICE_STEP_KIND_PACKAGE, f"package {offer.package.id}", multiply(EXACT.minus(offer.saving), count))
    for change in offer.changes:
        if isinstance(change, Change):
            waterfall.change([change])
        else:
            waterfall.add(change.kind, change.rule, multiply(EXACT.minus(change.saving), count))
    waterfall.settle(sale, multiply(EXACT.minus(offer.net_saving), count))
    return PricedLine(
        kind=PRICE_LINE_KIND_PACKAGE,
        subject=offer.package.id,
        title=offer.package.title,
        charge=CHARGE_MONTHLY,
        quantity=applications,
        unit="package",
        free_months=offer.free_months,
        waterfall=waterfall,
    )
