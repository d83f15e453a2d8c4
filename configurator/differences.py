"""What a buyer sees of the difference between two configurations, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from bidwright.catalog.model import Attribute, Release
from bidwright.configurator.members import number_text


def totals(items: Mapping[str, int], attributes: Sequence[str], release: Release) -> dict[str, Decimal]:
    """Attribute -> its total over a configuration, in the order given."""
    return {
        attribute: sum(
            (release.components[one].attributes.get(attribute, Decimal(0)) * units for one, units in items.items()),
            Decimal(0),
        )
        for attribute in attributes
    }


def differences(
    before: Mapping[str, int], after: Mapping[str, int], qualities: Sequence[str], release: Release
) -> tuple[str, ...]:
    """Say what is different: qualities in the order given, then components by family.

    For example "16 GiB memory in place of 8", "2 Virtual server M in place of 3 Virtual server S", "+1 Daily backup".
    """
    families = sorted({release.components[one].family for one in before.keys() | after.keys()})
    return (
        *_of_qualities(before, after, qualities, release),
        *(text for family in families for text in _of_family(family, before, after, release)),
    )


def _of_qualities(
    before: Mapping[str, int], after: Mapping[str, int], qualities: Sequence[str], release: Release
) -> Iterator[str]:
    old, new = totals(before, qualities, release), totals(after, qualities, release)
    for quality in qualities:
        if old[quality] != new[quality]:
            amount = f"{number_text(new[quality])} {_named(release.attributes[quality])}"
            yield f"{amount} in place of {number_text(old[quality])}"


def _named(attribute: Attribute) -> str:
    """Unit and title within a sentence: ``GiB memory``."""
    title = attribute.title
    starts_small = title[:1].lower() + title[1:] if title[1:2].islower() else title
    return f"{attribute.unit} {starts_small}".strip()


def _of_family(family: str, before: Mapping[str, int], after: Mapping[str, int], release: Release) -> Iterator[str]:
    members = release.members(family)
    gone = [one for one in members if one in before and one not in after]
    new = [one for one in members if one in after and one not in before]
    if len(gone) == len(new) == 1:
        yield f"{_units(new[0], after, release)} in place of {_units(gone[0], before, release)}"
        gone, new = [], []
    yield from (f"+{after[one]} {release.components[one].name}" for one in new)
    yield from (f"-{before[one]} {release.components[one].name}" for one in gone)
    for one in members:
        if one in before and one in after and before[one] != after[one]:
            yield f"{after[one]} {release.components[one].name} in place of {before[one]}"


def _units(component: str, items: Mapping[str, int], release: Release) -> str:
    name = release.components[component].name
    return name if items[component] == 1 else f"{items[component]} {name}"
