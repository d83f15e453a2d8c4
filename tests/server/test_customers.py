"""A key with the role customer alone: what it may see, and what it may not."""

from __future__ import annotations

import grpc
import pytest
from bench.installations import Installation
from google.type.decimal_pb2 import Decimal as DecimalMessage
from google.type.money_pb2 import Money

from bidwright.clients.sdk import RequestRefused
from bidwright.core.caller import Caller
from bidwright.core.errors import Forbidden
from bidwright.server.access import require_own_terms
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
    request.terms.present_value_rate_percent.value = "6"
    with installation.client() as ours, installation.client_for(account="local", roles=("customer",)) as theirs:
        seen, whole = (client.configurator.Configure(request).solution.totals for client in (theirs, ours))
    assert seen.contract_value == whole.contract_value
    assert whole.HasField("monthly_cost")
    assert whole.HasField("usage_cost")
    assert whole.HasField("net_present_cost")
    assert whole.HasField("bespoke_effort_percent")
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
        "annual_contract_value",
        "net_present_value",
        "bespoke_value_percent",
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


CUSTOMER = Caller(account="local", principal="eve", roles=frozenset({"customer"}))
SELLER = Caller(account="local", principal="ada", roles=frozenset({"customer", "sales"}))


def money(units: int) -> Money:
    return Money(currency_code="EUR", units=units)


GIVEN = {
    "discretionary_discount_percent": configuration.CommercialTerms(
        discretionary_discount_percent=DecimalMessage(value="5")
    ),
    "line_discounts": configuration.CommercialTerms(
        line_discounts=[configuration.LineDiscount(component="compute.small", percent=DecimalMessage(value="5"))]
    ),
    "one_time_discount": configuration.CommercialTerms(one_time_discount=money(1)),
    "monthly_discount": configuration.CommercialTerms(monthly_discount=money(1)),
    "free_months": configuration.CommercialTerms(free_months=3),
    "discount_percent": configuration.CommercialTerms(
        ramp=[configuration.RampPhase(from_month=2, discount_percent=DecimalMessage(value="50"))]
    ),
}


@pytest.mark.parametrize("field", GIVEN)
def test_a_customer_gives_no_discount_to_itself(field: str) -> None:
    request = configurator.ConfigureRequest(terms=GIVEN[field])
    with pytest.raises(Forbidden) as refused:
        require_own_terms(request, CUSTOMER)
    assert (refused.value.reason, refused.value.facts) == ("DISCOUNT_NOT_OPEN", {"fields": field})
    require_own_terms(request, SELLER)


def test_a_customer_states_no_mark_up_as_the_price_without_one_is_our_cost() -> None:
    item = configuration.BespokeItem(id="care", markup_percent=DecimalMessage(value="0"))
    with pytest.raises(Forbidden, match="markup_percent"):
        require_own_terms(configurator.ConfigureRequest(bespoke_items=[item]), CUSTOMER)


def test_commitments_promotion_codes_and_growing_quantities_are_the_customers_own() -> None:
    terms = configuration.CommercialTerms(
        term_months=12,
        promotion_codes=["SPRING26"],
        commitments=[configuration.CommittedAmount(commitment="compute", monthly=money(500))],
        ramp=[configuration.RampPhase(from_month=2)],
    )
    require_own_terms(configurator.ConfigureRequest(terms=terms), CUSTOMER)


def test_a_customers_discount_is_refused_over_the_wire(installation: Installation) -> None:
    request = configurator.ConfigureRequest(
        portfolio="portfolios/managed_hosting",
        offering="web_hosting",
        market="DE",
        terms=configuration.CommercialTerms(term_months=12, discretionary_discount_percent=DecimalMessage(value="5")),
    )
    with installation.client_for(account="local", roles=("customer",)) as theirs, pytest.raises(RequestRefused) as told:
        theirs.configurator.Configure(request)
    assert (told.value.code, told.value.reason) == (grpc.StatusCode.PERMISSION_DENIED, "DISCOUNT_NOT_OPEN")
