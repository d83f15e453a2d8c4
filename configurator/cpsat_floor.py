"""What a request costs at least, by the search for narrowed requests, which knows soon of a budget that is too low."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from ortools.sat.python.cp_model import Domain

from bidwright.configurator.cpsat_forms import LinearForm
from bidwright.configurator.cpsat_narrow import CannotHold, narrowed
from bidwright.configurator.cpsat_proof import ProofSearch, Proven
from bidwright.configurator.cpsat_request import narrowed_request
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.guide_facts import Witness
from bidwright.configurator.request import Limit, Requirements
from bidwright.core.amount_table import AmountTable


@dataclass(frozen=True, kw_only=True)
class Floor:
    """What is known of the least price of a request, in minor units.

    Attributes:
        bound: Nothing valid costs less; None where that is not known.
        reached: What something valid costs; None where nothing was found.
    """

    bound: int | None = None
    reached: int | None = None

    @property
    def is_proven(self) -> bool:
        """Whether nothing costs less than what was found."""
        return self.reached is not None and self.bound == self.reached

    def decides(self, most: int) -> bool:
        """Whether it is known if anything costs at most so much."""
        return self.is_above(most) or (self.reached is not None and self.reached <= most)

    def is_above(self, most: int) -> bool:
        """Whether nothing costs at most so much."""
        return self.bound is not None and self.bound > most


class FloorSearch:
    """Looks for what a request costs at least by one limit; what else is in its budget has to be met.

    Args:
        requirements: The request; needs that it has no answer to may have any.
        amounts: What quantities cost.
        limit: What is looked at.
        every: Whether to look at all units, not only at those that are worth having.
    """

    def __init__(self, requirements: Requirements, amounts: AmountTable, limit: Limit, *, every: bool = False) -> None:
        self._search: ProofSearch | None = None
        try:
            narrow = narrowed(requirements, amounts, None if every else ())
            request, written = narrowed_request(requirements, amounts, narrow)
        except CannotHold:  # to be confirmed by others
            return
        for need in request.needs.values():
            domain = list(need.proto.domain)
            if len(domain) > 2:  # rows know the least and the most alone
                request.model.add_linear_expression_in_domain(need, Domain.from_flat_intervals(domain))
        self._request = request
        self._form = LinearForm.of(request.charges.of(limit))
        self._units = list(request.units.values())
        self._search = ProofSearch(request.model.clone(), written)

    def bound(self, deadline: Deadline) -> Floor:
        """What nothing costs less than, as soon as prices are relaxed."""
        return Floor() if self._search is None else Floor(bound=self._search.bound(self._form, self._units, deadline))

    def decided(self, most: int, deadline: Deadline) -> Floor:
        """Whether anything costs at most so much, as far as the time suffices."""
        floor = self.bound(deadline)
        for ask in () if self._search is None else (self._search.cheap, self._search.least):
            if floor.decides(most):
                break
            floor = self._known(ask(self._form, self._units, deadline), floor)
        return floor

    def least(self, deadline: Deadline) -> Floor:
        """The least itself, as far as the time suffices."""
        found = None if self._search is None else self._search.least(self._form, self._units, deadline)
        return self._known(found, Floor())

    def within(self, most: int, deadline: Deadline) -> Witness | None:
        """Something that costs at most so much; None where nothing was found."""
        for ask in () if self._search is None else (self._search.cheap, self._search.least):
            found = ask(self._form, self._units, deadline)
            if found is not None and found.values and self._form.at(found.values) <= most:
                return self._witness(found.values)
        return None

    def left(self, most: int, deadline: Deadline) -> tuple[Collection[str], Collection[str]] | None:
        """Components that everything has which costs at most so much, and those that some of it may have.

        None where prices say nothing.
        """
        found = None if self._search is None else self._search.left(self._form, self._units, most, deadline)
        if found is None:
            return None
        (low, high), units = found, self._request.units
        return {one for one in units if low[units[one]] > 0}, {one for one in units if high[units[one]] > 0}

    def _witness(self, values: Sequence[int]) -> Witness:
        units = {component: values[index] for component, index in self._request.units.items()}
        return Witness(
            items={component: number for component, number in units.items() if number},
            answers={name: values[need.index] for name, need in self._request.needs.items()},
        )

    def _known(self, found: Proven | None, before: Floor) -> Floor:
        if found is None:
            return before
        reached = self._form.at(found.values) if found.values else before.reached
        return Floor(bound=found.bound, reached=reached)


def above_budget(requirements: Requirements, amounts: AmountTable, deadline: Deadline) -> tuple[Limit, ...] | None:
    """The limits of the budget of a request that nothing which meets it is within, together.

    Returns:
        Empty where something is within all; None where neither is known by the deadline.
    """
    budget, is_within = requirements.budget, False
    for limit, most in budget.items():
        alone = FloorSearch(replace(requirements, budget={}), amounts, limit).decided(most, deadline)
        if alone.is_above(most):
            return (limit,)
        is_within = alone.decides(most)
    if len(budget) > 1:
        limit, most = next(iter(budget.items()))
        others = {other: budget[other] for other in budget if other != limit}
        together = FloorSearch(replace(requirements, budget=others), amounts, limit).decided(most, deadline)
        if together.is_above(most):
            return tuple(budget)
        is_within = together.decides(most)
    return () if is_within else None
