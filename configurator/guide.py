"""Says what a partial choice means: for each option whether it is chosen, forced, open or excluded. Exact."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from bidwright.configurator.bespoke_prices import with_items
from bidwright.configurator.conflict_search import ConflictSearch
from bidwright.configurator.cpsat_guide import least_value
from bidwright.configurator.cpsat_request import request_model
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.explain import conflict_of, explain
from bidwright.configurator.guide_choice import Choice
from bidwright.configurator.guide_decided import Decided
from bidwright.configurator.guide_facts import Assumption, Option, Vocabulary
from bidwright.configurator.guide_masks import flags_of
from bidwright.configurator.guide_ranges import Range, RangeSearch
from bidwright.configurator.guide_search import GuideSearch
from bidwright.configurator.request import Requirements
from bidwright.configurator.solution import SolverDisagrees
from bidwright.core.amount_table import AmountTable
from bidwright.core.errors import Unavailable
from bidwright.v1.configuration_pb2 import Conflict, ConflictMember
from bidwright.v1.configurator_pb2 import (
    OPTION_STATE_CHOSEN,
    OPTION_STATE_EXCLUDED,
    OPTION_STATE_FORCED,
    OPTION_STATE_OPEN,
    OPTION_STATE_UNSPECIFIED,
    OptionState,
)

Least = Callable[[Option | None], int | None]


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What is wanted beside the states."""

    explain: Sequence[Option] = ()
    price: Sequence[Option] = ()
    ranges: bool = False


_LEAST_S = 0.2
"""So long is looked in any case: an offering that was asked about before is known by then, but for tight budgets."""


@dataclass(frozen=True, kw_only=True)
class Guidance:
    """What a partial choice means.

    Attributes:
        states: Of every option, in the vocabulary's order; unspecified where the deadline came first.
        units: Component id -> fewest and most units of a valid configuration that has it; only where asked and known.
        ranges: Need that asks for a number -> least and greatest answer, in its smallest steps; likewise.
        reasons: Option asked about that is forced or excluded -> what makes it so; likewise.
        price_differences: Open option asked about -> minor units that the best contract value rises by; likewise.
        least: The least contract value of an option that can be taken, or of all; None where it is not proven, and
            ``TimeoutError`` where the time is over.
    """

    vocabulary: Vocabulary
    states: Mapping[Option, OptionState]
    least: Least
    units: Mapping[str, Range] = field(default_factory=dict)
    ranges: Mapping[str, Range] = field(default_factory=dict)
    reasons: Mapping[Option, Sequence[ConflictMember]] = field(default_factory=dict)
    price_differences: Mapping[Option, int] = field(default_factory=dict)


def guide(requirements: Requirements, amounts: AmountTable, wishes: Wishes, deadline: Deadline) -> Guidance | Conflict:
    """Say what a partial choice means; the same for the same input, whatever was asked before.

    Args:
        requirements: The choice; needs without an answer are open.
        amounts: What quantities cost in the market and under the terms of the request.
        wishes: What is wanted beside the states.
        deadline: When it is over, and a least time, what is not known by then is left out.

    Returns:
        A conflict where the choice cannot be completed.

    Raises:
        Unavailable: It was not known in time whether the choice can be completed.
    """
    deadline = deadline.at_least(_LEAST_S)
    try:
        search = GuideSearch(requirements, amounts, deadline)
        if not search.decide():
            return _conflict(requirements, amounts, deadline)
        states = states_of(search.choice, search.vocabulary, search.decided)
    except TimeoutError as too_late:
        raise out_of_time(deadline) from too_late
    ranges = _ranges(search, requirements, amounts, deadline) if wishes.ranges else {}
    asker = _Asker(requirements, amounts, deadline)
    least = partial(asker.least_value, search.vocabulary)
    return Guidance(
        vocabulary=search.vocabulary,
        states=states,
        least=least,
        units={name: found for name, found in ranges.items() if "." in name},
        ranges={name: found for name, found in ranges.items() if "." not in name},
        reasons=asker.reasons(wishes.explain, states),
        price_differences=price_differences(wishes.price, states, least),
    )


