"""An offering compiled to clauses and rows."""

from __future__ import annotations

from dataclasses import dataclass, field

from bidwright.catalog.model import Rule
from bidwright.configurator.clauses import Clauses
from bidwright.configurator.members import Member
from bidwright.configurator.offering_numbers import Number, Row


@dataclass(frozen=True)
class Counted:
    """Demands that at most so many of the literals hold."""

    literals: tuple[int, ...]
    most: int


@dataclass
class OfferingClauses:
    """A compiled offering.

    Attributes:
        clauses: Everything about what is selected and answered.
        numbers: Units, answers and products of them.
        rows: Everything about amounts.
        units: Component id -> index of its number.
        selected: Component id -> literal of "at least one unit".
        answers: (need, answer) -> literal, of boolean needs and choices.
        measured: Need that asks for a number -> index of its number.
        switches: Slot, rule or resource -> literal under which it holds; none where every one always holds.
        counted: What no clause says, as a solver that counts needs none.
        looked_up: Rules that are in neither; ``offering_lookups`` tells what is wrong with a configuration.
    """

    clauses: Clauses = field(default_factory=lambda: Clauses(0))
    numbers: list[Number] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    units: dict[str, int] = field(default_factory=dict)
    selected: dict[str, int] = field(default_factory=dict)
    answers: dict[tuple[str, bool | str], int] = field(default_factory=dict)
    measured: dict[str, int] = field(default_factory=dict)
    switches: dict[Member, int] = field(default_factory=dict)
    counted: list[Counted] = field(default_factory=list)
    looked_up: list[Rule] = field(default_factory=list)

    def at_least(self, index: int, value: int) -> int:
        """The literal of "at least so many" of a number."""
        return self.numbers[index].at_least(value, self.clauses)
