"""What can be said about a portfolio as a whole, offering by offering, whatever customers answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bidwright.catalog.model import Market, Offering, Release
from bidwright.catalog.scopes import rules_over_sites
from bidwright.configurator.analysis import analyze_model
from bidwright.configurator.check import check
from bidwright.configurator.cpsat_analysis import extreme, implied_by, why_never, witness
from bidwright.configurator.cpsat_space import Fact, OfferingSpace, Witness
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.members import DELIVERY_CENTRE, RULE, Member, member_text, name_text
from bidwright.configurator.portfolio_boolean import BooleanOffering, boolean_offering
from bidwright.configurator.portfolio_boolean_analysis import BooleanQuestions
from bidwright.configurator.portfolio_dominance import dominated, overlapping
from bidwright.configurator.portfolio_findings import (
    OfferingFindings,
    PortfolioFindings,
    Reason,
    Reasons,
    UnmetAnswer,
    UnmetRange,
)
from bidwright.configurator.portfolio_programs import NotCountable
from bidwright.configurator.request import Requirements
from bidwright.configurator.solution import SolverDisagrees
from bidwright.core.amount_table import AmountTable
from bidwright.core.errors import Unavailable

Tell = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What is looked at.

    Attributes:
        release: The portfolio.
        offerings: Those to look at.
        markets: Those to look at, at least one; a configuration is one of any of them.
        prices: Of those markets, for every term that counts.
        today: The day on which assurances must be valid.
    """

    release: Release
    offerings: Sequence[Offering]
    markets: Sequence[Market]
    prices: Sequence[AmountTable]
    today: dt.date


def analyze_portfolio(scope: Scope, deadline: Deadline, tell: Tell = lambda _: None) -> PortfolioFindings:
    """Analyze offerings of a portfolio; what is not decided before the deadline is left undecided.

    Args:
        scope: What to look at.
        deadline: When to end.
        tell: Is told what is being looked at.

    Raises:
        SolverDisagrees: A configuration that the solver calls valid is not: a fault of ours.
    """
    release, offerings = scope.release, scope.offerings
    found = [_Analysis(scope, offering, deadline, tell).run() for offering in offerings]
    is_whole = len(offerings) == len(release.offerings)
    return PortfolioFindings(
        offerings=found,
        never_sold=_never_sold(release, found) if is_whole else (),
        needless_rules=_needless_rules(release, found) if is_whole else (),
        expired_assurances={each.id: each.valid_until for each in release.assurances if each.valid_until < scope.today},
    )


def _never_sold(release: Release, found: Sequence[OfferingFindings]) -> tuple[str, ...]:
    sold = {component for each in found for component in each.components if component not in each.dead}
    return tuple(component for component in release.components if component not in sold)


def _needless_rules(release: Release, found: Sequence[OfferingFindings]) -> tuple[str, ...]:
    ids = {each.offering: _rule_ids(release, release.offerings[each.offering]) for each in found}
    needed = {rule for each in found for rule in ids[each.offering] if rule not in each.redundant}
    return tuple(sorted(set().union(*ids.values()) - needed))


def _rule_ids(release: Release, offering: Offering) -> set[str]:
    return {rule.id for rule in (*release.rules, *offering.rules)}


