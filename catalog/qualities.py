"""The ``qualities`` of an offering: the figures of which a buyer can have more for a higher price."""

from __future__ import annotations

from collections.abc import Collection

from bidwright.catalog.document import Document
from bidwright.catalog.draft import Draft


def read_qualities(draft: Draft, document: Document, families: Collection[str]) -> tuple[str, ...]:
    """Read the attributes that an offering names as its qualities; needs attributes and components.

    Args:
        draft: Takes every fault.
        document: The offering's file.
        families: Those that the offering has a slot for.
    """
    broken = {path[0] for path in document.broken if path}
    if "qualities" in broken:
        return ()
    where, listed = document.whole.where, document.value.get("qualities", [])
    known = [id_ for at, id_ in enumerate(listed) if draft.ids.check("attribute", id_, where("qualities", at))]
    are_slots_sound = len(families) == len(document.value.get("slots", [])) and draft.families.keys() >= set(families)
    if are_slots_sound and draft.is_whole("component", draft.components):
        carried = {id_ for c in draft.components.values() if c.family in families for id_ in c.attributes}
        for attribute in known:
            if attribute not in carried:
                what = f"no component of the offering's families carries {attribute!r}, so its total is always 0"
                fix = "Remove it, or give components of its families the attribute."
                draft.faults.add(where("qualities", listed.index(attribute)), what, fix)
    return tuple(known)
