"""Targets: which discretionary discount keeps a margin, or meets a budget, exact to its last digit."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from google.type.money_pb2 import Money

from bidwright.catalog.amount_messages import amount_of, decimal_message, decimal_of
from bidwright.core.errors import Fault, InvalidInput
from bidwright.core.money import from_minor, plain
from bidwright.pricing.discount_search import DiscountSearch, SumName, percent_at
from bidwright.pricing.package_savings import free_months_of
from bidwright.pricing.pricer import Pricer
from bidwright.v1.configuration_pb2 import CommercialTerms
from bidwright.v1.price_pb2 import Price
from bidwright.v1.pricing_pb2 import FindDiscountRequest, FindDiscountResponse

TargetName = Literal["margin_percent", "monthly", "contract_value"]

_SAYS: dict[TargetName, str] = {
    "margin_percent": "a margin of at least {} %",
    "monthly": "an average month of at most {} {}",
    "contract_value": "a contract value of at most {} {}",
}


def find_discount(request: FindDiscountRequest, priced: Pricer) -> FindDiscountResponse:
    """Find the discretionary discount on every line that reaches a target; that of the terms does not count.

    Returns:
        For a margin the greatest discount from 0 to 100 % that keeps it, for a budget the smallest that meets it; and
        the price with it.

    Raises:
        InvalidInput: ``TARGET_NOT_REACHED``; ``TARGET_UNDECIDED``, where packages save nearly as much as all else
            costs; a target that is not allowed; whatever ``price`` refuses at every discount.
        Unavailable: ``PRICING_TIMED_OUT``.
    """
    name = request.WhichOneof("target")
    if name is None:
        fix = "State margin_percent, monthly or contract_value."
        raise InvalidInput("There is no target", fix=fix, faults=[Fault("target", "it is not stated", fix)])

    def priced_with(percent: Decimal) -> Price:
        variant = CommercialTerms()
        variant.CopyFrom(request.terms)
        variant.discretionary_discount_percent.CopyFrom(decimal_message(percent))
        return priced(request.configuration, variant)

    undiscounted = priced_with(Decimal(0))
    figure = _figure(request, name, undiscounted.currency)
    sum_name: SumName = "monthly" if name == "monthly" else "contract_value"
    free_months = free_months_of(priced, request.configuration, request.terms)
    search = DiscountSearch(priced_with, sum_name, free_months=free_months)
    greatest = search.greatest()
    near, far = (greatest, 0) if name == "margin_percent" else (0, greatest)
    found = search.first(near, far, is_reached=_condition(name, figure, undiscounted))
    if found is None:
        raise _not_reached(name, figure, priced_with(percent_at(far)), percent_at(far))
    percent = percent_at(found)
    return FindDiscountResponse(discount_percent=decimal_message(percent), price=priced_with(percent))


def _figure(request: FindDiscountRequest, name: TargetName, currency: str) -> Decimal:
    """The least margin in percent, from 0 to below 100; or the greatest amount, not negative."""
    stated = getattr(request, name)
    is_amount = isinstance(stated, Money)
    figure = amount_of(stated, where=name, currency=currency) if is_amount else decimal_of(stated, where=name)
    if figure < 0 or (not is_amount and figure >= 100):
        fix = "Give an amount that is not negative." if is_amount else "Give a percentage from 0 to below 100."
        what = f"{plain(figure)} cannot be a target"
        raise InvalidInput(f"{name}: {what}", fix=fix, faults=[Fault(name, what, fix)])
    return figure


def _condition(name: TargetName, target: Decimal, undiscounted: Price) -> Callable[[int], bool]:
    """Whether a sum in minor units is as wanted. A margin is a contract value: no discount changes the cost."""
    currency, figure = undiscounted.currency, Fraction(target)
    if name != "margin_percent":
        return lambda minor: Fraction(from_minor(minor, currency)) <= figure
    least = Fraction(amount_of(undiscounted.totals.contract_cost)) * 100 / (100 - figure)
    # Where nothing is paid there is no margin to speak of.
    return lambda minor: minor > 0 and Fraction(from_minor(minor, currency)) >= least


def _not_reached(name: TargetName, figure: Decimal, nearest: Price, percent: Decimal) -> InvalidInput:
    totals, currency = nearest.totals, nearest.currency
    if name == "margin_percent":
        there = f"the margin is {totals.margin_percent.value} %"
    else:
        sum_ = totals.monthly if name == "monthly" else totals.contract_value
        there = f"it is {plain(amount_of(sum_))} {currency}"
    wanted = _SAYS[name].format(plain(figure), currency)
    return InvalidInput(
        f"No discretionary discount from 0 to 100 % comes to {wanted}: at {plain(percent)} % {there}",
        fix="Choose another target, or change the configuration, the term or the other discounts.",
        reason="TARGET_NOT_REACHED",
        facts={"target": name, "figure": plain(figure), "discount_percent": plain(percent)},
    )
