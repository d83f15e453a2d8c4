"""What a release that is not published yet would make of the open quotes: a dry run that writes nothing."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import dataclass

from bidwright.catalog.days import today_in
from bidwright.catalog.model import Release
from bidwright.core.days import day_message
from bidwright.core.errors import InvalidInput
from bidwright.core.resource_names import resource_ids
from bidwright.pricing.comparison import compare
from bidwright.pricing.price import price
from bidwright.quoting.records import QUOTE, quotes_index, stored_quote
from bidwright.quoting.states import APPROVED, DRAFT, IN_APPROVAL, OFFERED
from bidwright.storage.pages import Page, PageRequest
from bidwright.storage.records import Record, Store
from bidwright.v1.configuration_pb2 import CommercialTerms, Configuration
from bidwright.v1.pricing_pb2 import ComparePricesResponse
from bidwright.v1.quote_pb2 import Quote, QuoteState

OPEN = (OFFERED, APPROVED, IN_APPROVAL, DRAFT)
"""The states looked at, the last first: a quote that moves on meanwhile is left out rather than met twice."""

_PAGE = 20
"""Quotes in memory at a time; one of thousands of lines has some megabytes."""


@dataclass(frozen=True, kw_only=True)
class QuoteChange:
    """An open quote, and its price by the release.

    Attributes:
        account: Whose it is.
        quote: As it stands, with the price it has.
        comparison: From that price to the one by the release, on the same terms at the prices of today; None where
            the release has no price for it.
        refusal: Why it has none; None where it has one.
    """

    account: str
    quote: Quote
    comparison: ComparePricesResponse | None
    refusal: InvalidInput | None

    @property
    def is_binding(self) -> bool:
        """Whether the customer can accept it as it is: it keeps its price whatever is published."""
        return self.quote.state == OFFERED

    @property
    def is_same(self) -> bool:
        """Whether every line costs the same."""
        return self.comparison is not None and not self.comparison.lines


async def preview(store: Store, release: Release, now: dt.datetime, *, account: str = "") -> AsyncIterator[QuoteChange]:
    """Price every open quote of a portfolio by a release, oldest first in each state.

    The configuration and the terms are those of the quote, but for the price date: it is the day it is in the market,
    as if the quote were revised now. So prices that began since the quote was made show as well. The rules of the
    release are not looked at.

    Args:
        store: Where the quotes are.
        release: Draft of a release; quotes of other portfolios are passed over.
        now: Decides which offered quotes have expired.
        account: Only its quotes; those of all accounts where empty.
    """
    for state in OPEN:
        token = ""
        while True:
            page = await _page(store, account, state, token)
            for record in page.records:
                quote = stored_quote(record, now).quote
                if quote.state == state and _is_of(quote, release):
                    yield await asyncio.to_thread(_change, record.account, quote, release, now)
            token = page.next_page_token
            if not token:
                break


async def _page(store: Store, account: str, state: QuoteState, token: str) -> Page[Record]:
    index, page = quotes_index(state, ""), PageRequest(_PAGE, token, newest_first=False)
    if account:
        return await store.list(account, QUOTE, index=index, page=page)
    return await store.list_all(QUOTE, index=index, page=page)


def _is_of(quote: Quote, release: Release) -> bool:
    portfolio, _ = resource_ids(quote.offer.configuration.release, "portfolios", "releases")
    return portfolio == release.portfolio


def _change(account: str, quote: Quote, release: Release, now: dt.datetime) -> QuoteChange:
    offer = quote.offer
    configuration, terms = Configuration(), CommercialTerms()
    configuration.CopyFrom(offer.configuration)
    configuration.release = release.name
    terms.CopyFrom(offer.terms)
    market = release.markets.get(configuration.market)
    today = today_in(market, now) if market is not None else now.date()
    terms.price_date.CopyFrom(day_message(today))
    try:
        comparison = compare(offer.price, price(release, configuration, terms, today))
    except InvalidInput as refusal:
        return QuoteChange(account=account, quote=quote, comparison=None, refusal=refusal)
    return QuoteChange(account=account, quote=quote, comparison=comparison, refusal=None)
