"""Objectives, held against trying every configuration, on random portfolios."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from math import ceil

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from random_portfolios import Case, cases, charges, every_configuration

from bidwright.catalog.model import Delivery, Release
from bidwright.configurator.check import check
from bidwright.configurator.configure import configure
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.objectives import MEASURES, Objective
from bidwright.core.amount_table import AmountTable, CostTable
from bidwright.v1.configuration_pb2 import Conflict

_settings = settings(
    max_examples=40,
    phases=(Phase.explicit, Phase.generate),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


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
def _cases(draw: st.DrawFn) -> Case:
    """Requests with costs, lead times, roles and some objectives; more packages than usual."""
    case = draw(cases())
    release = case.requirements.release
    components = {
        id_: replace(one, lead_time_days=draw(st.sampled_from([0, 0, 3, 5]))) for id_, one in release.components.items()
    }
    by_machine = [id_ for id_ in components if draw(st.booleans())]
    release = replace(
        release,
        components=components,
        deliveries={"machine": _DELIVERY},
        delivery_of=dict.fromkeys(by_machine, "machine"),
        digest=release.digest + "-" + ",".join(f"{one.lead_time_days}" for one in components.values()),
    )
    subjects = st.one_of(st.sampled_from(MEASURES), st.just(None))
    measures = draw(st.lists(subjects, min_size=1, max_size=3, unique=True))
    objectives = tuple(
        Objective(measure=measure, attribute="" if measure else "ram", maximize=draw(st.booleans()))
        for measure in measures
    )
    requirements = replace(case.requirements, release=release, objectives=objectives)
    return Case(requirements, replace(case.amounts, costs=draw(_costs(release))))


def _number(objective: Objective, items: dict[str, int], case: Case) -> Decimal:
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


def _key(items: dict[str, int], case: Case) -> list[Decimal]:
    return [
        -_number(one, items, case) if one.maximize else _number(one, items, case)
        for one in case.requirements.objectives
    ]


def _is_within_budget(items: dict[str, int], case: Case) -> bool:
    found = charges(items, case.amounts)
    return all(found[limit] <= most for limit, most in case.requirements.budget.items())


@_settings
@given(_cases())
def test_nothing_is_better_by_the_first_objective_and_among_equals_by_the_next(case: Case) -> None:
    outcome = configure(case.requirements, case.amounts, Deadline(20))
    valid = [
        items
        for items in every_configuration(case.requirements.release)
        if not check(case.requirements, items) and _is_within_budget(items, case)
    ]
    if isinstance(outcome, Conflict):
        assert not valid
        return
    best = min(_key(items, case) for items in valid)
    assert _key(dict(outcome.items), case) == best
    assert [one.value for one in outcome.reached] == [
        _number(one, dict(outcome.items), case) for one in case.requirements.objectives
    ]
    assert [one.bound for one in outcome.reached] == [one.value for one in outcome.reached]
    assert vars(outcome.amounts) == charges(dict(outcome.items), case.amounts)


@_settings
@given(_cases())
def test_of_equals_the_one_with_the_fewest_units_is_taken_then_the_one_with_the_earliest_ids(case: Case) -> None:
    outcome = configure(case.requirements, case.amounts, Deadline(20))
    if isinstance(outcome, Conflict):
        return
    best = _key(dict(outcome.items), case)
    components = sorted(case.requirements.release.components)

    def rank(items: dict[str, int]) -> tuple[int, int]:
        return sum(items.values()), sum(items.get(id_, 0) * place for place, id_ in enumerate(components))

    equal = [
        rank(items)
        for items in every_configuration(case.requirements.release)
        if not check(case.requirements, items) and _is_within_budget(items, case) and _key(items, case) == best
    ]
    assert rank(dict(outcome.items)) == min(equal)
