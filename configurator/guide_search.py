"""Decides what a partial choice leaves possible: each by a valid configuration, or by a proof of none.

The clauses of the offering are asked first; what they cannot decide is left to CP-SAT.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bidwright.configurator.cpsat_guide import WitnessSearch
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.guide_choice import choice_of
from bidwright.configurator.guide_facts import Fact, Vocabulary, Witness
from bidwright.configurator.guide_pool import Impossible, warm_offering
from bidwright.configurator.request import Requirements
from bidwright.core.amount_table import AmountTable

MANY, _FEW = 60, 8
"""So often the rows teach the clauses something before a search for one configuration is given up; the few are for
searches that others can do without."""

_TELLING = 3
"""A configuration that was valid for another choice is worth beginning with where it shows so many options."""

_BESIDE = 60
"""So many other options are tried beside those; more of them break more rows than they show."""


@dataclass
class Decided:
    """What is known of the options of a vocabulary; bit n of a mask stands for option n.

    Attributes:
        taken, left: Options that some valid configuration takes, or leaves.
        never_taken, never_left: Options that no valid configuration takes, or leaves.
        witnesses: The valid configurations.
    """

    everything: int
    taken: int = 0
    left: int = 0
    never_taken: int = 0
    never_left: int = 0
    witnesses: list[Witness] = field(default_factory=list)

    def show(self, mask: int, witness: Witness) -> bool:
        """Learn from a configuration that takes the options of the mask; whether it shows anything new."""
        is_new = not self.witnesses or bool(mask & ~self.taken or self.everything & ~mask & ~self.left)
        if is_new:
            self.taken |= mask
            self.left |= self.everything & ~mask
            self.witnesses.append(witness)
        return is_new

    @property
    def untaken(self) -> int:
        """Options of which it is not known whether they can be taken."""
        return self.everything & ~self.taken & ~self.never_taken

    @property
    def unleft(self) -> int:
        """Options of which it is not known whether they can be left."""
        return self.everything & ~self.left & ~self.never_left


class GuideSearch:
    """What one partial choice leaves possible."""

    def __init__(self, requirements: Requirements, amounts: AmountTable, deadline: Deadline) -> None:
        self._requirements = requirements
        self._amounts = amounts
        self._deadline = deadline
        self._warm = warm_offering(requirements)
        self._exact: WitnessSearch | None = None
        self.vocabulary: Vocabulary = self._warm.vocabulary
        self._choice = choice_of(requirements, amounts, self.vocabulary)
        self._last: Witness | None = None
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
            if not self.decided.witnesses:
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
        implied = warm.implied(chosen)
        for place, literal in enumerate(warm.literals):
            if -literal in implied:
                decided.never_taken |= 1 << place
            elif literal in implied:
                decided.never_left |= 1 << place
        kept = warm.kept(self._requirements.market.id)
        for mask, witness in reversed(kept):
            if self._choice.is_met(mask, witness):
                decided.show(mask, witness)
        if not decided.witnesses:
            self._take(warm.witness(chosen, rounds=MANY))
        self._pursue(chosen)

    def _pursue(self, chosen: Sequence[int]) -> None:
        """Look for what was not seen yet; what remains is left to others."""
        decided, warm = self.decided, self._warm
        hard_to_take = hard_to_leave = 0
        together, is_worth_trying = False, not self._requirements.budget
        while True:
            untaken, unleft = decided.untaken & ~hard_to_take, decided.unleft & ~hard_to_leave
            if not untaken and not unleft:
                return
            known, shown = self._most_telling(untaken)
            if known is not None and shown.bit_count() >= _TELLING and not together:
                others = self._literals(untaken & ~shown)
                untaken, unleft = shown, 0
                self._prefer(known, others[:_BESIDE])
            else:
                self._prefer(self._last, [*self._literals(untaken), *(-each for each in self._literals(unleft))])
            goals = [*self._literals(untaken), *(-each for each in self._literals(unleft))]
            if together:
                wanted, rounds = warm.one_of(goals), _FEW
            else:
                wanted, rounds = goals[0], MANY
                goals = goals[:1]
                untaken, unleft = (untaken & -untaken, 0) if untaken else (0, unleft & -unleft)
            try:
                is_new = self._take(warm.witness([*chosen, wanted], rounds=rounds))
            except Impossible as proof:
                warm.learn([*(literal for literal in proof.blamed if literal != wanted), goal] for goal in goals)
                decided.never_taken |= untaken
                decided.never_left |= unleft
                together = is_worth_trying
                continue
            if not is_new and together:
                together = is_worth_trying = False
            elif not is_new:
                hard_to_take |= untaken
                hard_to_leave |= unleft

    def _take(self, witness: Witness | None) -> bool:
        """Learn from a configuration that the clauses allow, where it is within the budget; whether it is new."""
        if witness is None or not self._choice.is_within_budget(witness):
            return False
        mask = self.vocabulary.mask(witness)
        is_new = self.decided.show(mask, witness)
        self._last = witness
        if is_new:
            self._warm.kept(self._requirements.market.id).append((mask, witness))
        return is_new

    def _literals(self, mask: int) -> list[int]:
        return [self._warm.literals[place] for place in _places(mask)]

    def _prefer(self, known: Witness | None, wanted: Sequence[int]) -> None:
        """Begin near a configuration, with what is wanted beside; the first counts most."""
        self._warm.prefer(self._warm.near(known) if known else [-literal for literal in self._warm.literals])
        self._warm.prefer(reversed(wanted))

    def _most_telling(self, untaken: int) -> tuple[Witness | None, int]:
        """A configuration found before that takes most of some options, whatever was chosen then, and those options."""
        kept = self._warm.kept(self._requirements.market.id)
        mask, witness = max(kept, key=lambda known: (known[0] & untaken).bit_count(), default=(0, None))
        return witness, mask & untaken

    def _exactly(self) -> bool:
        """Decide the rest by CP-SAT, as far as the time suffices; False where the choice cannot be completed."""
        decided = self.decided
        try:
            while decided.untaken or decided.unleft or not decided.witnesses:
                facts = [self.vocabulary.taken(self.vocabulary.options[place]) for place in _places(decided.untaken)]
                facts += [self.vocabulary.left(self.vocabulary.options[place]) for place in _places(decided.unleft)]
                witness = self._find(facts if decided.witnesses else ())
                if witness is not None:
                    decided.show(self.vocabulary.mask(witness), witness)
                elif not decided.witnesses:
                    return False
                else:
                    decided.never_taken |= decided.untaken
                    decided.never_left |= decided.unleft
        except TimeoutError:
            if not decided.witnesses:
                raise
        return True

    def _find(self, facts: Sequence[Fact]) -> Witness | None:
        if self._exact is None:
            self._exact = WitnessSearch(self._requirements, self._amounts, self._deadline)
        return self._exact.find(facts)


def _places(mask: int) -> list[int]:
    """The bits that are set, ascending."""
    return [place for place, digit in enumerate(reversed(f"{mask:b}")) if digit == "1"]
