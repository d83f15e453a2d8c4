"""What can be said about a feature model as a whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bidwright.configurator.backbone import backbone, implications
from bidwright.configurator.clauses import Clause
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.dimacs import Formula
from bidwright.configurator.feature_clauses import encoded
from bidwright.configurator.feature_model import FeatureModel
from bidwright.configurator.interchangeable import representatives
from bidwright.configurator.model_count import count
from bidwright.configurator.redundancy import redundant
from bidwright.configurator.sat import OutOfTime, Sat
from bidwright.core.errors import Unavailable

_Answer = TypeVar("_Answer")


@dataclass(frozen=True)
class Analysis:
    """The result.

    Attributes:
        void: There is no configuration.
        core: Features in every configuration.
        dead: Features in none; all of them where the model is void.
        false_optional: Features that the tree lets be absent while their parent is selected, and that never are; as in
            the figures that benchmarks publish, this holds of optional features below a dead parent too.
        redundant_constraints: How many constraints can be removed one after another without allowing anything more;
            None where that was not decided in time, and for a formula, which does not tell its constraints apart.
        configurations: How many there are; None where that was not counted in time, or where features hold values or
            have several instances, which selections alone do not count.
        is_complete: No limit was hit; otherwise the lists hold what was proven, and there may be more.
    """

    void: bool
    core: tuple[str, ...]
    dead: tuple[str, ...]
    false_optional: tuple[str, ...]
    redundant_constraints: int | None
    configurations: int | None
    is_complete: bool


@dataclass(frozen=True)
class _Findings:
    """What was found about clauses; ``fixed`` literals hold in all solutions."""

    fixed: set[int]
    implied: set[tuple[int, int]]
    is_complete: bool


def analyze_model(model: FeatureModel, deadline: Deadline) -> Analysis:
    """Analyze a feature model.

    Raises:
        InvalidInput: An expression that cannot be decided exactly.
        Unavailable: Not even whether there is a configuration was decided in time.
    """
    clauses = encoded(model)
    shown = {index + 1: each.name for index, each in enumerate(model.features) if not each.is_instance}
    pairs = [(each.parent + 1, index + 1) for index, each in enumerate(model.features) if each.is_optional]
    same = {index + 1: other + 1 for index, other in enumerate(representatives(model)) if index != other}
    findings = _findings(clauses.all(), len(model.features), pairs, deadline, same=same)
    removable = _in_time(lambda: redundant(clauses, _half(deadline)))
    if findings is None:
        names = tuple(shown.values())
        number = None if removable is None else len(removable)
        return _void(names, number, is_complete=removable is not None)
    false_optional = tuple(
        model.features[index - 1].name for parent, index in pairs if (parent, index) in findings.implied
    )
    kept = clauses.all() if removable is None else clauses.without(removable)
    number = None if clauses.choices else _in_time(lambda: count(kept, clauses.variables, findings.fixed, deadline))
    return Analysis(
        void=False,
        core=_named(shown, findings.fixed, 1),
        dead=_named(shown, findings.fixed, -1),
        false_optional=false_optional,
        redundant_constraints=None if removable is None else len(removable),
        configurations=number,
        is_complete=findings.is_complete and removable is not None and (number is not None or clauses.choices),
    )


def analyze_formula(formula: Formula, deadline: Deadline) -> Analysis:
    """Analyze clauses; variables without a name, where others have one, are taken for auxiliary ones.

    Raises:
        Unavailable: Not even whether there is a solution was decided in time.
    """
    findings = _findings(formula.clauses, formula.variables, (), deadline, same={})
    if findings is None:
        return _void(tuple(formula.names.values()), None, is_complete=True)
    is_countable = _in_time(lambda: _is_determined(formula, deadline))
    number = None
    if is_countable:
        number = _in_time(lambda: count(formula.clauses, formula.variables, findings.fixed, deadline))
    return Analysis(
        void=False,
        core=_named(formula.names, findings.fixed, 1),
        dead=_named(formula.names, findings.fixed, -1),
        false_optional=(),
        redundant_constraints=None,
        configurations=number,
        is_complete=findings.is_complete and (number is not None or is_countable is False),
    )


def _findings(
    clauses: Sequence[Clause],
    variables: int,
    pairs: Sequence[tuple[int, int]],
    deadline: Deadline,
    *,
    same: Mapping[int, int],
) -> _Findings | None:
    """What holds of the first variables in all solutions; None where there is none.

    ``same`` names for some variables another one, of which the same holds.
    """
    with Sat(clauses, deadline, variables) as sat:
        try:
            if not sat.can_hold():
                return None
        except OutOfTime:
            message = f"It was not decided within {deadline.given_s:g} s whether there is any configuration."
            raise Unavailable(message, fix="Give it more time.", reason="ANALYSIS_TOOK_TOO_LONG") from None
        fixed, is_complete = backbone(sat, [each for each in sat.model()[:variables] if abs(each) not in same])
        fixed.update(sign * each for each, other in same.items() for sign in (1, -1) if sign * other in fixed)
        implied, are_complete = implications(sat, [pair for pair in pairs if pair[1] not in same], fixed)
        implied.update(pair for pair in pairs if (pair[0], same.get(pair[1], 0)) in implied)
    return _Findings(fixed, implied, is_complete and are_complete)


def _void(names: tuple[str, ...], redundant_constraints: int | None, *, is_complete: bool) -> Analysis:
    """What is said of a model without any configuration."""
    return Analysis(
        void=True,
        core=(),
        dead=names,
        false_optional=(),
        redundant_constraints=redundant_constraints,
        configurations=0,
        is_complete=is_complete,
    )


def _is_determined(formula: Formula, deadline: Deadline) -> bool:
    """Whether the variables without a name follow from those with one: then solutions are counted over names alone.

    Looks for two solutions that agree in all names and differ in another variable.
    """
    others = [each for each in range(1, formula.variables + 1) if each not in formula.names]
    if not others:
        return True
    shift = formula.variables
    second = [[each + shift if each > 0 else each - shift for each in clause] for clause in formula.clauses]
    agree = [clause for each in formula.names for clause in ([-each, each + shift], [each, -each - shift])]
    with Sat([*formula.clauses, *second, *agree], deadline) as sat:
        return not any(sat.can_hold([each, -each - shift]) for each in others)


def _named(names: Mapping[int, str], fixed: set[int], sign: int) -> tuple[str, ...]:
    return tuple(name for variable, name in names.items() if sign * variable in fixed)


def _half(deadline: Deadline) -> Deadline:
    """Half of the time that is left: the rest is for what follows."""
    return Deadline(deadline.left_s / 2)


def _in_time(work: Callable[[], _Answer]) -> _Answer | None:
    """The answer; None where it took too long."""
    try:
        return work()
    except OutOfTime:
        return None
