"""Conflicts and reasons of random bids with two sites: enough to make it so, and none of them can be left out."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from draws import drawn
from hypothesis import HealthCheck, Phase, given, settings
from random_partial_bids import partial_bids
from random_portfolios import Case
from random_sites import demanding_bids
from unruled_bids import UnruledBids

from bidwright.configurator.deadline import Deadline
from bidwright.configurator.guide import Wishes
from bidwright.configurator.guide_facts import Assumption
from bidwright.configurator.members import Member
from bidwright.configurator.sites_configure import configure_sites
from bidwright.configurator.sites_guide import guide_sites, vocabulary_of_sites
from bidwright.configurator.sites_said import SitedMember
from bidwright.v1.configuration_pb2 import Conflict, ConflictMember
from bidwright.v1.configurator_pb2 import OPTION_STATE_EXCLUDED, OPTION_STATE_FORCED

SITES = ("", "a", "b")

_settings = settings(
    max_examples=drawn(15),
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


def _require_minimal(
    told: Iterable[ConflictMember], bids: UnruledBids, others: Collection[str], assumed: tuple[str, Assumption] | None
) -> None:
    """They cannot hold, and without any one of them they can: by themselves, or with what other sites need."""
    members = [SitedMember(one.site, Member(one.kind, one.id)) for one in told]
    always = others if bids.can_hold(members, assumed=assumed) else ()
    assert not bids.can_hold(members, always=always, assumed=assumed)
    for left in members:
        rest = [other for other in members if other != left]
        assert bids.can_hold(rest, always=always, assumed=assumed), left


@_settings
@given(partial_bids())
def test_reasons_and_conflicts_of_a_guide_are_enough_and_none_of_them_can_be_left_out(case: Case) -> None:
    bids = UnruledBids(case)
    for site in SITES:
        options = vocabulary_of_sites(case.requirements, site).options[::2]
        wishes = Wishes(explain=options)
        outcome = guide_sites(case.requirements, site, case.amounts, wishes=wishes, deadline=Deadline(60))
        if isinstance(outcome, Conflict):
            assert outcome.minimal
            _require_minimal(outcome.members, bids, {"a", "b"}, None)
            return
        for option, state in outcome.states.items():
            if option not in options or state not in {OPTION_STATE_EXCLUDED, OPTION_STATE_FORCED}:
                assert option not in outcome.reasons
                continue
            impossible = Assumption(option, is_taken=state == OPTION_STATE_EXCLUDED)
            _require_minimal(outcome.reasons[option], bids, {"a", "b"} - {site}, (site, impossible))


@_settings
@given(demanding_bids())
def test_conflicts_are_enough_and_without_any_one_of_their_members_a_bid_is_possible(case: Case) -> None:
    outcome = configure_sites(case.requirements, case.amounts, Deadline(60))
    if isinstance(outcome, Conflict):
        assert outcome.minimal
        _require_minimal(outcome.members, UnruledBids(case), {"a", "b"}, None)
