"""What packages save, and which of them to apply."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from bidwright.catalog.model import Package
from bidwright.core.money import EXACT, rounded, to_minor
from bidwright.pricing.entries import Entries
from bidwright.pricing.package_search import best_applications
from bidwright.pricing.sale import Sale
from bidwright.pricing.waterfall import kept, reductions


@dataclass(frozen=True, kw_only=True)
class PackageOffer:
    """A package that saves money in this sale.

    Attributes:
        saving: What one application saves a month at list prices, exact.
        net_saving: The same after term and discretionary discount, rounded; above 0.
    """

    package: Package
    saving: Decimal
    net_saving: Decimal


def package_offers(sale: Sale, components: Collection[str], entries: Entries) -> tuple[PackageOffer, ...]:
    """The packages made of these components that save at least one minor unit, by id.

    Args:
        sale: Market and terms.
        components: The components that there are.
        entries: Their price entries; a component without a monthly one counts as 0.
    """
    factor = kept(reductions(sale, term_counts=True))
    offers = []
    for _, package in sorted(sale.release.packages.items()):
        price = package.monthly.get(sale.market.id)
        if price is None or not all(component in components for component in package.components):
            continue
        saving = EXACT.subtract(_list_price(package, entries), price)
        net_saving = rounded(EXACT.multiply(saving, factor), sale.book.currency, sale.book.rounding)
        if net_saving > 0:
            offers.append(PackageOffer(package=package, saving=saving, net_saving=net_saving))
    return tuple(offers)


def chosen_packages(
    sale: Sale, offers: tuple[PackageOffer, ...], quantities: Mapping[str, int]
) -> list[tuple[PackageOffer, int]]:
    """How often to apply each package so that the customer saves most; those not applied are left out."""
    counts = best_applications(
        [to_minor(offer.net_saving, sale.book.currency) for offer in offers],
        [offer.package.components for offer in offers],
        quantities,
    )
    return [(offer, count) for offer, count in zip(offers, counts, strict=True) if count]


def _list_price(package: Package, entries: Entries) -> Decimal:
    total = Decimal(0)
    for component, units in package.components.items():
        entry = entries.get((component, "monthly"))
        if entry is not None:
            total = EXACT.add(total, EXACT.multiply(entry.price, Decimal(units)))
    return total
