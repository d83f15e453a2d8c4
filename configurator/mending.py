"""What would mend an impossible request, of a bid with sites or without: each repair in words, and what it leads to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from bidwright.configurator.deadline import Deadline
from bidwright.configurator.members import Member
from bidwright.configurator.question import Question
from bidwright.configurator.repair import explain_and_repair
from bidwright.configurator.repair_changes import Asked
from bidwright.configurator.repair_messages import change_messages
from bidwright.configurator.request import Requirements
from bidwright.configurator.sites_configure import SitedSolution
from bidwright.configurator.sites_repair import SitedChanges, SitedExplanation, SitedRepair, explain_sites
from bidwright.configurator.sites_split import at_site, whole_bid
from bidwright.v1.configuration_pb2 import Conflict
from bidwright.v1.configurator_pb2 import RepairChange

Changed = Callable[[Question, SitedChanges], Question]
"""Gives a question with changes made to it: wishes that are given up are left out, the rest is replaced."""


@dataclass(frozen=True, kw_only=True)
class Mended:
    """A request after a repair.

    Attributes:
        changes: What is changed.
        weight: Sum of the weights of what is given up.
        question: What is asked then.
        found: The best configuration then.
    """

    changes: tuple[RepairChange, ...]
    weight: int
    question: Question
    found: SitedSolution


@dataclass(frozen=True, kw_only=True)
class Mending:
    """Why a request is impossible, and what mends it; ``complete`` as ``Repairs`` has it."""

    conflict: Conflict
    repairs: tuple[Mended, ...]
    complete: bool


@dataclass(frozen=True, kw_only=True)
class Mender:
    """Looks for what mends one request.

    Attributes:
        question: The request.
        changed: Makes changes to it.
        held: What must hold where something is asked: the requirements of the question, maybe with what is frozen.
    """

    question: Question
    changed: Changed
    held: Callable[[Question], Requirements]

    def mending(self, weights: Mapping[Member, int], *, most: int, deadline: Deadline) -> Mending | None:
        """Say why nothing meets the request, and the smallest changes that mend it; None where something does.

        Args:
            weights: Of every member that may be given up; at least 1.
            most: How many repairs are wanted.
            deadline: The repairs found until then are the answer.

        Raises:
            Unavailable: The deadline came before any conflict was found.
        """
        asked = self._asked(self.question)
        explain = explain_sites if asked.requirements.sites else _explain
        outcome = explain(asked, self._repaired, weights, most=most, deadline=deadline)
        if outcome is None:
            return None
        repairs = tuple(
            Mended(
                changes=tuple(_changes(repair.changes, asked.requirements)),
                weight=repair.weight,
                question=self.changed(self.question, repair.changes),
                found=repair.found,
            )
            for repair in outcome.repairs
        )
        return Mending(conflict=outcome.conflict, repairs=repairs, complete=outcome.complete)

    def _repaired(self, changes: SitedChanges) -> Asked:
        return self._asked(self.changed(self.question, changes))

    def _asked(self, question: Question) -> Asked:
        return Asked(requirements=self.held(question), amounts=question.table)


def _explain(
    asked: Asked,
    repaired: Callable[[SitedChanges], Asked],
    weights: Mapping[Member, int],
    *,
    most: int,
    deadline: Deadline,
) -> SitedExplanation | None:
    """The same as ``explain_sites`` for a request without sites."""
    outcome = explain_and_repair(
        asked,
        lambda changes: repaired(SitedChanges(bid=changes, sites={})),
        weights,
        most=most,
        deadline=deadline,
    )
    if outcome is None:
        return None
    repairs = tuple(
        SitedRepair(
            changes=SitedChanges(bid=repair.changes, sites={}),
            weight=repair.weight,
            found=SitedSolution(repair.solution, ()),
        )
        for repair in outcome.repairs.found
    )
    return SitedExplanation(conflict=outcome.conflict, repairs=repairs, complete=outcome.repairs.complete)


def _changes(changes: SitedChanges, requirements: Requirements) -> Iterator[RepairChange]:
    """Each change with its words: those of the bid, then those of its sites by id."""
    yield from change_messages(changes.bid, whole_bid(requirements) if requirements.sites else requirements)
    for site in requirements.sites:
        if site.id in changes.sites:
            for change in change_messages(changes.sites[site.id], at_site(requirements, site)):
                change.member.site = site.id
                change.text = f"at site {site.name}: {change.text}"
                yield change
