"""When the lines of a price fall due: the months of the term in which each is paid, and in which it costs us."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Generic, NamedTuple, Protocol, TypeVar

from bidwright.v1.configuration_pb2 import (
    CHARGE_MONTHLY,
    CHARGE_ONE_TIME,
    CHARGE_QUARTERLY,
    CHARGE_USAGE,
    CHARGE_YEARLY,
    Charge,
)
from bidwright.v1.price_pb2 import Price, PriceLine, PriceLineKind

PERIODS: Mapping[Charge, int] = {CHARGE_MONTHLY: 1, CHARGE_QUARTERLY: 3, CHARGE_YEARLY: 12}
"""Recurring charges with the months from one time they fall due to the next."""

_AGAIN = {**PERIODS, CHARGE_USAGE: 1}


class Line(Protocol):
    """What a schedule looks at: a line of a price, or one that is yet to become a message."""

    @property
    def kind(self) -> PriceLineKind:
        """What it stands for."""

    @property
    def subject(self) -> str:
        """Id of what it stands for."""

    @property
    def charge(self) -> Charge:
        """When it falls due."""

    @property
    def free_months(self) -> int:
        """Months at the start of the term in which it is not due."""


LineT = TypeVar("LineT", bound=Line)


class Part(NamedTuple, Generic[LineT]):
    """Months of a term, one after the other, in which the same lines hold."""

    first_month: int
    months: int
    lines: Sequence[LineT]


class Due(NamedTuple, Generic[LineT]):
    """A line of a part of the term, with the months from 1 in which it is paid, and in which its cost arises."""

    line: LineT
    paid: range
    costed: range


def schedule(once: Sequence[LineT], parts: Sequence[Part[LineT]]) -> Iterator[Due[LineT]]:
    """Say of every line when it falls due.

    A quarterly or yearly line falls due in the first month in which it is there, and then in its rhythm over the whole
    term, in every part in which it is there. The months in which it is free move its payments, not its costs.

    Args:
        once: Lines of which only those that are due once are looked at.
        parts: The whole term, in order; of their lines only those that are due again and again are looked at.
    """
    first = range(1, 2)
    yield from (Due(line, first, first) for line in once if line.charge == CHARGE_ONE_TIME)
    paid_from: dict[tuple[PriceLineKind, str, Charge], int] = {}
    costed_from: dict[tuple[PriceLineKind, str, Charge], int] = {}
    for first_month, months, lines in parts:
        last_month = first_month + months - 1
        for line in lines:
            period = _AGAIN.get(line.charge)
            if period is None:
                continue
            paid, costed = max(first_month, line.free_months + 1), first_month
            if period > 1:  # monthly and hourly lines of a component have the same key and need none
                key = (line.kind, line.subject, line.charge)
                costed = costed_from.setdefault(key, costed)
                paid = paid_from.setdefault(key, paid) if paid <= last_month else paid
            yield Due(
                line, _months(paid, period, first_month, last_month), _months(costed, period, first_month, last_month)
            )


@lru_cache(maxsize=1024)
def _months(start: int, period: int, first_month: int, last_month: int) -> range:
    """The months of a rhythm that begins with ``start``, from the first to the last month."""
    begun = max(0, -(-(first_month - start) // period))
    return range(start + begun * period, last_month + 1, period)


def due_lines(price: Price) -> Iterator[Due[PriceLine]]:
    """The lines of a price as they are paid: those that are due once, and then all others, phase by phase."""
    phases = [Part(phase.first_month, phase.months, phase.lines) for phase in price.phases]
    return schedule(price.lines, phases or [Part(1, price.term_months, price.lines)])
