"""The bespoke layer: what is made for one customer, priced as cost plus mark-up.

The term discount does not touch bespoke items: their price follows their cost, which a longer term does not lower.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from bidwright.catalog.amount_messages import amount_of, money
from bidwright.catalog.model import PriceBook
from bidwright.core.errors import Faults, InvalidInput
from bidwright.core.money import EXACT, plain, rounded
from bidwright.pricing.changes import Changes
from bidwright.pricing.numbers import read_number
from bidwright.pricing.sale import Sale
from bidwright.pricing.waterfall import Waterfall
from bidwright.v1.configuration_pb2 import CHARGE_MONTHLY, CHARGE_ONE_TIME, BespokeEffort, BespokeItem, Charge
from bidwright.v1.price_pb2 import (
    PRICE_LINE_KIND_BESPOKE,
    PRICE_STEP_KIND_BESPOKE_COST,
    PRICE_STEP_KIND_MARKUP,
    PriceLine,
)

MAX_DAYS = Decimal(100_000)
MAX_MARKUP_PERCENT = Decimal(1000)
MAX_MATERIAL_COST = Decimal(10) ** 12


@dataclass(frozen=True, kw_only=True)
class CostedItem:
    """A bespoke item with its checked figures.

    Attributes:
        costs: (where the amount comes from, amount) in order; at least one.
        days: Work of all roles.
    """

    id: str
    title: str
    charge: Charge
    costs: tuple[tuple[str, Decimal], ...]
    markup_percent: Decimal
    days: Decimal

    @property
    def cost(self) -> Decimal:
        """The exact sum of the costs."""
        total = Decimal(0)
        for _, amount in self.costs:
            total = EXACT.add(total, amount)
        return total


def read_bespoke_items(items: Iterable[BespokeItem], book: PriceBook, faults: Faults) -> tuple[CostedItem, ...]:
    """Check bespoke items against a price book; by id. Those with a fault are left out."""
    found: dict[str, CostedItem] = {}
    seen: set[str] = set()
    for index, item in enumerate(items):
        where = f"bespoke_items[{index}]"
        if item.id in seen:
            faults.add(f"{where}.id", f"{item.id} is given twice", "Give each bespoke item an id of its own.")
        seen.add(item.id)
        costed = _read(item, book, where, faults)
        if costed is not None:
            found[item.id] = costed
    return tuple(found[id_] for id_ in sorted(found))


def bespoke_line(sale: Sale, item: CostedItem, changes: Changes) -> PriceLine:
    """Price a bespoke item: its costs, mark-up, discretionary discount, rounding."""
    waterfall = Waterfall()
    for rule, amount in item.costs:
        waterfall.add(PRICE_STEP_KIND_BESPOKE_COST, rule, amount)
    # Always a step, also at 0 %, so that the lowest mark-up of a quote can be read off its price.
    waterfall.add_percent(PRICE_STEP_KIND_MARKUP, f"bespoke item {item.id}: mark-up", item.markup_percent)
    waterfall.change(changes.bid)
    waterfall.round(sale)
    currency = sale.book.currency
    return PriceLine(
        kind=PRICE_LINE_KIND_BESPOKE,
        subject=item.id,
        title=item.title,
        charge=item.charge,
        quantity=1,
        unit="item",
        steps=waterfall.steps,
        net=money(waterfall.running, currency),
        cost=money(rounded(item.cost, currency, sale.book.rounding), currency),
    )


def _read(item: BespokeItem, book: PriceBook, where: str, faults: Faults) -> CostedItem | None:
    before = len(faults.found)
    if item.charge not in (CHARGE_ONE_TIME, CHARGE_MONTHLY):
        what = "it is neither one-time nor monthly" if item.charge else "it is not stated"
        faults.add(f"{where}.charge", what, "Say whether the item falls due once or every month.")
    costs, days = _effort(item.effort, book, where, faults)
    material = _material(item, book, where, faults)
    markup: Decimal | None = book.default_markup
    if item.markup_percent.value:
        markup = read_number(item.markup_percent, f"{where}.markup_percent", top=MAX_MARKUP_PERCENT, faults=faults)
    if material or not costs:
        costs.append((f"bespoke item {item.id}: material", material))
    if len(faults.found) > before or markup is None:
        return None
    return CostedItem(
        id=item.id, title=item.title, charge=item.charge, costs=tuple(costs), markup_percent=markup, days=days
    )


def _effort(
    effort: Iterable[BespokeEffort], book: PriceBook, where: str, faults: Faults
) -> tuple[list[tuple[str, Decimal]], Decimal]:
    costs: list[tuple[str, Decimal]] = []
    total_days = Decimal(0)
    for index, part in enumerate(effort):
        rate = book.bespoke_rates.get(part.role)
        if rate is None:
            faults.add(
                f"{where}.effort[{index}].role",
                f"{part.role!r} has no rate in price book {book.id}",
                f"Choose one of: {', '.join(book.bespoke_rates)}.",
            )
        days = read_number(part.days, f"{where}.effort[{index}].days", top=MAX_DAYS, faults=faults)
        if rate is not None and days is not None:
            rule = f"{book.id}: {plain(days)} days of {part.role} at {plain(rate)}"
            costs.append((rule, EXACT.multiply(days, rate)))
            total_days = EXACT.add(total_days, days)
    return costs, total_days


def _material(item: BespokeItem, book: PriceBook, where: str, faults: Faults) -> Decimal:
    if not item.HasField("material_cost"):
        return Decimal(0)
    path = f"{where}.material_cost"
    try:
        amount = amount_of(item.material_cost, where=path, currency=book.currency)
    except InvalidInput as error:
        faults.found.extend(error.faults)
        return Decimal(0)
    if not 0 <= amount <= MAX_MATERIAL_COST:
        faults.add(path, f"{plain(amount)} is out of range", f"Give 0 to {plain(MAX_MATERIAL_COST)}.")
    return amount
