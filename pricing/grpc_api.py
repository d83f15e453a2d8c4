"""The PricingService on the wire."""

from __future__ import annotations

import asyncio

import grpc

from bidwright.catalog.days import today_in
from bidwright.catalog.releases import FindRelease
from bidwright.core.clock import Clock
from bidwright.pricing.price import price
from bidwright.v1.price_pb2 import Price
from bidwright.v1.pricing_pb2 import PriceConfigurationRequest
from bidwright.v1.pricing_pb2_grpc import PricingServiceServicer

_MANY_ITEMS = 100
"""From here on a bid is priced in a thread: up to here it takes less than about 5 ms, and a thread costs more."""


class PricingApi(PricingServiceServicer):
    """Prices configurations.

    Args:
        find_release: Finds the release of a configuration.
        clock: Tells which day it is in a market; its prices apply where the terms name none.
    """

    def __init__(self, find_release: FindRelease, clock: Clock) -> None:
        self._find_release = find_release
        self._clock = clock

    async def PriceConfiguration(
        self,
        request: PriceConfigurationRequest,
        context: grpc.aio.ServicerContext[PriceConfigurationRequest, Price],
    ) -> Price:
        """Price a configuration with its whole waterfall, cost and margin."""
        configuration = request.configuration
        release = await self._find_release(configuration.release)
        market, now = release.markets.get(configuration.market), self._clock()
        today = today_in(market, now) if market else now.date()  # an unknown market is refused on any day
        if len(configuration.items) + len(configuration.bespoke_items) < _MANY_ITEMS:
            return price(release, configuration, request.terms, today)
        return await asyncio.to_thread(price, release, configuration, request.terms, today)
