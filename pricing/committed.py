"""What a customer commits to pay a month at least, and what that takes off."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from bidwright.catalog.model import PriceBook
from bidwright.core.errors import Faults
from bidwright.core.money import plain
from bidwright.core.nearest import advice
from bidwright.pricing.numbers import read_amount
from bidwright.v1.configuration_pb2 import CommittedAmount


@dataclass(frozen=True, kw_only=True)
class Committed:
    """A commitment of the price book, with what the customer commits to.

    Attributes:
        monthly: The commitment's own amount, or a greater one that the customer commits to.
        percent: What that takes off the recurring lines of the components; 0 where it reaches no band.
        rule: The waterfall's name for it.
    """

    id: str
    title: str
    components: frozenset[str]
    monthly: Decimal
    percent: Decimal
    rule: str


def read_committed(book: PriceBook, stated: Iterable[CommittedAmount], faults: Faults) -> dict[str, Committed]:
    """The commitments of a price book, by id.

    Args:
        book: The price book.
        stated: What the customer commits to.
        faults: Takes what cannot be: another commitment, or less than it asks for.
    """
    amounts: dict[str, Decimal] = {}
    for index, one in enumerate(stated):
        where = f"terms.commitments[{index}]"
        commitment = book.commitments.get(one.commitment)
        if commitment is None:
            what = f"{one.commitment!r} is not a commitment of price book {book.id}"
            faults.add(f"{where}.commitment", what, advice(one.commitment, book.commitments))
            continue
        if one.commitment in amounts:
            faults.add(f"{where}.commitment", f"{one.commitment} is given twice", "Give each commitment once.")
        monthly = read_amount(one.monthly, f"{where}.monthly", currency=book.currency, faults=faults)
        if monthly is not None and monthly < commitment.monthly:
            what = f"{plain(monthly)} is below the {plain(commitment.monthly)} of commitment {commitment.id}"
            faults.add(f"{where}.monthly", what, f"Commit to at least {plain(commitment.monthly)}, or leave it out.")
        amounts[one.commitment] = commitment.monthly if monthly is None else monthly
    return {id_: _committed(book, id_, amounts.get(id_)) for id_ in sorted(book.commitments)}


def _committed(book: PriceBook, id_: str, stated: Decimal | None) -> Committed:
    commitment = book.commitments[id_]
    monthly = commitment.monthly if stated is None else stated
    reached = [percent for start, percent in commitment.bands if start <= monthly]
    return Committed(
        id=id_,
        title=commitment.title,
        components=commitment.components,
        monthly=monthly,
        percent=reached[-1] if reached else Decimal(0),
        rule=f"{book.id}: commitment {id_} of {plain(monthly)} a month",
    )
