"""A formula that falls apart wherever it does: a part is a component, looked for anew after each decision."""

from __future__ import annotations

from collections.abc import Sequence

from bidwright.configurator.clauses import Clause
from bidwright.configurator.propagation import Propagation, State, bits

_IMPLYING = 10
"""How much more it counts that a variable implies another one than that it is implied. What implies most, such as a
feature that requires hundreds, decides most at once; on the ERP system 3 takes twice as many steps as 10."""


class ComponentParts:
    """The parts: variables that clauses tie together, and the long clauses among them, as bits.

    Args:
        clauses: Of two literals or more.
        variables: All that they speak of.
    """

    def __init__(self, clauses: Sequence[Clause], variables: Sequence[int]) -> None:
        place = {variable: index + 1 for index, variable in enumerate(variables)}
        placed = [[place[abs(each)] * (1 if each > 0 else -1) for each in clause] for clause in clauses]
        self._propagation = Propagation(placed, len(variables))
        implied, containing = self._propagation.implied, self._propagation.containing
        numbers = range(1, len(variables) + 1)
        self._follow = [_bits_of(implied[number]) for number in numbers]
        self._precede = [_bits_of(implied[-number]) for number in numbers]
        self._near = [first | second for first, second in zip(self._follow, self._precede, strict=True)]
        self._clauses = [containing[number] | containing[-number] for number in numbers]

    def whole(self) -> list[State]:
        """The components of everything."""
        return self._components(self._propagation.everything)

    def key(self, part: State) -> tuple[int, ...]:
        """The component."""
        return part

    def ways(self, part: State) -> list[int]:
        """The variable that implies most; of equal ones the first."""
        free, active = part
        best, chosen = -1, 0
        for place in bits(free):
            follow, precede = (self._follow[place] & free).bit_count(), (self._precede[place] & free).bit_count()
            weight = _IMPLYING * follow + precede + (self._clauses[place] & active).bit_count()
            if weight > best:
                best, chosen = weight, place
        return [chosen + 1, -chosen - 1]

    def after(self, part: State, literal: int) -> list[State] | None:
        """The components that are left of it."""
        state = self._propagation.after(literal, part)
        return None if state is None else self._components(state)

    def _components(self, state: State) -> list[State]:
        left, active = state
        found: list[State] = []
        while left:
            front = component = left & -left
            tied = 0
            while front:
                place = front.bit_length() - 1
                front ^= 1 << place
                clauses = self._clauses[place] & active & ~tied
                tied |= clauses
                reached = self._near[place]
                for index in bits(clauses):
                    reached |= self._propagation.members[index]
                reached &= left & ~component
                component |= reached
                front |= reached
            found.append((component, tied))
            left &= ~component
        return found


def _bits_of(literals: Sequence[int]) -> int:
    mask = 0
    for literal in literals:
        mask |= 1 << (abs(literal) - 1)
    return mask
