"""prices/<book>.yaml: the settings of a price book, and whom it is for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from bidwright.catalog.bespoke_settings import read_day_rates, read_hours_per_day, read_risk_classes
from bidwright.catalog.commitments import read_commitments
from bidwright.catalog.document import Document, Entry
from bidwright.catalog.draft import Draft
from bidwright.catalog.figures import known_currency, number
from bidwright.catalog.model import DEFAULT_HOURS_PER_MONTH, Market, PriceBook
from bidwright.catalog.price_indices import read_indices
from bidwright.catalog.price_inheritance import Entries, Inheritance, parent_key
from bidwright.catalog.price_terms import read_terms
from bidwright.core.money import EXACT, MINOR_UNITS

_DIVIDING = frozenset({1, 2, 5, 25})
"""Times a power of ten, what amounts can be rounded to without a remainder of the division."""


def read_settings(draft: Draft, key: str, entries: Entries, parent: PriceBook | None) -> None:
    """Read the settings of a price book, and keep it with them.

    Args:
        draft: Holds them, sound.
        key: The name of its file.
        entries: Its rows, inherited ones too.
        parent: The price book it inherits; None where it inherits none.
    """
    document = draft.documents[f"prices/{key}.yaml"]
    whole, value = document.whole, document.value
    draft.ids.declare("price book", value["price_book"], whole.where("price_book"))
    market = _market(draft, whole, key)
    if market is None:
        return
    _check_currency(draft, whole, market, parent)
    default, minimum = _markups(value, parent)
    if default < minimum:
        what = f"the default mark-up {default} is below the minimum {minimum}"
        draft.faults.add(whole.where("bespoke_markup", "default"), what, "Raise the default, or lower the minimum.")
    inherited = Inheritance(draft, document).ancestry(key, parent, parent_key(document)) if parent is not None else ()
    draft.books[key] = PriceBook(
        id=value["price_book"],
        market=market.id,
        currency=market.currency,
        rounding=value["rounding"] if parent is None else value.get("rounding", parent.rounding),
        entries=entries,
        terms=read_terms(whole, draft.faults) if parent is None or "terms" in value else parent.terms,
        bespoke_rates=read_day_rates(draft, whole, parent),
        risk_classes=read_risk_classes(draft, whole, parent),
        hours_per_day=read_hours_per_day(whole, parent),
        default_markup=default,
        minimum_markup=minimum,
        hours_per_month=_hours(value, parent),
        commitments=read_commitments(draft, document, market)
        if parent is None or "commitments" in value
        else parent.commitments,
        segment=value.get("segment", ""),
        channel=value.get("channel", ""),
        ancestry=inherited,
        rounding_to=_rounding_to(draft, whole, market, parent),
        needs=frozenset(_needs(entries)),
        indices=read_indices(draft, document, market) if parent is None or "indices" in value else parent.indices,
    )


def check_sound_settings(draft: Draft, document: Document, key: str) -> None:
    """Check what stands by itself among settings of a market of which others have faults: its currency and lists."""
    market, value = draft.markets.get(key), document.value
    if market is None or not isinstance(value, dict):
        return
    if isinstance(value.get("currency"), str):
        _check_currency(draft, document.whole, market, None)
    read_commitments(draft, document, market)
    read_indices(draft, document, market)


def _needs(entries: Entries) -> Iterator[str]:
    """Names of the needs that rows are priced by."""
    for entry in (entry for rows in entries.values() for entry in rows):
        names = entry.table.columns if entry.table is not None else entry.formula.names() if entry.formula else ()
        yield from (name.name for name in names if name.scope == "need")


def special_books(draft: Draft) -> dict[str, tuple[PriceBook, ...]]:
    """Market -> the price books for some segments and channels of it, by the names of their files."""
    special = [book for _, book in sorted(draft.books.items()) if book.segment or book.channel]
    return {
        market: books
        for market in sorted(draft.markets)
        if (books := tuple(book for book in special if book.market == market))
    }


def check_selection(draft: Draft) -> None:
    """Report two price books for the same segment and channel of a market."""
    first: dict[tuple[str, str, str], str] = {}
    for key, book in draft.books.items():
        chosen_by = (book.market, book.segment, book.channel)
        if not book.segment and not book.channel:
            continue  # a market's own, or one that is there to be inherited
        if chosen_by in first:
            what = f"price book {book.id} is for the same market, segment and channel as {first[chosen_by]}"
            where = draft.documents[f"prices/{key}.yaml"].whole.where("channel" if book.channel else "segment")
            draft.faults.add(where, what, "Name another segment or channel, or remove one of the two.")
        first.setdefault(chosen_by, book.id)


def _market(draft: Draft, whole: Entry, key: str) -> Market | None:
    """The market a price book is for; None where that has faults."""
    stated = whole.value["market"]
    if key not in draft.markets:
        return draft.markets.get(stated) if draft.ids.check("market", stated, whole.where("market")) else None
    if stated != key:
        what = f"the settings of market {key} name market {stated!r}"
        draft.faults.add(whole.where("market"), what, f"Write {key}.")
    for setting in ("segment", "channel"):
        if setting in whole.value:
            what = f"the own price book of market {key} names a {setting}"
            draft.faults.add(whole.where(setting), what, f"Write a price book that inherits {key} for that {setting}.")
    return draft.markets[key]


def _check_currency(draft: Draft, whole: Entry, market: Market, parent: PriceBook | None) -> None:
    stated = whole.value.get("currency", market.currency)
    is_known = known_currency(stated, whole.where("currency"), draft.faults)
    if is_known and market.currency in MINOR_UNITS and stated != market.currency:
        what = f"the currency is {stated}; market {market.id} has {market.currency}"
        draft.faults.add(whole.where("currency"), what, f"Write {market.currency}.")
    if parent is not None and parent.currency != market.currency:
        what = f"market {market.id} has {market.currency}; the inherited price book {parent.id} has {parent.currency}"
        draft.faults.add(whole.where("inherits"), what, f"Inherit a price book in {market.currency}.")


def _markups(value: Mapping[str, Any], parent: PriceBook | None) -> tuple[Decimal, Decimal]:
    if parent is not None and "bespoke_markup" not in value:
        return parent.default_markup, parent.minimum_markup
    return number(value["bespoke_markup"]["default"]), number(value["bespoke_markup"]["minimum"])


def _hours(value: Mapping[str, Any], parent: PriceBook | None) -> Decimal:
    if "hours_per_month" in value:
        return number(value["hours_per_month"])
    return DEFAULT_HOURS_PER_MONTH if parent is None else parent.hours_per_month


def _rounding_to(draft: Draft, whole: Entry, market: Market, parent: PriceBook | None) -> int:
    """Minor units that net prices are multiples of; a fault where amounts cannot be divided by them exactly."""
    if "rounding_to" not in whole.value:
        return 1 if parent is None else parent.rounding_to
    place = number(whole.value["rounding_to"])
    units = EXACT.scaleb(place, MINOR_UNITS.get(market.currency, 0))
    whole_units = int(units)
    while whole_units and whole_units % 10 == 0:
        whole_units //= 10
    if units != int(units) or whole_units not in _DIVIDING:
        what = f"net prices cannot be rounded to {place} {market.currency}"
        fix = "Write the minor unit of the currency times 1, 2, 5, 10, 20, 25, 50 or 100, such as 0.05."
        draft.faults.add(whole.where("rounding_to"), what, fix)
        return 1
    return int(units)
