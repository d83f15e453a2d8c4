"""Reads the index series of a price book."""

from __future__ import annotations

from bidwright.catalog.document import Document
from bidwright.catalog.draft import Draft
from bidwright.catalog.figures import day, number
from bidwright.catalog.model import Market
from bidwright.catalog.price_entry import IndexSeries

_LIMITS = ("threshold", "rise_at_most", "fall_at_most")


def read_indices(draft: Draft, document: Document, market: Market) -> dict[str, IndexSeries]:
    """The index series of a price book, by id; with a fault for each day that does not exist."""
    found: dict[str, IndexSeries] = {}
    for entry in draft.declared(document, "indices", f"index in price book of market {market.id}, {document.file}"):
        stated = entry.value["values"]
        days = {text: day(text, entry.where("values", text), draft.faults) for text in stated}
        values = sorted((known, number(stated[text])) for text, known in days.items() if known is not None)
        limits = {name: number(entry.value[name]) for name in _LIMITS if name in entry.value}
        series = IndexSeries(
            id=entry.value["id"],
            title=entry.value["title"],
            values=tuple(values),
            every_months=entry.value.get("every_months"),
            **limits,
        )
        found.setdefault(series.id, series)
    return {id_: found[id_] for id_ in sorted(found)}