def out_of_time(deadline: Deadline) -> Unavailable:
    """What is raised where it is not known in time whether a choice can be completed."""
    return Unavailable(
        f"it was not known within {deadline.given_s:g} seconds whether the choice can be completed",
        fix="Allow more time, or answer more needs to make the choice smaller.",
        reason="SEARCH_TIMED_OUT",
    )


def _conflict(requirements: Requirements, amounts: AmountTable, deadline: Deadline) -> Conflict:
    conflict = explain(requirements, amounts, deadline)
    if conflict is None:
        raise SolverDisagrees("the solver calls the same partial choice possible and impossible")
    return conflict


def states_of(choice: Choice, vocabulary: Vocabulary, decided: Decided) -> dict[Option, OptionState]:
    """The state of each option; what is said last of one counts."""
    options = vocabulary.options
    states = np.full(len(options), OPTION_STATE_UNSPECIFIED)
    for mask, state in (
        (decided.taken & decided.left, OPTION_STATE_OPEN),
        (decided.never_left, OPTION_STATE_FORCED),
        (decided.never_taken, OPTION_STATE_EXCLUDED),
        (choice.chosen, OPTION_STATE_CHOSEN),
    ):
        states[flags_of(mask, len(options))] = state
    return dict(zip(options, states.tolist(), strict=True))


def _ranges(
    search: GuideSearch, requirements: Requirements, amounts: AmountTable, deadline: Deadline
) -> Mapping[str, Range]:
    """Of the components that can be taken, and of the needs that ask for a number."""
    vocabulary, taken = search.vocabulary, search.decided.taken
    names = [str(o.value) for place, o in enumerate(vocabulary.options) if not o.need and taken >> place & 1]
    names.extend(need.name for need in vocabulary.measured())
    return RangeSearch(requirements, amounts, search.decided.witnesses(), deadline).ranges(names)


class _Asker:
    """Answers what is asked about single options, as far as the time suffices."""

    def __init__(self, requirements: Requirements, amounts: AmountTable, deadline: Deadline) -> None:
        self._requirements = requirements
        self._amounts = amounts
        self._deadline = deadline

    def reasons(
        self, options: Iterable[Option], states: Mapping[Option, OptionState]
    ) -> dict[Option, Sequence[ConflictMember]]:
        found: dict[Option, Sequence[ConflictMember]] = {}
        for option in options:
            if states[option] not in {OPTION_STATE_EXCLUDED, OPTION_STATE_FORCED}:
                continue
            impossible = Assumption(option, is_taken=states[option] == OPTION_STATE_EXCLUDED)
            try:
                clash = ConflictSearch(self._requirements, self._amounts, self._deadline, assumed=impossible).clash()
            except TimeoutError:
                break
            if clash is None:
                raise SolverDisagrees(f"one solver shows {option}, another calls it impossible")
            clash = with_items(clash, self._requirements, self._amounts, self._deadline, assumed=impossible)
            if not clash.minimal:
                break  # the deadline came first
            found[option] = conflict_of(clash.members, self._requirements, self._amounts, minimal=True).members
        return found

    def least_value(self, vocabulary: Vocabulary, option: Option | None) -> int:
        """The least contract value with an option, or of all."""
        priced = request_model(self._requirements, self._amounts, switchable=False)
        facts = [] if option is None else [vocabulary.taken(option)]
        return least_value(priced, facts, self._deadline)


def price_differences(
    options: Iterable[Option],
    states: Mapping[Option, OptionState],
    least: Least,
) -> dict[Option, int]:
    """By how much the best contract value rises with each of some options that are open, as far as the time suffices.

    Args:
        options: What is asked about.
        states: Of every option.
        least: The least contract value, in minor units, with an option, or of all; None where it is not proven, and
            ``TimeoutError`` where the time is over.
    """
    open_ones = [option for option in options if states[option] == OPTION_STATE_OPEN]
    found: dict[Option, int] = {}
    try:
        base = least(None) if open_ones else None
        if base is None:
            return found
        for option in open_ones:
            value = least(option)
            if value is not None:
                found[option] = value - base
    except TimeoutError:
        return found
    return found
