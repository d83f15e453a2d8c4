"""The parts of the term in each of which two prices have the same lines, and how often they fall due there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from bidwright.pricing.schedule import Due, due_lines
from bidwright.v1.configuration_pb2 import CHARGE_ONE_TIME, CHARGE_USAGE
from bidwright.v1.price_pb2 import Price, PriceLine


@dataclass(frozen=True, kw_only=True)
class Part:
    """Lines of a price, with the months in which they are paid.

    Attributes:
        first_month: The first month of the part, from 1; 0 for all of the term.
        months: How many it has; 0 for all of the term. The price's own term may end within it, or before it.
    """

    due: Sequence[Due[PriceLine]]
    first_month: int = 0
    months: int = 0

    def times(self, due: Due[PriceLine]) -> int:
        """How often a line falls due within the part; usage is committed never."""
        if due.line.charge == CHARGE_USAGE:
            return 0
        if not self.months:
            return len(due.paid)
        return sum(self.first_month <= month < self.first_month + self.months for month in due.paid)


def common_parts(base: Price, other: Price) -> Iterator[tuple[Part, Part]]:
    """The parts common to two prices, in order: cut wherever a phase of one of them begins."""
    if not base.phases and not other.phases:
        yield Part(due=_in_order(base)), Part(due=_in_order(other))
        return
    yield Part(due=_once(base)), Part(due=_once(other))
    starts = sorted({1} | {phase.first_month for price in (base, other) for phase in price.phases})
    ends = [*starts[1:], max(base.term_months, other.term_months) + 1]
    for first, end in zip(starts, ends, strict=True):
        old, new = (Part(due=_from(price, first), first_month=first, months=end - first) for price in (base, other))
        yield old, new


def _in_order(price: Price) -> list[Due[PriceLine]]:
    """All lines of a price without a ramp, in their order."""
    once = iter(_once(price))
    again = islice(due_lines(price), len(_once(price)), None)
    return [next(once) if line.charge == CHARGE_ONE_TIME else next(again) for line in price.lines]


def _once(price: Price) -> list[Due[PriceLine]]:
    return [due for due in due_lines(price) if due.line.charge == CHARGE_ONE_TIME]


def _from(price: Price, first_month: int) -> list[Due[PriceLine]]:
    """What is due again and again from a month on; nothing after the term."""
    again = iter([due for due in due_lines(price) if due.line.charge != CHARGE_ONE_TIME])
    if first_month > price.term_months:
        return []
    if not price.phases:
        return list(again)
    phases = [list(islice(again, len(phase.lines))) for phase in price.phases]
    return phases[sum(phase.first_month <= first_month for phase in price.phases) - 1]
