"""A discount in money on the whole bid, shared out to its lines by largest remainder, exact to the minor unit."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bidwright.core.errors import Fault, InvalidInput
from bidwright.core.money import from_minor, plain, to_minor
from bidwright.pricing.priced_line import PricedLine
from bidwright.pricing.sale import Sale
from bidwright.v1.configuration_pb2 import CHARGE_MONTHLY, CHARGE_ONE_TIME, Charge
from bidwright.v1.price_pb2 import PRICE_STEP_KIND_DISCRETIONARY


def take_off(sale: Sale, lines: Sequence[PricedLine]) -> None:
    """Take the discounts in money off the lines that are due once and every month, as the last step of each.

    Raises:
        InvalidInput: A discount is above the sum of its lines; both at once.
    """
    agreement = sale.agreement
    faults = [
        *_take_off(sale, lines, CHARGE_ONE_TIME, agreement.one_time_discount),
        *_take_off(sale, lines, CHARGE_MONTHLY, agreement.monthly_discount),
    ]
    if faults:
        what = "; ".join(f"{fault.where}: {fault.what}" for fault in faults)
        raise InvalidInput(what, fix=faults[0].fix, reason="DISCOUNT_TOO_LARGE", faults=faults)


def shares(weights: Sequence[int], total: int) -> list[int]:
    """Share out a number in proportion to weights, by largest remainder; of equal remainders the first ones.

    Args:
        weights: Not negative; their sum is at least 1 where there is anything to share out.
        total: Not negative. Where it is at most the sum of the weights, no share is above its weight.

    Returns:
        Shares that add up to the total.
    """
    if not total:
        return [0] * len(weights)
    whole = sum(weights)
    found = [total * weight // whole for weight in weights]
    remainders = [total * weight % whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=remainders.__getitem__, reverse=True)
    for index in by_remainder[: total - sum(found)]:
        found[index] += 1
    return found


def _take_off(sale: Sale, lines: Sequence[PricedLine], charge: Charge, discount: Decimal) -> list[Fault]:
    if not discount:
        return []
    own = [line for line in lines if line.charge == charge]
    currency, name = sale.book.currency, "one_time" if charge == CHARGE_ONE_TIME else "monthly"
    nets = [to_minor(line.net, currency) for line in own]
    if to_minor(discount, currency) > sum(nets):
        total = from_minor(sum(nets), currency)
        what = f"the discount {plain(discount)} {currency} is above the {plain(total)} of all {name} lines"
        return [Fault(f"terms.{name}_discount", what, f"Take at most {plain(max(total, Decimal(0)))} off.")]
    parts = shares([max(net, 0) for net in nets], to_minor(discount, currency))
    rule = f"terms: {name} discount of {plain(discount)} on the whole bid, allocated"
    for line, part in zip(own, parts, strict=True):
        if part:
            line.waterfall.add(PRICE_STEP_KIND_DISCRETIONARY, rule, from_minor(-part, currency))
    return []
