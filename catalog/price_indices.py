"""Reads the index series of a price book, and the formulas made of them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bidwright.catalog.document import Document, Entry
from bidwright.catalog.draft import Draft
from bidwright.catalog.figures import day, number, numbers
from bidwright.catalog.model import Market
from bidwright.catalog.price_entry import IndexSeries
from bidwright.core.money import plain

_LIMITS = ("threshold", "rise_at_most", "fall_at_most")


def read_indices(draft: Draft, document: Document, market: Market) -> dict[str, IndexSeries]:
    """The index series and formulas of a price book, by id.

    A fault for each day that does not exist, and for each formula whose shares come to more than 100 % or name
    anything but series; so no formula can lead back to itself.
    """
    kind = f"index in price book of market {market.id}, {document.file}"
    entries = list(draft.declared(document, "indices", kind))
    series: dict[str, IndexSeries] = {}
    for entry in entries:
        if "values" in entry.value:
            series.setdefault(entry.value["id"], _series(draft, entry))
    found = dict(series)
    formulas = [entry for entry in entries if "shares" in entry.value]
    refused = {entry.value["id"] for entry in formulas} - set(series)
    for entry in formulas:
        _check_sum(draft, entry)
        for id_ in entry.value["shares"]:
            where = entry.where("shares", id_)
            if draft.ids.check(kind, id_, where) and id_ in refused:
                draft.faults.add(where, f"{id_!r} is a formula itself", "Name indices that have values.")
        shares = tuple((series[id_], share) for id_, share in numbers(entry.value["shares"]).items() if id_ in series)
        found.setdefault(entry.value["id"], IndexSeries(**_settings(entry.value), values=(), shares=shares))
    return {id_: found[id_] for id_ in sorted(found)}


def _settings(value: Mapping[str, Any]) -> dict[str, Any]:
    """What series and formulas have in common."""
    limits = {name: number(value[name]) for name in _LIMITS if name in value}
    return {"id": value["id"], "title": value["title"], "every_months": value.get("every_months"), **limits}


def _series(draft: Draft, entry: Entry) -> IndexSeries:
    stated = entry.value["values"]
    days = {text: day(text, entry.where("values", text), draft.faults) for text in stated}
    values = tuple(sorted((known, number(stated[text])) for text, known in days.items() if known is not None))
    published = entry.value.get("published_every_months")
    return IndexSeries(**_settings(entry.value), values=values, published_every_months=published)


def _check_sum(draft: Draft, entry: Entry) -> None:
    total = sum(numbers(entry.value["shares"]).values(), Decimal(0))
    if total > 100:
        what = f"the shares come to {plain(total)} %"
        draft.faults.add(entry.where("shares"), what, "Lower them to 100 % at most; what is left of a price is fixed.")
