"""A request as clauses and weighted rows over yes-or-no variables, for engines that know no whole numbers.

Answers are put in. Units of a component are literals: at least one, at least two, and so on; what they cost is what
each further unit adds. Packages are counted likewise. Nothing is approximated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from bidwright.catalog.model import Offering
from bidwright.configurator.clauses import Clause
from bidwright.configurator.compiled_offering import Counted, OfferingClauses
from bidwright.configurator.guide_facts import vocabulary_of
from bidwright.configurator.offering_clauses import offering_clauses
from bidwright.configurator.request import Requirements
from bidwright.core.amount_table import AmountTable

Weighted = list[tuple[int, int]]
"""Literal and weight."""


@dataclass(frozen=True)
class PseudoBoolean:
    """Weights of literals that hold add up to at least ``bound``, where ``guard`` holds; always where that is 0."""

    guard: int
    terms: Weighted
    bound: int


@dataclass
class Propositional:
    """A request.

    Attributes:
        variables: How many there are.
        selected: Component -> literal of at least one unit.
        steps: Component -> literals of at least one unit, at least two, ...
        wishes: Literals of what the customer said, by name of the need or component.
        cost: Minor units of contract value, without what is always due.
    """

    variables: int
    clauses: list[Clause] = field(default_factory=list)
    rows: list[PseudoBoolean] = field(default_factory=list)
    selected: Mapping[str, int] = field(default_factory=dict)
    steps: dict[str, list[int]] = field(default_factory=dict)
    wishes: dict[str, list[int]] = field(default_factory=dict)
    cost: Weighted = field(default_factory=list)


def propositional(requirements: Requirements, amounts: AmountTable, *, numbers: bool) -> Propositional:
    """Write a request out.

    Args:
        requirements: All needs that ask for a number have an answer where there are ``numbers``.
        amounts: What quantities cost; plain columns by month and once, and packages.
        numbers: Whether rows and costs are wanted.
    """
    writer = _Writer(requirements, offering_clauses(requirements.release, requirements.offering))
    writer.wish()
    if numbers:
        writer.count()
        writer.price(amounts)
    return writer.finished()


def said(problem: Propositional) -> list[int]:
    """All that the customer said, as literals."""
    return [literal for literals in problem.wishes.values() for literal in literals]


class _Writer:
    def __init__(self, requirements: Requirements, compiled: OfferingClauses) -> None:
        self._requirements = requirements
        self._offering: Offering = requirements.offering
        self._compiled = compiled
        self._clauses = compiled.clauses
        self._found = Propositional(0, selected=compiled.selected)
        self._fixed: dict[int, int] = {}
        vocabulary = vocabulary_of(requirements.release, requirements.offering)
        for name, answer in requirements.answers.items():
            if name in compiled.measured:
                self._fixed[compiled.measured[name]] = vocabulary.number(name, answer)

    def wish(self) -> None:
        """Literals of answers, pins and exclusions."""
        compiled, wishes = self._compiled, self._found.wishes
        for (name, answer), literal in compiled.answers.items():
            if name in self._requirements.answers:
                chosen = self._requirements.answers[name] == answer
                wishes.setdefault(name, []).append(literal if chosen else -literal)
        for name, index in compiled.measured.items():
            if index in self._fixed:
                value = self._fixed[index]
                steps = compiled.numbers[index].steps.items()
                wishes[name] = [literal if value >= least else -literal for least, literal in steps]
        for component in self._requirements.pins:
            wishes[component] = [compiled.selected[component]]
        for component in self._requirements.exclusions:
            wishes[component] = [-compiled.selected[component]]

    def count(self) -> None:
        """Literals of all units, and the rows."""
        compiled = self._compiled
        for component, index in compiled.units.items():
            self._found.steps[component] = self._steps(index)
        for row in compiled.rows:
            terms: Weighted = []
            constant = 0
            for index, coefficient in row.terms.items():
                part, fixed = self._term(index, coefficient)
                terms += part
                constant += fixed
            self._found.rows.append(PseudoBoolean(row.guard, terms, row.bound - constant))

    def _steps(self, index: int) -> list[int]:
        most = self._compiled.numbers[index].most
        return [self._compiled.at_least(index, value) for value in range(1, most + 1)]

    def _term(self, index: int, coefficient: int) -> tuple[Weighted, int]:
        """A number times a coefficient as weighted literals and a constant."""
        if index in self._fixed:
            return [], coefficient * self._fixed[index]
        factors = self._compiled.numbers[index].factors
        if not factors:
            return [(literal, coefficient) for literal in self._steps(index)], 0
        one, other = sorted(factors, key=lambda factor: factor not in self._fixed)
        return self._term(other, coefficient * self._fixed[one])

    def price(self, amounts: AmountTable) -> None:
        """Costs of units and packages."""
        months, cost, steps = amounts.term_months, self._found.cost, self._found.steps
        for factor, columns in ((1, amounts.one_time), (months, amounts.monthly)):
            for component, literals in steps.items():
                more = _more(columns[component])
                cost += [(literal, factor * amount) for literal, amount in zip(literals, more, strict=True)]
        used: dict[str, Weighted] = {}
        for package in amounts.packages.values():
            if package.components.keys() <= steps.keys():
                times = [self._clauses.new() for _ in package.monthly[1:]]
                self._found.clauses += [[-more, fewer] for fewer, more in pairwise(times)]
                saved = _more(package.monthly)
                cost += [(literal, months * amount) for literal, amount in zip(times, saved, strict=True)]
                for component, units in package.components.items():
                    used.setdefault(component, []).extend((literal, -units) for literal in times)
        for component, terms in used.items():
            self._found.rows.append(PseudoBoolean(0, [*terms, *((literal, 1) for literal in steps[component])], 0))

    def finished(self) -> Propositional:
        """All of it."""
        for counted in self._compiled.counted:
            self._at_most(counted)
        self._found.clauses += [*self._clauses.definitions, *self._clauses.hard]
        self._found.variables = self._clauses.variables
        return self._found

    def _at_most(self, counted: Counted) -> None:
        """Count upwards, as plain clauses cannot count: what is counted may be too many.

        Source: C. Sinz, Towards an Optimal CNF Encoding of Boolean Cardinality Constraints, 2005.
        """
        before: list[int] = []
        for literal in counted.literals:
            count = [self._clauses.new() for _ in range(min(len(before) + 1, counted.most))]
            if len(before) == counted.most:
                self._clauses.add(-literal, *(-full for full in before[-1:]))
            for position, reached in enumerate(count):
                if position < len(before):
                    self._clauses.add(-before[position], reached)
                self._clauses.add(-literal, reached, *(-less for less in before[position - 1 : position] if position))
            before = count


def _more(column: Sequence[int]) -> Iterator[int]:
    """What each further unit adds."""
    return (after - before for before, after in pairwise(column))
