"""Percentages of other lines: which lines, and that no percentage is taken of a percentage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bidwright.catalog.csv_source import Row
from bidwright.catalog.draft import Draft
from bidwright.catalog.price_charges import ChargeName
from bidwright.catalog.price_entry import PriceEntry

Found = Mapping[tuple[str, ChargeName], list[tuple[PriceEntry, Row]]]
"""Rows with their entries, by component and charge."""


def resolved(draft: Draft, entry: PriceEntry, row: Row) -> PriceEntry:
    """A row with the components that its column ``of`` stands for; other rows as they are."""
    if entry.model != "percentage":
        return entry
    patterns = row.cells["of"].split()
    return replace(entry, of=frozenset(id_ for one in patterns for id_ in draft.ids.matches(one, row.where)))


def check_circles(draft: Draft, found: Found) -> None:
    """Report percentages of components whose own price for that charge is a percentage, itself included."""
    percentages = {key for key, pairs in found.items() if any(entry.model == "percentage" for entry, _ in pairs)}
    for (component, charge), pairs in found.items():
        for entry, row in pairs:
            for other in sorted(entry.of):
                if (other, charge) in percentages:
                    self_said = "itself" if other == component else f"{other}, which is a percentage as well"
                    what = f"the {charge} price of {component} is a percentage of {self_said}"
                    fix = f"Name components in `of` whose {charge} price is no percentage, so that there is no circle."
                    draft.faults.add(row.where, what, fix)
