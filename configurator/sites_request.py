"""Understands what is asked for the sites of a bid, and what is at the sites of a finished configuration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bidwright.catalog.answers import answers_from_proto, answers_to_proto, resolve_answers
from bidwright.catalog.model import Answer, Offering, Release
from bidwright.configurator.sites import MOST_SITES, Site
from bidwright.core.errors import Faults, InvalidInput
from bidwright.core.nearest import advice
from bidwright.v1.configuration_pb2 import ConfigurationItem, ConfigurationSite, NeedAnswer
from bidwright.v1.configurator_pb2 import Site as WantedSite

SiteMessage = WantedSite | ConfigurationSite
"""A site as it is asked for, or as it is in a finished configuration."""


@dataclass(frozen=True, kw_only=True)
class SiteReader:
    """Reads the sites of one bid and collects their faults.

    Attributes:
        usual: Answers that hold at sites which give none of their own.
        partial: Whether needs that neither answers stay open; they take their default otherwise.
    """

    release: Release
    offering: Offering
    faults: Faults
    usual: Sequence[NeedAnswer] = ()
    partial: bool = False

    def read(self, sites: Sequence[SiteMessage]) -> tuple[Site, ...]:
        """The sites by id; every fault is collected: none or too many, an id given twice, what is not of a site."""
        if not self._families:
            fix = "Ask for it without sites, or choose an offering of which some families are per site."
            self.faults.add("sites", f"nothing of {self.offering.id} is per site", fix)
        if not 1 <= len(sites) <= MOST_SITES:
            self.faults.add("sites", f"there are {len(sites)} sites", f"Give 1 to {MOST_SITES}; split a larger bid.")
        found: dict[str, Site] = {}
        for index, site in enumerate(sites):
            where = f"sites[{index}]"
            if site.id in found:
                self.faults.add(f"{where}.id", f"{site.id!r} is given twice", "Give each site an id of its own.")
            read = Site(id=site.id, title=site.title, answers=self._answers(site.needs, where))
            found[site.id] = self._with_components(read, site, where)
        return tuple(found[id_] for id_ in sorted(found))

    @property
    def _families(self) -> list[str]:
        return [family for family, slot in self.offering.slots.items() if slot.per_site]

    def _with_components(self, read: Site, site: SiteMessage, where: str) -> Site:
        if isinstance(site, ConfigurationSite):
            items = [(item.component, item.quantity) for item in site.items]
            return replace(read, items=self._units(items, f"{where}.items"))
        for index, component in enumerate(site.exclusions):
            self._check_component(component, f"{where}.exclusions[{index}]")
        pins = self._units([(pin.component, pin.quantity) for pin in site.pins], f"{where}.pins")
        return replace(read, pins=pins, exclusions=tuple(sorted(set(site.exclusions))))

    def _units(self, given: Iterable[tuple[str, int]], where: str) -> Mapping[str, int]:
        units: dict[str, int] = {}
        for index, (component, quantity) in enumerate(given):
            place = f"{where}[{index}].component"
            self._check_component(component, place)
            if component in units:
                self.faults.add(place, f"{component} is given twice", "Give each component once, with its quantity.")
            units[component] = quantity
        return dict(sorted(units.items()))

    def _check_component(self, component: str, where: str) -> None:
        family = component.partition(".")[0]
        if component not in self.release.components:
            known = [c for one in self._families for c in self.release.members(one)]
            self.faults.add(where, f"{component!r} is not a component", advice(component, known))
        elif family not in self._families:
            fix = f"Ask for it for the whole bid; each site has {', '.join(self._families)} of its own."
            self.faults.add(where, f"{component} is not chosen for each site", fix)

    def _answers(self, messages: Iterable[NeedAnswer], where: str) -> Mapping[str, Answer]:
        asked = {name: need for name, need in self.offering.needs.items() if need.per_site}
        try:
            given = answers_from_proto(messages)
            for name in sorted(given.keys() & (self.offering.needs.keys() - asked.keys())):
                fix = f"Answer it for the whole bid; each site answers {', '.join(asked) or 'nothing'}."
                self.faults.add(f"{where}.needs.{name}", f"{name} is not asked for each site", fix)
                del given[name]
            own = replace(self.offering, needs=asked)
            return resolve_answers(own, answers_from_proto(self.usual) | given, partial=self.partial)
        except InvalidInput as refusal:
            self.faults.found.extend(replace(fault, where=f"{where}.{fault.where}") for fault in refusal.faults)
            return {}


def site_messages(sites: Iterable[Site]) -> list[ConfigurationSite]:
    """Sites with what is there, for the wire."""
    return [
        ConfigurationSite(
            id=site.id,
            title=site.title,
            needs=answers_to_proto(site.answers),
            items=[ConfigurationItem(component=component, quantity=units) for component, units in site.items.items()],
        )
        for site in sites
    ]
