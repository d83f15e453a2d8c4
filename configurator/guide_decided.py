"""What is known of the options of an offering, and the valid configurations that show it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from bidwright.configurator.guide_facts import Fact, Vocabulary, Witness
from bidwright.configurator.guide_masks import places_of


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

    def finish(self, vocabulary: Vocabulary, find: Callable[[Sequence[Fact]], Witness | None]) -> bool:
        """Decide the rest by an exact search, as far as the time suffices; False where there is nothing valid.

        Args:
            vocabulary: Whose options the masks stand for.
            find: Finds a valid configuration with one of some facts, or with any where there are none; None proves that
                there is none.

        Raises:
            TimeoutError: The deadline came before anything valid was known.
        """
        options = vocabulary.options
        try:
            while self.untaken or self.unleft or not self.shown_by:
                facts = [vocabulary.taken(options[place]) for place in places_of(self.untaken)]
                facts += [vocabulary.left(options[place]) for place in places_of(self.unleft)]
                witness = find(facts if self.shown_by else ())
                if witness is not None:
                    self.show(vocabulary.mask(witness), partial(replace, witness))
                elif not self.shown_by:
                    return False
                else:
                    self.never_taken |= self.untaken
                    self.never_left |= self.unleft
        except TimeoutError:
            if not self.shown_by:
                raise
        return True
