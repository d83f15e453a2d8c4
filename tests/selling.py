"""Sells and delivers over gRPC, as tests of the whole need it again and again."""

from __future__ import annotations

import contextlib
import http.client
import time
import uuid

from bidwright.clients.sdk import Bidwright
from bidwright.v1 import configuration_pb2 as configuration
from bidwright.v1 import configurator_pb2 as configurator
from bidwright.v1 import order_pb2 as order_records
from bidwright.v1 import provisioning_pb2 as provisioning
from bidwright.v1 import quote_pb2 as quote_records
from bidwright.v1 import quoting_pb2 as quoting

PORTFOLIO = "portfolios/managed_hosting"
TERMS = configuration.CommercialTerms(term_months=36)
ENDED = (
    order_records.ORDER_STATE_COMPLETED,
    order_records.ORDER_STATE_FAILED,
    order_records.ORDER_STATE_CANCELLED,
)


def configured(client: Bidwright, offering: str = "web_hosting", **texts: str) -> configuration.Configuration:
    """The cheapest configuration of an offering, with text needs answered."""
    needs = [configuration.NeedAnswer(name=name, text=text) for name, text in texts.items()]
    request = configurator.ConfigureRequest(
        portfolio=PORTFOLIO, offering=offering, market="DE", needs=needs, terms=TERMS
    )
    return client.configurator.Configure(request).solution.configuration


def accepted(client: Bidwright, chosen: configuration.Configuration) -> quote_records.Quote:
    """A quote of a configuration, taken to where it can be signed."""
    customer = quote_records.Customer(display_name="Example GmbH")
    quote = client.quoting.CreateQuote(quoting.CreateQuoteRequest(customer=customer, configuration=chosen, terms=TERMS))
    return agreed(client, quote.name)


def agreed(client: Bidwright, quote: str) -> quote_records.Quote:
    """Take a draft that needs no approval to where it can be signed."""
    submitted = client.quoting.SubmitQuote(quoting.SubmitQuoteRequest(name=quote))
    assert submitted.state == quote_records.QUOTE_STATE_APPROVED
    client.quoting.OfferQuote(quoting.OfferQuoteRequest(name=quote))
    return client.quoting.AcceptQuote(quoting.AcceptQuoteRequest(name=quote))


def signature(quote: quote_records.Quote, request_id: str = "") -> quoting.SignQuoteRequest:
    """A request to sign a quote."""
    return quoting.SignQuoteRequest(
        name=quote.name,
        request_id=request_id or str(uuid.uuid4()),
        offer_digest=quote.offer_digest,
        signatory=quote_records.Signatory(display_name="Erika Example"),
    )


def delivered(client: Bidwright, order: str, *, seconds: float = 120) -> order_records.Order:
    """Follow an order to its end, playing the people."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for response in client.provisioning.WatchOrder(provisioning.WatchOrderRequest(name=order)):
            last = response.order
        if last.state in ENDED:
            return last
        for step in last.steps:
            if step.state == order_records.STEP_STATE_WAITING:
                name = f"{order}/steps/{step.plan_step.id}"
                client.provisioning.CompleteTask(provisioning.CompleteTaskRequest(name=name))
    raise AssertionError(f"{order} did not end within {seconds} s")


def page(host: str, port: int) -> str:
    """What a website answers."""
    with contextlib.closing(http.client.HTTPConnection(host, port, timeout=5)) as connection:
        connection.request("GET", "/")
        return connection.getresponse().read().decode()
