"""Groups of a feature model as clauses."""

from __future__ import annotations

from bidwright.configurator.clauses import Clauses
from bidwright.configurator.feature_model import Group
from bidwright.configurator.linear_clauses import at_least

_MOST_NODES = 200_000
"""Up to so many nodes a number of features is counted one feature after another, which shows at once what follows."""


def demand_group(clauses: Clauses, group: Group) -> None:
    """Demand the children only with their parent, and then as many as the group says."""
    parent, children = group.parent + 1, [child + 1 for child in group.children]
    least, most, count = group.least, group.most, len(children)
    clauses.hard.extend([-child, parent] for child in children)
    if least > count or most < least:
        clauses.add(-parent)
    elif least == count:
        clauses.hard.extend([-parent, child] for child in children)
    else:
        if least == 1:
            clauses.add(-parent, *children)
        if most == 0:
            clauses.hard.extend([-child] for child in children)
        elif most == 1:
            clauses.at_most_one(children)
        if least > 1 or 1 < most < count:
            clauses.add(-parent, _within(clauses, children, least, most))


def _within(clauses: Clauses, children: list[int], least: int, most: int) -> int:
    """A literal that holds exactly when ``least`` to ``most`` of the children are selected."""
    count = len(children)
    if count * (min(most, count - least) + 1) <= _MOST_NODES:
        return clauses.within(children, least, most)
    counted = [(1, child) for child in children]
    return clauses.both((at_least(clauses, counted, least), -at_least(clauses, counted, most + 1)))
