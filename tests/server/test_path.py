"""The whole path over gRPC against a real installation: needs, quote, signature, running services, withdrawal."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from pathlib import Path

import grpc
import pytest
from bench.installations import Installation, running
from selling import accepted, configured, delivered, page, signature

from bidwright.clients.sdk import Bidwright, RequestRefused
from bidwright.v1 import order_pb2 as order_records
from bidwright.v1 import provisioning_pb2 as provisioning
from bidwright.v1 import quote_pb2 as quote_records
from bidwright.v1 import quoting_pb2 as quoting


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

        ordered = installation.bid("contract", "reapply", contract.name.removeprefix("contracts/"), "--json")
        assert ordered.returncode == 0, ordered.stderr
        repetition = delivered(client, json.loads(ordered.stdout)["name"])
        assert repetition.state == order_records.ORDER_STATE_COMPLETED
        assert [step.changed_tasks for step in repetition.steps] == [0] * len(repetition.steps)

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


@pytest.mark.parametrize(
    "crash",
    [pytest.param("worker killed in the middle of a role", marks=pytest.mark.slow), "engine killed after accept"],
)
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


def test_what_is_in_the_way_when_the_engine_is_started_again_is_told_until_it_is_gone(tmp_path: Path) -> None:
    with running(tmp_path) as installation, installation.client() as client:
        quote = accepted(client, configured(client))
        settings, aside = installation.state.client_settings, tmp_path / "aside"
        settings.rename(aside)
        settings.mkdir()
        os.kill(installation.engine_process_id(), signal.SIGKILL)
        log = installation.state.log("up")
        deadline = time.monotonic() + 60
        while f"{settings}: Is a directory. What to do: " not in log.read_text(encoding="utf-8"):
            assert time.monotonic() < deadline, log.read_text(encoding="utf-8")
            time.sleep(0.1)
        settings.rmdir()
        aside.rename(settings)
        assert _read_again(client, quote.name).offer_digest == quote.offer_digest


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
    with installation.client_for(account="other", roles=("sales", "delivery")) as other:
        assert not other.quoting.ListQuotes(quoting.ListQuotesRequest()).quotes
        with pytest.raises(RequestRefused) as refused:
            other.quoting.GetQuote(quoting.GetQuoteRequest(name=quote.name))
        assert refused.value.code == grpc.StatusCode.NOT_FOUND
        with pytest.raises(RequestRefused) as refused:
            other.provisioning.GetOrder(provisioning.GetOrderRequest(name=contract.order))
        assert refused.value.code == grpc.StatusCode.NOT_FOUND
