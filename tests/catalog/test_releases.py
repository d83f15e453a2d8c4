"""Publishing, and serving what is published, on a real engine."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import grpc
import pytest
from breaking import copy_of_small, edit
from small_release import SMALL_PORTFOLIO, small_release

from bidwright.catalog.grpc_api import CatalogApi
from bidwright.catalog.release import pack
from bidwright.catalog.releases import Releases, summary_of
from bidwright.core.errors import InvalidInput, NotFound
from bidwright.storage.records import Store
from bidwright.v1 import catalog_pb2, catalog_pb2_grpc

NOW = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)


def _clock() -> dt.datetime:
    return NOW


def _changed(directory: Path) -> bytes:
    portfolio = copy_of_small(directory)
    edit(portfolio, "portfolio.yaml", 'version: "1"', 'version: "2"')
    return pack(portfolio)


async def test_a_published_release_is_current_and_found_by_its_digest(store: Store) -> None:
    releases = Releases(store, clock=_clock)
    published = await releases.publish(pack(SMALL_PORTFOLIO))
    assert published == small_release()
    assert await releases.current("small") == published
    assert await Releases(store).get(published.digest) == published
    assert await Releases(store).named(published.name) == published
    assert await Releases(store).named("portfolios/small") == published


async def test_a_new_release_is_current_at_once_in_another_process_and_the_old_one_stays(
    store: Store, tmp_path: Path
) -> None:
    here, there = Releases(store, clock=_clock), Releases(store, clock=_clock)
    first = await here.publish(pack(SMALL_PORTFOLIO))
    assert (await there.current("small")).version == "1"
    await here.publish(_changed(tmp_path))
    assert (await there.current("small")).version == "2"
    assert (await there.get(first.digest)).version == "1"
    # back to the first: nothing to store, but current again
    await here.publish(pack(SMALL_PORTFOLIO))
    assert (await there.current("small")).version == "1"


async def test_publishing_at_the_same_moment_leaves_one_of_them_current(store: Store, tmp_path: Path) -> None:
    some, other = Releases(store, clock=_clock), Releases(store, clock=_clock)
    await asyncio.gather(some.publish(pack(SMALL_PORTFOLIO)), other.publish(_changed(tmp_path)))
    assert (await some.current("small")).version in {"1", "2"}
    assert len(await some.list()) == 1


async def test_a_release_is_read_once_and_forgotten_when_others_were_used_since(store: Store, tmp_path: Path) -> None:
    releases = Releases(store, clock=_clock, kept=1)
    first = await releases.publish(pack(SMALL_PORTFOLIO))
    second = await releases.publish(_changed(tmp_path))
    one, two = await asyncio.gather(releases.get(first.digest), releases.get(first.digest))
    assert one is two
    await releases.get(second.digest)
    again = await releases.get(first.digest)
    assert again == one
    assert again is not one


async def test_a_portfolio_with_faults_is_not_published(store: Store, tmp_path: Path) -> None:
    releases = Releases(store, clock=_clock)
    portfolio = copy_of_small(tmp_path)
    edit(portfolio, "portfolio.yaml", "title: Small", "title:")
    with pytest.raises(InvalidInput) as caught:
        await releases.publish(pack(portfolio))
    assert [fault.where for fault in caught.value.faults] == ["portfolio.yaml:2"]
    assert await releases.list() == []


@pytest.mark.parametrize("digest", ["0" * 64, "", "../x", "Z" * 64])
async def test_a_release_that_was_never_published_is_not_found(store: Store, digest: str) -> None:
    releases = Releases(store, clock=_clock)
    for _ in range(2):  # the failure is not kept in memory either
        with pytest.raises(NotFound):
            await releases.get(digest)


async def test_a_release_is_not_found_under_the_name_of_another_portfolio(store: Store) -> None:
    releases = Releases(store, clock=_clock)
    published = await releases.publish(pack(SMALL_PORTFOLIO))
    with pytest.raises(NotFound):
        await releases.named(f"portfolios/large/releases/{published.digest}")
    with pytest.raises(NotFound):
        await releases.current("large")


async def test_the_catalogue_is_served_over_grpc(store: Store, tmp_path: Path) -> None:
    releases = Releases(store, clock=_clock)
    await releases.publish(pack(SMALL_PORTFOLIO))
    server = grpc.aio.server()
    catalog_pb2_grpc.add_CatalogServiceServicer_to_server(CatalogApi(releases, _clock), server)
    address = f"unix:{tmp_path}/catalogue.sock"
    server.add_insecure_port(address)
    await server.start()
    async with grpc.aio.insecure_channel(address) as channel:
        stub = catalog_pb2_grpc.CatalogServiceStub(channel)
        portfolios = await stub.ListPortfolios(catalog_pb2.ListPortfoliosRequest())
        offering = await stub.GetOffering(catalog_pb2.GetOfferingRequest(name="portfolios/small/offerings/web_hosting"))
        component = await stub.GetComponent(
            catalog_pb2.GetComponentRequest(name="portfolios/small/components/web.apache_site")
        )
    await server.stop(None)
    (portfolio,) = portfolios.portfolios
    assert portfolio.release == small_release().name
    assert portfolio.publish_time.ToDatetime(dt.UTC) == NOW
    assert [(market.id, list(market.terms_months)) for market in portfolio.markets] == [
        ("DE", [12, 24, 36]),
        ("GB", [12, 24, 36]),
    ]
    assert [need.name for need in offering.needs] == ["users", "availability", "data_residency", "site_title"]
    assert (offering.needs[1].max.value, offering.needs[1].default_value) == ("99.900", "99.000")
    assert (offering.slots[0].family, offering.slots[0].title, offering.slots[0].max) == ("compute", "Compute", 1)
    assert not component.assured
    assert component.attributes[0].value.value == "500"
    assert component.statement_of_work == "We run it."


def test_the_terms_of_segments_and_channels_are_told_with_their_price_books() -> None:
    small = small_release()
    partner = replace(
        small.price_books["DE"], id="DE-partner", channel="partner", terms={60: Decimal(9), 12: Decimal(0)}
    )
    release = replace(small, special_books={"DE": (partner,)})
    germany, britain = summary_of(release).markets
    (book,) = germany.special_price_books
    assert (book.id, book.segment, book.channel, list(book.terms_months)) == ("DE-partner", "", "partner", [12, 60])
    assert list(germany.terms_months) == [12, 24, 36]
    assert not britain.special_price_books


async def test_components_come_in_pages(store: Store) -> None:
    releases = Releases(store, clock=_clock)
    await releases.publish(pack(SMALL_PORTFOLIO))
    api = CatalogApi(releases, _clock)
    seen: list[str] = []
    token = ""
    sizes: list[int] = []
    while True:
        request = catalog_pb2.ListComponentsRequest(parent="portfolios/small", page_size=4, page_token=token)
        page = await api.ListComponents(request, None)
        seen += [component.id for component in page.components]
        sizes.append(len(page.components))
        assert not any(component.statement_of_work for component in page.components)
        token = page.next_page_token
        if not token:
            break
    assert sizes == [4, 4, 2]
    assert seen == list(small_release().components)


@pytest.mark.parametrize("token", ["x", "AAAA", "\u00e9", "d2ViLm5naW54X3NpdGUgMDAwMDAwMDA"])
async def test_a_page_token_that_is_not_ours_is_refused(store: Store, token: str) -> None:
    releases = Releases(store, clock=_clock)
    await releases.publish(pack(SMALL_PORTFOLIO))
    request = catalog_pb2.ListOfferingsRequest(parent="portfolios/small", page_token=token)
    with pytest.raises(InvalidInput, match="does not belong to this listing"):
        await CatalogApi(releases, _clock).ListOfferings(request, None)


async def test_what_is_not_in_the_release_is_not_found(store: Store) -> None:
    releases = Releases(store, clock=_clock)
    await releases.publish(pack(SMALL_PORTFOLIO))
    api = CatalogApi(releases, _clock)
    with pytest.raises(NotFound, match="web_hostin'"):
        await api.GetOffering(catalog_pb2.GetOfferingRequest(name="portfolios/small/offerings/web_hostin"), None)
    with pytest.raises(NotFound, match=r"web\.iis"):
        await api.GetComponent(catalog_pb2.GetComponentRequest(name="portfolios/small/components/web.iis"), None)
    with pytest.raises(InvalidInput, match="no family 'mail'"):
        await api.ListComponents(catalog_pb2.ListComponentsRequest(parent="portfolios/small", family="mail"), None)
