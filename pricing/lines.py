"""The lines of a price for standard components and packages. The law is in docs/pricing.md."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from bidwright.catalog.amount_messages import decimal_message, money
from bidwright.catalog.model import Component
from bidwright.catalog.price_charges import RECURRING, ChargeName
from bidwright.catalog.price_entry import PriceEntry
from bidwright.core.money import EXACT
from bidwright.pricing.cost import Labour
from bidwright.pricing.models import parts_of
from bidwright.pricing.packages import PackageOffer
from bidwright.pricing.sale import Sale
from bidwright.pricing.waterfall import Waterfall, is_waived, reductions
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
    PRICE_STEP_KIND_PACKAGE,
    PRICE_STEP_KIND_WAIVER,
    PriceLine,
)

_DUE: dict[ChargeName, Charge] = {
    "one_time": CHARGE_ONE_TIME,
    "monthly": CHARGE_MONTHLY,
    "hourly": CHARGE_MONTHLY,
    "quarterly": CHARGE_QUARTERLY,
    "yearly": CHARGE_YEARLY,
    "usage": CHARGE_USAGE,
}


class Wanted(NamedTuple):
    """What is to be priced: units of a component, and units of it a month that are expected to be used."""

    component: Component
    quantity: int
    metered: Decimal

    def units(self, charge: ChargeName) -> Decimal:
        """What a row of a charge is priced by."""
        return self.metered if charge == "usage" else Decimal(self.quantity)


def component_line(sale: Sale, wanted: Wanted, entry: PriceEntry, labour: Labour) -> PriceLine:
    """Price units of a component for one charge: list by its model, waiver, discounts, limits, rounding."""
    component, units = wanted.component, wanted.units(entry.charge)
    rule = f"{sale.book.id}: {component.id} {entry.charge} from {entry.valid_from.isoformat()}"
    waterfall = Waterfall()
    for part in parts_of(sale.book, entry, units):
        waterfall.add(part.kind, f"{rule}{part.says}", part.amount)
    if is_waived(sale, entry):
        waiver = f"{rule}, waived from a term of {entry.waived_from} months"
        waterfall.add_percent(PRICE_STEP_KIND_WAIVER, waiver, Decimal(-100))
    waterfall.reduce(reductions(sale, term_counts=entry.charge in RECURRING))
    waterfall.limit(entry, rule)
    waterfall.round(sale)
    cost, centre = labour.cost(component, entry, units)
    line = PriceLine(
        kind=PRICE_LINE_KIND_COMPONENT,
        subject=component.id,
        title=component.name,
        charge=_DUE[entry.charge],
        quantity=wanted.quantity,
        unit=entry.unit,
        steps=waterfall.steps,
        net=money(waterfall.running, sale.book.currency),
        cost=money(cost, sale.book.currency),
        delivery_centre=centre,
    )
    if entry.charge == "usage":
        line.metered.CopyFrom(decimal_message(wanted.metered))
    if entry.charge == "hourly":
        line.hours.CopyFrom(decimal_message(sale.book.hours_per_month))
    return line


def package_line(sale: Sale, offer: PackageOffer, applications: int) -> PriceLine:
    """What applying a package so often saves a month: its saving, term, discretionary, rounding."""
    count = Decimal(applications)
    waterfall = Waterfall()
    waterfall.add(
        PRICE_STEP_KIND_PACKAGE, f"package {offer.package.id}", EXACT.multiply(EXACT.minus(offer.saving), count)
    )
    waterfall.reduce(reductions(sale, term_counts=True))
    waterfall.settle(sale, EXACT.multiply(EXACT.minus(offer.net_saving), count))
    return PriceLine(
        kind=PRICE_LINE_KIND_PACKAGE,
        subject=offer.package.id,
        title=offer.package.title,
        charge=CHARGE_MONTHLY,
        quantity=applications,
        unit="package",
        steps=waterfall.steps,
        net=money(waterfall.running, sale.book.currency),
        cost=money(Decimal(0), sale.book.currency),
    )
