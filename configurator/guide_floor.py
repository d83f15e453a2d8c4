"""What prices say of a choice within a budget, where CP-SAT alone finds nothing that is cheap."""

from __future__ import annotations

from dataclasses import replace

from bidwright.configurator.cpsat_floor import FloorSearch
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.guide_choice import Choice
from bidwright.configurator.guide_clauses import Impossible
from bidwright.configurator.guide_facts import Vocabulary, Witness

_MANY = 500
"""With fewer options CP-SAT finds something cheaper, which more is near to."""


def cheap_witness(choice: Choice, vocabulary: Vocabulary, deadline: Deadline) -> Witness | None:
    """Something within the budget of a choice with many options; None where nothing was found, or they are few.

    Raises:
        Impossible: Nothing is within it.
    """
    budget = choice.requirements.budget
    if len(vocabulary.options) <= _MANY or not budget:
        return None
    limit, most = min(budget.items())
    floor = FloorSearch(replace(choice.requirements, budget={}), choice.amounts, limit)
    if floor.bound(deadline).is_above(most):
        raise Impossible
    witness = floor.within(most, deadline)
    return witness if witness is not None and choice.is_within_budget(witness) else None


def by_price(choice: Choice, vocabulary: Vocabulary, deadline: Deadline) -> tuple[int, int]:
    """Components without which, and with which, nothing is within a limit even where prices are relaxed; as masks."""
    never_left = never_taken = 0
    if len(vocabulary.options) <= _MANY:
        return never_left, never_taken
    for limit, most in choice.requirements.budget.items():
        left = FloorSearch(replace(choice.requirements, budget={}), choice.amounts, limit, every=True).left(
            most, deadline
        )
        for place, option in enumerate(vocabulary.options):
            if left is not None and not option.need:
                never_left |= (option.value in left[0]) << place
                never_taken |= (option.value not in left[1]) << place
    return never_left, never_taken
