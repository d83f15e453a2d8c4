"""The whole path over gRPC against a real installation: needs, quote, signature, running services, withdrawal."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import grpc
import pytest
from bench.installations import Installation, running

from bidwright.clients.sdk import Bidwright, RequestRefused
from bidwright.server.layout import read_client_settings
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
    quote = client.quoting.SubmitQuote(quoting.SubmitQuoteRequest(name=quote.name))
    assert quote.state == quote_records.QUOTE_STATE_APPROVED
    client.quoting.OfferQuote(quoting.OfferQuoteRequest(name=quote.name))
    return client.quoting.AcceptQuote(quoting.AcceptQuoteRequest(name=quote.name))


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


def test_a_signed_quote_becomes_a_website_that_answers_and_a_withdrawal_takes_it_back(
    installation: Installation,
) -> None:
    with installation.client() as client:
        contract = client.quoting.SignQuote(
            signature(accepted(client, configured(client, site_title="Bread & Butter")))
        )
        order = delivered(client, contract.order)
        assert order.state == order_records.ORDER_STATE_COMPLETED
        services = client.provisioning.ListServices(provisioning.ListServicesRequest(contract=contract.name)).services
        (website,) = [service for service in services if service.endpoint.scheme == "http"]
        assert "<title>Bread &amp; Butter</title>" in page(website.endpoint.host, website.endpoint.port)

        withdrawal = client.provisioning.WithdrawContract(provisioning.WithdrawContractRequest(name=contract.name))
        assert delivered(client, withdrawal.name).state == order_records.ORDER_STATE_COMPLETED
        with pytest.raises(ConnectionRefusedError):
            page(website.endpoint.host, website.endpoint.port)
        contracts = installation.state.target / "contracts"
        assert not (contracts / contract.name.removeprefix("contracts/")).exists()


def test_signing_twice_makes_one_contract_and_one_order(installation: Installation) -> None:
    with installation.client() as client:
        quote = accepted(client, configured(client))
        first = signature(quote)
        contract = client.quoting.SignQuote(first)
        assert client.quoting.SignQuote(first) == contract
        assert client.quoting.SignQuote(signature(quote)).name == contract.name
        orders = client.provisioning.ListOrders(provisioning.ListOrdersRequest(contract=contract.name)).orders
        assert [order.name for order in orders] == [contract.order]


def test_a_budget_below_the_cheapest_configuration_is_explained_in_words_and_exits_with_3(
    installation: Installation,
) -> None:
    done = installation.bid("configure", "web_hosting", "--budget-monthly", "1")
    assert done.returncode == 3
    assert "1.00 EUR" in done.stdout
    assert "budget" in done.stdout


@pytest.mark.parametrize("crash", ["worker killed in the middle of a role", "engine killed after accept"])
def test_nothing_is_lost_or_done_twice_when_a_process_is_killed(crash: str, tmp_path: Path) -> None:
    with running(tmp_path) as installation, installation.client() as client:
        quote = accepted(client, configured(client, "business_application"))
        if crash == "engine killed after accept":
            engine = installation.engine_process_id()
            os.kill(engine, signal.SIGKILL)
            found = _read_again(client, quote.name)
            assert found.state == quote_records.QUOTE_STATE_ACCEPTED
            assert found.offer_digest == quote.offer_digest
            return
        contract = client.quoting.SignQuote(signature(quote))
        for response in client.provisioning.WatchOrder(provisioning.WatchOrderRequest(name=contract.order)):
            if any(step.state == order_records.STEP_STATE_RUNNING for step in response.order.steps):
                time.sleep(1)  # the role is in the middle of its tasks
                break
        worker = installation.process_id("work")
        os.kill(worker, signal.SIGKILL)
        order = delivered(client, contract.order, seconds=180)
        assert order.state == order_records.ORDER_STATE_COMPLETED
        services = client.provisioning.ListServices(provisioning.ListServicesRequest(contract=contract.name)).services
        endpoints = [(s.endpoint.scheme, s.endpoint.port) for s in services if s.endpoint.port]
        assert sorted(scheme for scheme, _ in endpoints) == ["http", "postgresql", "valkey"]
        assert len({port for _, port in endpoints}) == 3


def _read_again(client: Bidwright, name: str) -> quote_records.Quote:
    """Read a quote as soon as the restarted server answers."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(RequestRefused):
            return client.quoting.GetQuote(quoting.GetQuoteRequest(name=name))
    raise AssertionError("The server did not come back.")


def test_calls_without_a_key_are_refused_but_health_checks_are_not(installation: Installation) -> None:
    address = installation.client()._channel  # the raw connection of the SDK carries no key
    stub = address.unary_unary("/bidwright.v1.AccessService/GetCaller")
    with pytest.raises(grpc.RpcError) as refused:
        stub(b"")
    assert refused.value.code() == grpc.StatusCode.UNAUTHENTICATED
    assert address.unary_unary("/grpc.health.v1.Health/Check")(b"") == b"\x08\x01"


def test_one_tenant_never_sees_the_records_of_another(installation: Installation) -> None:
    with installation.client() as client:
        quote = accepted(client, configured(client))
        contract = client.quoting.SignQuote(signature(quote))
    other = _other_tenant(installation)
    with other:
        assert not other.quoting.ListQuotes(quoting.ListQuotesRequest()).quotes
        with pytest.raises(RequestRefused) as refused:
            other.quoting.GetQuote(quoting.GetQuoteRequest(name=quote.name))
        assert refused.value.code == grpc.StatusCode.NOT_FOUND
        with pytest.raises(RequestRefused) as refused:
            other.provisioning.GetOrder(provisioning.GetOrderRequest(name=contract.order))
        assert refused.value.code == grpc.StatusCode.NOT_FOUND


def _other_tenant(installation: Installation) -> Bidwright:
    engine = f"unix://{installation.state.path / 'engine' / 'valkey.sock'}"
    command = [sys.executable, "-m", "bidwright.server.main", "key", "create", "--redis-url", engine]
    command += ["--account", "other", "--principal", "eve", "--role", "sales", "--role", "delivery"]
    done = subprocess.run(command, check=True, text=True, capture_output=True, timeout=60)
    address = read_client_settings(installation.state.client_settings)["default"]["address"]
    return Bidwright(address, done.stdout.strip())
