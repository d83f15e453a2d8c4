"""Effort of a bespoke item as people write it: ``{engineer: "2.5", tester: {brno: "4"}}``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

_GENERAL = "default"
"""Stands for no delivery centre, as in the rate cards of a price book."""


class Effort(NamedTuple):
    """Days of a role, as text; ``delivery_centre`` is empty where none is stated."""

    role: str
    delivery_centre: str
    days: str


def efforts(stated: Mapping[str, object]) -> Iterator[Effort]:
    """Effort in the order in which it is written.

    Args:
        stated: Role -> days, or delivery centre -> days.
    """
    for role, days in stated.items():
        for centre, part in days.items() if isinstance(days, Mapping) else [(_GENERAL, days)]:
            yield Effort(role, "" if centre == _GENERAL else str(centre), str(part))
