"""A guide where prices depend on answers that are open: each way to give these has prices of its own.

What is priced by an open answer costs nothing in an amount table, so what is impossible at such amounts is impossible.
What is possible is shown by a way to give these answers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import islice, product
from math import prod

from bidwright.catalog.model import Answer, Need
from bidwright.configurator.cpsat_variables import numeric_bounds
from bidwright.configurator.explain import conflict_between
from bidwright.configurator.guide import Guidance, Least, Wishes, price_differences
from bidwright.configurator.guide_facts import Option, Vocabulary
from bidwright.configurator.guide_ranges import Range
from bidwright.configurator.request import Requirements
from bidwright.core.amount_table import AmountTable
from bidwright.core.errors import Unavailable
from bidwright.v1.configuration_pb2 import CONFLICT_KIND_BUDGET, CONFLICT_KIND_NEED, Conflict, ConflictMember
from bidwright.v1.configurator_pb2 import (
    OPTION_STATE_CHOSEN,
    OPTION_STATE_EXCLUDED,
    OPTION_STATE_FORCED,
    OPTION_STATE_OPEN,
    OPTION_STATE_UNSPECIFIED,
    OptionState,
)

Guide = Callable[[Requirements, AmountTable, Wishes], Guidance | Conflict]
"""Says what a partial choice means at some amounts."""

_MOST_CASES = 64
"""So many ways to give the open answers are looked at."""


def guide_cases(
    asked: Requirements,
    amounts: AmountTable,
    wishes: Wishes,
    *,
    guide: Guide,
    price: Callable[[Requirements], AmountTable],
) -> Guidance | Conflict:
    """Say what a partial choice means, whatever its open answers make of prices.

    Args:
        asked: The choice; needs without an answer are open.
        amounts: What quantities cost, as far as the answers tell.
        wishes: What is wanted beside the states.
        guide: Says what a choice means of which no open answer has prices of its own.
        price: What quantities cost with more answers.

    Raises:
        Unavailable: It was not known in time, or of so many answers, whether the choice can be completed.
    """
    open_ones = (amounts.needs & asked.offering.needs.keys()) - asked.answers.keys()
    needs = [asked.offering.needs[name] for name in sorted(open_ones)]
    if not needs or not (asked.budget or wishes.price):
        return guide(asked, amounts, wishes)
    of_cases = Wishes(ranges=wishes.ranges and bool(asked.budget))
    lower = guide(asked, amounts, Wishes(explain=wishes.explain, ranges=wishes.ranges and not asked.budget))
    if isinstance(lower, Conflict):
        # At the prices of any answers, fewer of its members may be a conflict already.
        return conflict_between(lower.members, minimal=lower.minimal and not _is_of_money(lower))
    ways = _Ways(asked, needs, lower.vocabulary)
    found = _Cases(lower, is_shown_enough=not (wishes.price or wishes.ranges))
    if asked.budget or ways.is_all:
        found.look_at(ways, lambda one: guide(one, price(one), of_cases))
    if found.is_all and not found.possible:
        return _union(found.conflicts, {need.name for need in needs})
    if asked.budget:
        if not found.possible:
            raise _unknown(needs)
        lower = replace(lower, states={option: found.state(option) for option in lower.states})
    if not found.is_all:
        return lower
    if of_cases.ranges:
        lower = replace(lower, units=found.units(), ranges=found.ranges())
    return replace(lower, price_differences=price_differences(wishes.price, lower.states, found.least()))


def _is_of_money(conflict: Conflict) -> bool:
    return any(member.kind == CONFLICT_KIND_BUDGET for member in conflict.members)


def _union(conflicts: Iterable[Conflict], answered: Collection[str]) -> Conflict:
    """All that is in the way, whatever some needs are answered; perhaps not all of it is needed."""
    members: dict[tuple[int, str, str], ConflictMember] = {
        (member.kind, member.id, member.site): member for conflict in conflicts for member in conflict.members
    }
    blamed = [one for one in members.values() if one.kind != CONFLICT_KIND_NEED or one.id not in answered]
    return conflict_between(blamed, minimal=False)


def _unknown(needs: Iterable[Need]) -> Unavailable:
    names = ", ".join(need.name for need in needs)
    return Unavailable(
        f"prices depend on the answers to {names}, and of those looked at none keeps the budget",
        fix="Answer them, or allow more time or a higher budget.",
        reason="SEARCH_TIMED_OUT",
    )


@dataclass(frozen=True)
class _Ways:
    """The ways to answer some needs, those with usual answers first."""

    asked: Requirements
    needs: Sequence[Need]
    vocabulary: Vocabulary

    @property
    def is_all(self) -> bool:
        """Whether they are all there are."""
        return prod(self._number(need) for need in self.needs) <= _MOST_CASES

    def __iter__(self) -> Iterator[Requirements]:
        for answers in islice(product(*map(self._values, self.needs)), _MOST_CASES):
            given = {need.name: answer for need, answer in zip(self.needs, answers, strict=True)}
            yield replace(self.asked, answers={**self.asked.answers, **given})

    def _number(self, need: Need) -> int:
        least, most = self._bounds(need)
        return most - least + 1

    def _values(self, need: Need) -> Sequence[Answer]:
        """The answers to a need; of very many the usual, the least and the greatest one."""
        least, most = self._bounds(need)
        numbers = range(least, most + 1) if most - least < _MOST_CASES else (least, most)
        answers = [self._answer(need, number) for number in numbers]
        usual = [] if need.default is None else [need.default]
        return [*usual, *(answer for answer in answers if answer not in usual)]

    def _bounds(self, need: Need) -> tuple[int, int]:
        if need.kind == "boolean":
            return 0, 1
        return (0, len(need.options) - 1) if need.kind == "choice" else numeric_bounds(need)

    def _answer(self, need: Need, number: int) -> Answer:
        return list(need.options)[number] if need.kind == "choice" else self.vocabulary.answer(need.name, number)


@dataclass
class _Cases:
    """What is known from ways to give answers.

    Attributes:
        lower: What the choice means where what they price costs nothing.
        is_shown_enough: Whether nothing but the states is wanted.
        possible: What it means with answers that can be completed.
        conflicts: Of other answers.
        is_all: Whether every way was looked at.
    """

    lower: Guidance
    is_shown_enough: bool
    possible: list[Guidance] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    is_all: bool = False

    def look_at(self, ways: _Ways, guided: Callable[[Requirements], Guidance | Conflict]) -> None:
        """Learn from ways to give the answers, as far as the time suffices and there is anything to learn."""
        for one in ways:
            try:
                found = guided(one)
            except Unavailable:  # the deadline came first
                return
            if isinstance(found, Conflict):
                self.conflicts.append(found)
                continue
            self.possible.append(found)
            if self.is_shown_enough and self._is_shown():
                return
        self.is_all = ways.is_all

    def _is_shown(self) -> bool:
        return all(self.state(option) != OPTION_STATE_UNSPECIFIED for option in self.lower.states)

    def state(self, option: Option) -> OptionState:
        """What is known of an option."""
        if self.lower.states[option] in {OPTION_STATE_CHOSEN, OPTION_STATE_FORCED, OPTION_STATE_EXCLUDED}:
            return self.lower.states[option]
        seen = {one.states[option] for one in self.possible}
        is_taken = bool(seen & {OPTION_STATE_CHOSEN, OPTION_STATE_FORCED, OPTION_STATE_OPEN})
        if is_taken and seen & {OPTION_STATE_OPEN, OPTION_STATE_EXCLUDED}:
            return OPTION_STATE_OPEN
        if not self.is_all or OPTION_STATE_UNSPECIFIED in seen:
            return OPTION_STATE_UNSPECIFIED
        return OPTION_STATE_FORCED if is_taken else OPTION_STATE_EXCLUDED

    def units(self) -> dict[str, Range]:
        """Of each component, the fewest and the most of all cases that can have it."""
        names = {name for one in self.possible for name in one.units}
        return _joined({name: [one.units.get(name) for one in self._with(Option("", name))] for name in names})

    def ranges(self) -> dict[str, Range]:
        """Of each need that asks for a number, the least and the greatest answer."""
        return _joined({name: [one.ranges.get(name) for one in self.possible] for name in self.possible[0].ranges})

    def least(self) -> Least:
        """Says the least contract value with an option, or of all."""
        known = {id(one): cache(one.least) for one in self.possible}

        def least(option: Option | None) -> int | None:
            values = list[int | None]()
            for one in self.possible if option is None else self._with(option):
                state = OPTION_STATE_FORCED if option is None else one.states[option]
                if state == OPTION_STATE_UNSPECIFIED:
                    return None
                values.append(known[id(one)](option if state == OPTION_STATE_OPEN else None))
            proven = [value for value in values if value is not None]
            return min(proven) if len(proven) == len(values) else None

        return least

    def _with(self, option: Option) -> list[Guidance]:
        return [one for one in self.possible if one.states[option] != OPTION_STATE_EXCLUDED]


def _joined(known: Mapping[str, Sequence[Range | None]]) -> dict[str, Range]:
    """The range of all ranges of each name; of none where one of them is not known."""
    joined = dict[str, Range]()
    for name, found in known.items():
        all_known = [one for one in found if one is not None]
        if len(all_known) == len(found):
            joined[name] = (min(least for least, _ in all_known), max(most for _, most in all_known))
    return joined
