"""The lines of a price for standard components and packages. The law is in docs/pricing.md."""

from __future__ import annotations

from decimal import Decimal

from bidwright.catalog.amount_messages import money
from bidwright.catalog.model import Component
from bidwright.catalog.price_entry import PriceEntry
from bidwright.core.money import EXACT
from bidwright.pricing.cost import Labour
from bidwright.pricing.models import parts_of
from bidwright.pricing.packages import PackageOffer
from bidwright.pricing.sale import Sale
from bidwright.pricing.waterfall import Waterfall, reductions
from bidwright.v1.configuration_pb2 import CHARGE_MONTHLY, CHARGE_ONE_TIME
from bidwright.v1.price_pb2 import (
    PRICE_LINE_KIND_COMPONENT,
    PRICE_LINE_KIND_PACKAGE,
    PRICE_STEP_KIND_PACKAGE,
    PriceLine,
)


def component_line(sale: Sale, component: Component, entry: PriceEntry, *, quantity: int, labour: Labour) -> PriceLine:
    """Price units of a component for one charge: list by its model, discounts, limits, rounding."""
    is_monthly = entry.charge == "monthly"
    rule = f"{sale.book.id}: {component.id} {entry.charge} from {entry.valid_from.isoformat()}"
    waterfall = Waterfall()
    for part in parts_of(entry, Decimal(quantity)):
        waterfall.add(part.kind, f"{rule}{part.says}", part.amount)
    waterfall.reduce(reductions(sale, term_counts=is_monthly))
    waterfall.limit(entry, rule)
    waterfall.round(sale)
    cost, centre = labour.cost(component, entry, quantity)
    return PriceLine(
        kind=PRICE_LINE_KIND_COMPONENT,
        subject=component.id,
        title=component.name,
        charge=CHARGE_MONTHLY if is_monthly else CHARGE_ONE_TIME,
        quantity=quantity,
        unit=entry.unit,
        steps=waterfall.steps,
        net=money(waterfall.running, sale.book.currency),
        cost=money(cost, sale.book.currency),
        delivery_centre=centre,
    )


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
