"""Percentages of other lines: which lines, and that none is in the end a percentage of itself."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace

from bidwright.catalog.csv_source import Row
from bidwright.catalog.draft import Draft
from bidwright.catalog.price_charges import ChargeName
from bidwright.catalog.price_entry import PriceEntry

Key = tuple[str, ChargeName]
"""A component and a charge."""


def resolved(draft: Draft, entry: PriceEntry, row: Row) -> PriceEntry:
    """A row with the components that its column ``of`` stands for; other rows as they are."""
    if entry.model != "percentage":
        return entry
    patterns = row.cells["of"].split()
    return replace(entry, of=frozenset(id_ for one in patterns for id_ in draft.ids.matches(one, row.where)))


def check_circles(
    draft: Draft, entries: Mapping[Key, tuple[PriceEntry, ...]], places: Mapping[Key, str], otherwise: str
) -> None:
    """Report percentages that are, over others, percentages of themselves.

    Args:
        draft: Takes the faults.
        entries: All rows of a price book, inherited ones too.
        places: Where the rows of the book itself stand.
        otherwise: The place of a fault between inherited rows.
    """
    of = percentages_of(entries)
    for circle in sorted({_turned(one) for key in of if (one := _circle(of, key))}):
        component, charge = circle[0]
        others = "".join(f"{other}, which is one of " for other, _ in circle[1:])
        what = f"the {charge} price of {component} is a percentage of {others}itself"
        where = next((places[key] for key in circle if key in places), otherwise)
        draft.faults.add(where, what, "Take one of these components out of `of`, so that there is no circle.")


def check_bases(
    draft: Draft, entries: Mapping[Key, tuple[PriceEntry, ...]], places: Mapping[Key, str], unsound: AbstractSet[str]
) -> None:
    """Report percentages of what is never due: they would always come to nothing.

    Args:
        draft: Takes the faults.
        entries: All rows of a price book, inherited ones too.
        places: Where the rows of the book itself stand; only these are looked at.
        unsound: Components with a row that cannot be read, and may be due then.
    """
    for key, where in places.items():
        bases = {(id_, row.base_charge) for row in entries[key] for id_ in row.of}
        due = {(id_, "hourly") for id_, charge in bases if charge == "monthly"} | bases
        if bases and due.isdisjoint(entries) and unsound.isdisjoint(id_ for id_, _ in bases):
            what = (
                f"the {key[1]} price of {key[0]} is a percentage of components of which none has a {_any(bases)} price"
            )
            fix = "Write into of_charge when the prices are due that it is taken of, or correct `of`."
            draft.faults.add(where, what, fix)


def _any(bases: AbstractSet[Key]) -> str:
    return " or ".join(sorted({charge for _, charge in bases}))


def percentages_of(entries: Mapping[Key, tuple[PriceEntry, ...]]) -> dict[Key, tuple[Key, ...]]:
    """Rows that are percentages -> those among the rows they are taken of that are percentages as well."""
    found = {
        key: sorted({(id_, row.base_charge) for row in rows for id_ in row.of})
        for key, rows in entries.items()
        if any(row.model == "percentage" for row in rows)
    }
    return {key: tuple(other for other in of if other in found) for key, of in found.items()}


def _circle(of: Mapping[Key, tuple[Key, ...]], start: Key) -> tuple[Key, ...]:
    """A way from a row back to itself, without the return; empty where there is none."""
    ways: list[tuple[Key, ...]] = [(start,)]
    seen: set[Key] = set()
    while ways:
        way = ways.pop()
        for other in of[way[-1]]:
            if other == start:
                return way
            if other not in seen:
                seen.add(other)
                ways.append((*way, other))
    return ()


def _turned(circle: tuple[Key, ...]) -> tuple[Key, ...]:
    """The same circle, begun at its first row by id."""
    first = circle.index(min(circle))
    return (*circle[first:], *circle[:first])
