"""Targets: which discretionary discount keeps a margin, or meets a budget, exact to its last digit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from bidwright.catalog.amount_messages import amount_of, decimal_message
from bidwright.catalog.model import Release
from bidwright.core.errors import InvalidInput
from bidwright.core.money import from_minor, plain
from bidwright.pricing.discount_search import DiscountSearch, percent_at
from bidwright.pricing.price import price
from bidwright.v1.configuration_pb2 import CommercialTerms, Configuration
from bidwright.v1.price_pb2 import Price

TargetName = Literal["margin_percent", "monthly", "contract_value"]

_SAYS: dict[TargetName, str] = {
    "margin_percent": "a margin of at least {} %",
    "monthly": "an average month of at most {} {}",
    "contract_value": "a contract value of at most {} {}",
}


@dataclass(frozen=True, kw_only=True)
class Target:
    """What is to be reached.

    Attributes:
        name: ``margin_percent``, to be kept with the greatest discount; ``monthly`` (the average month) or
            ``contract_value``, a budget to be met with the smallest discount.
        figure: The least margin in percent of the contract value, from 0 to below 100; or the greatest amount in the
            currency of the price book, not negative.
    """

    name: TargetName
    figure: Decimal


@dataclass(frozen=True, kw_only=True)
class Reached:
    """The discount that reaches a target, in percent with at most 4 digits after the point, and the price with it."""

    discount_percent: Decimal
    price: Price


def reach(
    release: Release, configuration: Configuration, terms: CommercialTerms, *, target: Target, today: dt.date
) -> Reached:
    """Find the discretionary discount on every line that reaches a target; that of the terms does not count.

    Returns:
        For a margin the greatest discount from 0 to 100 % that keeps it, for a budget the smallest that meets it.

    Raises:
        InvalidInput: ``TARGET_NOT_REACHED``; ``TARGET_UNDECIDED``, where packages save nearly as much as all else
            costs; a figure that is not allowed; whatever ``price`` refuses at every discount.
    """
    _check(target)

    def priced(percent: Decimal) -> Price:
        variant = CommercialTerms()
        variant.CopyFrom(terms)
        variant.discretionary_discount_percent.CopyFrom(decimal_message(percent))
        return price(release, configuration, variant, today)

    search = DiscountSearch(priced, "monthly" if target.name == "monthly" else "contract_value")
    is_reached = _condition(target, priced(Decimal(0)))
    greatest = search.greatest()
    near, far = (greatest, 0) if target.name == "margin_percent" else (0, greatest)
    found = search.first(near, far, is_reached=is_reached)
    if found is None:
        raise _not_reached(target, priced(percent_at(far)), percent_at(far))
    return Reached(discount_percent=percent_at(found), price=priced(percent_at(found)))


def _condition(target: Target, undiscounted: Price) -> Callable[[int], bool]:
    """Whether a sum in minor units is as wanted. A margin is a contract value: no discount changes the cost."""
    currency, figure = undiscounted.currency, Fraction(target.figure)
    if target.name != "margin_percent":
        return lambda minor: Fraction(from_minor(minor, currency)) <= figure
    least = Fraction(amount_of(undiscounted.totals.contract_cost)) * 100 / (100 - figure)
    # Where nothing is paid there is no margin to speak of.
    return lambda minor: minor > 0 and Fraction(from_minor(minor, currency)) >= least


def _check(target: Target) -> None:
    is_margin = target.name == "margin_percent"
    if not target.figure.is_finite() or target.figure < 0 or (is_margin and target.figure >= 100):
        fix = "Give a percentage from 0 to below 100." if is_margin else "Give an amount that is not negative."
        raise InvalidInput(f"{target.figure} cannot be a target for {target.name}", fix=fix)


def _not_reached(target: Target, nearest: Price, percent: Decimal) -> InvalidInput:
    totals, currency = nearest.totals, nearest.currency
    if target.name == "margin_percent":
        there = f"the margin is {totals.margin_percent.value} %"
    else:
        sum_ = totals.monthly if target.name == "monthly" else totals.contract_value
        there = f"it is {plain(amount_of(sum_))} {currency}"
    wanted = _SAYS[target.name].format(plain(target.figure), currency)
    return InvalidInput(
        f"No discretionary discount from 0 to 100 % comes to {wanted}: at {plain(percent)} % {there}",
        fix="Choose another target, or change the configuration, the term or the other discounts.",
        reason="TARGET_NOT_REACHED",
        facts={"target": target.name, "figure": plain(target.figure), "discount_percent": plain(percent)},
    )
