"""Serves the catalogue over gRPC: always the current release."""

from __future__ import annotations

import datetime as dt

import grpc

from bidwright.catalog.assurances import is_assured
from bidwright.catalog.messages import component_message, offering_message
from bidwright.catalog.model import Component, Release
from bidwright.catalog.pages import page_of
from bidwright.catalog.releases import Releases
from bidwright.core.clock import Clock
from bidwright.core.errors import InvalidInput, NotFound
from bidwright.core.nearest import advice
from bidwright.core.resource_names import resource_ids
from bidwright.v1 import catalog_pb2, catalog_pb2_grpc


class CatalogApi(catalog_pb2_grpc.CatalogServiceServicer):
    """Tells what may be sold. Whoever may call may see all of it; costs and prices are not part of it."""

    def __init__(self, releases: Releases, clock: Clock) -> None:
        self._releases = releases
        self._clock = clock

    async def ListPortfolios(
        self,
        request: catalog_pb2.ListPortfoliosRequest,
        context: grpc.aio.ServicerContext[catalog_pb2.ListPortfoliosRequest, catalog_pb2.ListPortfoliosResponse],
    ) -> catalog_pb2.ListPortfoliosResponse:
        """All portfolios with their current release."""
        by_name = {one.name: one for one in await self._releases.list()}
        shown, token = page_of(by_name, "portfolios", request.page_size, request.page_token)
        return catalog_pb2.ListPortfoliosResponse(portfolios=shown, next_page_token=token)

    async def ListOfferings(
        self,
        request: catalog_pb2.ListOfferingsRequest,
        context: grpc.aio.ServicerContext[catalog_pb2.ListOfferingsRequest, catalog_pb2.ListOfferingsResponse],
    ) -> catalog_pb2.ListOfferingsResponse:
        """The offerings of the current release, by id."""
        release = await self._current(*resource_ids(request.parent, "portfolios"))
        listing = f"{request.parent} offerings"
        shown, token = page_of(release.offerings, listing, request.page_size, request.page_token)
        offerings = [offering_message(release, offering) for offering in shown]
        return catalog_pb2.ListOfferingsResponse(offerings=offerings, next_page_token=token)

    async def GetOffering(
        self,
        request: catalog_pb2.GetOfferingRequest,
        context: grpc.aio.ServicerContext[catalog_pb2.GetOfferingRequest, catalog_pb2.Offering],
    ) -> catalog_pb2.Offering:
        """One offering."""
        portfolio, id_ = resource_ids(request.name, "portfolios", "offerings")
        release = await self._current(portfolio)
        if id_ not in release.offerings:
            raise _unknown("offering", request.name, advice(id_, release.offerings))
        return offering_message(release, release.offerings[id_])

    async def ListComponents(
        self,
        request: catalog_pb2.ListComponentsRequest,
        context: grpc.aio.ServicerContext[catalog_pb2.ListComponentsRequest, catalog_pb2.ListComponentsResponse],
    ) -> catalog_pb2.ListComponentsResponse:
        """The components of the current release, by id, without their texts."""
        release = await self._current(*resource_ids(request.parent, "portfolios"))
        if request.family and request.family not in release.families:
            what = f"Portfolio {release.portfolio} has no family {request.family!r}."
            raise InvalidInput(what, fix=advice(request.family, release.families), reason="FAMILY_NOT_FOUND")
        wanted = {c.id: c for c in release.components.values() if request.family in {"", c.family}}
        listing = f"{request.parent} components {request.family}"
        shown, token = page_of(wanted, listing, request.page_size, request.page_token)
        components = [self._message(release, component, with_texts=False) for component in shown]
        return catalog_pb2.ListComponentsResponse(components=components, next_page_token=token)

    async def GetComponent(
        self,
        request: catalog_pb2.GetComponentRequest,
        context: grpc.aio.ServicerContext[catalog_pb2.GetComponentRequest, catalog_pb2.Component],
    ) -> catalog_pb2.Component:
        """One component with its texts."""
        portfolio, id_ = resource_ids(request.name, "portfolios", "components")
        release = await self._current(portfolio)
        if id_ not in release.components:
            raise _unknown("component", request.name, advice(id_, release.components))
        return self._message(release, release.components[id_], with_texts=True)

    async def _current(self, portfolio: str) -> Release:
        return await self._releases.current(portfolio)

    def _message(self, release: Release, component: Component, *, with_texts: bool) -> catalog_pb2.Component:
        today = self._clock().astimezone(dt.UTC).date()
        assured = is_assured(release, component.id, today)
        return component_message(release, component, is_assured=assured, with_texts=with_texts)


def _unknown(kind: str, name: str, fix: str) -> NotFound:
    return NotFound(f"There is no {kind} {name!r}.", fix=fix, reason=f"{kind.upper()}_NOT_FOUND", facts={kind: name})
