"""Random bids with two sites of which some needs are open, and all that is possible for them with any answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

from hypothesis import strategies as st
from random_portfolios import NEED_VALUES, Case, charges, with_bespoke_prices
from random_sites import every_placed_bid, sited_cases

from bidwright.catalog.model import Answer
from bidwright.configurator.guide_facts import Option
from bidwright.configurator.request import LIMITS

MOST_OPEN_ANSWERS = 8


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
    if not any(every_answered_bid(case)):  # mostly it is the wishes that contradict each other
        free = tuple(replace(site, pins={}, exclusions=()) for site in sites)
        bid = replace(case.requirements, pins={}, exclusions=(), bespoke=(), sites=free)
        case = Case(bid, with_bespoke_prices(case.amounts, {}))
    if draw(st.integers(0, 2)):
        return case
    limit = draw(st.sampled_from(LIMITS))
    least = sorted({charges(dict(one.items[""]), case.amounts)[limit] for one in every_answered_bid(case)})[:3]
    budget = {limit: draw(st.sampled_from([least[0] - 1, *least]))} if least else {}
    return Case(replace(case.requirements, budget=budget), case.amounts)


def every_answered_bid(case: Case) -> Iterator[Whole]:
    """All valid bids with all answers that go with those given."""
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
