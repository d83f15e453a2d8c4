"""How much the seller gives, as one figure that approvals look at."""

from __future__ import annotations

from fractions import Fraction

from bidwright.catalog.amount_messages import decimal_of
from bidwright.core.money import share_percent
from bidwright.pricing.schedule import due_lines
from bidwright.v1.configuration_pb2 import CHARGE_USAGE, CommercialTerms
from bidwright.v1.price_pb2 import PRICE_STEP_KIND_DISCRETIONARY, PRICE_STEP_KIND_RAMP, Price, PriceLine

_GIVEN = (PRICE_STEP_KIND_DISCRETIONARY, PRICE_STEP_KIND_RAMP)
"""Steps by which a seller gives something."""


def discount_percent(terms: CommercialTerms, price: Price) -> Fraction:
    """The greatest discretionary discount in percent: of any component, or of the whole bid.

    The whole bid is looked at where there are discounts in money, a ramp or free months.

    Args:
        terms: Those of the price.
        price: The price with all its steps.
    """
    every = Fraction(decimal_of(terms.discretionary_discount_percent, where="terms"))
    lines = [Fraction(decimal_of(one.percent, where="terms")) for one in terms.line_discounts]
    # One after the other: 10 % and then 5 % are 14.5 %.
    greatest = max((100 - (100 - line) * (100 - every) / 100 for line in lines), default=every)
    in_money = terms.HasField("one_time_discount") or terms.HasField("monthly_discount")
    if not (in_money or terms.ramp or terms.free_months):
        return greatest
    return max(greatest, _of_the_whole_bid(price, has_free_months=terms.free_months > 0))


def _of_the_whole_bid(price: Price, *, has_free_months: bool) -> Fraction:
    """What is given over the term in percent of what would be paid without it, 2 digits.

    Where the seller gives free months, all that is free counts, also what a promotion alone would make free. Fewer
    units in a ramp are no discount.
    """
    given = net = Fraction(0)
    for line, paid, costed in due_lines(price):
        if line.charge == CHARGE_USAGE:
            continue  # it is not committed
        off, running = _off(line), Fraction(line.steps[-1].running.value)
        given += len(paid) * off
        net += len(paid) * running
        if has_free_months:
            given += (len(costed) - len(paid)) * (running + off)
    return Fraction(share_percent(given, net + given))


def _off(line: PriceLine) -> Fraction:
    return -sum((Fraction(step.amount.value) for step in line.steps if step.kind in _GIVEN), Fraction(0))
