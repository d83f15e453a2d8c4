"""Price books that inherit others: in which order they are read, and what becomes of inherited rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bidwright.catalog.document import Document
from bidwright.catalog.draft import Draft
from bidwright.catalog.figures import number
from bidwright.catalog.model import Ancestry, PriceBook
from bidwright.catalog.price_charges import ChargeName
from bidwright.catalog.price_entry import Adjustment, PriceEntry
from bidwright.core.money import plain

Entries = Mapping[tuple[str, ChargeName], tuple[PriceEntry, ...]]

MOST_GENERATIONS = 8
"""Books that one may inherit from, directly or not."""


def in_order_of_inheritance(draft: Draft, keys: Sequence[str]) -> list[str]:
    """Price books with parents before children; those in a circle are left out, which is a fault.

    Args:
        draft: Holds their settings.
        keys: Price books, in the order in which they are wanted otherwise.
    """
    ordered: list[str] = []
    for key in keys:
        line = _line_of(draft, key)
        if len(set(line)) < len(line):
            circle = line[line.index(line[-1]) :]
            if key == min(circle):
                what = f"price books inherit each other: {' inherits '.join(circle)}"
                draft.faults.add(_where(draft, key, "inherits"), what, "Remove one `inherits` of this circle.")
        elif len(line) > MOST_GENERATIONS + 1:
            what = f"price book {key} inherits from {len(line) - 1} others: {', '.join(line[1:])}"
            fix = f"Inherit from at most {MOST_GENERATIONS}, directly and indirectly."
            draft.faults.add(_where(draft, key, "inherits"), what, fix)
        else:
            ordered += [one for one in reversed(line) if one in keys and one not in ordered]
    return ordered


def parent_key(document: Document | None) -> str:
    """The price book that another one inherits; empty where it inherits none, or does not say so rightly."""
    stated = document.value.get("inherits") if document is not None else None
    return stated if isinstance(stated, str) and document is not None and ("inherits",) not in document.broken else ""


def _line_of(draft: Draft, key: str) -> list[str]:
    """A book, its parent, and so on; ends with what was there before where that is a circle."""
    line = [key]
    while (parent := parent_key(draft.documents.get(f"prices/{line[-1]}.yaml"))) and parent not in line:
        line.append(parent)
    return [*line, parent] if parent else line


def _where(draft: Draft, key: str, setting: str) -> str:
    return draft.documents[f"prices/{key}.yaml"].whole.where(setting)


@dataclass(frozen=True)
class _Rule:
    """``components`` is None for everything."""

    adjustment: Adjustment
    components: frozenset[str] | None


class Inheritance:
    """What a price book makes of the prices of its parent.

    Args:
        draft: Knows the components, and takes the faults.
        document: The settings of the book, sound but for single percentages.
    """

    def __init__(self, draft: Draft, document: Document) -> None:
        self._rules = tuple(_rules(draft, document))

    def overall(self) -> Adjustment | None:
        """What is added to everything: the last such percentage, unless it is 0."""
        found = [rule.adjustment for rule in self._rules if rule.components is None]
        return found[-1] if found and found[-1].percent else None

    def ancestry(self, key: str, parent: PriceBook, parent_key: str) -> tuple[Ancestry, ...]:
        """The book itself, then those it is made from."""
        return (Ancestry(key=key, overall=self.overall()), *(parent.ancestry or (Ancestry(key=parent_key),)))

    def adjusted(self, parent: PriceBook) -> Entries:
        """The rows of the parent as the book inherits them."""
        by_component = {component: self._adjustment(component) for component, _ in parent.entries}
        return {
            key: tuple(_inherited(entry, parent, by_component[key[0]]) for entry in entries)
            for key, entries in parent.entries.items()
        }

    def _adjustment(self, component: str) -> Adjustment | None:
        """The last percentage that names a component, or is for everything."""
        found = [rule for rule in self._rules if rule.components is None or component in rule.components]
        return found[-1].adjustment if found and found[-1].adjustment.percent else None


def _inherited(entry: PriceEntry, parent: PriceBook, adjustment: Adjustment | None) -> PriceEntry:
    # A percentage of other lines follows what they cost; adjusting it as well would count twice.
    added = () if adjustment is None or entry.model == "percentage" else (adjustment,)
    return replace(entry, book=entry.book or parent.id, adjustments=(*entry.adjustments, *added))


def _rules(draft: Draft, document: Document) -> Iterator[_Rule]:
    for entry in document.entries("adjust"):
        if not entry.is_sound:
            continue
        percent = number(entry.value["percent"])
        if not Decimal(-100) <= percent <= Decimal(1000):
            what = f"the adjustment is {plain(percent)} %"
            draft.faults.add(entry.where("percent"), what, "Write a percentage from -100 to 1000.")
        patterns = entry.value.get("components")
        of = "everything" if patterns is None else " ".join(patterns)
        rule = f"{document.value['price_book']}: {'+' if percent > 0 else ''}{plain(percent)} % on {of}"
        components = draft.matched(entry) if patterns is not None else None
        yield _Rule(Adjustment(percent=percent, rule=rule), components)
