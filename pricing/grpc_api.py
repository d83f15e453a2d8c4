"""The PricingService on the wire."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import grpc

from bidwright.catalog.days import today_in
from bidwright.catalog.releases import FindRelease
from bidwright.core.clock import Clock
from bidwright.pricing.comparison import compare_prices
from bidwright.pricing.indexed_prices import index_prices
from bidwright.pricing.pricer import Pricer
from bidwright.pricing.targets import find_discount
from bidwright.pricing.what_if import price_variants
from bidwright.v1 import pricing_pb2
from bidwright.v1.configuration_pb2 import Configuration
from bidwright.v1.price_pb2 import Price
from bidwright.v1.pricing_pb2 import PriceConfigurationRequest
from bidwright.v1.pricing_pb2_grpc import PricingServiceServicer

_MANY_ITEMS = 100
"""From here on a bid is priced in a thread: up to here it takes less than about 5 ms, and a thread costs more."""

_QUESTIONS_AT_ONCE = 2
"""Threads for questions that need many prices: each of them keeps a core busy."""

_LONGEST_S = 60.0
"""What a question that needs many prices may take, where its caller allows more or says nothing."""

_ANSWER_S = 0.1
"""Kept back of a caller's deadline for sending the answer, or why there is none."""

AnswerT = TypeVar("AnswerT")


class PricingApi(PricingServiceServicer):
    """Prices configurations.

    Args:
        find_release: Finds the release of a configuration, and the current one of a portfolio.
        clock: Tells which day it is in a market; its prices apply where the terms name none.
    """

    def __init__(self, find_release: FindRelease, clock: Clock) -> None:
        self._find_release = find_release
        self._clock = clock
        # Questions of many prices wait for each other, and for nobody else.
        self._pool = ThreadPoolExecutor(max_workers=_QUESTIONS_AT_ONCE, thread_name_prefix="price")

    async def PriceConfiguration(
        self,
        request: PriceConfigurationRequest,
        context: grpc.aio.ServicerContext[PriceConfigurationRequest, Price],
    ) -> Price:
        """Price a configuration with its whole waterfall, cost and margin."""
        configuration = request.configuration
        priced = await self._pricer(configuration, None)
        if len(configuration.items) + len(configuration.bespoke_items) < _MANY_ITEMS:
            return priced(configuration, request.terms)
        return await asyncio.to_thread(priced, configuration, request.terms)

    async def PriceVariants(
        self,
        request: pricing_pb2.PriceVariantsRequest,
        context: grpc.aio.ServicerContext[pricing_pb2.PriceVariantsRequest, pricing_pb2.PriceVariantsResponse],
    ) -> pricing_pb2.PriceVariantsResponse:
        """Price a configuration on every combination of terms, discounts and channels."""
        priced = await self._pricer(request.configuration, context.time_remaining())
        return await self._answered(lambda: price_variants(request, priced))

    async def FindDiscount(
        self,
        request: pricing_pb2.FindDiscountRequest,
        context: grpc.aio.ServicerContext[pricing_pb2.FindDiscountRequest, pricing_pb2.FindDiscountResponse],
    ) -> pricing_pb2.FindDiscountResponse:
        """Find the discount that keeps a margin or meets a budget."""
        priced = await self._pricer(request.configuration, context.time_remaining())
        return await self._answered(lambda: find_discount(request, priced))

    async def ComparePrices(
        self,
        request: pricing_pb2.ComparePricesRequest,
        context: grpc.aio.ServicerContext[pricing_pb2.ComparePricesRequest, pricing_pb2.ComparePricesResponse],
    ) -> pricing_pb2.ComparePricesResponse:
        """Say what differs between two prices, maybe of two releases."""
        base = await self._pricer(request.base.configuration, context.time_remaining())
        other = await self._pricer(request.other.configuration, context.time_remaining())
        return await self._answered(lambda: compare_prices(request, base=base, other=other))

    async def IndexPrice(
        self,
        request: pricing_pb2.IndexPriceRequest,
        context: grpc.aio.ServicerContext[pricing_pb2.IndexPriceRequest, pricing_pb2.IndexPriceResponse],
    ) -> pricing_pb2.IndexPriceResponse:
        """Say what the recurring lines of a running contract come to from a day on."""
        priced = await self._pricer(request.configuration, context.time_remaining())
        current = await self._find_release(f"portfolios/{priced.release.portfolio}")
        return await self._answered(lambda: index_prices(request, priced, current))

    async def _answered(self, question: Callable[[], AnswerT]) -> AnswerT:
        return await asyncio.get_running_loop().run_in_executor(self._pool, question)

    async def _pricer(self, configuration: Configuration, remaining_s: float | None) -> Pricer:
        """Prices from the release of a configuration, on the day it is in its market."""
        release = await self._find_release(configuration.release)
        market, now = release.markets.get(configuration.market), self._clock()
        today = today_in(market, now) if market else now.date()  # an unknown market is refused on any day
        allowed_s = min(_LONGEST_S if remaining_s is None else remaining_s, _LONGEST_S)
        return Pricer(release=release, today=today, until=time.monotonic() + allowed_s - _ANSWER_S)
