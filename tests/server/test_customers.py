"""A key with the role customer alone: what it may see, and what it may not."""

from __future__ import annotations

import grpc
import pytest
from bench.installations import Installation

from bidwright.clients.sdk import RequestRefused
from bidwright.v1 import configuration_pb2 as configuration
from bidwright.v1 import configurator_pb2 as configurator
from bidwright.v1 import provisioning_pb2 as provisioning
from bidwright.v1 import quoting_pb2 as quoting


def test_a_customer_sees_prices_but_neither_our_cost_nor_our_margin(installation: Installation) -> None:
    request = configurator.ConfigureRequest(
        portfolio="portfolios/managed_hosting",
        offering="web_hosting",
        market="DE",
        terms=configuration.CommercialTerms(term_months=12),
    )
    with installation.client() as ours, installation.client_for(account="local", roles=("customer",)) as theirs:
        seen, whole = (client.configurator.Configure(request).solution.totals for client in (theirs, ours))
    assert seen.contract_value == whole.contract_value
    assert whole.HasField("monthly_cost")
    assert whole.HasField("usage_cost")
    assert {field.name for field, _ in seen.ListFields()} == {
        "one_time",
        "monthly",
        "contract_value",
        "first_year",
        "billed_monthly",
        "billed_quarterly",
        "billed_yearly",
        "usage",
        "estimated_contract_value",
    }


def test_a_customer_opens_no_records_of_other_customers(installation: Installation) -> None:
    with installation.client_for(account="local", roles=("customer",)) as client:
        calls = (
            lambda: client.quoting.ListQuotes(quoting.ListQuotesRequest()),
            lambda: client.quoting.SignQuote(quoting.SignQuoteRequest(name="quotes/q-1")),
            lambda: client.provisioning.ListServices(provisioning.ListServicesRequest()),
            lambda: client.provisioning.GetServiceCredentials(provisioning.GetServiceCredentialsRequest()),
        )
        for call in calls:
            with pytest.raises(RequestRefused) as refused:
                call()
            assert refused.value.code == grpc.StatusCode.PERMISSION_DENIED
            assert refused.value.reason == "ROLE_MISSING"


def test_a_customer_names_no_agreement_as_it_may_be_that_of_another(installation: Installation) -> None:
    request = configurator.ConfigureRequest(
        portfolio="portfolios/managed_hosting",
        offering="web_hosting",
        market="DE",
        terms=configuration.CommercialTerms(term_months=12, agreement="acme"),
    )
    with installation.client_for(account="local", roles=("customer",)) as theirs, pytest.raises(RequestRefused) as told:
        theirs.configurator.Configure(request)
    assert (told.value.code, told.value.reason) == (grpc.StatusCode.PERMISSION_DENIED, "AGREEMENT_NOT_OPEN")
    with installation.client() as ours, pytest.raises(RequestRefused) as told:
        ours.configurator.Configure(request)
    assert told.value.reason == "INVALID_INPUT"
