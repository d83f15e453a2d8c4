"""What packages save, and which of them to apply."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from bidwright.catalog.model import Package
from bidwright.catalog.price_entry import Adjustment
from bidwright.core.money import EXACT, to_minor
from bidwright.pricing.changes import ORDER, Change, Changes, changed
from bidwright.pricing.entries import Entries
from bidwright.pricing.package_search import best_applications
from bidwright.pricing.sale import Sale
from bidwright.v1.price_pb2 import PriceStepKind


@dataclass(frozen=True, kw_only=True)
class SavingChange:
    """What changes of single parts add to the saving of one application; negative where they take from it."""

    kind: PriceStepKind
    rule: str
    saving: Decimal


@dataclass(frozen=True, kw_only=True)
class PackageOffer:
    """A package that saves money in this sale.

    Attributes:
        saving: What one application saves a month at list prices, exact.
        changes: What becomes of it, in order: what the parts and the package have in common as it is, the rest in sum.
        net_saving: What is left, rounded; above 0.
        free_months: Months at the start of the term in which it saves nothing.
    """

    package: Package
    saving: Decimal
    changes: tuple[Change | SavingChange, ...]
    net_saving: Decimal
    free_months: int = 0


def package_offers(
    sale: Sale, components: Collection[str], entries: Entries, changes: Changes
) -> tuple[PackageOffer, ...]:
    """The packages made of these components that save at least one minor unit over the term, by id.

    Args:
        sale: Market and terms.
        components: The components that there are.
        entries: Their price entries; a component without a monthly one counts as 0.
        changes: Those of the sale.
    """
    offers = []
    for _, package in sorted(sale.release.packages.items()):
        if not all(component in components for component in package.components):
            continue
        priced = _price(sale, package, changes)
        if priced is None:
            continue
        offer = _offer(sale, package, priced, _parts(package, entries, changes))
        free_months = changes.free_months_of_package(package)
        if offer.net_saving > 0 and free_months < sale.agreement.term_months:
            offers.append(replace(offer, free_months=free_months))
    return tuple(offers)


def chosen_packages(
    sale: Sale, offers: tuple[PackageOffer, ...], quantities: Mapping[str, int]
) -> list[tuple[PackageOffer, int]]:
    """How often to apply each package so that the customer saves most over the term; those not applied are left out."""
    months = sale.agreement.term_months
    counts = best_applications(
        [to_minor(offer.net_saving, sale.book.currency) * (months - offer.free_months) for offer in offers],
        [offer.package.components for offer in offers],
        quantities,
    )
    return [(offer, count) for offer, count in zip(offers, counts, strict=True) if count]


@dataclass
class _Part:
    """A part of a package, or the package as a whole.

    Attributes:
        running: What one application of it costs, after the changes so far.
        units: Units of it that one application takes.
        changes: Those of its own line, as far as they hold for any quantity.
        listed: What one application of it costs before all changes.
    """

    running: Decimal
    units: Decimal
    changes: tuple[Change, ...]
    listed: Decimal = field(init=False)

    def __post_init__(self) -> None:
        self.listed = self.running

    def of_kind(self, kind: PriceStepKind) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.kind == kind)

    def change(self, kind: PriceStepKind) -> None:
        self.running = changed(self.of_kind(kind), self.running, self.units, reached=Decimal(1), listed=self.listed)


def _price(sale: Sale, package: Package, changes: Changes) -> _Part | None:
    """The price of a package in the price book, or in the next one that it is made from and that has one."""
    adjustments: list[Adjustment] = []
    keys = [(one.key, one.overall) for one in sale.book.ancestry] or [(sale.market.id, None)]
    for key, overall in keys:
        if key in package.monthly:
            return _Part(package.monthly[key], Decimal(1), changes.of_package(package, tuple(adjustments)))
        if overall is not None:
            adjustments.insert(0, overall)
    return None


def _parts(package: Package, entries: Entries, changes: Changes) -> Iterator[_Part]:
    for component, count in package.components.items():
        entry, units = entries.get((component, "monthly")), Decimal(count)
        if entry is not None:
            own = tuple(change for change in changes.of(entry) if change.from_quantity <= 1)
            yield _Part(EXACT.multiply(entry.price, units), units, own)


def _offer(sale: Sale, package: Package, priced: _Part, parts: Iterable[_Part]) -> PackageOffer:
    parts = list(parts)
    saving = before = _saving(priced, parts)
    changes: list[Change | SavingChange] = []
    kinds = {change.kind for part in (priced, *parts) for change in part.changes}
    for kind in (kind for kind in ORDER if kind in kinds):
        common = priced.of_kind(kind)
        for part in (priced, *parts):
            part.change(kind)
        after = _saving(priced, parts)
        if all(part.of_kind(kind) == common for part in parts):
            changes += common
        elif after != before:
            rule = f"package {package.id}: what changes the prices of its parts"
            changes.append(SavingChange(kind=kind, rule=rule, saving=EXACT.subtract(after, before)))
        before = after
    return PackageOffer(package=package, saving=saving, changes=tuple(changes), net_saving=sale.rounded(before))


def _saving(priced: _Part, parts: Iterable[_Part]) -> Decimal:
    total = EXACT.minus(priced.running)
    for part in parts:
        total = EXACT.add(total, part.running)
    return total
