"""What the questions of bench/configurator are about, and what a question is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from bench.grown_portfolio import MARKET, OFFERING, TERMS, TODAY, Kind, requests
from bench.propositional import Propositional, propositional
from bidwright.catalog.model import Release, Rule
from bidwright.catalog.rule_language import Availability, Kinds, Name, Quantity, Sum
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.request import Requirements, requirements_of
from bidwright.configurator.rule_check import parts
from bidwright.core.amount_table import AmountTable
from bidwright.pricing.amounts import amount_table

Call = Callable[[], object]
"""Asks once; what it gives is compared between engines, None where an engine did not get to an end."""

CaseT = TypeVar("CaseT")


@dataclass(frozen=True, kw_only=True)
class Question(Generic[CaseT]):
    """One kind of question.

    Attributes:
        target_ms: What the median of ours shall not exceed.
        cases: The first ``warm`` of them do not count.
        ours: Makes the call for a case.
        others: Engine -> the same.
        factors: Engine -> what its times are multiplied with, where it does a part of the work.
        missing: Engine -> why it is left out.
        ratios: Engine -> ratio of ours to it that shall not be exceeded; 1 where nothing is said.
    """

    name: str
    target_ms: float
    cases: Sequence[CaseT]
    ours: Callable[[CaseT], Call]
    others: Mapping[str, Callable[[CaseT], Call]]
    factors: Mapping[str, float] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    ratios: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Ground:
    """A grown release and how much is asked of it.

    Attributes:
        whole: The release as it was grown.
        release: What all engines are asked about.
        warm, counted: How many requests of each kind.
        seconds: When an engine is stopped.
    """

    whole: Release
    release: Release
    amounts: AmountTable
    warm: int
    counted: int
    seconds: float

    def asked(self, kind: Kind, *, partial: bool = False) -> list[Requirements]:
        """Understood requests, the warm ones first."""
        drawn = [*requests(self.whole, kind, self.warm, seed=2), *requests(self.whole, kind, self.counted)]
        return [requirements_of(request, self.release, partial=partial) for request in drawn]

    def deadline(self) -> Deadline:
        """When ours is stopped."""
        return Deadline(self.seconds)

    def written(self, requirements: Requirements) -> Propositional:
        """A request with all answers, written out."""
        return propositional(requirements, self.amounts, numbers=True)


def ground(release: Release, *, warm: int, counted: int, seconds: float) -> Ground:
    """Prepare a grown release.

    Left out for all engines, as clingo and python-sat do not know of it: rules that speak of availability, and that an
    answer can limit where work is done.
    """
    known = without(release, (Availability,))
    return Ground(release, known, amount_table(known, MARKET, TERMS, today=TODAY), warm, counted, seconds)


def without(release: Release, kinds: tuple[type, ...]) -> Release:
    """A release without the rules that have such parts."""
    offering = release.offerings[OFFERING]

    def kept(rules: Sequence[Rule]) -> tuple[Rule, ...]:
        return tuple(rule for rule in rules if not any(isinstance(part, kinds) for part in parts(rule.expression)))

    known = replace(offering, rules=kept(offering.rules), residency_need="")
    digest = f"{len(kinds):04}{release.digest[4:]}"
    return replace(release, rules=kept(release.rules), offerings={OFFERING: known}, digest=digest)


def conditions_only(release: Release) -> Release:
    """A release without anything that counts: no units, resources or numbers."""
    known = without(release, (Availability, Kinds, Quantity, Sum))
    offering = known.offerings[OFFERING]
    measured = {need.name for need in offering.needs.values() if need.kind in {"integer", "decimal"}}

    def kept(rules: Sequence[Rule]) -> tuple[Rule, ...]:
        return tuple(
            rule
            for rule in rules
            if not any(isinstance(part, Name) and part.name in measured for part in parts(rule.expression))
        )

    slots = {family: replace(slot, max_quantity=None) for family, slot in offering.slots.items()}
    components = {one.id: replace(one, provides={}, consumes={}) for one in known.components.values()}
    plain = replace(offering, rules=kept(offering.rules), slots=slots)
    return replace(known, rules=kept(known.rules), offerings={OFFERING: plain}, components=components)
