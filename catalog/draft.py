"""A portfolio while it is read: what is sound so far, which ids exist, and every fault."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import translate

from bidwright.catalog.document import Document, Entry
from bidwright.catalog.model import (
    ApprovalRule,
    Assurance,
    Attribute,
    Component,
    Delivery,
    DeliveryCentre,
    DeliveryUnit,
    Family,
    Market,
    Offering,
    Package,
    PriceBook,
    Rule,
    Texts,
)
from bidwright.catalog.price_offers import CustomerAgreement, Promotion
from bidwright.catalog.price_tables import PriceTable
from bidwright.core.errors import Faults
from bidwright.core.nearest import advice

_PATTERN_LETTERS = frozenset("*?[")


@dataclass
class Ids:
    """Which ids exist, by kind of thing (``component``, ``delivery unit``), whether or not their entries are sound.

    Attributes:
        incomplete: Kinds of which a declaring file could not be read: nothing is called unknown among them.
    """

    faults: Faults
    places: dict[str, dict[str, str]] = field(default_factory=dict)
    incomplete: set[str] = field(default_factory=set)

    def declare(self, kind: str, id_: str, where: str) -> None:
        """Make an id known; a second declaration is a fault."""
        known = self.places.setdefault(kind, {})
        if id_ in known:
            what = f"{kind} {id_!r} is given twice, first at {known[id_]}"
            self.faults.add(where, what, "Give each its own id, or remove one.")
        else:
            known[id_] = where

    def of(self, kind: str) -> Mapping[str, str]:
        """All ids of a kind with their places."""
        return self.places.get(kind, {})

    def check(self, kind: str, id_: str, where: str) -> bool:
        """Whether an id exists; a fault with a suggestion where it does not."""
        known = self.of(kind)
        if id_ in known:
            return True
        if kind not in self.incomplete:
            self.faults.add(where, f"there is no {kind} {id_!r}", advice(id_, known))
        return False

    def matches(self, pattern: str, where: str) -> list[str]:
        """Component ids that an id or a pattern stands for; a fault where there is none."""
        if not _PATTERN_LETTERS & set(pattern):
            return [pattern] if self.check("component", pattern, where) else []
        is_match = re.compile(translate(pattern)).match
        found = [one for one in self.of("component") if is_match(one)]
        if not found and "component" not in self.incomplete:
            families = (f"{family}.*" for family in self.of("family"))
            self.faults.add(where, f"the pattern {pattern!r} matches no component", advice(pattern, families))
        return found


@dataclass
class Draft:
    """What has been read so far; each module of this package adds its nouns.

    Attributes:
        today: The day on which everything must have a price; None to check none.
        documents: YAML files with a checked shape, by name.
        books: All price books by the name of their file; ``price_books`` are those of markets.
        tables: Table id -> (families, rows).
    """

    faults: Faults
    today: dt.date | None
    ids: Ids
    documents: dict[str, Document] = field(default_factory=dict)
    markets: dict[str, Market] = field(default_factory=dict)
    delivery_units: dict[str, DeliveryUnit] = field(default_factory=dict)
    families: dict[str, Family] = field(default_factory=dict)
    attributes: dict[str, Attribute] = field(default_factory=dict)
    texts: dict[str, Texts] = field(default_factory=dict)
    components: dict[str, Component] = field(default_factory=dict)
    offerings: dict[str, Offering] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    tables: dict[str, tuple[tuple[str, ...], frozenset[tuple[str, ...]]]] = field(default_factory=dict)
    books: dict[str, PriceBook] = field(default_factory=dict)
    price_books: dict[str, PriceBook] = field(default_factory=dict)
    price_tables: dict[str, PriceTable] = field(default_factory=dict)
    promotions: dict[str, Promotion] = field(default_factory=dict)
    agreements: dict[str, CustomerAgreement] = field(default_factory=dict)
    packages: dict[str, Package] = field(default_factory=dict)
    centres: dict[str, DeliveryCentre] = field(default_factory=dict)
    assurances: tuple[Assurance, ...] = ()
    approvals: tuple[ApprovalRule, ...] = ()
    deliveries: dict[str, Delivery] = field(default_factory=dict)
    delivery_of: dict[str, str] = field(default_factory=dict)

    def documents_in(self, folder: str) -> Iterator[Document]:
        """The YAML files of a folder, by name."""
        return (self.documents[name] for name in sorted(self.documents) if name.startswith(f"{folder}/"))

    def declared(self, document: Document | None, section: str, kind: str, key: str = "id") -> Iterator[Entry]:
        """Declare the ids of a list, and give its sound entries."""
        for entry in document.entries(section) if document else ():
            self.declare(kind, entry, key)
            if entry.is_sound:
                yield entry

    def declare(self, kind: str, entry: Entry, key: str = "id") -> None:
        """Declare the id of an entry; where it has none, nothing is called unknown any more among its kind."""
        id_ = entry.id(key)
        if id_:
            self.ids.declare(kind, id_, entry.where(key))
        else:
            self.ids.incomplete.add(kind)

    def is_whole(self, kind: str, sound: Collection[str]) -> bool:
        """Whether all things of a kind were read, so that one that is missing is truly missing."""
        return kind not in self.ids.incomplete and len(sound) == len(self.ids.of(kind))

    def regions(self) -> list[str]:
        """The delivery regions of all markets; none where a market could not be read."""
        if not self.is_whole("market", self.markets):
            return []
        return sorted({region for market in self.markets.values() for region in market.delivery_regions})

    def matched(self, entry: Entry, key: str = "components") -> frozenset[str]:
        """Component ids that a list of ids and patterns stands for."""
        found: set[str] = set()
        for position, pattern in enumerate(entry.value[key]):
            found.update(self.ids.matches(pattern, entry.where(key, position)))
        return frozenset(found)
