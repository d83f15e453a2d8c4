"""Units that no best configuration needs are not looked at; nothing becomes dearer by that, or impossible."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, Phase, given, settings
from random_portfolios import Case, cases, charges, every_configuration

from bidwright.configurator.check import check
from bidwright.configurator.cpsat_enough import most_worth_having


@settings(
    max_examples=150,
    phases=(Phase.explicit, Phase.generate),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(cases())
def test_within_the_units_worth_having_there_is_always_a_best_configuration(case: Case) -> None:
    requirements = replace(case.requirements, budget={})
    most = most_worth_having(requirements, case.amounts, ())
    valid = [items for items in every_configuration(requirements.release) if not check(requirements, items)]
    within = [items for items in valid if all(items.get(component, 0) <= units for component, units in most.items())]
    for limit in ("one_time", "monthly", "contract_value"):
        values = [
            min((charges(items, case.amounts)[limit] for items in found), default=-1) for found in (valid, within)
        ]
        assert values[0] == values[1]
