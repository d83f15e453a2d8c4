"""The change of a bid with sites that disturbs least, and among those the one that costs least."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bidwright.configurator.change import Change, changes, out_of_time
from bidwright.configurator.confirmed import confirmed
from bidwright.configurator.cpsat_sites_bid import BidModel
from bidwright.configurator.cpsat_sites_change import ChangeProblem
from bidwright.configurator.cpsat_sites_least import LeastChange, LeastChangeSearch
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.delivery import undeliverable
from bidwright.configurator.frozen import as_frozen
from bidwright.configurator.installed import Installed
from bidwright.configurator.request import Requirements
from bidwright.configurator.sites import Site
from bidwright.configurator.sites_blocks import Block, SiteView, blocks_of
from bidwright.configurator.sites_configure import SitedSolution, configure_sites
from bidwright.configurator.sites_near import Fewer, NearBlock
from bidwright.configurator.sites_patterns import NothingFits
from bidwright.configurator.sites_spare import spare_components
from bidwright.configurator.sites_split import at_site, whole_bid
from bidwright.configurator.sites_surplus import Placed, placed
from bidwright.configurator.solution import SolverDisagrees
from bidwright.core.amount_table import AmountTable
from bidwright.core.errors import Unavailable
from bidwright.v1 import configurator_pb2
from bidwright.v1.configuration_pb2 import Conflict
from bidwright.v1.configurator_pb2 import ItemAction, ItemChange, SiteChange

_FOR_NEAR = 0.6
"""Part of the time in which a change is looked for near what is installed."""

_FOR_CHEAPEST = 0.6
"""Part of the rest in which the cheapest bid is looked for where nothing is found near what is installed."""

_LAST_S = 0.5
"""So long a change to what the cheapest bid has is looked for, also where the time is over."""


@dataclass(frozen=True, kw_only=True)
class SitesChange(Change):
    """The way to a bid that disturbs least; its items are what all sites share.

    Attributes:
        sites: The wanted sites with what is then there, by id.
        site_changes: What happens at each site that is installed or wanted, by id.
    """

    sites: tuple[Site, ...]
    site_changes: tuple[SiteChange, ...]


def change_sites(
    bid: Requirements, installed: Installed, amounts: AmountTable, deadline: Deadline
) -> SitesChange | Conflict:
    """Find the change that disturbs least, and among those the cheapest; the same for the same input.

    Args:
        bid: The new needs, with all sites that are wanted.
        installed: What is there.
        amounts: What quantities cost in the market and under the terms of the request.
        deadline: When it is over, the best change so far is the answer, with its bounds.

    Raises:
        InvalidInput: ``SITES_TOO_COMPLEX``: a site has too much to choose from.
        Unavailable: Nothing was found in time, nor shown to be impossible.
    """
    asked = as_frozen(bid, installed)
    if isinstance(asked, Conflict):
        return asked
    return _Search(asked, installed, amounts, deadline).outcome()


class _Search:
    """The search for one change."""

    def __init__(self, bid: Requirements, installed: Installed, amounts: AmountTable, deadline: Deadline) -> None:
        self._bid = bid
        self._installed = installed
        self._amounts = amounts
        self._deadline = deadline
        self._whole = whole_bid(bid)
        views = [SiteView(site, at_site(bid, site)) for site in bid.sites]
        self._own = frozenset(views[0].requirements.release.components)
        missing = undeliverable(self._whole, self._own).values()
        unavailable = {*self._whole.exclusions, *(component for found in missing for component in found)}
        before = {id_: site.items for id_, site in installed.sites.items()}
        self._blocks: list[Block] = blocks_of(views, unavailable=unavailable, spare=(), installed=before)
        self._spare = spare_components(bid, self._whole, amounts)

    def outcome(self) -> SitesChange | Conflict:
        """The best change, or why there is none.

        Where sites need another number of units of something, the fewest suffice, and the bid may buy more. Where that
        finds no place at a site that changes it anyway, every number of units is looked at.
        """
        first = self._found(every=False)
        if isinstance(first, Conflict):
            return first
        places = self._placed(first)
        if not places.left:
            return self._change(first, places)
        every = self._found(every=True)
        if isinstance(every, Conflict):
            return every
        bound = max(first.disruption_bound, every.disruption_bound)
        if every.disruption <= first.disruption:
            every = replace(every, value_bound=max(first.value_bound, every.value_bound))
        return self._change(replace(every, disruption_bound=bound), self._placed(every))

    def _found(self, *, every: bool) -> LeastChange | Conflict:
        """The best change near what is installed; where there is none, the best of that and of what is the cheapest."""
        deadline = self._deadline.after(_FOR_NEAR)
        try:
            search = LeastChangeSearch(BidModel(self._whole, self._amounts), self._problem(every=every))
            found = search.run(deadline)
        except NothingFits:
            search, found = None, LeastChange(status="infeasible")
        if found.status == "found":
            return found
        cheapest = self._cheapest()
        if isinstance(cheapest, Conflict):
            return cheapest
        if search is None:
            raise SolverDisagrees("a site that nothing fits has something")
        search.know(() if cheapest is None else cheapest.sites)
        found = search.run(self._deadline.at_least(_LAST_S))
        if found.status != "found":
            raise out_of_time(self._deadline)
        return found

    def _cheapest(self) -> SitedSolution | Conflict | None:
        """The cheapest bid whatever it disturbs; None where it is not found in a part of the time."""
        try:
            return configure_sites(self._bid, self._amounts, self._deadline.after(_FOR_CHEAPEST))
        except Unavailable:
            return None

    def _problem(self, *, every: bool) -> ChangeProblem:
        installed, weights = self._installed, self._installed.weights
        before = {id_: site.items for id_, site in installed.sites.items()}
        fewer = Fewer(spare=self._spare, every=every)
        chosen = {component for block in self._blocks for component in block.components}
        wanted = {site.id for site in self._bid.sites}
        gone = sum(
            1 for id_, items in before.items() for component in items if id_ not in wanted or component not in chosen
        )
        return ChangeProblem(
            blocks=[NearBlock(block, before, weights, fewer) for block in self._blocks],
            own=self._own,
            shared=installed.shared,
            surplus=frozenset() if every else self._own - self._spare,
            weights=weights,
            always=weights.delete * gone,
        )

    def _placed(self, found: LeastChange) -> Placed:
        """The sites with what is bought beyond their needs, at those that have another number of units anyway."""

        def may(site: str, component: str) -> bool:
            units = found.placement.at_sites.get(site, {}).get(component, 0)
            return units not in {0, self._installed.at(site).get(component, 0)}

        return placed(found.placement, self._blocks, self._bid.sites, may=may)

    def _change(self, found: LeastChange, places: Placed) -> SitesChange:
        installed = self._installed
        sites = tuple(replace(site, items=dict(sorted(places.at_sites[site.id].items()))) for site in self._bid.sites)
        bid, items = replace(self._bid, sites=sites), dict(sorted(found.items.items()))
        value = BidModel(self._whole, self._amounts).priced(items).contract_value
        bound = min(value, found.value_bound)
        shared = {component: units for component, units in items.items() if component not in self._own}
        of_shared, of_sites = changes(installed.shared, shared), _site_changes(installed, sites)
        every = [*of_shared, *(one for site in of_sites for one in site.changes)]
        disruption = sum(installed.weights.of(one.installed, one.wanted) for one in every)
        return SitesChange(
            solution=confirmed(items, value, bound, requirements=bid, table=self._amounts),
            items=of_shared,
            disruption=disruption,
            bound=min(found.disruption_bound, disruption),
            sites=sites,
            site_changes=of_sites,
        )


def _site_changes(installed: Installed, sites: tuple[Site, ...]) -> tuple[SiteChange, ...]:
    """What happens at every site that is installed or wanted, by id."""
    wanted = {site.id: site for site in sites}
    found = []
    for id_ in sorted(installed.sites.keys() | wanted.keys()):
        site = wanted[id_] if id_ in wanted else installed.sites[id_]
        items = changes(installed.at(id_), wanted[id_].items if id_ in wanted else {})
        action = _action(id_, installed.sites, wanted, items)
        found.append(SiteChange(id=id_, title=site.title, action=action, changes=items))
    return tuple(found)


def _action(
    id_: str, installed: Mapping[str, Site], wanted: Mapping[str, Site], items: tuple[ItemChange, ...]
) -> ItemAction:
    if id_ not in installed:
        return configurator_pb2.ITEM_ACTION_ADD
    if id_ not in wanted:
        return configurator_pb2.ITEM_ACTION_DELETE
    is_kept = all(item.action == configurator_pb2.ITEM_ACTION_KEEP for item in items)
    return configurator_pb2.ITEM_ACTION_KEEP if is_kept else configurator_pb2.ITEM_ACTION_MODIFY
