"""What is found out about a portfolio, as values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bidwright.configurator.members import Member


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A member of a conflict or of a proof, in words."""

    member: Member
    text: str


Reasons = tuple[Reason, ...]


@dataclass(frozen=True, kw_only=True)
class UnmetAnswer:
    """An answer that no configuration meets; ``market`` is empty where it is met in none of them."""

    need: str
    answer: str
    market: str
    reasons: Reasons


@dataclass(frozen=True, kw_only=True)
class UnmetRange:
    """A need of which not all numbers are met.

    Attributes:
        asked: Least and greatest number the offering lets a customer ask for.
        met: Least and greatest number that some configuration meets; between them there may be some that none meets.
    """

    need: str
    asked: tuple[Decimal, Decimal]
    met: tuple[Decimal, Decimal]


@dataclass(kw_only=True)
class OfferingFindings:
    """One offering, in the markets looked at.

    Attributes:
        components: Of the families that have a slot, by id.
        void: No configuration is valid, whatever the answers; None where that was not decided in time.
        conflict: Why it is void: without any one of these it would not be.
        unsellable_markets: Markets in which it is void, although it is not in others.
        dead: Components that are in no configuration, each with why; None where that was not found out.
        core: Components that are in every one.
        false_optional: Those of the core that their slot would let be absent.
        always_filled: Families that are in every configuration although their slot asks for none.
        redundant: Rules that forbid nothing that the rest allows, each with what makes it hold; nothing where it
            always holds in this offering, None where that was not found out.
        overlapping: Groups of components that may stand in each other's place.
        dominated: Component -> one that is never worse and never dearer.
        unmet_answers, unmet_ranges: Needs that nobody can meet.
        configurations: How many there are; None where they were not counted.
        not_counted: Why not.
        unfinished: What was not decided in time.
    """

    offering: str
    components: tuple[str, ...] = ()
    void: bool | None = None
    conflict: Reasons = ()
    unsellable_markets: tuple[str, ...] = ()
    dead: dict[str, Reasons | None] = field(default_factory=dict)
    core: tuple[str, ...] = ()
    false_optional: tuple[str, ...] = ()
    always_filled: tuple[str, ...] = ()
    redundant: dict[str, Reasons | None] = field(default_factory=dict)
    overlapping: tuple[tuple[str, ...], ...] = ()
    dominated: Mapping[str, str] = field(default_factory=dict)
    unmet_answers: tuple[UnmetAnswer, ...] = ()
    unmet_ranges: tuple[UnmetRange, ...] = ()
    configurations: int | None = None
    not_counted: str = ""
    unfinished: list[str] = field(default_factory=list)

    @property
    def has_faults(self) -> bool:
        """Whether there is something to mend; rules of the portfolio that do not matter in one offering are none."""
        own = (self.dead, self.false_optional, self.always_filled, self.overlapping, self.dominated)
        unmet = (self.unmet_answers, self.unmet_ranges, self.unsellable_markets)
        return bool(self.void) or any(own) or any(unmet)


@dataclass(frozen=True, kw_only=True)
class PortfolioFindings:
    """A portfolio.

    Attributes:
        offerings: In the order of their ids.
        never_sold: Components that are dead, or have no place, in all offerings; none where not all were looked at.
        needless_rules: Rules that forbid nothing in any offering they hold in; likewise.
        expired_assurances: Assurance -> the day it ended.
    """

    offerings: Sequence[OfferingFindings]
    never_sold: tuple[str, ...]
    needless_rules: tuple[str, ...]
    expired_assurances: Mapping[str, dt.date]

    @property
    def is_complete(self) -> bool:
        """Whether everything was decided in time."""
        return not any(each.unfinished for each in self.offerings)

    @property
    def has_faults(self) -> bool:
        """Whether there is something to mend."""
        own = (self.never_sold, self.needless_rules, self.expired_assurances)
        return any(own) or any(each.has_faults for each in self.offerings)
