"""The decision variables of an offering, and linear forms over them with exact coefficients."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import gcd, lcm

from ortools.sat.python import cp_model

from bidwright.catalog.model import Answer, Need, Offering, Release
from bidwright.catalog.reach import MOST_STEPS
from bidwright.catalog.rule_language import FigureSource, WorkSource

_OPEN = 10**9
"""How far a numeric need without a range may go in either direction, in its smallest steps."""


@dataclass(frozen=True)
class Linear:
    """``constant + sum of coefficient x variable``; variables are indices of the model, none with coefficient 0."""

    terms: Mapping[int, Fraction] = field(default_factory=dict)
    constant: Fraction = Fraction(0)

    def plus(self, other: Linear, factor: Fraction = Fraction(1)) -> Linear:
        """This form plus ``factor`` times another."""
        terms = dict(self.terms)
        for variable, coefficient in other.terms.items():
            terms[variable] = terms.get(variable, Fraction(0)) + factor * coefficient
        return Linear({v: c for v, c in terms.items() if c}, self.constant + factor * other.constant)

    def whole(self) -> tuple[dict[int, int], int]:
        """The same form times the smallest positive number that makes every coefficient whole: terms, constant."""
        scale = lcm(self.constant.denominator, *(c.denominator for c in self.terms.values()))
        terms = {variable: int(coefficient * scale) for variable, coefficient in self.terms.items()}
        constant = int(self.constant * scale)
        common = gcd(constant, *terms.values()) or 1
        return {variable: c // common for variable, c in terms.items()}, constant // common


@dataclass(frozen=True, kw_only=True)
class Calculated:
    """A variable that constraints calculate from units, which no row does.

    Attributes:
        result: Index of the variable; fewer units never make it smaller, but for those in ``enough``.
        constraints: Indices of the constraints that calculate it.
        enough: Variable of units -> so many that more make it no larger.
    """

    result: int
    constraints: range
    enough: Mapping[int, int]


@dataclass(frozen=True)
class Variables:
    """The variables of one offering within a model.

    Attributes:
        quantities: Component id -> units; components that are not in it are not chosen.
        selected: Component id -> whether there is at least one unit.
        needs: Need -> its answer as a whole number; not for text needs.
        codes: Option id or text of a rule -> the number that stands for it.
        availabilities: How much of the time some families work, as far as rules speak of it.
    """

    model: cp_model.CpModel
    release: Release
    offering: Offering
    quantities: Mapping[str, cp_model.IntVar]
    selected: Mapping[str, cp_model.IntVar]
    needs: Mapping[str, cp_model.IntVar]
    codes: dict[str, int]
    availabilities: list[Calculated] = field(default_factory=list)

    def members(self, subject: str) -> tuple[str, ...]:
        """The components a component or family id stands for, as far as they are in the model."""
        return tuple(member for member in self.release.members(subject) if member in self.quantities)

    def sum(self, source: FigureSource | WorkSource, attribute: str, family: str = "") -> Linear:
        """Figure x units over the configuration or one family."""
        terms: dict[int, Fraction] = {}
        for component_id, variable in self.quantities.items():
            component = self.release.components[component_id]
            figure = component.figures(source).get(attribute, Decimal(0))
            if figure and family in {"", component.family}:
                terms[variable.index] = Fraction(figure)
        return Linear(terms)

    def code(self, text: str) -> int:
        """The number that stands for a text in this model."""
        return self.codes.setdefault(text, len(self.codes))


def new_variables(
    model: cp_model.CpModel,
    release: Release,
    offering: Offering,
    *,
    families: Collection[str],
    components: Collection[str] | None = None,
) -> Variables:
    """Create the variables of an offering for some components of some families, all where None, by id."""
    quantities: dict[str, cp_model.IntVar] = {}
    selected: dict[str, cp_model.IntVar] = {}
    for component_id in sorted(release.components if components is None else components):
        component = release.components[component_id]
        if component.family not in families:
            continue
        most = component.max_quantity
        quantity = model.new_int_var(0, most, component_id)
        quantities[component_id] = selected[component_id] = quantity
        if most > 1:
            chosen = model.new_bool_var(f"selected {component_id}")
            model.add(quantity >= chosen)
            model.add(quantity <= most * chosen)
            selected[component_id] = chosen
    codes = option_codes(offering)
    needs = {
        name: model.new_int_var_from_domain(_domain(offering.needs[name], codes), f"need {name}")
        for name in sorted(offering.needs)
        if offering.needs[name].kind != "text"
    }
    return Variables(model, release, offering, quantities, selected, needs, codes)


def option_codes(offering: Offering) -> dict[str, int]:
    """Option of a choice -> the number that stands for it."""
    options = sorted({option for need in offering.needs.values() for option in need.options})
    return {option: code for code, option in enumerate(options)}


def _domain(need: Need, codes: Mapping[str, int]) -> cp_model.Domain:
    if need.kind == "boolean":
        return cp_model.Domain(0, 1)
    if need.kind == "choice":
        return cp_model.Domain.from_values(sorted(codes[option] for option in need.options))
    return cp_model.Domain(*numeric_bounds(need))


def numeric_bounds(need: Need) -> tuple[int, int]:
    """The least and the greatest answer to a need that asks for a number, in its smallest steps."""
    least = -_OPEN if need.minimum is None else int(need.minimum.scaleb(need.places))
    most = _OPEN if need.maximum is None else int(need.maximum.scaleb(need.places))
    return least, most


def answer_number(need: Need, answer: Answer, codes: Mapping[str, int]) -> int:
    """An answer as the value of its variable: 0 or 1, the option's code, or a number of its smallest steps."""
    if isinstance(answer, str):
        return codes[answer]
    return int(Decimal(answer).scaleb(need.places))


def row(model: cp_model.CpModel, form: Linear) -> tuple[cp_model.LinearExpr, int]:
    """A form as a CP-SAT expression and a constant, scaled to whole numbers.

    Raises:
        OverflowError: The figures have more digits than the solver can hold; the portfolio's check refuses such.
    """
    terms, constant = form.whole()
    variables = [model.get_int_var_from_proto_index(index) for index in terms]
    reach = abs(constant) + sum(
        abs(coefficient) * max(abs(bound) for bound in _bounds(variable))
        for variable, coefficient in zip(variables, terms.values(), strict=True)
    )
    if reach > MOST_STEPS:
        raise OverflowError(f"a row reaches {reach}, the solver holds at most {MOST_STEPS}")
    return cp_model.LinearExpr.weighted_sum(variables, list(terms.values())), constant


def _bounds(variable: cp_model.IntVar) -> Iterator[int]:
    domain = variable.domain
    yield domain.min()
    yield domain.max()
