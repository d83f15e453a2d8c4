"""Alternatives for bids of branch offices, with figures worked out by hand from tests/portfolios/branches."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from branch_bids import bid, branches, prices, request, site
from google.type.money_pb2 import Money

from bidwright.configurator.alternatives import Alternatives, alternatives
from bidwright.configurator.answers import Answers
from bidwright.configurator.check import check
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.request import Requirements, requirements_and_items
from bidwright.pricing.amounts import AmountTables
from bidwright.pricing.price import price
from bidwright.v1.configuration_pb2 import Budget, Conflict
from bidwright.v1.configurator_pb2 import Pin, SuggestAlternativesRequest, SuggestAlternativesResponse

SMALL = [site("a", users=10, wireless=False), site("b", users=10, wireless=False)]
NO_CHOICE = ["access.dsl_100", "access.fiber_250", "access.fiber_500", "access.fiber_1000"]
"""Of lines, but for how many of the slowest."""


def _found(asked: Requirements, *qualities: str, number: int = 3) -> Alternatives:
    outcome = alternatives(asked, prices(), qualities, Deadline(60), number=number)
    assert isinstance(outcome, Alternatives)
    for one in outcome.found:
        assert check(replace(asked, sites=one.sites), one.solution.items) == []
    return outcome


def test_support_that_all_sites_share_makes_two_alternatives() -> None:
    found = _found(bid(SMALL), "support_hours")
    assert found.complete
    assert [one.title for one in found.found] == ["good", "best"]
    assert [one.qualities["support_hours"] for one in found.found] == [45, 168]
    # support around the clock costs 1,300 a month more
    assert [one.solution.amounts.contract_value for one in found.found] == [1558680, 3118680]
    assert [one.solution.bound for one in found.found] == [1558680, 3118680]
    assert found.found[1].differences[0].startswith("168 ")


def test_lines_of_the_sites_are_between_the_fewest_and_as_many_as_each_may_have() -> None:
    found = _found(bid(SMALL, exclusions=NO_CHOICE), "access_mbit", number=4)
    # one to four lines of 50 Mbit/s at each of the two sites; the middle of 100 and 400, then of 100 and 250, or above
    assert [one.qualities["access_mbit"] for one in found.found] == [100, 200, 250, 400]
    assert [sum(place.items["access.dsl_50"] for place in one.sites) for one in found.found] == [2, 4, 5, 8]
    assert found.complete


def test_a_budget_bounds_the_best() -> None:
    # 1,178.40 a month with one line of 29 at each site
    found = _found(
        bid(SMALL, exclusions=NO_CHOICE, budget=Budget(monthly=Money(currency_code="EUR", units=1240))), "access_mbit"
    )
    assert [one.qualities["access_mbit"] for one in found.found] == [100, 150, 200]


def test_several_qualities_are_weighed_by_what_can_be_gained_of_each() -> None:
    found = _found(bid(SMALL, exclusions=NO_CHOICE), "support_hours", "access_mbit", number=2)
    assert [dict(one.qualities) for one in found.found] == [
        {"support_hours": Decimal(45), "access_mbit": Decimal(100)},
        {"support_hours": Decimal(168), "access_mbit": Decimal(400)},
    ]


def test_what_no_bid_meets_is_a_conflict() -> None:
    asked = bid(SMALL, pins=[Pin(component="router.large", quantity=5)])
    assert isinstance(alternatives(asked, prices(), ("support_hours",), Deadline(60), number=3), Conflict)


def test_without_time_there_is_one_valid_bid_and_more_are_not_ruled_out() -> None:
    found = alternatives(bid(SMALL), prices(), ("support_hours",), Deadline(0), number=3)
    assert isinstance(found, Alternatives)
    assert not found.complete
    (only,) = found.found
    assert check(replace(bid(SMALL), sites=only.sites), only.solution.items) == []


def _answered() -> SuggestAlternativesResponse:
    answers = Answers(AmountTables(), price, lambda: dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC))
    asked = SuggestAlternativesRequest(request=request(), sites=SMALL, qualities=["access_mbit", "support_hours"])
    question = answers.question(asked.request, branches(), sites=asked.sites)
    return answers.suggest(asked, question, Deadline(60))


def test_the_record_has_the_sites_and_totals_of_pricing_and_is_the_same_twice() -> None:
    first = _answered()
    assert first.SerializeToString(deterministic=True) == _answered().SerializeToString(deterministic=True)
    for one in first.alternatives:
        requirements, items = requirements_and_items(one.solution.configuration, branches())
        assert [place.id for place in requirements.sites] == ["a", "b"]
        assert check(requirements, items) == []


def test_a_large_bid_says_what_is_proven_and_none_of_its_alternatives_beats_another() -> None:
    asked = bid([site(f"s{n:02}", users=12 * n + 3) for n in range(12)])
    outcome = alternatives(asked, prices(), ("access_mbit",), Deadline(20), number=3)
    assert isinstance(outcome, Alternatives)
    values = [(one.solution.amounts.contract_value, one.qualities["access_mbit"]) for one in outcome.found]
    assert [quality for _, quality in values] == sorted({quality for _, quality in values})
    assert values == sorted(values)
    assert all(one.solution.bound <= one.solution.amounts.contract_value for one in outcome.found)
    proven = all(one.solution.bound == one.solution.amounts.contract_value for one in outcome.found)
    assert proven or not outcome.complete
