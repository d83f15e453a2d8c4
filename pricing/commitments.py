"""Commitments: what is missing to a least amount a month is a line of its own, and usage is set off against it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from bidwright.catalog.amount_messages import amount_of, money
from bidwright.core.money import EXACT
from bidwright.pricing.committed import Committed
from bidwright.pricing.sale import Sale
from bidwright.pricing.waterfall import Waterfall
from bidwright.v1.configuration_pb2 import CHARGE_MONTHLY, CHARGE_USAGE, Charge
from bidwright.v1.price_pb2 import PRICE_LINE_KIND_COMMITMENT, PRICE_STEP_KIND_COMMITMENT, PriceLine


def commitment_lines(sale: Sale, lines: Sequence[PriceLine]) -> Iterator[PriceLine]:
    """The lines of the commitments that the lines of components do not reach, by id.

    Args:
        sale: Market and price book.
        lines: The lines of all components.
    """
    for _, commitment in sorted(sale.commitments.items()):
        own = [line for line in lines if line.subject in commitment.components]
        missing = EXACT.subtract(commitment.monthly, _sum(own, CHARGE_MONTHLY))
        if not own or missing <= 0:
            continue
        yield _line(sale, commitment, CHARGE_MONTHLY, missing)
        set_off = min(missing, _sum(own, CHARGE_USAGE))
        if set_off > 0:
            yield _line(sale, commitment, CHARGE_USAGE, EXACT.minus(set_off))


def _sum(lines: Iterable[PriceLine], charge: Charge) -> Decimal:
    total = Decimal(0)
    for line in lines:
        if line.charge == charge:
            total = EXACT.add(total, amount_of(line.net))
    return total


def _line(sale: Sale, commitment: Committed, charge: Charge, amount: Decimal) -> PriceLine:
    waterfall = Waterfall()
    said = commitment.rule if charge == CHARGE_MONTHLY else f"{commitment.rule}, usage within it"
    waterfall.add(PRICE_STEP_KIND_COMMITMENT, said, amount)
    return PriceLine(
        kind=PRICE_LINE_KIND_COMMITMENT,
        subject=commitment.id,
        title=commitment.title,
        charge=charge,
        quantity=1,
        unit="commitment",
        steps=waterfall.steps,
        net=money(amount, sale.book.currency),
        cost=money(Decimal(0), sale.book.currency),
    )
