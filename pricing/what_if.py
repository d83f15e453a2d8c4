"""What-if: one configuration priced on many terms at once."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from math import prod

from bidwright.catalog.amount_messages import decimal_message
from bidwright.core.errors import Faults, InvalidInput
from bidwright.pricing.numbers import PERCENT, read_number
from bidwright.pricing.pricer import Pricer
from bidwright.v1.configuration_pb2 import CommercialTerms
from bidwright.v1.pricing_pb2 import PriceVariant, PriceVariantsRequest, PriceVariantsResponse

MOST_VARIANTS = 1_000
"""Combinations that one request may ask for."""


def price_variants(request: PriceVariantsRequest, priced: Pricer) -> PriceVariantsResponse:
    """Price every combination of terms, discounts and channels; each row is what ``price`` says on its terms.

    Raises:
        InvalidInput: Too many combinations or discounts that cannot be, all at once; or no variant has a price: the
            refusal of the first.
        Unavailable: ``PRICING_TIMED_OUT``.
    """
    discounts = _discounts(request)
    variants = []
    refusals = []
    for channel, months, discount in product(
        request.channels or [request.terms.channel], request.term_months or [request.terms.term_months], discounts
    ):
        variant = PriceVariant(term_months=months, discount_percent=decimal_message(discount), channel=channel)
        try:
            found = priced(request.configuration, _terms(request, variant))
        except InvalidInput as refusal:
            variant.refusal = refusal.message
            refusals.append(refusal)
        else:
            variant.price_book = found.price_book
            variant.totals.CopyFrom(found.totals)
        variants.append(variant)
    if len(refusals) == len(variants):
        raise refusals[0]
    return PriceVariantsResponse(variants=variants)


def _terms(request: PriceVariantsRequest, variant: PriceVariant) -> CommercialTerms:
    terms = CommercialTerms()
    terms.CopyFrom(request.terms)
    terms.channel, terms.term_months = variant.channel, variant.term_months
    terms.discretionary_discount_percent.CopyFrom(variant.discount_percent)
    return terms


def _discounts(request: PriceVariantsRequest) -> list[Decimal]:
    """The discounts of the grid.

    Raises:
        InvalidInput: One cannot be, or there are too many combinations.
    """
    stated = {f"discount_percents[{index}]": one for index, one in enumerate(request.discount_percents)}
    if not stated:
        stated = {"terms.discretionary_discount_percent": request.terms.discretionary_discount_percent}
    faults = Faults()
    discounts = [read_number(one, where, within=PERCENT, faults=faults) for where, one in stated.items()]
    lengths = {name: len(getattr(request, name)) for name in ("term_months", "discount_percents", "channels")}
    count = prod(max(length, 1) for length in lengths.values())
    if count > MOST_VARIANTS:
        longest = max(lengths, key=lambda name: lengths[name])
        faults.add(longest, f"{count} combinations are more than {MOST_VARIANTS}", "Ask for fewer at once.")
    faults.raise_if_any("The grid asked for")
    return [discount for discount in discounts if discount is not None]
