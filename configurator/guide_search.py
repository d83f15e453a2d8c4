"""Decides what a partial choice leaves possible: each by a valid configuration, or by a proof of none.

The clauses of the offering are asked first; what they cannot decide is left to CP-SAT.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import NamedTuple

from bidwright.configurator.cpsat_guide import WitnessSearch
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.guide_choice import choice_of
from bidwright.configurator.guide_clauses import ClauseTable, Impossible
from bidwright.configurator.guide_decided import Decided
from bidwright.configurator.guide_facts import Fact, Option, Vocabulary, Witness
from bidwright.configurator.guide_floor import by_price, cheap_witness
from bidwright.configurator.guide_kept import Configuration
from bidwright.configurator.guide_masks import places_of
from bidwright.configurator.guide_mixture import Mixture
from bidwright.configurator.guide_near import NearSearch, TooDear
from bidwright.configurator.guide_pool import warm_offering
from bidwright.configurator.request import Requirements
from bidwright.configurator.solution import SolverDisagrees
from bidwright.core.amount_table import AmountTable

MANY, _FEW = 120, 12
"""So often the rows teach the clauses something before a search for one configuration is given up; the few are for
searches that others can do without."""

_TELLING = 3
"""A configuration that was valid for another choice is worth beginning with where it shows so many options."""

_BESIDE = 60
"""So many other options are tried beside those; more of them break more rows than they show."""


class _Goal(NamedTuple):
    """A literal that would show that an option can be taken, or that it can be left."""

    literal: int
    taken: int
    left: int


class GuideSearch:
    """What one partial choice leaves possible."""

    def __init__(self, requirements: Requirements, amounts: AmountTable, deadline: Deadline) -> None:
        self._requirements = requirements
        self._amounts = amounts
        self._deadline = deadline
        self._warm = warm_offering(requirements)
        self.vocabulary: Vocabulary = self._warm.vocabulary
        self.choice = choice_of(requirements, amounts, self.vocabulary)
        self._last: Configuration | None = None
        self.decided = Decided((1 << len(self.vocabulary.options)) - 1)

    def decide(self) -> bool:
        """Decide what each option can be, as far as the time suffices; False where the choice cannot be completed.

        Raises:
            TimeoutError: The deadline came before it was known whether it can.
        """
        try:
            with self._warm.used(self._deadline):
                self._by_clauses()
        except Impossible:
            return False
        except TimeoutError:
            if not self.decided.shown_by:
                raise
            return True
        return self._exactly()

    def _by_clauses(self) -> None:
        """Decide what the clauses can.

        Raises:
            Impossible: The choice cannot be completed.
        """
        decided, warm = self.decided, self._warm
        chosen = warm.assumptions(self._requirements)
        decided.never_left, decided.never_taken = warm.implied(chosen)
        base = warm.found(chosen, rounds=MANY)
        if base is not None and self._take(base) and warm.can_mix:
            self._mix(base)
        self._refute(chosen)
        near = self._cheapest() if self._requirements.budget and (decided.untaken or decided.unleft) else None
        if near is None:
            self._pursue(chosen)
        else:
            self._take(near)
            if warm.can_mix and warm.kept(self._requirements.market.id).masks:
                self._mix(near)
            self._pursue_near(near, chosen)

    def _mix(self, base: Configuration) -> None:
        """Learn from what was found before, mixed with a configuration that meets the choice."""
        warm, choice = self._warm, self.choice
        literals = warm.literals
        clauses = [[literals[place]] for place in places_of(choice.chosen)]
        clauses += [[-literals[place]] for place in places_of(choice.forbidden)]
        clauses += [[literals[place] for place in places_of(options)] for options in choice.any_of]
        asked = (warm.undelivered(self._requirements), ClauseTable(clauses))
        mixture = Mixture(warm.kept(self._requirements.market.id), base)
        mixture.meet(asked, {warm.column(name): number for name, number in choice.numbers.items()})
        for place, mask in enumerate(mixture.masks(warm.rows)):
            if self.decided.is_news(mask):
                self._show(mask, partial(mixture.configuration, place))

    def _refute(self, chosen: Sequence[int]) -> None:
        """Rule out what contradicts the choice at once, each option by itself."""
        decided, warm = self.decided, self._warm
        for place in places_of(decided.untaken):
            if warm.is_refuted(chosen, warm.literals[place]):
                decided.never_taken |= 1 << place
        for place in places_of(decided.unleft):
            if warm.is_refuted(chosen, -warm.literals[place]):
                decided.never_left |= 1 << place

    def _pursue(self, chosen: Sequence[int]) -> None:
        """Look for what was not seen yet; what remains is left to others."""
        decided, warm = self.decided, self._warm
        hard_to_take = hard_to_leave = 0
        together, is_worth_trying = False, not self._requirements.budget
        while True:
            untaken, unleft = decided.untaken & ~hard_to_take, decided.unleft & ~hard_to_leave
            if not untaken and not unleft:
                return
            goals = self._preferred(untaken, unleft)
            if together:
                wanted, beside, rounds = warm.one_of(goal.literal for goal in goals), [], _FEW
            else:
                wanted, beside, rounds = goals[0].literal, [goal.literal for goal in goals[1 : _BESIDE + 1]], MANY
                goals = goals[:1]
            try:
                is_new = self._take(self._found([*chosen, wanted], beside, rounds=rounds))
            except Impossible as proof:
                self._rule_out(goals, [literal for literal in proof.blamed if literal != wanted])
                together = is_worth_trying
                continue
            if not is_new and together:
                is_worth_trying = False
            elif not is_new:
                hard_to_take |= goals[0].taken
                hard_to_leave |= goals[0].left
            together = False

    def _pursue_near(self, cheap: Configuration, chosen: Sequence[int]) -> None:
        """Look for what was not seen yet one by one, as near as can be to what is well within the budget."""
        decided = self.decided
        never_left, never_taken = by_price(self.choice, self.vocabulary, self._deadline)
        decided.never_left |= never_left
        decided.never_taken |= never_taken
        decided.never_taken |= self._above_budget(decided.untaken, self.vocabulary.taken)
        decided.never_left |= self._above_budget(decided.unleft, self.vocabulary.left)
        near = NearSearch(self._warm, self.choice, cheap, decided.never_taken)
        for goal in [*self._goals(decided.untaken), *self._goals_to_leave(decided.unleft)]:
            if not goal.taken & decided.untaken and not goal.left & decided.unleft:
                continue
            try:
                self._take(near.found(chosen, goal.literal))
            except Impossible as proof:
                self._rule_out([goal], [literal for literal in proof.blamed if literal != goal.literal])
            except TooDear:
                decided.never_taken |= goal.taken
                decided.never_left |= goal.left

    def _above_budget(self, options: int, fact: Callable[[Option], Fact]) -> int:
        """Those of some options whose fact is above the budget even by the linear relaxation of prices."""
        every = self.vocabulary.options
        return sum(1 << place for place in places_of(options) if self._exact.is_above_budget(fact(every[place])))

    def _cheapest(self) -> Configuration | None:
        """What meets the choice and comes to little by what the budget is about; None where the clauses do not see it.

        Raises:
            Impossible: Nothing is within the budget.
        """
        witness = cheap_witness(self.choice, self.vocabulary, self._deadline) or self._exact.cheapest()
        if witness is None:
            raise Impossible
        return self._compiled(witness)

    def _compiled(self, witness: Witness) -> Configuration | None:
        """A configuration that the solver found, as the clauses speak of it, where they see soon that it is one.

        Raises:
            SolverDisagrees: They call it impossible.
        """
        mask, warm = self.vocabulary.mask(witness), self._warm
        same = [literal if mask >> place & 1 else -literal for place, literal in enumerate(warm.literals)]
        numbers = {**witness.items, **{need.name: witness.answers[need.name] for need in self.vocabulary.measured()}}
        same += [warm.literal(Fact(name, number, number)) for name, number in numbers.items()]
        try:
            return warm.found(same, rounds=_FEW)
        except Impossible as impossible:
            raise SolverDisagrees("the clauses call a configuration impossible that the solver found") from impossible

    def _rule_out(self, goals: Sequence[_Goal], blamed: Sequence[int]) -> None:
        """Learn that none of some goals can be reached where what is blamed holds."""
        self._warm.learn([*blamed, goal.literal] for goal in goals)
        self.decided.never_taken |= sum(goal.taken for goal in goals)
        self.decided.never_left |= sum(goal.left for goal in goals)

    def _preferred(self, untaken: int, unleft: int) -> list[_Goal]:
        """What was not seen yet, in the order in which it is tried; the solver begins near to a configuration."""
        known, shown = self._most_telling(untaken)
        is_telling = shown.bit_count() >= _TELLING
        goals = [*self._goals(shown), *self._goals(untaken & ~shown)] if is_telling else self._goals(untaken)
        goals += self._goals_to_leave(unleft)
        near = known if is_telling else self._last
        self._warm.prefer(self._warm.near(near) if near else [-literal for literal in self._warm.literals])
        self._warm.prefer(goal.literal for goal in reversed(goals[: _BESIDE if near else None]))
        return goals

    def _found(self, needed: Sequence[int], wanted: Sequence[int], *, rounds: int) -> Configuration | None:
        """A configuration with what is needed, and as much of what is wanted as comes easily."""
        beside = self._warm.together(needed, wanted)
        while True:
            try:
                found = self._warm.found([*needed, *beside], rounds=_FEW if beside else rounds)
            except Impossible as proof:
                if not set(beside).intersection(proof.blamed):
                    raise
                beside = [literal for literal in beside if literal not in proof.blamed]
                continue
            if found is not None or not beside:
                return found
            beside = []

    def _take(self, configuration: Configuration | None) -> bool:
        """Learn from a configuration that was found, and keep it; whether it is within the budget and new."""
        if configuration is None:
            return False
        mask = self._warm.mask(configuration)
        self._last = configuration
        if not self.decided.is_news(mask) or not self._show(mask, lambda: configuration):
            return False
        self._warm.kept(self._requirements.market.id).add(configuration, mask)
        return True

    def _show(self, mask: int, configuration: Callable[[], Configuration]) -> bool:
        """Learn from a configuration where it is within the budget; whether it is."""

        def make() -> Witness:
            return self._warm.witness(configuration())

        if self._requirements.budget and not self.choice.is_within_budget(make()):
            return False
        self.decided.show(mask, make)
        return True

    def _goals(self, untaken: int) -> list[_Goal]:
        return [_Goal(self._warm.literals[place], 1 << place, 0) for place in places_of(untaken)]

    def _goals_to_leave(self, unleft: int) -> list[_Goal]:
        return [_Goal(-self._warm.literals[place], 0, 1 << place) for place in places_of(unleft)]

    def _most_telling(self, untaken: int) -> tuple[Configuration | None, int]:
        """A configuration found before that takes most of some options, whatever was chosen then, and those options."""
        kept = self._warm.kept(self._requirements.market.id)
        telling = [(mask & untaken).bit_count() for mask in kept.masks]
        if not any(telling):
            return None, 0
        place = telling.index(max(telling))
        return kept.configurations[place], kept.masks[place] & untaken

    def _exactly(self) -> bool:
        """Decide the rest by CP-SAT, as far as the time suffices; False where the choice cannot be completed."""
        return self.decided.finish(self.vocabulary, self._found_exactly)

    def _found_exactly(self, facts: Sequence[Fact]) -> Witness | None:
        """What CP-SAT finds with one of some facts, kept for later guides."""
        witness = self._exact.find(facts)
        if witness is not None:
            self._keep(witness)
        return witness

    def _keep(self, witness: Witness) -> None:
        with self._warm.used(self._deadline):
            configuration = self._compiled(witness)
            if configuration is not None:
                kept = self._warm.kept(self._requirements.market.id)
                kept.add(configuration, self._warm.mask(configuration))

    @cached_property
    def _exact(self) -> WitnessSearch:
        return WitnessSearch.of(self._requirements, self._amounts, self._deadline)
