"""Objectives as exact expressions over the model of a request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from ortools.sat.python import cp_model

from bidwright.catalog.assurances import is_assured
from bidwright.configurator.cpsat_amounts import add_contract_cost
from bidwright.configurator.cpsat_compact import Written
from bidwright.configurator.cpsat_hours import add_moved_work
from bidwright.configurator.cpsat_request import RequestModel
from bidwright.configurator.objectives import OURS_ALONE, Measure, Objective
from bidwright.configurator.request import Requirements
from bidwright.core.amount_table import AmountTable

_SHOWN_BY_PRICES = frozenset[Measure]({"contract_value", "first_year", "monthly", "margin"})
"""Measures that packages change."""


@dataclass(frozen=True, kw_only=True)
class Goal:
    """An objective over the variables of a model.

    Attributes:
        expression: What is to be minimized: steps of the objective's number, negative where more is better.
        step: The number of one step, a power of ten.
        moved: What is in the expression of work that moves to dearer delivery centres; the least of it counts.
    """

    objective: Objective
    expression: cp_model.LinearExpr
    step: Decimal = Decimal(1)
    moved: cp_model.LinearExpr | None = None

    def number(self, steps: int) -> Decimal:
        """What so many steps mean: minor units of an objective in money, else the number itself."""
        return (-steps if self.objective.maximize else steps) * self.step

    @property
    def wants_high_prices(self) -> bool:
        """Whether it gets better where fewer packages are applied than a price applies."""
        return self.objective.maximize and self.objective.measure in _SHOWN_BY_PRICES


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request with its model, to which expressions may add what they need.

    ``written`` is how the model of a narrowed request is written out: it is searched like that first.
    """

    requirements: Requirements
    amounts: AmountTable
    request: RequestModel
    written: Written | None = None


def goal_of(objective: Objective, asked: Asked) -> Goal:
    """Express an objective; it may add variables to the model of the request.

    Raises:
        ValueError: Cost or margin is asked for, and the amount table has no costs.
    """
    step, moved = Decimal(1), None
    if objective.measure is None:
        expression, step = _attribute(objective.attribute, asked)
    else:
        expression = _MEASURED[objective.measure](asked)
    if objective.measure in OURS_ALONE:
        moved = _moved(asked)
        expression += moved if objective.measure == "contract_cost" else -moved
    return Goal(
        objective=objective, expression=-expression if objective.maximize else expression, step=step, moved=moved
    )


def _attribute(attribute: str, asked: Asked) -> tuple[cp_model.LinearExpr, Decimal]:
    """The total of an attribute in its smallest steps, and the size of a step."""
    slots = asked.requirements.offering.slots
    figures = {
        component.id: component.attributes.get(attribute, Decimal(0))
        for component in asked.requirements.release.components.values()
        if component.family in slots
    }
    places = max([0, *(-int(figure.normalize().as_tuple().exponent) for figure in figures.values())])
    whole = {component: int(figures[component].scaleb(places)) for component in asked.request.units}
    return _weighted(asked.request.quantities, whole), Decimal(1).scaleb(-places)


def _weighted(variables: Mapping[str, cp_model.IntVar], weights: Mapping[str, int]) -> cp_model.LinearExpr:
    chosen = {component: weight for component, weight in weights.items() if weight}
    return cp_model.LinearExpr.weighted_sum([variables[component] for component in chosen], list(chosen.values()))


def _contract_cost(asked: Asked) -> cp_model.LinearExpr:
    return add_contract_cost(asked.request.model, asked.request.quantities, asked.amounts)


def _moved(asked: Asked) -> cp_model.LinearExpr:
    """What the contract costs more, at least, as the cheapest delivery centres lack hours."""
    scarce = () if asked.amounts.costs is None else asked.amounts.costs.scarce
    return cp_model.LinearExpr.sum([add_moved_work(asked.request, shared) for shared in scarce])


def _margin(asked: Asked) -> cp_model.LinearExpr:
    return asked.request.charges.contract_value - _contract_cost(asked)


def _components(asked: Asked) -> cp_model.LinearExpr:
    return cp_model.LinearExpr.sum(list(asked.request.selected.values()))


def _delivery_risk(asked: Asked) -> cp_model.LinearExpr:
    """Kinds that nobody delivers without hands, and kinds that no assurance covers that is valid on the price date."""
    release, date = asked.requirements.release, asked.amounts.price_date
    by_hand = {
        component
        for component in asked.request.quantities
        if component not in release.delivery_of or not release.deliveries[release.delivery_of[component]].role
    }
    weights = {
        component: int(component in by_hand) + int(not is_assured(release, component, date))
        for component in asked.request.quantities
    }
    return _weighted(asked.request.selected, weights)


def _lead_time(asked: Asked) -> cp_model.LinearExpr:
    """The longest lead time: the sum of the steps between lead times up to it, each a literal."""
    model, by_days = asked.request.model, dict[int, list[cp_model.IntVar]]()
    for component, selected in asked.request.selected.items():
        by_days.setdefault(asked.requirements.release.components[component].lead_time_days, []).append(selected)
    ordered = sorted(by_days.keys() - {0})
    steps = [model.new_bool_var(f"at least {days} days") for days in ordered]
    for index, (days, step) in enumerate(zip(ordered, steps, strict=True)):
        # A step is taken where a component needs it, or where the next one is taken, and only then.
        reasons = [*by_days[days], *steps[index + 1 : index + 2]]
        for reason in reasons:
            model.add_implication(reason, step)
        model.add_bool_or(*reasons, ~step)
    heights = [days - before for before, days in pairwise((0, *ordered))]
    return cp_model.LinearExpr.weighted_sum(steps, heights)


_MEASURED: dict[Measure, Callable[[Asked], cp_model.LinearExpr]] = {
    "contract_value": lambda asked: asked.request.charges.contract_value,
    "first_year": lambda asked: asked.request.charges.first_year,
    "monthly": lambda asked: asked.request.charges.monthly,
    "one_time": lambda asked: asked.request.charges.one_time,
    "contract_cost": _contract_cost,
    "margin": _margin,
    "lead_time": _lead_time,
    "delivery_risk": _delivery_risk,
    "components": _components,
}
