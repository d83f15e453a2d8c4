"""Rules that neither clauses nor rows can say: their meaning is looked up, and what fails teaches the clauses.

So far these are the rules that speak of availability. More redundant units never make it lower, more units of which all
are needed never make it higher; so where ``availability(...) >= wanted`` fails, it fails for everything below.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import floor

from bidwright.catalog.model import Offering
from bidwright.catalog.rule_language import UPTIME, Availability, Comparison, Constant, Expression, Name
from bidwright.configurator.clauses import Clause
from bidwright.configurator.compiled_offering import OfferingClauses
from bidwright.configurator.rule_check import Choice, holds, value_of


def lessons(compiled: OfferingClauses, offering: Offering, choice: Choice) -> list[Clause] | None:
    """What a configuration teaches that the clauses and rows allow.

    Args:
        compiled: The offering's clauses; they take what the lessons need.
        offering: The offering itself.
        choice: With an answer to every need that rules speak of.

    Returns:
        None where all rules hold. Otherwise clauses that every valid configuration meets and this one does not; none
        where that cannot be told.
    """
    broken = [rule.expression for rule in compiled.looked_up if not holds(rule.expression, choice)]
    if not broken:
        return None
    return [clause for expression in broken for clause in _lesson(expression, compiled, offering, choice)]


def _lesson(expression: Expression, compiled: OfferingClauses, offering: Offering, choice: Choice) -> Iterator[Clause]:
    match expression:
        case Comparison(">=", Availability(families) as counted, Constant() | Name() as wanted):
            clause = [literal for family in families for literal in _better(family, compiled, choice)]
            if isinstance(wanted, Name):
                steps = Fraction(value_of(counted, choice)) * 10 ** offering.needs[wanted.name].places
                clause.append(-compiled.at_least(compiled.measured[wanted.name], floor(steps) + 1))
            yield clause


def _better(family: str, compiled: OfferingClauses, choice: Choice) -> Iterator[int]:
    """Literals of which one holds wherever a family is more available."""
    chosen = [c for c in choice.chosen(family) if UPTIME in choice.release.components[c].attributes]
    redundant = choice.release.families[family].redundant
    for component in choice.release.members(family):
        if component in compiled.units and UPTIME in choice.release.components[component].attributes:
            units = choice.items.get(component, 0)
            if redundant and chosen:
                yield compiled.at_least(compiled.units[component], units + 1)
            elif units and not redundant:
                yield -compiled.at_least(compiled.units[component], units)
    if redundant and chosen:
        yield -compiled.clauses.either(compiled.selected[component] for component in chosen)
