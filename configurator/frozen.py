"""Installed components that must not be touched: exact pins, blamed as such."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from bidwright.configurator.members import PIN, Member, member_text
from bidwright.configurator.request import Requirements
from bidwright.core.counts import counted
from bidwright.v1.configuration_pb2 import Conflict, ConflictMember


def with_frozen(
    requirements: Requirements, installed: Mapping[str, int], frozen: Iterable[str]
) -> Requirements | Conflict:
    """The requirements with each frozen component pinned to its installed units.

    Args:
        requirements: What is asked for.
        installed: Component id -> units, at least 1; ids may be unknown to the release.
        frozen: Some of the installed ids.

    Returns:
        A minimal conflict where a frozen component by itself cannot stay: the first by id.
    """
    frozen = sorted(frozen)
    for component in frozen:
        texts = _reasons(component, installed[component], requirements)
        if texts:
            members = [ConflictMember(kind=PIN, id=component, text=text) for text in texts]
            return Conflict(summary=f"This cannot be: {'; '.join(texts)}.", members=members, minimal=True)
    pins = {**requirements.pins, **{component: installed[component] for component in frozen}}
    return replace(requirements, pins=dict(sorted(pins.items())), frozen=frozenset(frozen))


def _reasons(component: str, units: int, requirements: Requirements) -> list[str]:
    """What cannot be together about one frozen component, whatever else is chosen; nothing where it can stay."""
    kept = f"{component} is frozen with its installed {counted(units, 'unit')}"
    known = requirements.release.components.get(component)
    if known is None:
        return [f"{kept}, and the portfolio no longer has it"]
    if units > known.max_quantity:
        return [f"{kept}, and one configuration holds at most {known.max_quantity:,}"]
    if requirements.pins.get(component, 0) not in {0, units}:
        return [member_text(Member(PIN, component), requirements), kept]
    return []
