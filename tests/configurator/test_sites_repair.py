"""Repairs of bids of branch offices, with figures worked out by hand from tests/portfolios/branches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from branch_bids import branches, request, site
from google.type.money_pb2 import Money

from bidwright.configurator.answers import Answers
from bidwright.configurator.check import check
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.request import requirements_and_items
from bidwright.core.errors import InvalidInput
from bidwright.pricing.amounts import AmountTables
from bidwright.pricing.price import price
from bidwright.v1.configuration_pb2 import (
    CHARGE_ONE_TIME,
    CONFLICT_KIND_BESPOKE,
    CONFLICT_KIND_BUDGET,
    CONFLICT_KIND_EXCLUSION,
    CONFLICT_KIND_NEED,
    CONFLICT_KIND_PIN,
    BespokeItem,
    Budget,
    NeedAnswer,
)
from bidwright.v1.configurator_pb2 import (
    ChangeWeight,
    ConfigureSitesRequest,
    ExplainConfigurationRequest,
    ExplainConfigurationResponse,
    Pin,
    Site,
)

PORTS = ["switch.ports_24", "switch.ports_48", "switch.ports_8"]
SMALL = [site("a", users=10, wireless=False), site("b", users=10, wireless=False)]
LITTLE = Budget(monthly=Money(currency_code="EUR", units=500))


def _answers() -> Answers:
    return Answers(AmountTables(), price, lambda: dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC))


def _explained(
    sites: Sequence[Site], weights: Sequence[ChangeWeight] = (), **fields: object
) -> ExplainConfigurationResponse:
    """The answer, of which each repair has a valid configuration that has all sites."""
    asked = ExplainConfigurationRequest(request=request(**fields), sites=sites, weights=weights)
    answers = _answers()
    question = answers.question(asked.request, branches(), sites=asked.sites)
    response = answers.explain(asked, question, Deadline(60))
    for repair in response.repairs:
        requirements, items = requirements_and_items(repair.solution.configuration, branches())
        assert check(requirements, items) == []
        assert [one.id for one in requirements.sites] == sorted(one.id for one in sites)
    return response


def _changes(response: ExplainConfigurationResponse) -> list[list[tuple[int, str, str]]]:
    """Of each repair what is given up: site, kind and id."""
    return [
        [(change.member.site, change.member.kind, change.member.id) for change in repair.changes]
        for repair in response.repairs
    ]


def _cheapest(sites: Sequence[Site]) -> Money:
    """The least contract value of other sites, as it is configured."""
    answers = _answers()
    asked = ConfigureSitesRequest(request=request(), sites=sites)
    question = answers.question(asked.request, branches(), sites=asked.sites)
    return answers.configure_sites(question, Deadline(60)).solution.totals.contract_value


def test_a_site_that_can_have_nothing_is_mended_there_and_the_cheapest_repair_comes_first() -> None:
    told = _explained([site("a"), Site(id="b", title="Brno", exclusions=PORTS)])
    assert {(one.site, one.id) for one in told.conflict.members} == {("b", "switch"), *(("b", c) for c in PORTS)}
    assert told.conflict.minimal
    assert told.complete
    assert sorted(_changes(told)) == [[("b", CONFLICT_KIND_EXCLUSION, component)] for component in PORTS]
    assert {repair.changes[0].text.split(":")[0] for repair in told.repairs} == {"at site Brno (b)"}
    for repair in told.repairs:
        kept = [component for component in PORTS if component != repair.changes[0].member.id]
        assert repair.solution.totals.contract_value == _cheapest([site("a"), Site(id="b", exclusions=kept)])
    values = [repair.solution.totals.contract_value.units for repair in told.repairs]
    assert values == sorted(values)


def test_sites_of_which_the_same_was_said_are_mended_alike_and_each_counts() -> None:
    told = _explained([Site(id="a", exclusions=PORTS), Site(id="b", exclusions=PORTS), site("c")])
    assert [repair.weight for repair in told.repairs] == [2, 2, 2]
    assert sorted(_changes(told)) == [
        [(place, CONFLICT_KIND_EXCLUSION, component) for place in ("a", "b")] for component in PORTS
    ]


def test_a_limit_becomes_what_the_cheapest_bid_costs() -> None:
    told = _explained(SMALL, budget=LITTLE)
    assert _changes(told) == [[("", CONFLICT_KIND_BUDGET, "monthly")]]
    # 2 x (29 + 19 + 6.20) + 290 + 390 + 390 a month
    assert told.repairs[0].changes[0].limit == Money(currency_code="EUR", units=1178, nanos=400_000_000)
    assert told.repairs[0].solution.totals.monthly.units == 1178


def test_what_is_said_of_the_bid_is_mended_there_the_lightest_first() -> None:
    asked = {
        "needs": [NeedAnswer(name="round_the_clock", boolean=True)],
        "exclusions": ["support.always"],
    }
    told = _explained(SMALL, **asked)
    # without support around the clock the bid costs 15,586.80 in place of 31,186.80
    assert _changes(told) == [
        [("", CONFLICT_KIND_NEED, "round_the_clock")],
        [("", CONFLICT_KIND_EXCLUSION, "support.always")],
    ]
    assert [repair.solution.totals.contract_value.units for repair in told.repairs] == [15586, 31186]
    weighed = _explained(SMALL, [ChangeWeight(kind=CONFLICT_KIND_NEED, weight=3)], **asked)
    assert _changes(weighed) == list(reversed(_changes(told)))


def test_a_number_of_a_site_is_as_close_as_possible() -> None:
    told = _explained(
        [site("a", users=1000, pins=[Pin(component="access.dsl_50", quantity=4)]), site("b")],
        [ChangeWeight(kind=CONFLICT_KIND_PIN, id="access.dsl_50", weight=9)],
    )
    # four lines of 50 Mbit/s, of which everybody needs 2
    assert _changes(told)[0] == [("a", CONFLICT_KIND_NEED, "users")]
    assert told.repairs[0].changes[0].answer.integer == 100


def test_what_the_bid_and_a_site_both_rule_out_must_be_given_up_by_both() -> None:
    lines = ["access.dsl_100", "access.fiber_250", "access.fiber_500", "access.fiber_1000"]
    told = _explained(
        [site("a"), Site(id="b", exclusions=["access.dsl_50"])],
        [ChangeWeight(kind=CONFLICT_KIND_EXCLUSION, id=line, weight=100) for line in lines],
        exclusions=["access.dsl_50", *lines],
    )
    assert _changes(told)[0] == [
        ("", CONFLICT_KIND_EXCLUSION, "access.dsl_50"),
        ("b", CONFLICT_KIND_EXCLUSION, "access.dsl_50"),
    ]


def test_a_component_ruled_out_at_all_sites_is_blamed_where_it_would_keep_the_budget() -> None:
    cheapest = _cheapest(SMALL)
    response = _explained(SMALL, exclusions=["router.small"], budget=Budget(contract_value=cheapest))
    assert response.conflict.minimal
    assert [m.id for m in response.conflict.members if m.kind == CONFLICT_KIND_EXCLUSION] == ["router.small"]
    assert [("", CONFLICT_KIND_EXCLUSION, "router.small")] in _changes(response)


def test_a_bid_that_is_possible_needs_no_repair_and_an_answer_is_the_same_twice() -> None:
    assert _explained(SMALL) == ExplainConfigurationResponse(complete=True)
    both = [_explained([site("a"), Site(id="b", exclusions=PORTS)], budget=LITTLE) for _ in range(2)]
    assert both[0].repairs
    assert both[0].SerializeToString(deterministic=True) == both[1].SerializeToString(deterministic=True)


def test_a_weight_of_what_nobody_said_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"router\.large"):
        _explained(SMALL, [ChangeWeight(kind=CONFLICT_KIND_PIN, id="router.large", weight=2)])


def test_an_item_whose_price_breaks_the_budget_of_all_sites_is_blamed_and_can_be_left_out() -> None:
    cheapest = _cheapest(SMALL)
    item = BespokeItem(
        id="till",
        title="Till",
        owner="ada",
        charge=CHARGE_ONE_TIME,
        material_cost=Money(currency_code="EUR", units=5000),
    )
    response = _explained(SMALL, bespoke_items=[item], budget=Budget(contract_value=cheapest))
    assert response.conflict.minimal
    assert [m.id for m in response.conflict.members if m.kind == CONFLICT_KIND_BESPOKE] == ["till"]
    assert _changes(response)[0] == [("", CONFLICT_KIND_BESPOKE, "till")]
    assert response.repairs[0].solution.totals.contract_value == cheapest
