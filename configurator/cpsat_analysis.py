"""Questions about all configurations of an offering; every answer of impossibility is found without presolve."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model_helper import Literal

from bidwright.catalog.rule_language import (
    Availability,
    Comparison,
    Constant,
    Expression,
    InTable,
    Kinds,
    Quantity,
    Selected,
    Sum,
)
from bidwright.configurator.cpsat_rules import RuleCompiler
from bidwright.configurator.cpsat_space import Fact, OfferingSpace, Witness
from bidwright.configurator.cpsat_variables import Variables
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.members import Member
from bidwright.configurator.rule_check import parts

_WITNESS_EFFORT = 0.05
"""Deterministic time for making one configuration show as many facts as possible."""

_EXCHANGE_EFFORT = 2.0
"""Deterministic time for one condition after an exchange; it takes some hundredths, or has no end."""


def witness(space: OfferingSpace, wanted: Collection[Fact]) -> Witness | None:
    """A valid configuration that shows at least one of some facts, and many where that costs little.

    Raises:
        TimeoutError: The deadline came first.
    """
    model = space.active()
    literals = [space.facts[fact] for fact in wanted]
    model.add_bool_or(*literals)
    solver = _solver(space.deadline)
    if not _is_solved(solver, model):
        return None
    if len(literals) == 1:
        return space.witness(solver)
    for index in range(len(model.proto.variables)):
        variable = model.get_int_var_from_proto_index(index)
        model.add_hint(variable, solver.value(variable))
    model.maximize(cp_model.LinearExpr.weighted_sum(literals, [1] * len(literals)))
    better = _solver(space.deadline)
    better.parameters.max_deterministic_time = _WITNESS_EFFORT
    is_better = better.solve(model) in {cp_model.OPTIMAL, cp_model.FEASIBLE}
    return space.witness(better if is_better else solver)


def extreme(space: OfferingSpace, need: str, *, greatest: bool) -> Decimal:
    """The greatest or least answer to a need that asks for a number; there is a valid configuration.

    Raises:
        TimeoutError: The deadline came first.
    """
    model = space.active()
    variable = space.variables.needs[need]
    (model.maximize if greatest else model.minimize)(variable)
    solver = _solver(space.deadline)
    if solver.solve(model) != cp_model.OPTIMAL:
        raise TimeoutError("the solver ran out of time")
    return Decimal(solver.value(variable)).scaleb(-space.offering.needs[need].places)


def why_never(space: OfferingSpace, facts: Iterable[Fact] = ()) -> tuple[Member, ...] | None:
    """Members that cannot hold together with some facts, and without any one of them could; None where all can.

    Raises:
        TimeoutError: The deadline came first.
    """
    return _minimal(space, space.switches, [space.facts[fact] for fact in facts])


def implied_by(space: OfferingSpace, condition: Member) -> tuple[Member, ...] | None:
    """The other members that make a condition hold anyway, none more than it takes; None where they do not.

    Raises:
        TimeoutError: The deadline came first.
    """
    others = [member for member in space.switches if member != condition]
    return _minimal(space, others, [space.broken[condition]])


def can_replace(space: OfferingSpace, replaced: str, by: str) -> bool:
    """Whether every configuration stays valid when all units of a component are exchanged for units of another.

    Raises:
        TimeoutError: The deadline came first.
    """
    model = space.active()
    old, new = space.variables.quantities[replaced], space.variables.quantities[by]
    both = model.new_int_var(0, old.domain.max() + new.domain.max(), "")
    model.add(both == old + new)
    is_chosen = model.new_bool_var("")
    model.add_max_equality(is_chosen, [space.variables.selected[replaced], space.variables.selected[by]])
    nothing = model.new_constant(0)
    units = {**space.variables.quantities, replaced: nothing, by: both}
    chosen = {**space.variables.selected, replaced: nothing, by: is_chosen}
    most = space.release.components[by].max_quantity
    limit = Comparison("<=", Quantity(by), Constant(Fraction(most)))
    model.add_bool_or(space.variables.selected[replaced])
    changed = replace(space.variables, model=model, quantities=units, selected=chosen)
    return _always_hold(space, model, changed, [limit, *_touched(space, replaced, by, by_exchange=False)])


def are_interchangeable(space: OfferingSpace, first: str, second: str) -> bool:
    """Whether every configuration stays valid when two components change places; they have the same ``max_quantity``.

    Raises:
        TimeoutError: The deadline came first.
    """
    model = space.active()
    units, chosen = space.variables.quantities, space.variables.selected
    changed = replace(
        space.variables,
        model=model,
        quantities={**units, first: units[second], second: units[first]},
        selected={**chosen, first: chosen[second], second: chosen[first]},
    )
    return _always_hold(space, model, changed, _touched(space, first, second, by_exchange=True))


def _always_hold(
    space: OfferingSpace, model: cp_model.CpModel, changed: Variables, conditions: Iterable[Expression]
) -> bool:
    """Whether conditions hold of changed quantities wherever all hold of those in the model, one by one."""
    for condition in conditions:
        question: cp_model.CpModel = model.clone()
        compiler = RuleCompiler(replace(changed, model=question))
        question.add_bool_or(compiler.literal(condition, wanted=False))
        solver = _solver(space.deadline)
        # Two long rows that differ in two terms: only the linear relaxation sees that one follows from the other.
        solver.parameters.linearization_level = 2
        solver.parameters.max_deterministic_time = _EXCHANGE_EFFORT
        if _is_solved(solver, question):
            return False
    return True


def _touched(space: OfferingSpace, first: str, second: str, *, by_exchange: bool) -> Iterator[Expression]:
    """The conditions that may tell two components of a family apart, or how many kinds of the family are chosen."""
    for member, condition in space.conditions.items():
        if member in space.needless:
            continue  # it follows from those that are asked about
        found = (_tells_apart(space, part, (first, second), by_exchange=by_exchange) for part in parts(condition))
        if any(found):
            yield condition


def _tells_apart(space: OfferingSpace, part: Expression, pair: tuple[str, str], *, by_exchange: bool) -> bool:
    one, other = (space.release.components[component] for component in pair)
    match part:
        case Selected(subject) | Quantity(subject):
            return subject in pair
        case Kinds(family):
            return family == one.family and not by_exchange
        case InTable(families) | Availability(families):
            return one.family in families
        case Sum(source, attribute, family):
            return family in {"", one.family} and (
                one.figures(source).get(attribute, Decimal(0)) != other.figures(source).get(attribute, Decimal(0))
            )
    return False


def _minimal(space: OfferingSpace, members: Iterable[Member], literals: Sequence[Literal]) -> tuple[Member, ...] | None:
    core = _core(space, members, literals)
    kept = sorted(core or ())
    for member in tuple(kept):
        if member in kept:
            found = _core(space, [other for other in kept if other != member], literals)
            kept = kept if found is None else sorted(found)
    return None if core is None else tuple(kept)


def _core(space: OfferingSpace, members: Iterable[Member], literals: Sequence[Literal]) -> frozenset[Member] | None:
    """Members that cannot hold together with some literals, not necessarily the fewest; None where all can."""
    model: cp_model.CpModel = space.model.clone()
    switches = {space.switches[member].index: member for member in sorted(members)}
    model.add_assumptions([space.switches[member] for member in switches.values()])
    for literal in literals:
        model.add_bool_or(literal)
    solver = _solver(space.deadline)
    if _is_solved(solver, model):
        return None
    return frozenset(switches[index] for index in solver.sufficient_assumptions_for_infeasibility())


def _solver(deadline: Deadline) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.cp_model_presolve = False
    solver.parameters.use_sat_inprocessing = False
    solver.parameters.symmetry_level = 0
    solver.parameters.linearization_level = 0
    solver.parameters.cp_model_probing_level = 0
    solver.parameters.max_time_in_seconds = deadline.left_s
    return solver


def _is_solved(solver: cp_model.CpSolver, model: cp_model.CpModel) -> bool:
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return False
    if status in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return True
    raise TimeoutError("the solver ran out of time")
