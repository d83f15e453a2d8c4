"""Questions of bench/configurator that are searches: explain, repair, configure and change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from ortools.sat.python import cp_model

from bench import engine_cpsat
from bench.configurator_ground import Call, Ground, Question
from bench.engine_clingo import Clingo
from bench.engine_pysat import PySat
from bench.grown_portfolio import Kind, changes
from bench.propositional import Propositional, Weighted, propositional, said
from bidwright.configurator.change import Change, change
from bidwright.configurator.configure import configure
from bidwright.configurator.conflict_search import CHANGEABLE, ConflictSearch
from bidwright.configurator.cpsat_request import RequestModel
from bidwright.configurator.explain import explain
from bidwright.configurator.installed import Installed, installed_of
from bidwright.configurator.members import EXCLUSION, NEED, PIN, Member
from bidwright.configurator.repair import RepairSearch
from bidwright.configurator.repair_changes import Asked
from bidwright.configurator.request import Requirements, requirements_of
from bidwright.configurator.solution import Solution

_NO_NUMBERS = {"python-sat": "it knows no numbers"}


def searches(given: Ground) -> Iterator[Question[Requirements] | Question[tuple[Requirements, Installed]]]:
    """All searches."""
    yield _explain(given, "conflicting", "explain, Boolean conflict", 3.0)
    yield _explain(given, "numeric_conflict", "explain, conflict of numbers", 10.0)
    yield _repair(given)
    yield _configure(given, "valid", "cheapest configuration, proven", 60.0)
    yield _configure(given, "budget", "best value under a budget, proven", 300.0)
    yield _change(given)


def _explain(given: Ground, kind: Kind, name: str, target_ms: float) -> Question[Requirements]:
    def ours(case: Requirements) -> Call:
        return lambda: explain(case, given.amounts, given.deadline()) is not None

    def by_cpsat(case: Requirements) -> Call:
        def call() -> object:
            request = engine_cpsat.fresh(case, given.amounts, switchable=True)
            return engine_cpsat.minimal_conflict(request, given.seconds) is not None

        return call

    def by_pysat(case: Requirements) -> Call:
        problem = propositional(case, given.amounts, numbers=False)
        engine = PySat(problem)
        return lambda: engine.minimal_core(_groups(problem)) is not None

    def by_clingo(case: Requirements) -> Call:
        problem = given.written(case)
        engine = Clingo(problem, seconds=given.seconds)
        return lambda: engine.minimal_core(_groups(problem)) is not None

    is_boolean = kind == "conflicting"
    return Question(
        name=name,
        target_ms=target_ms,
        cases=given.asked(kind),
        ours=ours,
        others={"CP-SAT": by_cpsat, **({"python-sat": by_pysat} if is_boolean else {}), "clingo": by_clingo},
        missing={} if is_boolean else _NO_NUMBERS,
    )


def _groups(problem: Propositional) -> list[tuple[int, ...]]:
    return [tuple(literals) for literals in problem.wishes.values() if literals]


def _repair(given: Ground) -> Question[Requirements]:
    return Question(
        name="repair, the smallest set of changes",
        target_ms=25.0,
        cases=given.asked("conflicting"),
        ours=partial(_repair_by_ours, given),
        others={"CP-SAT": partial(_repair_by_cpsat, given), "clingo": partial(_repair_by_clingo, given)},
        missing={"python-sat": "its MaxSAT begins anew each time"},
    )


def _repair_by_ours(given: Ground, case: Requirements) -> Call:
    def call() -> object:
        found = ConflictSearch(case, given.amounts, given.deadline())
        clash = found.clash()
        if clash is None:
            return 0
        search = RepairSearch(
            conflicts=found,
            repaired=lambda _: Asked(requirements=case, amounts=given.amounts),
            weights=dict.fromkeys(_changeable(case), 1),
            deadline=given.deadline(),
        )
        return next(iter(search.correction_sets(clash))).weight

    return call


def _repair_by_cpsat(given: Ground, case: Requirements) -> Call:
    def call() -> object:
        request = engine_cpsat.fresh(case, given.amounts, switchable=True)
        model = request.model
        dropped = []
        for member, index in request.switches.items():
            switch = model.get_bool_var_from_proto_index(index)
            if member.kind in CHANGEABLE:
                dropped.append(~switch)
            else:
                model.add(switch == 1)
        return engine_cpsat.optimum(model, cp_model.LinearExpr.sum(dropped), given.seconds).value

    return call


def _repair_by_clingo(given: Ground, case: Requirements) -> Call:
    """Answers to needs that ask for a number cannot be given up here."""
    problem = given.written(case)
    dropped = []
    for literals in _groups(problem):
        problem.variables += 1
        dropped.append((problem.variables, 1))
        problem.clauses += [[problem.variables, literal] for literal in literals]
    engine = Clingo(problem, minimize=[dropped], seconds=given.seconds)

    def call() -> object:
        found = engine.optimum()
        return found.costs[0] if found.costs and found.is_proven else None

    return call


def _changeable(case: Requirements) -> list[Member]:
    names = {NEED: case.offering.needs, PIN: case.pins, EXCLUSION: case.exclusions}
    return [Member(kind, name) for kind, found in names.items() for name in found]


def _configure(given: Ground, kind: Kind, name: str, target_ms: float) -> Question[Requirements]:
    def ours(case: Requirements) -> Call:
        def call() -> object:
            found = configure(case, given.amounts, given.deadline())
            if not isinstance(found, Solution) or not all(proof.is_optimal for proof in found.proofs):
                return None
            return int(found.reached[0].value) if case.objectives else found.amounts.contract_value

        return call

    def by_cpsat(case: Requirements) -> Call:
        def call() -> object:
            request = engine_cpsat.fresh(case, given.amounts)
            sign, objective = (-1, _quality(request, case)) if case.objectives else (1, request.charges.contract_value)
            found = engine_cpsat.optimum(request.model, sign * objective, given.seconds)
            return sign * found.value if found.value is not None and found.is_proven else None

        return call

    def by_clingo(case: Requirements) -> Call:
        problem = given.written(case)
        engine = Clingo(problem, minimize=[problem.cost], seconds=given.seconds)

        def call() -> object:
            found = engine.optimum(said(problem))
            return found.costs[0] if found.costs and found.is_proven else None

        return call

    return Question(
        name=name,
        target_ms=target_ms,
        cases=given.asked(kind),
        ours=ours,
        others={"CP-SAT": by_cpsat} if kind == "budget" else {"CP-SAT": by_cpsat, "clingo": by_clingo},
        missing=_NO_NUMBERS | ({"clingo": "a budget takes more than its 32 bits"} if kind == "budget" else {}),
        ratios={"CP-SAT": 1 / 3},
    )


def _quality(request: RequestModel, case: Requirements) -> cp_model.LinearExpr:
    worth = _worth(case)
    return cp_model.LinearExpr.sum([worth[c] * units for c, units in request.quantities.items() if c in worth])


def _worth(case: Requirements) -> Mapping[str, int]:
    components = case.release.components.values()
    return {one.id: int(one.attributes["quality"]) for one in components if "quality" in one.attributes}


def _change(given: Ground) -> Question[tuple[Requirements, Installed]]:
    drawn = [*changes(given.whole, given.warm, seed=2), *changes(given.whole, given.counted)]
    cases = [(requirements_of(one.request, given.release), installed_of(one)) for one in drawn]

    def ours(case: tuple[Requirements, Installed]) -> Call:
        def call() -> object:
            found = change(*case, given.amounts, given.deadline())
            return (
                (found.disruption, found.solution.amounts.contract_value) if isinstance(found, Change) else "conflict"
            )

        return call

    def by_cpsat(case: tuple[Requirements, Installed]) -> Call:
        def call() -> object:
            request = engine_cpsat.fresh(case[0], given.amounts)
            model, disturbed = request.model, _disturbed(request, case[1])
            least = engine_cpsat.optimum(model.clone(), disturbed, given.seconds)
            if least.value is None or not least.is_proven:
                return "conflict" if least.is_proven else None
            model.add(disturbed <= least.value)
            cheapest = engine_cpsat.optimum(model, request.charges.contract_value, given.seconds)
            return (least.value, cheapest.value) if cheapest.is_proven else None

        return call

    def by_clingo(case: tuple[Requirements, Installed]) -> Call:
        problem = given.written(case[0])
        disturbed = _disturbed_literals(problem, case[1])
        engine = Clingo(problem, minimize=[disturbed, problem.cost], seconds=given.seconds)

        def call() -> object:
            found = engine.optimum(said(problem))
            if not found.is_proven:
                return None
            return "conflict" if found.costs is None else found.costs

        return call

    return Question(
        name="change of an installed base",
        target_ms=30.0,
        cases=cases,
        ours=ours,
        others={"CP-SAT": by_cpsat, "clingo": by_clingo},
        missing=_NO_NUMBERS,
    )


def _disturbed(request: RequestModel, installed: Installed) -> cp_model.LinearExpr:
    """The weights of what changes; what is frozen does not."""
    model, weights, terms = request.model, installed.weights, []
    for component, units in request.quantities.items():
        before = installed.items.get(component, 0)
        if component in installed.frozen:
            model.add(units == before)
            continue
        is_out, is_same = model.new_bool_var(""), model.new_bool_var("")
        model.add(units == 0).only_enforce_if(is_out)
        model.add(units >= 1).only_enforce_if(~is_out)
        model.add(units == before).only_enforce_if(is_same)
        model.add(units != before).only_enforce_if(~is_same)
        if before:
            terms.append(weights.modify * ~is_same + (weights.delete - weights.modify) * is_out)
        else:
            terms.append(weights.add * ~is_out)
    return cp_model.LinearExpr.sum(terms)


def _disturbed_literals(problem: Propositional, installed: Installed) -> Weighted:
    weights, terms = installed.weights, []
    for component, steps in problem.steps.items():
        before = installed.items.get(component, 0)
        if component in installed.frozen:
            problem.clauses += [[literal if number < before else -literal] for number, literal in enumerate(steps)]
        elif not before:
            terms.append((steps[0], weights.add))
        else:
            problem.variables += 1
            differs = problem.variables
            problem.clauses += [
                [differs, steps[before - 1]],
                *([[differs, -steps[before]]] if before < len(steps) else []),
            ]
            terms += [(differs, weights.modify), (-steps[0], weights.delete - weights.modify)]
    return terms
