"""Questions of bench/configurator about a choice as it is: check and guide."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from bench import engine_cpsat
from bench.configurator_ground import Call, Ground, Question, conditions_only
from bench.engine_clingo import Clingo
from bench.engine_pysat import PySat
from bench.grown_portfolio import references
from bench.propositional import propositional, said
from bidwright.catalog.model import Release
from bidwright.configurator.check import check
from bidwright.configurator.guide import Guidance, Wishes, guide
from bidwright.configurator.request import Requirements
from bidwright.v1.configurator_pb2 import OPTION_STATE_CHOSEN, OPTION_STATE_EXCLUDED, OPTION_STATE_FORCED

_SAMPLE = 10
"""CP-SAT is asked about so many components only, one by one; its time is counted for all of them."""

Whole = tuple[Requirements, Mapping[str, int]]
Domains = Mapping[str, tuple[bool, bool]]
"""Component -> whether it can be in, and whether it can be out."""


def choices(given: Ground) -> Iterator[Question[Whole] | Question[Requirements]]:
    """Check, and guide without numbers and with them."""
    yield _check(given)
    yield _guide(given, conditions_only(given.release), "guide, Boolean rules", 10.0)
    yield _guide(given, given.release, "guide, all rules", 100.0)


def _check(given: Ground) -> Question[Whole]:
    answered = given.asked("valid")[0]
    cases: list[Whole] = []
    for index in range(given.warm + given.counted):
        reference = references(given.whole)[index % len(references(given.whole))]
        answers = {**answered.answers, **reference.answers}
        cases.append(
            (replace(answered, pins={}, exclusions=(), answers=answers), dict(sorted(reference.items.items())))
        )

    def by_cpsat(case: Whole) -> Call:
        def call() -> object:
            model = engine_cpsat.fixed(engine_cpsat.fresh(case[0], given.amounts), case[1])
            return engine_cpsat.is_possible(model, given.seconds)

        return call

    def by_clingo(case: Whole) -> Call:
        problem = given.written(case[0])
        engine = Clingo(problem, seconds=given.seconds)
        units = [
            literal if case[1].get(component, 0) > number else -literal
            for component, steps in problem.steps.items()
            for number, literal in enumerate(steps)
        ]
        return lambda: engine.optimum([*said(problem), *units]).costs is not None

    return Question(
        name="check",
        target_ms=1.0,
        cases=cases,
        ours=lambda case: lambda: not check(*case),
        others={"CP-SAT": by_cpsat, "clingo": by_clingo},
        missing={"python-sat": "it knows no numbers"},
    )


def _domains(found: Guidance) -> Domains:
    certain = {OPTION_STATE_CHOSEN: (True, False), OPTION_STATE_FORCED: (True, False)}
    certain[OPTION_STATE_EXCLUDED] = (False, True)
    return {
        str(option.value): certain.get(state, (True, True)) for option, state in found.states.items() if not option.need
    }


def _guide(given: Ground, release: Release, name: str, target_ms: float) -> Question[Requirements]:
    (offering,) = release.offerings.values()
    components = [one.id for one in release.components.values() if one.family in offering.slots]
    sample = components[:: len(components) // _SAMPLE]
    others: dict[str, Callable[[Requirements], Call]] = {"CP-SAT": partial(_guide_by_cpsat, given, sample)}
    missing = {"python-sat": "it knows no numbers", "clingo": "open needs have too many values"}
    if release is not given.release:
        missing = {}
        others |= {"python-sat": partial(_guide_by_pysat, given), "clingo": partial(_guide_by_clingo, given)}
    return Question(
        name=name,
        target_ms=target_ms,
        cases=[replace(one, release=release, offering=offering) for one in given.asked("partial", partial=True)],
        ours=partial(_guide_by_ours, given),
        others=others,
        factors={"CP-SAT": len(components) / len(sample)},
        missing=missing,
        ratios={"CP-SAT": 1 / 40},
    )


def _guide_by_ours(given: Ground, case: Requirements) -> Call:
    def call() -> object:
        found = guide(case, given.amounts, Wishes(), given.deadline())
        return _domains(found) if isinstance(found, Guidance) else {}

    return call


def _guide_by_cpsat(given: Ground, sample: Sequence[str], case: Requirements) -> Call:
    """The model is there already."""
    request = engine_cpsat.fresh(case, given.amounts)

    def is_possible(component: str, least: int, most: int) -> bool:
        model = request.model.clone()
        model.add_linear_constraint(request.quantities[component], least, most)
        return bool(engine_cpsat.is_possible(model, given.seconds))

    def call() -> object:
        most = {component: request.quantities[component].domain.max() for component in sample}
        return {c: (is_possible(c, 1, most[c]), is_possible(c, 0, 0)) for c in sample}

    return call


def _guide_by_pysat(given: Ground, case: Requirements) -> Call:
    problem = propositional(case, given.amounts, numbers=False)
    engine = PySat(problem)

    def call() -> object:
        found = engine.domains(said(problem), problem.selected.values()) or {}
        return {component: found[literal] for component, literal in problem.selected.items()}

    return call


def _guide_by_clingo(given: Ground, case: Requirements) -> Call:
    problem = propositional(case, given.amounts, numbers=False)
    engine = Clingo(problem, seconds=given.seconds)

    def call() -> object:
        brave, cautious = (engine.consequences(said(problem), brave=brave) for brave in (True, False))
        if brave is None or cautious is None:
            return None
        return {c: (literal in brave, literal not in cautious) for c, literal in problem.selected.items()}

    return call
