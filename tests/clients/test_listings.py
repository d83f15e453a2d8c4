"""Listings that are longer than a page."""

from __future__ import annotations

from bidwright.clients.cli.records import whole
from bidwright.v1.order_pb2 import Order
from bidwright.v1.provisioning_pb2 import ListOrdersRequest, ListOrdersResponse

PAGES = {"": (["orders/o-3", "orders/o-2"], "2"), "2": (["orders/o-1"], "1"), "1": ([], "")}
"""Token -> what is on the page, and the token of the next one; the last page may be empty."""


def test_all_pages_of_a_listing_are_read_in_order() -> None:
    asked = []

    def page(request: ListOrdersRequest) -> ListOrdersResponse:
        asked.append((request.contract, request.page_token))
        names, following = PAGES[request.page_token]
        return ListOrdersResponse(orders=[Order(name=name) for name in names], next_page_token=following)

    answer = whole(page, ListOrdersRequest(contract="contracts/c-1"))
    assert [order.name for order in answer.orders] == ["orders/o-3", "orders/o-2", "orders/o-1"]
    assert answer.next_page_token == ""
    assert asked == [("contracts/c-1", ""), ("contracts/c-1", "2"), ("contracts/c-1", "1")]
