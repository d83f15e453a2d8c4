"""assurances.yaml, and what it says about components."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from bidwright.catalog.draft import Draft
from bidwright.catalog.figures import day
from bidwright.catalog.model import Assurance, Release


def read_assurances(draft: Draft) -> None:
    """Read all assurances; needs components."""
    found: dict[str, Assurance] = {}
    for entry in draft.declared(draft.documents.get("assurances.yaml"), "assurances", "assurance"):
        valid_until = day(entry.value["valid_until"], entry.where("valid_until"), draft.faults)
        components = draft.matched(entry)
        if valid_until is not None:
            assurance = Assurance(
                id=entry.id(),
                components=components,
                evidence=entry.value["evidence"],
                valid_until=valid_until,
            )
            found.setdefault(assurance.id, assurance)
    draft.assurances = tuple(found[id_] for id_ in sorted(found))


def is_assured(release: Release, component: str, date: dt.date) -> bool:
    """Whether an assurance that is valid on a day, its last included, covers a component."""
    return any(component in one.components and date <= one.valid_until for one in release.assurances)


def assured_in_combination(release: Release, components: Collection[str], date: dt.date) -> bool:
    """Whether one assurance that is valid on a day covers all components together; true for none."""
    wanted = frozenset(components)
    return not wanted or any(wanted <= one.components and date <= one.valid_until for one in release.assurances)
