"""packages.yaml: combinations with a price of their own."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from bidwright.catalog.document import Entry
from bidwright.catalog.draft import Draft
from bidwright.catalog.figures import numbers
from bidwright.catalog.model import Package
from bidwright.catalog.prices import price_on


def read_packages(draft: Draft) -> None:
    """Read all packages; needs components and price books."""
    for entry in draft.declared(draft.documents.get("packages.yaml"), "packages", "package"):
        value = entry.value
        for component, quantity in value["components"].items():
            _check_part(draft, entry, component, quantity)
        _check_parts_make_a_package(draft, entry)
        for market in value["monthly"]:
            if market in draft.books or draft.ids.check("market", market, entry.where("monthly", market)):
                _check_unit_prices(draft, entry, market)
                _check_price(draft, entry, market)
        for market in draft.ids.of("market"):
            if not _is_priced(draft, value["monthly"], market):
                what = f"package {value['id']!r} has no monthly price in market {market}"
                draft.faults.add(entry.where("monthly"), what, f"Add a price for {market}.")
        package = Package(
            id=value["id"],
            title=value["title"],
            components={component: value["components"][component] for component in sorted(value["components"])},
            monthly=numbers(value["monthly"]),
            because=value["because"].strip(),
        )
        draft.packages.setdefault(package.id, package)


def _is_priced(draft: Draft, prices: Mapping[str, object], market: str) -> bool:
    """Whether there is a price for a market, or one of the price books that it is made from."""
    book = draft.price_books.get(market)
    return market in prices or (book is not None and any(one.key in prices for one in book.ancestry))


def _check_part(draft: Draft, entry: Entry, component: str, quantity: int) -> None:
    where = entry.where("components", component)
    draft.ids.check("component", component, where)
    known = draft.components.get(component)
    if known is not None and quantity > known.max_quantity:
        what = f"{quantity} units of {component} are more than its max_quantity {known.max_quantity}"
        draft.faults.add(where, what, f"Use at most {known.max_quantity}, or raise max_quantity.")


def _check_parts_make_a_package(draft: Draft, entry: Entry) -> None:
    if sum(entry.value["components"].values()) < 2:
        what = f"package {entry.id()!r} holds a single unit"
        draft.faults.add(entry.where("components"), what, "Combine several; for one component change its price.")


def _check_unit_prices(draft: Draft, entry: Entry, market: str) -> None:
    """What a package saves is a sum of unit prices; where a part is priced otherwise, there is no such sum."""
    book = draft.books.get(market)
    if book is None:
        return
    for component in entry.value["components"]:
        entries = book.entries.get((component, "monthly"), ())
        if not all(found.is_plain for found in entries):
            what = f"package {entry.id()!r} saves on unit prices, but {component} has no plain ones in market {market}"
            fix = "Leave it out, or price it per_unit or by volume from a list price, without free units and limits."
            draft.faults.add(entry.where("components", component), what, fix)


def _check_price(draft: Draft, entry: Entry, market: str) -> None:
    book = draft.books.get(market)
    if book is None or draft.today is None:
        return
    total = Decimal(0)
    for component, quantity in entry.value["components"].items():
        found = price_on(book.entries.get((component, "monthly"), ()), draft.today)
        if found is None:
            return  # without a price of a part there is nothing to compare with; that is a fault of the part
        total += found.price * quantity
    price = numbers(entry.value["monthly"])[market]
    if price >= total:
        what = f"package {entry.id()!r} costs {price} in market {market}; its parts cost {total}"
        draft.faults.add(entry.where("monthly", market), what, f"Set a price below {total}.")
