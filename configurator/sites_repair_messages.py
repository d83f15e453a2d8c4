"""Changes to the sites of a bid from and to the messages of the wire."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bidwright.catalog.answers import answer_to_proto
from bidwright.configurator.members import EXCLUSION, PIN, Member
from bidwright.configurator.repair_changes import Changes
from bidwright.v1.configurator_pb2 import Site


def changed_sites(sites: Iterable[Site], changes: Mapping[str, Changes]) -> list[Site]:
    """Sites as they are asked for, with changes made to some of them."""
    return [_changed(site, changes[site.id]) if site.id in changes else site for site in sites]


def _changed(site: Site, changes: Changes) -> Site:
    gone = frozenset(changes.members)
    answered = [answer for answer in site.needs if answer.name not in changes.answers]
    return Site(
        id=site.id,
        title=site.title,
        needs=[*answered, *(answer_to_proto(name, answer) for name, answer in changes.answers.items())],
        pins=[pin for pin in site.pins if Member(PIN, pin.component) not in gone],
        exclusions=[component for component in site.exclusions if Member(EXCLUSION, component) not in gone],
    )
