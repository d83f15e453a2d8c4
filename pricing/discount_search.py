"""Finds the first of all discretionary discounts with which a sum of the price is as wanted, exactly.

Net prices are rounded once a line, so a sum is a staircase of the discount, and it need not fall: a package saves less
where more is given, and a commitment takes back what a discount takes off a line also in months that are free for that
line. But for these savings nothing rises with the discount, and neither does the most that is saved. So between two
discounts a sum is at least what it would be without savings at the greater one, less the savings at the smaller one,
and at most the reverse. These bounds leave out whole ranges of discounts; what remains is priced.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from math import ceil, floor
from typing import Literal, NamedTuple

from bidwright.catalog.amount_messages import amount_of
from bidwright.core.errors import InvalidInput
from bidwright.core.money import to_minor
from bidwright.pricing.numbers import PERCENT_PLACES
from bidwright.pricing.package_savings import FreeMonths, Savings, saved_a_month, saved_over_term
from bidwright.v1.price_pb2 import Price

SumName = Literal["contract_value", "monthly"]

WHOLE: int = 100 * 10**PERCENT_PLACES
"""Discounts are counted here in units of their last digit: this is 100 %."""

MOST_PRICES = 2_000
"""Prices that are made for one search; a bid without packages takes less than 50."""


def percent_at(discount: int) -> Decimal:
    """A discount in percent."""
    return Decimal(discount).scaleb(-PERCENT_PLACES)


class _Sum(NamedTuple):
    """A sum of a price in minor units, with what packages and free months save of it."""

    total: int
    saved: Savings

    @property
    def rest(self) -> int:
        """What it would be without the savings."""
        return self.total + self.saved.exact


class DiscountSearch:
    """Searches the discounts of one bid.

    Args:
        priced: Prices the bid with a discount in percent.
        name: The sum that is looked at.
        free_months: Those of the bid.
        most_prices: Prices after which the search gives up.
    """

    def __init__(
        self,
        priced: Callable[[Decimal], Price],
        name: SumName,
        *,
        free_months: FreeMonths,
        most_prices: int = MOST_PRICES,
    ) -> None:
        self._priced = priced
        self._name = name
        self._free_months = free_months
        self._most_prices = most_prices
        self._sums: dict[int, _Sum] = {}

    def total(self, discount: int) -> int:
        """The sum with a discount, in minor units."""
        return self._at(discount).total

    def greatest(self) -> int:
        """The greatest discount that is not refused: discounts in money may be above what a greater one leaves."""
        self._at(0)
        if self._is_allowed(WHOLE):
            return WHOLE
        allowed, refused = 0, WHOLE
        while refused - allowed > 1:
            middle = (allowed + refused) // 2
            if self._is_allowed(middle):
                allowed = middle
            else:
                refused = middle
        return allowed

    def first(self, near: int, far: int, *, is_reached: Callable[[int], bool]) -> int | None:
        """The discount nearest to ``near``, from it to ``far``, whose sum is as wanted; None where there is none.

        Args:
            near: Greater than ``far`` where sums from some amount on are wanted, smaller where sums up to one are.
            far: The last discount.
            is_reached: Says of a sum in minor units whether it is as wanted.

        Raises:
            InvalidInput: ``TARGET_UNDECIDED``.
        """
        if is_reached(self.total(near)):
            return near
        if near == far or not is_reached(self._bound(near, far)):
            return None
        if abs(far - near) == 1:
            return far if is_reached(self.total(far)) else None
        middle = (near + far) // 2
        found = self.first(near, middle, is_reached=is_reached)
        return self.first(middle, far, is_reached=is_reached) if found is None else found

    def _bound(self, near: int, far: int) -> int:
        """What all sums from ``near`` to ``far`` are at least, where ``near`` is the smaller one; else at most."""
        rest, saved = self._at(far).rest, self._at(near).saved
        return ceil(rest - saved.most) if near < far else floor(rest - saved.least)

    def _is_allowed(self, discount: int) -> bool:
        try:
            self._at(discount)
        except InvalidInput as refusal:
            if refusal.reason != "DISCOUNT_TOO_LARGE":
                raise
            return False
        return True

    def _at(self, discount: int) -> _Sum:
        if discount not in self._sums:
            if len(self._sums) >= self._most_prices:
                raise InvalidInput(
                    f"No discount was proven to be the right one with {self._most_prices} prices",
                    fix="Choose another target, or price a grid of discounts.",
                    reason="TARGET_UNDECIDED",
                )
            self._sums[discount] = self._sum(self._priced(percent_at(discount)))
        return self._sums[discount]

    def _sum(self, price: Price) -> _Sum:
        if self._name == "monthly":
            total, saved = price.totals.monthly, saved_a_month(price, self._free_months)
        else:
            total, saved = price.totals.contract_value, saved_over_term(price, self._free_months)
        return _Sum(to_minor(amount_of(total), price.currency), saved)
