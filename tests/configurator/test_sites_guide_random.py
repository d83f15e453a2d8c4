"""The guide of bids with two sites, held against trying every bid of random small portfolios."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from random_portfolios import NEED_VALUES, Case, charges
from random_sites import every_placed_bid, sited_cases

from bidwright.catalog.model import Answer
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.guide import Guidance, Wishes
from bidwright.configurator.guide_facts import Option
from bidwright.configurator.members import BESPOKE, BUDGET, EXCLUSION, NEED, PIN
from bidwright.configurator.request import LIMITS, Requirements
from bidwright.configurator.sites import Site
from bidwright.configurator.sites_guide import guide_sites, vocabulary_of_sites
from bidwright.v1.configuration_pb2 import Conflict, ConflictMember
from bidwright.v1.configurator_pb2 import (
    OPTION_STATE_CHOSEN,
    OPTION_STATE_EXCLUDED,
    OPTION_STATE_FORCED,
    OPTION_STATE_OPEN,
)

MOST_OPEN_ANSWERS = 8
SITES = ("", "a", "b")

_settings = settings(
    max_examples=25,
    phases=(Phase.explicit, Phase.generate),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@dataclass(frozen=True)
class Whole:
    """A bid with the answers that it and its sites gave, and what each of them has; the bid itself is site ``""``."""

    answers: Mapping[str, Mapping[str, Answer]]
    items: Mapping[str, Mapping[str, int]]

    def has(self, site: str, option: Option) -> bool:
        if option.need:
            return self.answers[site][option.need] == option.value
        return str(option.value) in self.items[site]


@st.composite
def partial_bids(draw: st.DrawFn) -> Case:
    """Bids of which some needs are open, of the bid or of sites; some within a budget that leaves little."""
    case = draw(sited_cases())
    bid = case.requirements
    asked = [("", name) for name in bid.answers if name in NEED_VALUES]
    asked += [(site.id, name) for site in bid.sites for name in site.answers]
    left, opened = 1, set()
    for site, name in draw(st.permutations(asked)):
        left *= len(NEED_VALUES[name])
        if left > MOST_OPEN_ANSWERS:
            break
        opened.add((site, name))
    sites = tuple(
        replace(site, answers={name: a for name, a in site.answers.items() if (site.id, name) not in opened})
        for site in bid.sites
    )
    answers = {name: answer for name, answer in bid.answers.items() if ("", name) not in opened}
    case = Case(replace(bid, answers=answers, sites=sites, budget={}), case.amounts)
    if not _every(case):  # mostly it is the wishes that contradict each other
        free = tuple(replace(site, pins={}, exclusions=()) for site in sites)
        case = Case(replace(case.requirements, pins={}, exclusions=(), bespoke=(), sites=free), case.amounts)
    if draw(st.integers(0, 2)):
        return case
    limit = draw(st.sampled_from(LIMITS))
    least = sorted({charges(dict(one.items[""]), case.amounts)[limit] for one in _every(case)})[:3]
    budget = {limit: draw(st.sampled_from([least[0] - 1, *least]))} if least else {}
    return Case(replace(case.requirements, budget=budget), case.amounts)


def _every(case: Case) -> list[Whole]:
    """All valid bids with all answers that go with those given."""
    return list(_each(case))


def _each(case: Case) -> Iterator[Whole]:
    bid = case.requirements
    needs = bid.offering.needs
    opened = [("", name) for name in NEED_VALUES if not needs[name].per_site and name not in bid.answers]
    opened += [
        (site.id, name)
        for site in bid.sites
        for name in NEED_VALUES
        if needs[name].per_site and name not in site.answers
    ]
    for values in product(*(NEED_VALUES[name] for _, name in opened)):
        said = dict(zip(opened, values, strict=True))
        answers = {"": {**bid.answers, **{name: value for (site, name), value in said.items() if not site}}}
        for site in bid.sites:
            answers[site.id] = {
                **site.answers,
                **{name: value for (id_, name), value in said.items() if id_ == site.id},
            }
        sites = tuple(replace(site, answers=answers[site.id]) for site in bid.sites)
        for found in every_placed_bid(Case(replace(bid, answers=answers[""], sites=sites), case.amounts)):
            yield Whole(answers, {"": found.items, "a": found.at_sites[0], "b": found.at_sites[1]})


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
    valid = _every(case)
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


def _with_only(bid: Requirements, site: str, reasons: Sequence[ConflictMember]) -> Requirements:
    """A bid of which, and of one site of which, nothing is said but what is among reasons; other sites stay.

    Where the reasons are about other sites, nothing else is said of those either.
    """
    said = {(member.site, member.kind, member.id) for member in reasons}
    looked_at = {one.id for one in bid.sites} if {member.site for member in reasons} - {"", site} else {site}

    def only(one: Site, id_: str) -> Site:
        return replace(
            one,
            answers={n: a for n, a in one.answers.items() if n == "title" or (id_, NEED, n) in said},
            pins={c: n for c, n in one.pins.items() if (id_, PIN, c) in said},
            exclusions=tuple(c for c in one.exclusions if (id_, EXCLUSION, c) in said),
        )

    whole = only(Site(id="whole", answers=bid.answers, pins=bid.pins, exclusions=bid.exclusions), "")
    return replace(
        bid,
        answers=whole.answers,
        pins=whole.pins,
        exclusions=whole.exclusions,
        budget={limit: most for limit, most in bid.budget.items() if ("", BUDGET, limit) in said},
        bespoke=tuple(effect for effect in bid.bespoke if ("", BESPOKE, effect.id) in said),
        sites=tuple(only(one, one.id) if one.id in looked_at else one for one in bid.sites),
    )


@_settings
@given(partial_bids())
def test_what_is_told_as_a_reason_is_enough_to_make_it_so(case: Case) -> None:
    bid = case.requirements
    for site in SITES:
        options = vocabulary_of_sites(bid, site).options
        outcome = _guided(case, site, Wishes(explain=options[::3]))
        if isinstance(outcome, Conflict):
            return
        for option in options[::3]:
            decided = outcome.states[option] in {OPTION_STATE_EXCLUDED, OPTION_STATE_FORCED}
            assert (option in outcome.reasons) == decided
            if decided:
                reasons = outcome.reasons[option]
                assert reasons
                left = _every(Case(_with_only(bid, site, reasons), case.amounts))
                having = [whole.has(site, option) for whole in left]
                assert not any(having) if outcome.states[option] == OPTION_STATE_EXCLUDED else all(having)
