"""Reads the commitments of a price book."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from bidwright.catalog.document import Document
from bidwright.catalog.draft import Draft
from bidwright.catalog.figures import number, places_of
from bidwright.catalog.model import Market
from bidwright.catalog.price_entry import Commitment
from bidwright.core.money import MINOR_UNITS


def read_commitments(draft: Draft, document: Document, market: Market) -> dict[str, Commitment]:
    """The commitments of a price book, by id; with a fault for each that cannot be."""
    found: dict[str, Commitment] = {}
    taken: dict[str, str] = {}
    for entry in draft.declared(document, "commitments", f"commitment in market {market.id}"):
        commitment = Commitment(
            id=entry.value["id"],
            title=entry.value["title"],
            components=draft.matched(entry),
            monthly=number(entry.value["monthly"]),
            bands=tuple((number(band["from"]), number(band["percent"])) for band in entry.value.get("bands", ())),
        )
        for position, (before, after) in enumerate(pairwise(commitment.bands), 1):
            if after[0] <= before[0] or after[1] <= before[1]:
                what = f"the band from {after[0]} with {after[1]} % follows the one from {before[0]} with {before[1]} %"
                fix = "Order bands by amount, each with more than the one before."
                draft.faults.add(entry.where("bands", position), what, fix)
        places = MINOR_UNITS.get(market.currency)  # an unknown currency has its fault already
        if places is not None and places_of(commitment.monthly) > places:
            what = f"the commitment {commitment.monthly} has more than {places} digits after the point"
            draft.faults.add(entry.where("monthly"), what, f"Write a whole number of minor units of {market.currency}.")
        for component in _counted_twice(commitment, taken):
            what = f"{component} counts towards {taken[component]!r} already"
            draft.faults.add(entry.where("components"), what, "Let each component count towards one commitment.")
        taken |= dict.fromkeys(commitment.components, commitment.id)
        found.setdefault(commitment.id, commitment)
    return {id_: found[id_] for id_ in sorted(found)}


def _counted_twice(commitment: Commitment, taken: dict[str, str]) -> Iterator[str]:
    return (component for component in sorted(commitment.components) if component in taken)
