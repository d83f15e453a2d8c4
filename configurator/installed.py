"""What is installed, and how much it may be disturbed, as a request says it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from bidwright.configurator.cpsat_change import Weights
from bidwright.configurator.request import Requirements
from bidwright.configurator.sites import Site
from bidwright.core.counts import counted
from bidwright.core.errors import Faults
from bidwright.core.nearest import advice
from bidwright.v1.configuration_pb2 import ConfigurationItem
from bidwright.v1.configurator_pb2 import ChangeConfigurationRequest


@dataclass(frozen=True, kw_only=True)
class Installed:
    """What is there, and how much it may be disturbed.

    Attributes:
        items: Component id -> units, at least 1, by id; the release may no longer have some. Totals, where there are
            sites.
        frozen: Those of them that stay as they are.
        sites: Site id -> the site with what of it is there, by id.
        frozen_sites: Those of them that stay as they are.
    """

    items: Mapping[str, int]
    frozen: frozenset[str] = frozenset()
    weights: Weights = field(default_factory=Weights)
    sites: Mapping[str, Site] = field(default_factory=dict)
    frozen_sites: frozenset[str] = frozenset()

    @property
    def shared(self) -> Mapping[str, int]:
        """What is at no site."""
        at_sites = {component for site in self.sites.values() for component in site.items}
        return {component: units for component, units in self.items.items() if component not in at_sites}

    def at(self, site: str) -> Mapping[str, int]:
        """What is at a site; nothing at one that is new."""
        return self.sites[site].items if site in self.sites else {}


def _advice(named: str, installed: Collection[str]) -> str:
    return advice(named, installed) if installed else "Nothing is installed of which it could be: leave it out."


def installed_of(request: ChangeConfigurationRequest) -> Installed:
    """Understand what is installed.

    Raises:
        InvalidInput: A component or site is given twice, one is frozen that is not installed, sites have more than is
            installed in all, or there are objectives; with every fault.
    """
    faults = Faults()
    items = _units(request.installed, "installed", faults)
    sites = _sites(request, faults)
    wanted = {site.id for site in request.sites}
    for index, component in enumerate(request.frozen):
        if component not in items:
            faults.add(f"frozen[{index}]", f"{component} is not installed", _advice(component, items))
    for index, site in enumerate(request.frozen_sites):
        if site not in sites:
            faults.add(f"frozen_sites[{index}]", f"{site} is not installed", _advice(site, sites))
        elif site not in wanted:
            fix = "Give it among the sites, or let it go."
            faults.add(f"frozen_sites[{index}]", f"{site} is frozen and not wanted any more", fix)
    if sites and not wanted:
        fix = "Give all sites that are wanted, those that stay as they are too."
        faults.add("sites", f"{counted(len(sites), 'site')} installed, and none wanted", fix)
    if request.request.objectives:
        what = "a change has no objectives: the least disruption counts, and then the least contract value"
        faults.add("request.objectives", what, "Leave them out.")
    _check_sums(items, sites.values(), faults)
    faults.raise_if_any("The request")
    given = {"add": request.weights.add, "modify": request.weights.modify, "delete": request.weights.delete}
    return Installed(
        items=items,
        frozen=frozenset(request.frozen),
        weights=Weights(**{name: weight for name, weight in given.items() if weight}),
        sites=sites,
        frozen_sites=frozenset(request.frozen_sites),
    )


def check_places(bid: Requirements, installed: Installed) -> None:
    """Refuse what is installed at no site though each site has its own.

    Raises:
        InvalidInput: With every such component.
    """
    faults, slots = Faults(), bid.offering.slots
    for component, units in sorted(installed.shared.items()):
        slot = slots.get(component.partition(".")[0])
        if slot is not None and slot.per_site:
            what = f"{counted(units, 'unit')} of {component} installed at no site, though each site has its own"
            faults.add("installed_sites", what, "Say at which sites they are.")
    faults.raise_if_any("What is installed")


def _units(given: Iterable[ConfigurationItem], where: str, faults: Faults) -> Mapping[str, int]:
    units: dict[str, int] = {}
    for index, item in enumerate(given):
        if item.component in units:
            what, fix = f"{item.component} is given twice", "Give each component once, with its quantity."
            faults.add(f"{where}[{index}].component", what, fix)
        units[item.component] = item.quantity
    return dict(sorted(units.items()))


def _sites(request: ChangeConfigurationRequest, faults: Faults) -> Mapping[str, Site]:
    sites: dict[str, Site] = {}
    for index, site in enumerate(request.installed_sites):
        where = f"installed_sites[{index}]"
        if site.id in sites:
            faults.add(f"{where}.id", f"{site.id!r} is given twice", "Give each site once.")
        sites[site.id] = Site(id=site.id, title=site.title, items=_units(site.items, f"{where}.items", faults))
    return dict(sorted(sites.items()))


def _check_sums(items: Mapping[str, int], sites: Iterable[Site], faults: Faults) -> None:
    """A component is at sites or shared by them: what is at sites adds up to its total."""
    placed = Counter[str]()
    for site in sites:
        placed.update(site.items)
    for component, units in sorted(placed.items()):
        total = items.get(component, 0)
        if units != total:
            what = f"{component} is installed {counted(total, 'time')}, and at the sites {counted(units, 'time')}"
            faults.add("installed_sites", what, "Give as installed what the sites have together.")
