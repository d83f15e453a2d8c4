"""How much the seller gives, as one figure that approvals look at."""

from __future__ import annotations

from fractions import Fraction

from bidwright.catalog.amount_messages import decimal_of
from bidwright.pricing.totals import share_percent, times_due
from bidwright.v1.configuration_pb2 import CommercialTerms
from bidwright.v1.price_pb2 import PRICE_STEP_KIND_DISCRETIONARY, Price


def discount_percent(terms: CommercialTerms, price: Price) -> Fraction:
    """The greatest discretionary discount in percent: of any component, or, with discounts in money, of the whole bid.

    Args:
        terms: Those of the price.
        price: The price with all its steps.
    """
    every = Fraction(decimal_of(terms.discretionary_discount_percent, where="terms"))
    lines = [Fraction(decimal_of(one.percent, where="terms")) for one in terms.line_discounts]
    # One after the other: 10 % and then 5 % are 14.5 %.
    greatest = max((100 - (100 - line) * (100 - every) / 100 for line in lines), default=every)
    if not (terms.HasField("one_time_discount") or terms.HasField("monthly_discount")):
        return greatest
    return max(greatest, _of_the_whole_bid(price))


def _of_the_whole_bid(price: Price) -> Fraction:
    """What is given over the term in percent of what would be paid without it, 2 digits."""
    given = net = Fraction(0)
    for line in price.lines:
        times = times_due(line.charge, price.term_months)
        given -= times * sum(
            Fraction(step.amount.value) for step in line.steps if step.kind == PRICE_STEP_KIND_DISCRETIONARY
        )
        net += times * Fraction(line.steps[-1].running.value)
    return Fraction(share_percent(given, net + given))
