"""Commitments: what is missing to a least amount a month is a line of its own, and usage is set off against it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from bidwright.core.money import EXACT, add, subtract
from bidwright.pricing.committed import Committed
from bidwright.pricing.priced_line import PricedLine
from bidwright.pricing.sale import Sale
from bidwright.pricing.waterfall import Waterfall
from bidwright.v1.configuration_pb2 import CHARGE_MONTHLY, CHARGE_USAGE, Charge
from bidwright.v1.price_pb2 import PRICE_LINE_KIND_COMMITMENT, PRICE_STEP_KIND_COMMITMENT


def commitment_lines(sale: Sale, lines: Sequence[PricedLine]) -> Iterator[PricedLine]:
    """The lines of the commitments that the lines of components do not reach, by id.

    Args:
        sale: Market and price book.
        lines: The lines of all components.
    """
    for _, commitment in sorted(sale.commitments.items()):
        own = [line for line in lines if line.subject in commitment.components]
        missing = subtract(commitment.monthly, _sum(own, CHARGE_MONTHLY))
        if not own or missing <= 0:
            continue
        free_months = sale.agreement.free_months
        yield _line(commitment, CHARGE_MONTHLY, missing, free_months)
        set_off = min(missing, _sum(own, CHARGE_USAGE))
        if set_off > 0:
            # In free months usage is paid: there is no commitment that it could be set off against.
            yield _line(commitment, CHARGE_USAGE, EXACT.minus(set_off), free_months)


def _sum(lines: Iterable[PricedLine], charge: Charge) -> Decimal:
    total = Decimal(0)
    for line in lines:
        if line.charge == charge:
            total = add(total, line.net)
    return total


def _line(commitment: Committed, charge: Charge, amount: Decimal, free_months: int) -> PricedLine:
    waterfall = Waterfall()
    said = commitment.rule if charge == CHARGE_MONTHLY else f"{commitment.rule}, usage within it"
    waterfall.add(PRICE_STEP_KIND_COMMITMENT, said, amount)
    return PricedLine(
        kind=PRICE_LINE_KIND_COMMITMENT,
        subject=commitment.id,
        title=commitment.title,
        charge=charge,
        quantity=1,
        unit="commitment",
        free_months=free_months,
        waterfall=waterfall,
    )
