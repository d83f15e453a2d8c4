"""promotions.yaml: what is taken off some components for a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bidwright.catalog.document import Entry
from bidwright.catalog.draft import Draft
from bidwright.catalog.figures import day, number, numbers
from bidwright.catalog.price_charges import RECURRING
from bidwright.catalog.price_offers import Period, Promotion
from bidwright.core.nearest import advice


def read_promotions(draft: Draft) -> None:
    """Read all promotions; needs components, markets and price books."""
    codes: dict[str, str] = {}
    for entry in draft.declared(draft.documents.get("promotions.yaml"), "promotions", "promotion"):
        value = entry.value
        period = read_period(draft, entry, value)
        _check_markets(draft, entry)
        _check_names(draft, entry)
        _check_what_it_gives(draft, entry)
        code = value.get("code", "")
        if code and code in codes:
            what = f"the code {code} is that of promotion {codes[code]!r} already"
            draft.faults.add(entry.where("code"), what, "Give each promotion a code of its own.")
        codes.setdefault(code, value["id"])
        components = draft.matched(entry)
        if period is None:
            continue
        promotion = Promotion(
            id=value["id"],
            title=value["title"],
            components=components,
            charges=frozenset(value["charges"]),
            percent=number(value["percent"]) if "percent" in value else None,
            of_list=is_of_list(draft, entry, value),
            amounts=numbers(value.get("amounts", {})),
            free_months=value.get("free_months", 0),
            markets=frozenset(value.get("markets", value.get("amounts", draft.markets))),
            segments=frozenset(value.get("segments", ())),
            channels=frozenset(value.get("channels", ())),
            term_from=value.get("term_from", 1),
            from_quantity=value.get("from_quantity", 0),
            code=code,
            period=period,
        )
        draft.promotions.setdefault(promotion.id, promotion)


def read_period(draft: Draft, entry: Entry, value: Mapping[str, Any], *keys: str | int) -> Period | None:
    """The days of ``valid_from`` and ``valid_to``; None and a fault where they are none.

    Args:
        draft: Takes the fault.
        entry: Where they stand.
        value: The mapping within the entry that holds them.
        keys: The way to it.
    """
    valid_from = day(value["valid_from"], entry.where(*keys, "valid_from"), draft.faults)
    if "valid_to" not in value:
        return None if valid_from is None else Period(valid_from=valid_from)
    valid_to = day(value["valid_to"], entry.where(*keys, "valid_to"), draft.faults)
    if valid_from is None or valid_to is None:
        return None
    if valid_to <= valid_from:
        what = f"valid_to {valid_to} is not after valid_from {valid_from}"
        draft.faults.add(entry.where(*keys, "valid_to"), what, "Exchange the two, or leave valid_to out.")
        return None
    return Period(valid_from=valid_from, valid_to=valid_to)


def is_of_list(draft: Draft, entry: Entry, value: Mapping[str, Any], *keys: str | int) -> bool:
    """Whether a percentage is said to be one of the list amount; a fault where there is no percentage."""
    if "percent_of" in value and "percent" not in value:
        what = f"percent_of is {value['percent_of']}, but no percentage is stated"
        draft.faults.add(entry.where(*keys, "percent_of"), what, "State percent, or leave percent_of out.")
    return value.get("percent_of") == "list"


def check_one_of(draft: Draft, entry: Entry, either: tuple[str, str], *keys: str | int) -> None:
    """Report a mapping that holds both keys, or neither."""
    value: Any = entry.value
    for key in keys:
        value = value[key]
    stated = [one for one in either if one in value]
    if len(stated) != 1:
        what = f"both {either[0]} and {either[1]} are stated" if stated else f"neither {either[0]} nor {either[1]} is"
        draft.faults.add(entry.where(*keys), what, f"Write one of {either[0]} and {either[1]}.")


def _check_what_it_gives(draft: Draft, entry: Entry) -> None:
    """A percentage or amounts, free months, or one of the former with free months."""
    if "free_months" not in entry.value or {"percent", "amounts"} <= entry.value.keys():
        check_one_of(draft, entry, ("percent", "amounts"))
    elif not set(RECURRING) & set(entry.value["charges"]):
        what = "months are free, and none of the charges recurs"
        draft.faults.add(entry.where("free_months"), what, f"Name one of the charges {', '.join(RECURRING)}.")


def _check_markets(draft: Draft, entry: Entry) -> None:
    for position, market in enumerate(entry.value.get("markets", ())):
        draft.ids.check("market", market, entry.where("markets", position))
    for market in entry.value.get("amounts", {}):
        draft.ids.check("market", market, entry.where("amounts", market))
    if "markets" in entry.value and "amounts" in entry.value:
        what = "the markets are stated twice: by markets and by amounts"
        draft.faults.add(entry.where("markets"), what, "Leave markets out; amounts hold in the markets they name.")


def _check_names(draft: Draft, entry: Entry) -> None:
    """Only segments and channels that have a price book are asked for; any other is a misspelling."""
    if len(draft.books) < len([name for name in draft.documents if name.startswith("prices/")]):
        return  # a price book has faults of its own
    for kind in ("segment", "channel"):
        known = {getattr(book, kind) for book in draft.books.values()} - {""}
        for position, name in enumerate(entry.value.get(f"{kind}s", ())):
            if name not in known:
                what = f"no price book is for {kind} {name!r}"
                draft.faults.add(entry.where(f"{kind}s", position), what, advice(name, known))
