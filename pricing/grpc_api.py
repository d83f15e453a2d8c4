"""The PricingService on the wire."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Protocol

import grpc

from bidwright.catalog.model import Release
from bidwright.core.clock import Clock
from bidwright.core.errors import NotFound
from bidwright.core.resource_names import resource_ids
from bidwright.pricing.price import price
from bidwright.v1.price_pb2 import Price
from bidwright.v1.pricing_pb2 import PriceConfigurationRequest
from bidwright.v1.pricing_pb2_grpc import PricingServiceServicer

_MANY_ITEMS = 100
"""From here on a bid is priced in a thread: up to here it takes less than about 5 ms, and a thread costs more."""


class Releases(Protocol):
    """Where releases are found."""

    async def get(self, digest: str) -> Release:
        """The release with this digest.

        Raises:
            NotFound: There is none.
        """


class PricingApi(PricingServiceServicer):
    """Prices configurations.

    Args:
        releases: Where the release of a configuration is found.
        clock: Gives the date whose prices apply where the terms name none.
    """

    def __init__(self, releases: Releases, clock: Clock) -> None:
        self._releases = releases
        self._clock = clock

    async def PriceConfiguration(
        self,
        request: PriceConfigurationRequest,
        context: grpc.aio.ServicerContext[PriceConfigurationRequest, Price],
    ) -> Price:
        """Price a configuration with its whole waterfall, cost and margin."""
        del context  # errors are raised; the server's interceptor turns them into statuses
        configuration = request.configuration
        portfolio, digest = resource_ids(configuration.release, "portfolios", "releases")
        release = await self._releases.get(digest)
        if release.portfolio != portfolio:
            raise NotFound(
                f"{configuration.release} does not exist; that digest belongs to {release.name}",
                fix="Name the release as ListPortfolios does.",
            )
        today = self._clock().astimezone(dt.UTC).date()
        if len(configuration.items) + len(configuration.bespoke_items) < _MANY_ITEMS:
            return price(release, configuration, request.terms, today)
        return await asyncio.to_thread(price, release, configuration, request.terms, today)
