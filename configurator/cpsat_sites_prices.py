"""Prices at which the sites cannot do with what a relaxed bid has for them: the linear program that finds such."""

from __future__ import annotations

from collections.abc import Sequence

from ortools.math_opt.python import mathopt

from bidwright.configurator.sites_patterns import Pattern

_LOWEST, _HIGHEST = 0.3, 2.0
"""Parts of the usual price between which prices are looked for. Others tell no more, and take long to look at."""

_LITTLE = 0.5
"""Minor units; less than that is no difference."""


def telling_prices(
    totals: Sequence[int], groups: Sequence[tuple[int, Sequence[Pattern]]], usual: Sequence[float]
) -> list[float] | None:
    """Find prices at which totals are worth less than the cheapest patterns known of all sites.

    Args:
        totals: Units of each component that a relaxed bid has.
        groups: How many sites, and the patterns known of each of them.
        usual: About what each component costs, in minor units.

    Returns:
        Prices near the usual ones at which the difference is greatest; None where there is none: the totals are a
        mixture of the patterns.
    """
    model = mathopt.Model()
    prices = [model.add_variable(lb=_LOWEST * price, ub=_HIGHEST * price) for price in usual]
    worth: list[mathopt.LinearTerm] = []
    for size, patterns in groups:
        least = model.add_variable(lb=0.0)
        worth.append(size * least)
        for pattern in patterns:
            model.add_linear_constraint(mathopt.fast_sum(_terms(prices, pattern)) - least >= 0)
    model.maximize(mathopt.fast_sum(worth) - mathopt.fast_sum(_terms(prices, totals)))
    result = mathopt.solve(model, mathopt.SolverType.GLOP)
    if result.termination.reason != mathopt.TerminationReason.OPTIMAL or result.objective_value() <= _LITTLE:
        return None
    found = result.variable_values()
    return [found[price] for price in prices]


def _terms(prices: Sequence[mathopt.Variable], units: Sequence[int]) -> list[mathopt.LinearTerm]:
    return [number * price for price, number in zip(prices, units, strict=True) if number]
