"""The bespoke layer: what is made for one customer, priced as cost, contingency and mark-up.

The term discount does not touch bespoke items: their price follows their cost, which a longer term does not lower.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from bidwright.catalog.amount_messages import amount_of
from bidwright.catalog.model import PriceBook
from bidwright.core.errors import Faults, InvalidInput
from bidwright.core.money import EXACT, plain, rounded
from bidwright.pricing.changes import Changes
from bidwright.pricing.numbers import Range, read_number
from bidwright.pricing.priced_line import PricedLine
from bidwright.pricing.sale import Sale
from bidwright.pricing.waterfall import Waterfall
from bidwright.v1.configuration_pb2 import CHARGE_MONTHLY, CHARGE_ONE_TIME, BespokeEffort, BespokeItem, Charge
from bidwright.v1.price_pb2 import (
    PRICE_LINE_KIND_BESPOKE,
    PRICE_STEP_KIND_BESPOKE_COST,
    PRICE_STEP_KIND_CONTINGENCY,
    PRICE_STEP_KIND_MARKUP,
)

MAX_DAYS = Decimal(100_000)
MAX_MARKUP_PERCENT = Decimal(1000)
MAX_MATERIAL_COST = Decimal(10) ** 12


@dataclass(frozen=True, kw_only=True)
class CostedItem:
    """A bespoke item with its checked figures.

    Attributes:
        costs: (where the amount comes from, amount) in order; at least one.
        contingency: (where it comes from, percent of the costs); None where it is 0 or the price book has none.
        days: Work of all roles.
    """

    id: str
    title: str
    charge: Charge
    costs: tuple[tuple[str, Decimal], ...]
    contingency: tuple[str, Decimal] | None
    markup_percent: Decimal
    days: Decimal


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


def bespoke_line(sale: Sale, item: CostedItem, changes: Changes) -> PricedLine:
    """Price a bespoke item: its costs, contingency, mark-up, discretionary discount, rounding."""
    waterfall = Waterfall()
    for rule, amount in item.costs:
        waterfall.add(PRICE_STEP_KIND_BESPOKE_COST, rule, amount)
    if item.contingency is not None:
        waterfall.add_percent(PRICE_STEP_KIND_CONTINGENCY, *item.contingency)
    cost = waterfall.running
    # Always a step, also at 0 %, so that the lowest mark-up of a quote can be read off its price.
    waterfall.add_percent(PRICE_STEP_KIND_MARKUP, f"bespoke item {item.id}: mark-up", item.markup_percent)
    waterfall.change(changes.bid)
    waterfall.round(sale)
    return PricedLine(
        kind=PRICE_LINE_KIND_BESPOKE,
        subject=item.id,
        title=item.title,
        charge=item.charge,
        quantity=1,
        unit="item",
        waterfall=waterfall,
        cost=rounded(cost, sale.book.currency, sale.book.rounding),
    )


def _read(item: BespokeItem, book: PriceBook, where: str, faults: Faults) -> CostedItem | None:
    before = len(faults.found)
    if item.charge not in (CHARGE_ONE_TIME, CHARGE_MONTHLY):
        what = "it is neither one-time nor monthly" if item.charge else "it is not stated"
        faults.add(f"{where}.charge", what, "Say whether the item falls due once or every month.")
    costs, days = _effort(item.effort, book, where, faults)
    material = _material(item, book, where, faults)
    contingency = _contingency(item, book, where, faults)
    markup: Decimal | None = book.default_markup
    if item.markup_percent.value:
        markup = read_number(
            item.markup_percent, f"{where}.markup_percent", within=Range(MAX_MARKUP_PERCENT), faults=faults
        )
    if material or not costs:
        costs.append((f"bespoke item {item.id}: material", material))
    if len(faults.found) > before or markup is None:
        return None
    return CostedItem(
        id=item.id,
        title=item.title,
        charge=item.charge,
        costs=tuple(costs),
        contingency=contingency,
        markup_percent=markup,
        days=days,
    )


def _effort(
    effort: Iterable[BespokeEffort], book: PriceBook, where: str, faults: Faults
) -> tuple[list[tuple[str, Decimal]], Decimal]:
    costs: list[tuple[str, Decimal]] = []
    total_days = Decimal(0)
    for index, part in enumerate(effort):
        rate = _rate(part, book, f"{where}.effort[{index}]", faults)
        days = read_number(part.days, f"{where}.effort[{index}].days", within=Range(MAX_DAYS), faults=faults)
        if rate is not None and days is not None:
            place = f" in {part.delivery_centre}" if part.delivery_centre else ""
            rule = f"{book.id}: {plain(days)} days of {part.role}{place} at {plain(rate)}"
            costs.append((rule, EXACT.multiply(days, rate)))
            total_days = EXACT.add(total_days, days)
    return costs, total_days


def _rate(part: BespokeEffort, book: PriceBook, where: str, faults: Faults) -> Decimal | None:
    """The day rate of a role, of the delivery centre where one is stated; None with a fault."""
    rates = book.bespoke_rates.get(part.role)
    if rates is None:
        what = f"{part.role!r} has no rate in price book {book.id}"
        known = f"Choose one of: {', '.join(book.bespoke_rates)}." if book.bespoke_rates else "Add it to bespoke_rates."
        faults.add(f"{where}.role", what, known)
        return None
    rate = rates.by_centre.get(part.delivery_centre) if part.delivery_centre else rates.general
    if rate is None:
        stated = f"in {part.delivery_centre!r}" if part.delivery_centre else "without a delivery centre"
        what = f"price book {book.id} has no rate of {part.role} {stated}"
        choices = [f"choose one of: {', '.join(rates.by_centre)}"] if rates.by_centre else []
        choices += ["leave it out"] if rates.general is not None else []
        faults.add(f"{where}.delivery_centre", what, f"{' or '.join(choices).capitalize()}.")
    return rate


def _contingency(item: BespokeItem, book: PriceBook, where: str, faults: Faults) -> tuple[str, Decimal] | None:
    """What the risk class of an item adds; a fault where the price book has no such class."""
    classes = book.risk_classes
    chosen = item.risk_class or (classes.default if classes is not None else "")
    if not chosen:
        return None
    percent = classes.percents.get(chosen) if classes is not None else None
    if percent is None:
        known = f"Choose one of: {', '.join(classes.percents)}." if classes is not None else "Leave it out."
        faults.add(f"{where}.risk_class", f"{chosen!r} is not a risk class of price book {book.id}", known)
    return (f"{book.id}: risk class {chosen}", percent) if percent else None


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
