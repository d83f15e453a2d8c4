"""Random objectives for random small portfolios, and what a configuration reaches by them, counted once more."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from math import ceil

from hypothesis import strategies as st
from random_portfolios import Case, charges, digested

from bidwright.catalog.model import Delivery, Release
from bidwright.configurator.objectives import MEASURES, Objective
from bidwright.core.amount_table import AmountTable, CostTable


@st.composite
def _costs(draw: st.DrawFn, release: Release) -> CostTable:
    columns = {
        charge: {
            id_: (0, *draw(st.lists(st.integers(0, 20), min_size=one.max_quantity, max_size=one.max_quantity)))
            for id_, one in release.components.items()
            if draw(st.booleans())
        }
        for charge in ("one_time", "monthly", "quarterly", "yearly")
    }
    return CostTable(charges=columns, bespoke_one_time=draw(st.integers(0, 3)), bespoke_monthly=draw(st.integers(0, 3)))


_DELIVERY = Delivery(
    id="machine",
    components=frozenset(),
    role="role",
    targets=(),
    after=(),
    unit="platform",
    duration_minutes=1,
    variables=(),
    task="",
    instructions="",
    why="",
)


@st.composite
def with_objectives(draw: st.DrawFn, case: Case) -> Case:
    """A request with costs, lead times, roles and some objectives."""
    release = case.requirements.release
    components = {
        id_: replace(one, lead_time_days=draw(st.sampled_from([0, 0, 3, 5]))) for id_, one in release.components.items()
    }
    by_machine = [id_ for id_ in components if draw(st.booleans())]
    release = digested(
        replace(
            release,
            components=components,
            deliveries={"machine": _DELIVERY},
            delivery_of=dict.fromkeys(by_machine, "machine"),
        )
    )
    subjects = st.one_of(st.sampled_from(MEASURES), st.just(None))
    measures = draw(st.lists(subjects, min_size=1, max_size=3, unique=True))
    objectives = tuple(
        Objective(measure=measure, attribute="" if measure else "ram", maximize=draw(st.booleans()))
        for measure in measures
    )
    requirements = replace(case.requirements, release=release, objectives=objectives)
    return Case(requirements, replace(case.amounts, costs=draw(_costs(release))))


def number(objective: Objective, items: dict[str, int], case: Case) -> Decimal:
    """The number of an objective, once more."""
    release, money = case.requirements.release, charges(items, case.amounts)
    chosen = [release.components[id_] for id_ in items]
    found = {
        None: sum(one.attributes.get("ram", Decimal(0)) * items[one.id] for one in chosen),
        "lead_time": max([0, *(one.lead_time_days for one in chosen)]),
        # nothing is assured: the small release's assurances are of other ids
        "delivery_risk": len(items) + len(items.keys() - release.delivery_of.keys()),
        "components": len(items),
        "first_year": _first_year(items, case.amounts),
        "contract_cost": _cost(items, case.amounts),
        "margin": money["contract_value"] - _cost(items, case.amounts),
        **money,
    }
    return Decimal(found[objective.measure])


def _first_year(items: dict[str, int], table: AmountTable) -> int:
    """The contract value of a contract that ends with its first year."""
    months = min(12, table.term_months)
    return charges(items, replace(table, term_months=months, spared=table.spared_first_year))["contract_value"]


def _cost(items: dict[str, int], table: AmountTable) -> int:
    assert table.costs is not None
    months = table.term_months
    times = {"one_time": 1, "monthly": months, "quarterly": ceil(months / 3), "yearly": ceil(months / 12)}
    total = table.costs.bespoke_one_time + months * table.costs.bespoke_monthly
    for charge, columns in table.costs.charges.items():
        total += times[charge] * sum(columns[id_][units] for id_, units in items.items() if id_ in columns)
    return total


def key(items: dict[str, int], case: Case) -> list[Decimal]:
    """What all objectives reach; less is better."""
    return [
        -number(one, items, case) if one.maximize else number(one, items, case) for one in case.requirements.objectives
    ]
