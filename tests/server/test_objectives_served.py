"""Objectives in the whole: the shipped portfolio, its price book and costs, and who may ask for what."""

from __future__ import annotations

import json

import grpc
import pytest
from bench.installations import Installation
from google.type.decimal_pb2 import Decimal
from google.type.money_pb2 import Money

from bidwright.clients.sdk import RequestRefused
from bidwright.v1 import configuration_pb2 as configuration
from bidwright.v1 import configurator_pb2 as configurator

COST = configurator.Objective(measure=configurator.OBJECTIVE_MEASURE_CONTRACT_COST)
MARGIN = configurator.Objective(measure=configurator.OBJECTIVE_MEASURE_MARGIN)
VALUE = configurator.Objective(measure=configurator.OBJECTIVE_MEASURE_CONTRACT_VALUE)
FIRST_YEAR = configurator.Objective(measure=configurator.OBJECTIVE_MEASURE_FIRST_YEAR)


def _request(
    offering: str, *objectives: configurator.Objective, residency: str = "any"
) -> configurator.ConfigureRequest:
    effort = configuration.BespokeEffort(role="solution_architect", days=Decimal(value="2.5"))
    bespoke = configuration.BespokeItem(
        id="till_interface", title="Till interface", owner="ada", charge=configuration.CHARGE_ONE_TIME, effort=[effort]
    )
    return configurator.ConfigureRequest(
        portfolio="portfolios/managed_hosting",
        offering=offering,
        market="DE",
        terms=configuration.CommercialTerms(term_months=36, discretionary_discount_percent=Decimal(value="2.5")),
        needs=[configuration.NeedAnswer(name="data_residency", text=residency)],
        bespoke_items=[bespoke],
        objectives=objectives,
    )


def _cents(money: Money) -> int:
    return money.units * 100 + money.nanos // 10_000_000


@pytest.mark.parametrize("residency", ["any", "EU"])
def test_the_least_cost_is_the_cost_of_the_price_and_no_more_than_that_of_the_cheapest(
    installation: Installation, residency: str
) -> None:
    with installation.client() as client:
        least = client.configurator.Configure(_request("web_hosting", COST, VALUE, residency=residency)).solution
        cheapest = client.configurator.Configure(_request("web_hosting", residency=residency)).solution
    assert least.proof.is_optimal
    assert least.proof.value == least.totals.contract_cost
    assert [proof.value for proof in least.further_proofs] == [least.totals.contract_value]
    assert _cents(least.totals.contract_cost) <= _cents(cheapest.totals.contract_cost)
    assert _cents(least.totals.contract_value) >= _cents(cheapest.totals.contract_value)


def test_the_margin_is_the_price_less_the_cost_and_the_first_year_that_of_the_price(installation: Installation) -> None:
    with installation.client() as client:
        solution = client.configurator.Configure(_request("web_hosting", FIRST_YEAR, MARGIN)).solution
    (margin,) = solution.further_proofs
    assert solution.proof.value == solution.totals.first_year
    assert _cents(margin.value) == _cents(solution.totals.contract_value) - _cents(solution.totals.contract_cost)


@pytest.mark.parametrize("objective", [COST, MARGIN])
def test_a_customer_is_not_told_our_cost_by_way_of_an_objective(
    installation: Installation, objective: configurator.Objective
) -> None:
    request = _request("web_hosting", VALUE, objective)
    request.terms.ClearField("discretionary_discount_percent")  # discounts are not for customers either
    with installation.client_for(account="local", roles=("customer",)) as client:
        for call in (
            lambda: client.configurator.Configure(request),
            lambda: client.configurator.SuggestAlternatives(configurator.SuggestAlternativesRequest(request=request)),
        ):
            with pytest.raises(RequestRefused) as refused:
                call()
            assert refused.value.code == grpc.StatusCode.PERMISSION_DENIED
            assert refused.value.reason == "OBJECTIVE_OURS_ALONE"
            assert "objectives[1] would tell our cost" in str(refused.value)


def test_objectives_are_given_and_told_on_the_command_line(installation: Installation) -> None:
    done = installation.bid("configure", "web_hosting", "--objective", "components", "--objective", "ram_gib:max")
    assert done.returncode == 0, done.stderr
    assert "What is best" in done.stdout
    assert "ram_gib" in done.stdout
    assert "proven" in done.stdout
    nearly = installation.bid("configure", "web_hosting", "--objective", "contract_valu")
    assert "Did you mean 'contract_value'?" in nearly.stderr
    wrong = installation.bid("configure", "web_hosting", "--objective", "monthly:less")
    assert wrong.returncode == 2
    assert "does not end in :min or :max" in wrong.stderr


def test_of_what_is_as_good_the_cheapest_is_taken_on_the_command_line(installation: Installation) -> None:
    done = installation.bid("configure", "web_hosting", "--objective", "lead_time", "--json")
    cheapest = installation.bid("configure", "web_hosting", "--json")
    solution = json.loads(done.stdout)["solution"]
    assert [proof["objective"] for proof in solution["further_proofs"]] == ["contract value"]
    assert solution["totals"]["contract_value"] == json.loads(cheapest.stdout)["solution"]["totals"]["contract_value"]
