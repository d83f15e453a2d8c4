"""The sites of a bid: each with answers, wishes and, once chosen, components of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bidwright.catalog.model import Answer

MOST_SITES = 500
"""So many sites a bid has at most."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """One site of a bid.

    Attributes:
        answers: Every need that is asked for each site, by name; of a partial choice only those that have an answer.
        pins: Component id -> exact units at the site, or 0 for at least one.
        exclusions: Component ids that are not at the site, ascending.
        frozen: Pinned components that are there already and stay as they are, and excluded ones that are not added.
        items: Component id -> units at the site, by id; empty until chosen.
    """

    id: str
    title: str = ""
    answers: Mapping[str, Answer] = field(default_factory=dict)
    pins: Mapping[str, int] = field(default_factory=dict)
    exclusions: tuple[str, ...] = ()
    frozen: frozenset[str] = frozenset()
    items: Mapping[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The site for a reader: ``Berlin 3 (berlin_3)``."""
        return f"{self.title} ({self.id})" if self.title else self.id


def kinds_of(sites: Iterable[Site], *, apart: str = "") -> list[list[Site]]:
    """Sites by what was said of them, in the order of their first; the one whose id is ``apart`` by itself."""
    found: dict[object, list[Site]] = {}
    for site in sites:
        said = (tuple(sorted(site.answers.items())), tuple(site.pins.items()), site.exclusions)
        found.setdefault((site.id == apart, said), []).append(site)
    return list(found.values())
