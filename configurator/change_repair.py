"""What would mend a change that cannot be: the fewest changes to what is asked for, and the least disruption then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bidwright.configurator.change import Change, change
from bidwright.configurator.cpsat_conflict import EnginesDisagree
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.frozen import as_frozen
from bidwright.configurator.installed import Installed
from bidwright.configurator.mending import Changed, Mended, Mender
from bidwright.configurator.question import Question
from bidwright.configurator.repair_messages import weights_of
from bidwright.configurator.request import Requirements
from bidwright.configurator.sites_change import change_sites
from bidwright.core.errors import Unavailable
from bidwright.v1.configuration_pb2 import Conflict

_FOR_REPAIRS = 0.6
"""Part of the time left in which repairs are looked for; the rest is for the way from what is installed to each."""

_FOR_ONE = 0.5
"""Part of the time left that the way to one of them may take, so that the next ones get some, too."""


@dataclass(frozen=True, kw_only=True)
class ChangeRepair:
    """Changes to what is asked for, and the way from what is installed after them."""

    mended: Mended
    change: Change

    @property
    def order(self) -> tuple[int, int, int]:
        """The fewest changes first, then the least disruption, then the least contract value."""
        return self.mended.weight, self.change.disruption, self.change.solution.amounts.contract_value


def least_change(
    question: Question, installed: Installed, deadline: Deadline, *, or_any: bool = False
) -> Change | Conflict:
    """The way from what is installed that disturbs least, of a bid with sites or without; as ``change`` has it.

    Of a bid with sites no change is known without a search, whatever ``or_any`` says.
    """
    if question.requirements.sites:
        return change_sites(question.requirements, installed, question.table, deadline)
    return change(question.requirements, installed, question.table, deadline, or_any=or_any)


def change_repairs(
    question: Question, installed: Installed, changed: Changed, *, most: int, deadline: Deadline
) -> tuple[Sequence[ChangeRepair], bool]:
    """Look for the smallest changes to what is asked for that make a change possible; what is frozen stays so.

    Args:
        question: What is asked for; no change leads to it.
        installed: What is there.
        changed: Makes changes to the question.
        most: How many repairs are wanted.
        deadline: The repairs found until then are the answer.

    Returns:
        The repairs in their order, and whether no better ones can be missing.
    """
    if isinstance(as_frozen(question.requirements, installed), Conflict):
        return (), False  # what is frozen cannot stay by itself, or not beside a wish that says so

    def held(asked: Question) -> Requirements:
        found = as_frozen(asked.requirements, installed)
        if isinstance(found, Conflict):
            raise EnginesDisagree(f"what is frozen could stay before less was asked for: {found.summary}")
        return found

    mender = Mender(question=question, changed=changed, held=held)
    weights = weights_of((), held(question))
    found, complete = list[ChangeRepair](), True
    try:
        mending = mender.mending(weights, most=most, deadline=deadline.after(_FOR_REPAIRS))
    except Unavailable:
        return (), False
    if mending is None:
        raise EnginesDisagree("a change is called impossible, and what it must lead to is not")
    for mended in mending.repairs:
        try:
            outcome = least_change(mended.question, installed, deadline.after(_FOR_ONE))
        except Unavailable:  # it took more than its share of the time; another one may be easier
            complete = False
            continue
        if isinstance(outcome, Conflict):
            raise EnginesDisagree(f"{mended.changes} were found to be enough to change, and are not")
        found.append(ChangeRepair(mended=mended, change=outcome))
    return sorted(found, key=lambda repair: repair.order), complete and mending.complete
