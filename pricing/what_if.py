"""What-if: one configuration priced on many terms at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product

from bidwright.catalog.amount_messages import decimal_message
from bidwright.catalog.model import Release
from bidwright.core.errors import InvalidInput
from bidwright.pricing.price import price
from bidwright.v1.configuration_pb2 import CommercialTerms, Configuration
from bidwright.v1.price_pb2 import Price, PriceTotals


@dataclass(frozen=True, kw_only=True)
class Variants:
    """What is varied; an empty list leaves what the terms say.

    Attributes:
        term_months: Contract terms.
        discounts: Discretionary discounts in percent.
        channels: Sales channels; an empty text is none.
    """

    term_months: Sequence[int] = ()
    discounts: Sequence[Decimal] = ()
    channels: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class GridRow:
    """One variant with its sums.

    Attributes:
        terms: The variant: the terms given, with its own term, discount and channel.
        price_book: That of the channel; empty where the variant is refused.
        totals: Sums, cost and margin; empty where it is refused.
        refusal: Why it has no price, for example a term that the price book of the channel does not have.
    """

    terms: CommercialTerms
    price_book: str = ""
    totals: PriceTotals = field(default_factory=PriceTotals)
    refusal: InvalidInput | None = None


def price_grid(
    release: Release, configuration: Configuration, terms: CommercialTerms, *, variants: Variants, today: dt.date
) -> tuple[GridRow, ...]:
    """Price every combination of terms, discounts and channels; each row is what ``price`` says on its terms.

    Returns:
        Rows in the order of the lists: channels, within them terms, within them discounts.

    Raises:
        InvalidInput: No variant has a price; the refusal of the first.
    """
    own_discount = terms.discretionary_discount_percent
    rows = []
    for channel, months, discount in product(
        variants.channels or [terms.channel],
        variants.term_months or [terms.term_months],
        [decimal_message(one) for one in variants.discounts] or [own_discount],
    ):
        variant = CommercialTerms()
        variant.CopyFrom(terms)
        variant.channel, variant.term_months = channel, months
        variant.discretionary_discount_percent.CopyFrom(discount)
        rows.append(_row(release, configuration, variant, today))
    if all(row.refusal for row in rows) and rows[0].refusal is not None:
        raise rows[0].refusal
    return tuple(rows)


def _row(release: Release, configuration: Configuration, terms: CommercialTerms, today: dt.date) -> GridRow:
    try:
        found: Price = price(release, configuration, terms, today)
    except InvalidInput as refusal:
        return GridRow(terms=terms, refusal=refusal)
    return GridRow(terms=terms, price_book=found.price_book, totals=found.totals)
