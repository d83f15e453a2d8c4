"""What options of bids with sites cost, proven, with the portfolio of branch offices."""

from __future__ import annotations

import pytest
from branch_bids import branches, prices, request

from bidwright.configurator import sites_guide_prices
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.guide import Guidance, Wishes
from bidwright.configurator.request import Requirements, requirements_of
from bidwright.configurator.sites_guide import guide_sites, vocabulary_of_sites
from bidwright.v1.configuration_pb2 import NeedAnswer
from bidwright.v1.configurator_pb2 import OPTION_STATE_OPEN, Site

USERS = (5, 10, 30, 120)


def _bid(sites: int, **answers: bool) -> Requirements:
    """Sites of four sizes, all of whose needs are answered; of the bid only what is given."""
    asked = [
        Site(
            id=f"s{number:02}",
            needs=[
                NeedAnswer(name="users", integer=USERS[number % len(USERS)]),
                NeedAnswer(name="wireless", boolean=False),
                NeedAnswer(name="critical", boolean=False),
            ],
        )
        for number in range(sites)
    ]
    needs = [NeedAnswer(name=name, boolean=answer) for name, answer in answers.items()]
    return requirements_of(request(needs=needs), branches(), partial=True, sites=asked)


def _differences(bid: Requirements, site: str) -> dict[str, int]:
    """Open option -> what the bid costs more with it, of all whose price is known."""
    options = vocabulary_of_sites(bid, site).options
    found = guide_sites(bid, site, prices(), wishes=Wishes(price=options), deadline=Deadline(60))
    assert isinstance(found, Guidance)
    differences = found.price_differences
    assert differences.keys() == {option for option in options if found.states[option] == OPTION_STATE_OPEN}
    return {option.need or str(option.value): more for option, more in differences.items() if option.value is not False}


def test_what_one_of_forty_sites_can_have_instead_has_its_price() -> None:
    # Once, and in 12 months: instead of a line for 49.00 and 29.00, a router for 79.00 and 19.00, a switch for 25.00
    # and 6.20. A faster line takes a faster router.
    medium = 20_00 + 12 * 17_00
    assert _differences(_bid(40, round_the_clock=False), "s01") == {
        "access.dsl_50": 0,
        "access.dsl_100": 12 * 12_00,
        "access.fiber_250": 141_00 + 12 * 50_00 + medium,
        "access.fiber_500": 141_00 + 12 * 83_00 + medium,
        "access.fiber_1000": 191_00 + 12 * 145_00 + medium,
        "router.small": 0,
        "router.medium": medium,
        "router.large": 70_00 + 12 * 59_00,
        "switch.ports_8": 0,
        "switch.ports_24": 10_00 + 12 * 7_20,
        "switch.ports_48": 20_00 + 12 * 16_80,
    }


def test_an_answer_of_the_bid_that_is_open_is_given_in_every_way() -> None:
    found = _differences(_bid(40), "")
    assert found["round_the_clock"] == found["support.always"] == 12 * (1690_00 - 390_00)


@pytest.mark.parametrize("site", ["", "s01"])
def test_a_model_with_a_copy_for_each_site_says_the_same(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bid = _bid(4)
    found = _differences(bid, site)
    monkeypatch.setattr(sites_guide_prices, "_MOST_WAYS", 0)
    assert _differences(bid, site) == found
