"""What is known of the options of an offering, and the valid configurations that show it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bidwright.configurator.guide_facts import Witness


@dataclass
class Decided:
    """What is known of the options of a vocabulary; bit n of a mask stands for option n.

    Attributes:
        taken, left: Options that some valid configuration takes, or leaves.
        never_taken, never_left: Options that no valid configuration takes, or leaves.
        shown_by: Make the valid configurations that show it.
    """

    everything: int
    taken: int = 0
    left: int = 0
    never_taken: int = 0
    never_left: int = 0
    shown_by: list[Callable[[], Witness]] = field(default_factory=list)

    def is_news(self, mask: int) -> bool:
        """Whether a configuration that takes the options of the mask shows anything new."""
        return not self.shown_by or bool(mask & ~self.taken or self.everything & ~mask & ~self.left)

    def show(self, mask: int, witness: Callable[[], Witness]) -> None:
        """Learn from a configuration that takes the options of the mask."""
        self.taken |= mask
        self.left |= self.everything & ~mask
        self.shown_by.append(witness)

    def witnesses(self) -> list[Witness]:
        """The valid configurations."""
        return [make() for make in self.shown_by]

    @property
    def untaken(self) -> int:
        """Options of which it is not known whether they can be taken."""
        return self.everything & ~self.taken & ~self.never_taken

    @property
    def unleft(self) -> int:
        """Options of which it is not known whether they can be left."""
        return self.everything & ~self.left & ~self.never_left
