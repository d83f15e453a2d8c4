"""Holds the packages in a model to what a price does with them, where less saving would look better.

A price applies packages so that they save most. A search for low prices does so by itself; one for a high price or
margin must be told. Two conditions do it: no package is left out that still fits, and - one by one, where the solver
is found to save less than a price would - whoever has these components saves at least so much.
"""

from __future__ import annotations

from collections.abc import Mapping

from ortools.sat.python import cp_model

from bidwright.configurator.cpsat_objectives import Asked


def add_no_package_left(model: cp_model.CpModel, asked: Asked) -> None:
    """Demand that no package fits once more; some way to save most always is like that, as savings never fall."""
    applied = asked.request.charges.packages
    packages = {package_id: asked.amounts.packages[package_id] for package_id in applied}
    times = {package_id: model.get_int_var_from_proto_index(index) for package_id, index in applied.items()}
    for package_id, package in packages.items():
        reasons = [_at_most(model, -times[package_id], 1 - len(package.monthly))]
        for component, units in package.components.items():
            taken = [
                other.components[component] * times[other_id]
                for other_id, other in packages.items()
                if component in other.components
            ]
            left = asked.request.quantities[component] - cp_model.LinearExpr.sum(taken)
            reasons.append(_at_most(model, left, units - 1))
        model.add_bool_or(reasons)


def add_fewer_savings(model: cp_model.CpModel, asked: Asked, items: Mapping[str, int], most: int) -> None:
    """Demand that whoever has at least these units of what is in packages saves as much as they do.

    Args:
        model: Takes the condition.
        asked: The request.
        items: Component id -> units.
        most: What the packages of these items change a month; not above 0.
    """
    charges = asked.request.charges
    packaged = {c for package_id in charges.packages for c in asked.amounts.packages[package_id].components}
    reasons = [_at_most(model, charges.savings, most)]
    reasons += [_at_most(model, asked.request.quantities[c], items[c] - 1) for c in sorted(packaged & items.keys())]
    model.add_bool_or(reasons)


def _at_most(model: cp_model.CpModel, expression: cp_model.LinearExpr, most: int) -> cp_model.IntVar:
    """A literal that implies a limit."""
    literal = model.new_bool_var("")
    model.add_linear_expression_in_domain(expression, cp_model.Domain.lower_or_equal(most)).only_enforce_if(literal)
    return literal
