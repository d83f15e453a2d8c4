"""Components of sites of which one unit less is never worse for the bid, as far as it is certain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from bidwright.catalog.model import Component
from bidwright.catalog.scopes import pooled_resources
from bidwright.configurator.objectives import Objective
from bidwright.configurator.request import Requirements
from bidwright.configurator.sites_conditions import Conditions, answered
from bidwright.core.amount_table import AmountTable, Columns


def spare_components(bid: Requirements, whole: Requirements, amounts: AmountTable) -> frozenset[str]:
    """Find components of sites that no rule, resource or wish of the whole bid asks for, and that never cost less.

    A volume price that falls, or a package, can make more units cheaper than fewer; an objective can ask for more.

    Args:
        bid: The bid with its sites.
        whole: The same as one, without the sites.
        amounts: What quantities cost.
    """
    slots, components = bid.offering.slots, bid.release.components
    own = [c for c in sorted(components) if c.partition(".")[0] in slots and slots[c.partition(".")[0]].per_site]
    asked = {*whole.pins, *_helping(whole), *(c for package in amounts.packages.values() for c in package.components)}
    for effect in whole.bespoke:
        asked.update(member for name in effect.requires for member in whole.release.members(name))
    pooled = pooled_resources(bid.offering, components)
    asked.update(c for c in own if pooled & components[c].provides.keys())
    wanted = [_MoreIsWorse(objective, amounts) for objective in bid.objectives]
    return frozenset(
        c for c in own if c not in asked and _rises(c, amounts) and all(one.of(components[c]) for one in wanted)
    )


def _helping(whole: Requirements) -> Iterator[str]:
    """Components of which more units can make a rule of the whole bid true."""
    names = sorted(whole.release.components)
    conditions = Conditions(whole.release, names)
    for rule in (*whole.release.rules, *whole.offering.rules):
        found = conditions.condition(answered(rule.expression, whole.answers, whole.release))
        yield from (names[place] for place in found.helps)


@dataclass(frozen=True)
class _MoreIsWorse:
    """Says of which components more units, or a kind more, are never better by an objective."""

    objective: Objective
    amounts: AmountTable

    def of(self, component: Component) -> bool:
        """Whether it is certain."""
        objective = self.objective
        if objective.measure is None:
            figure = component.attributes.get(objective.attribute, Decimal(0))
            return figure <= 0 if objective.maximize else figure >= 0
        if objective.maximize or objective.measure == "margin":
            return False
        if objective.measure == "contract_cost":
            return self._cost_rises(component.id)
        return objective.measure != "first_year" or component.id not in self.amounts.spared_first_year

    def _cost_rises(self, component_id: str) -> bool:
        costs = self.amounts.costs
        if costs is None or any(component_id in work.hours for shared in costs.scarce for work in shared.work):
            return False
        return _never_falls(component_id, costs.charges.values())


def _rises(component: str, amounts: AmountTable) -> bool:
    """Whether more units never cost less, whenever they fall due."""
    columns = (amounts.one_time, amounts.monthly, amounts.hourly, amounts.quarterly, amounts.yearly)
    return component not in amounts.may_fall() and _never_falls(component, columns)


def _never_falls(component: str, columns: Iterable[Columns]) -> bool:
    found = [column[component] for column in columns if component in column]
    return all(fewer <= more for column in found for fewer, more in pairwise(column))
