"""The guide of bids with two sites, held against trying every bid of random small portfolios."""

from __future__ import annotations

from decimal import Decimal

from draws import drawn
from hypothesis import HealthCheck, Phase, given, settings
from random_partial_bids import Whole, every_answered_bid, partial_bids
from random_portfolios import Case, charges

from bidwright.configurator.deadline import Deadline
from bidwright.configurator.guide import Guidance, Wishes
from bidwright.configurator.guide_facts import Option
from bidwright.configurator.sites_guide import guide_sites, vocabulary_of_sites
from bidwright.v1.configuration_pb2 import Conflict
from bidwright.v1.configurator_pb2 import (
    OPTION_STATE_CHOSEN,
    OPTION_STATE_EXCLUDED,
    OPTION_STATE_FORCED,
    OPTION_STATE_OPEN,
)

SITES = ("", "a", "b")

_settings = settings(
    max_examples=drawn(25),
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


def _expected(site: str, option: Option, valid: list[Whole], case: Case) -> int:
    bid = case.requirements
    said = next((one for one in bid.sites if one.id == site), bid)
    if (said.answers.get(option.need) == option.value) if option.need else option.value in said.pins:
        return OPTION_STATE_CHOSEN
    having = sum(whole.has(site, option) for whole in valid)
    if having == 0:
        return OPTION_STATE_EXCLUDED
    return OPTION_STATE_FORCED if having == len(valid) else OPTION_STATE_OPEN


def _guided(case: Case, site: str, wishes: Wishes) -> Guidance | Conflict:
    return guide_sites(case.requirements, site, case.amounts, wishes=wishes, deadline=Deadline(60))


@_settings
@given(partial_bids())
def test_states_ranges_and_price_differences_are_those_of_trying_every_bid(case: Case) -> None:
    valid = list(every_answered_bid(case))
    values = [charges(dict(whole.items[""]), case.amounts)["contract_value"] for whole in valid]
    for site in SITES:
        options = vocabulary_of_sites(case.requirements, site).options
        outcome = _guided(case, site, Wishes(price=options[::2], ranges=True))
        if isinstance(outcome, Conflict):
            assert not valid
            assert outcome.minimal
            continue
        assert valid
        assert list(outcome.states) == list(options)
        for option in options:
            assert outcome.states[option] == _expected(site, option, valid, case), (site, option)
            if not option.need and outcome.states[option] != OPTION_STATE_EXCLUDED:
                units = [whole.items[site][str(option.value)] for whole in valid if whole.has(site, option)]
                assert outcome.units[str(option.value)] == (min(units), max(units))
        for name, found in outcome.ranges.items():
            numbers = [int(Decimal(whole.answers[site][name]) * (10 if name == "level" else 1)) for whole in valid]
            assert found == (min(numbers), max(numbers))
        assert outcome.price_differences == {
            option: min(v for v, whole in zip(values, valid, strict=True) if whole.has(site, option)) - min(values)
            for option in options[::2]
            if outcome.states[option] == OPTION_STATE_OPEN
        }