class _Analysis:
    """The analysis of one offering."""

    def __init__(self, scope: Scope, offering: Offering, deadline: Deadline, tell: Tell) -> None:
        self._release, self._offering, self._markets = scope.release, offering, scope.markets
        self._prices = scope.prices
        self._deadline = deadline
        self._tell = tell
        self._space = OfferingSpace(scope.release, offering, scope.markets, deadline)
        components = tuple(self._space.variables.quantities)
        self._findings = OfferingFindings(offering=offering.id, components=components)
        self._witnesses: list[Witness] = []
        self._boolean = self._written_out()
        self._plain = BooleanQuestions(self._boolean, deadline) if self._boolean and self._boolean.is_plain else None

    def _written_out(self) -> BooleanOffering | None:
        try:
            return boolean_offering(self._release, self._offering, self._markets, with_groups=False)
        except NotCountable as too_many:
            self._findings.not_counted = str(too_many)
            return None

    def run(self) -> OfferingFindings:
        """Everything, from the most important on; what the deadline cuts off is named in ``unfinished``."""
        findings = self._findings
        if not self._try("configurations", self._decide_void):
            return findings
        if findings.void:
            findings.configurations = 0
            findings.dead = dict.fromkeys(findings.components)
            return findings
        self._try("dead and core components, and needs", self._cover)
        self._try("rules", self._look_at_rules)
        alive = [component for component in findings.components if component not in findings.dead]
        self._try("overlapping components", lambda: self._look_at_overlaps(alive))
        self._try("dominated components", lambda: self._look_at_dominance(alive))
        self._count()
        self._try("why components are dead", self._explain_dead)
        self._try("why rules have no effect", self._explain_rules)
        return findings

    def _try(self, what: str, work: Callable[[], None]) -> bool:
        self._tell(f"{self._offering.id}: {what}")
        try:
            work()
        except TimeoutError:
            self._findings.unfinished.append(what)
            return False
        return True

    def _decide_void(self) -> None:
        if self._plain is not None and self._plain.never([]) is not None:
            self._findings.void = False
            return
        conflict = why_never(self._space)
        if conflict is None and self._plain is not None:
            raise SolverDisagrees(f"one solver says that {self._offering.id} has configurations, another denies it")
        self._findings.void = conflict is not None
        self._findings.conflict = self._reasons(conflict or ())

    def _cover(self) -> None:
        """Strike off what configurations show, one after another; what is left when there is no more is never so."""
        if self._plain is not None:
            self._sort(self._plain.never(self._space.facts) or ())
            return
        unseen = list(self._space.facts)
        while unseen:
            found = witness(self._space, unseen)
            if found is None:
                break
            self._confirm(found)
            self._witnesses.append(found)
            unseen = [fact for fact in unseen if not self._shows(found, fact)]
        self._sort(unseen)

    def _confirm(self, found: Witness) -> None:
        told = Requirements(
            release=self._release,
            offering=self._offering,
            market=self._release.markets[found.market],
            answers=found.answers,
        )
        violations = check(told, found.items)
        if violations:
            raise SolverDisagrees("; ".join(violation.text for violation in violations))

    def _shows(self, found: Witness, fact: Fact) -> bool:
        match fact.kind:
            case "chosen" | "absent":
                return (fact.id in found.items) == (fact.kind == "chosen")
            case "empty":
                return not any(self._release.components[each].family == fact.id for each in found.items)
            case "market":
                return found.market == fact.id
        need, answer = self._offering.needs[fact.id], found.answers[fact.id]
        if fact.kind == "answer":
            told = {True: "yes", False: "no"}[answer] if isinstance(answer, bool) else answer
            return told == fact.value and fact.market in {"", found.market}
        return answer == (need.minimum if fact.kind == "least" else need.maximum)

    def _sort(self, never: Collection[Fact]) -> None:
        """Say what it means that facts are never so."""
        findings = self._findings
        absent = {fact.id for fact in never if fact.kind == "absent"}
        empty = {fact.id for fact in never if fact.kind == "empty"}
        slots = self._offering.slots
        findings.core = tuple(sorted(absent))
        findings.false_optional = tuple(
            component
            for component in sorted(absent)
            if slots[self._release.components[component].family].minimum < self._members_of(component)
        )
        findings.always_filled = tuple(family for family in sorted(empty) if slots[family].minimum == 0)
        findings.unsellable_markets = tuple(fact.id for fact in never if fact.kind == "market")
        findings.dead = dict.fromkeys(fact.id for fact in never if fact.kind == "chosen")
        findings.unmet_answers = tuple(self._unmet(never))
        numbers = dict.fromkeys(fact.id for fact in never if fact.kind in {"least", "most"})
        findings.unmet_ranges = tuple(self._range(need) for need in numbers)

    def _members_of(self, component: str) -> int:
        return len(self._space.variables.members(self._release.components[component].family))

    def _unmet(self, never: Collection[Fact]) -> Iterator[UnmetAnswer]:
        everywhere = {(fact.id, fact.value) for fact in never if fact.kind == "answer" and not fact.market}
        for fact in never:
            is_told = fact.market and (
                (fact.id, fact.value) in everywhere or fact.market in self._findings.unsellable_markets
            )
            if fact.kind == "answer" and not is_told:
                ((_, reasons),) = self._why([fact])
                yield UnmetAnswer(need=fact.id, answer=fact.value, market=fact.market, reasons=reasons)

    def _range(self, need: str) -> UnmetRange:
        asked = self._offering.needs[need]
        met = (extreme(self._space, need, greatest=False), extreme(self._space, need, greatest=True))
        return UnmetRange(need=need, asked=(asked.minimum or Decimal(0), asked.maximum or Decimal(0)), met=met)

    def _why(self, facts: Iterable[Fact]) -> Iterator[tuple[Fact, Reasons]]:
        """Why facts are never so: found without the configurations that were struck off, so it confirms them."""
        if self._plain is not None:
            for fact, members in self._plain.why_never(facts):
                yield fact, self._reasons(members)
            return
        for fact in facts:
            blamed = why_never(self._space, [fact])
            if blamed is None:
                raise SolverDisagrees(f"{fact.kind} {fact.id} is both impossible and possible")
            yield fact, self._reasons(blamed)

    def _explain_dead(self) -> None:
        facts = [Fact("chosen", component) for component in self._findings.dead]
        for fact, reasons in self._why(facts):
            self._findings.dead[fact.id] = reasons

    def _look_at_rules(self) -> None:
        # One site alone says nothing about the effect of these.
        unjudged = rules_over_sites(self._release, self._offering)
        if self._plain is not None:
            found = self._plain.redundant_rules()
            self._findings.redundant = dict.fromkeys(rule for rule in found if rule not in unjudged)
            return
        for member in self._space.conditions:
            if member.kind == RULE and member.id not in unjudged:
                reasons = implied_by(self._space, member)
                if reasons is not None:
                    self._findings.redundant[member.id] = self._reasons(reasons)
                    if self._space.needless.isdisjoint(reasons):
                        self._space.needless |= {member}

    def _explain_rules(self) -> None:
        unexplained = [rule for rule, known in self._findings.redundant.items() if known is None]
        if self._plain is not None:
            for rule, members in self._plain.implied_by(unexplained):
                self._findings.redundant[rule] = self._reasons(members)

    def _look_at_overlaps(self, alive: Collection[str]) -> None:
        self._findings.overlapping = overlapping(self._space, alive, self._witnesses)

    def _look_at_dominance(self, alive: Collection[str]) -> None:
        self._findings.dominated, undecided = dominated(self._space, alive, self._witnesses, self._prices)
        self._findings.unfinished += [f"whether {by} dominates {worse}" for worse, by in undecided]

    def _count(self) -> None:
        findings = self._findings
        if self._boolean is None:
            return
        self._tell(f"{self._offering.id}: number of configurations")
        grouped = boolean_offering(self._release, self._offering, self._markets, with_groups=True)
        try:
            findings.configurations = analyze_model(grouped.model, self._deadline).configurations
        except Unavailable:
            findings.configurations = None
        if findings.configurations is None:
            findings.not_counted = "they were not counted in time"
            findings.unfinished.append("number of configurations")

    def _reasons(self, members: Collection[Member]) -> Reasons:
        return tuple(Reason(member=member, text=self._text(member)) for member in members)

    def _text(self, member: Member) -> str:
        told = Requirements(release=self._release, offering=self._offering, market=self._markets[0], answers={})
        if member.kind == DELIVERY_CENTRE:
            return f"a delivery centre must be able and allowed to deliver {name_text(told, member.id)}"
        return member_text(member, told)
