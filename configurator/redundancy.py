"""Constraints that a model could do without."""

from __future__ import annotations

from collections.abc import Sequence

from bidwright.configurator.clauses import Clause
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.feature_clauses import Encoded
from bidwright.configurator.sat import Sat

_BLOCK = 1_000


def redundant(encoded: Encoded, deadline: Deadline) -> list[int]:
    """The constraints that can be removed one after another, in their order, without allowing anything more.

    A constraint is removed when it follows from the tree, those before it that are kept, and all after it. As in the
    figures that benchmarks publish, two kinds are kept and not counted: one that holds whatever is selected even
    without the tree, and one that selects or deselects a feature outright.

    Every block of constraints gets a solver in which all others hold for good, and a switch for each of its own: so a
    question costs no more than the block is long.

    Args:
        encoded: The model.
        deadline: When to give up.

    Raises:
        OutOfTime: The deadline came first.
    """
    constraints, variables = encoded.constraints, encoded.variables
    removed: list[int] = []
    kept: list[Clause] = [*encoded.hard, *encoded.definitions]
    for start in range(0, len(constraints), _BLOCK):
        block = constraints[start : start + _BLOCK]
        switched = [[-(variables + 1 + place), *clause] for place, own in enumerate(block) for clause in own]
        later = [clause for own in constraints[start + _BLOCK :] for clause in own]
        with Sat([*kept, *later, *switched], deadline) as sat:
            here = _removed(sat, block, encoded)
        for place, own in enumerate(block):
            if place in here:
                removed.append(start + place)
            else:
                kept.extend(own)
    with Sat(encoded.definitions, deadline) as sat:
        return [each for each in removed if not all(_follows(sat, (), clause) for clause in constraints[each])]


def _removed(sat: Sat, block: Sequence[Sequence[Clause]], encoded: Encoded) -> set[int]:
    """The places in a block of what can be removed."""
    removed: set[int] = set()
    switches = [encoded.variables + 1 + place for place in range(len(block))]
    sat.prefer(switches)
    for place, own in enumerate(block):
        undecided = switches[place + 1 :]
        decides_one = any(len(clause) == 1 and abs(clause[0]) <= encoded.features for clause in own)
        if own and not decides_one and all(_follows(sat, undecided, clause) for clause in own):
            removed.add(place)
            sat.add([-switches[place]])
        else:
            sat.add([switches[place]])
    return removed


def _follows(sat: Sat, others: Sequence[int], clause: Clause) -> bool:
    """Whether a clause holds wherever the tree and the other constraints do."""
    return not sat.can_hold([*others, *(-literal for literal in clause)])
