"""Random bids with two sites of random small portfolios, and all that is possible for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product

from hypothesis import assume
from hypothesis import strategies as st
from random_portfolios import NEED_VALUES, Case, cases, charges, digested, scarce_centres, with_bespoke_prices

from bidwright.catalog.model import Release, Rule
from bidwright.catalog.rule_language import InTable, Kinds, Name, Quantity, Selected, Sum
from bidwright.configurator.delivery import undeliverable
from bidwright.configurator.request import LIMITS, Requirements
from bidwright.configurator.rule_check import Choice, holds, parts
from bidwright.configurator.sites import Site

MOST_BIDS = 4_000


def _families_of(rule: Rule, release: Release) -> set[str]:
    found: set[str] = set()
    for part in parts(rule.expression):
        match part:
            case Selected(subject) | Quantity(subject) | Kinds(subject):
                found.add(subject.split(".")[0])
            case InTable(families):
                found.update(families)
            case Sum(source, attribute, family):
                carriers = {c.family for c in release.components.values() if attribute in c.figures(source)}
                found.update({family} if family else carriers)
    return found


def _needs_of(rule: Rule) -> set[str]:
    return {part.name for part in parts(rule.expression) if isinstance(part, Name)}


@st.composite
def sited_cases(draw: st.DrawFn) -> Case:
    """A bid with two sites: some families and needs are per site, and rules that mix them are left out."""
    case = draw(_any_sited_cases())
    return draw(_met(case)) if draw(st.integers(0, 2)) else case


@st.composite
def _met(draw: st.DrawFn, case: Case) -> Case:
    """A bid that can be met, where sites may do without what they must have: with the wishes that leave it possible."""
    asked = case.requirements
    sites = tuple(replace(site, pins={}, exclusions=()) for site in asked.sites)
    kept = replace(asked, pins={}, exclusions=(), bespoke=(), budget={}, sites=sites)

    def possible(bid: Requirements) -> list[dict[str, int]]:
        return every_bid(replace(case, requirements=bid))

    if not possible(kept):
        slots = {f: replace(slot, minimum=0) if slot.per_site else slot for f, slot in kept.offering.slots.items()}
        offering = replace(kept.offering, slots=slots)
        release = digested(replace(kept.release, offerings={offering.id: offering}))
        kept = replace(kept, release=release, offering=offering)
    if not possible(kept):
        return case
    for wish in (
        {"sites": (asked.sites[0], kept.sites[1])},
        {"sites": asked.sites},
        {"pins": asked.pins},
        {"exclusions": asked.exclusions},
        {"bespoke": asked.bespoke},
    ):
        tried = replace(kept, **wish)  # type: ignore[arg-type]  # values of one dict have many types
        kept = tried if possible(tried) else kept
    prices = {effect.id: case.amounts.bespoke[effect.id] for effect in kept.bespoke}
    found = Case(kept, with_bespoke_prices(case.amounts, prices))
    costs = [charges(items, found.amounts) for items in every_bid(found)]
    for limit in asked.budget:
        most = draw(st.sampled_from(sorted({cost[limit] for cost in costs})[:4]))
        costs = [cost for cost in costs if cost[limit] <= most]
        budget = {**found.requirements.budget, limit: most}
        found = replace(found, requirements=replace(found.requirements, budget=budget))
    return found


@st.composite
def _any_sited_cases(draw: st.DrawFn) -> Case:
    """The same, of which hardly any can be met."""
    case = draw(cases())
    requirements, release = case.requirements, case.requirements.release
    offering = release.offerings["offer"]
    slots = {family: replace(slot, per_site=draw(st.booleans())) for family, slot in offering.slots.items()}
    assume(any(slot.per_site for slot in slots.values()))
    asked = {"users", "flag"} - {offering.residency_need}
    needs = {name: replace(need, per_site=name in asked) for name, need in offering.needs.items()}
    shared = {family for family, slot in slots.items() if not slot.per_site}

    def kept(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        wide = [replace(rule, over_bid=draw(st.booleans()) and not _needs_of(rule) & asked) for rule in rules]
        return tuple(rule for rule in wide if not (_families_of(rule, release) & shared and _needs_of(rule) & asked))

    offering = replace(offering, slots=slots, needs=needs, rules=kept(offering.rules))
    release = replace(release, offerings={"offer": offering}, rules=kept(release.rules))
    release = digested(release)
    own = [c for c in sorted(release.components) if c.split(".")[0] in slots and slots[c.split(".")[0]].per_site]
    answers = {name: answer for name, answer in requirements.answers.items() if name not in asked}
    sites = tuple(
        Site(
            id=id_,
            answers={name: draw(st.sampled_from(NEED_VALUES[name])) for name in sorted(asked)},
            pins={c: draw(st.integers(0, 1)) for c in own if draw(st.integers(0, 9)) == 0},
            exclusions=tuple(c for c in own if draw(st.integers(0, 9)) == 0),
        )
        for id_ in ("a", "b")
    )
    bid = replace(requirements, release=release, offering=offering, answers=answers, sites=sites)
    return Case(bid, case.amounts)


def _combinations(release: Release, families: set[str]) -> list[dict[str, int]]:
    components = [c for c in sorted(release.components) if c.split(".")[0] in families]
    ranges = [range(release.components[c].max_quantity + 1) for c in components]
    return [{c: n for c, n in zip(components, units, strict=True) if n} for units in product(*ranges)]


def _fits_slots(bid: Requirements, items: Mapping[str, int], families: set[str]) -> bool:
    for family in families:
        slot, chosen = bid.offering.slots[family], [n for c, n in items.items() if c.split(".")[0] == family]
        if not slot.minimum <= len(chosen) <= slot.maximum or sum(chosen) > (slot.max_quantity or 10**9):
            return False
    return True


def _is_balanced(release: Release, items: Mapping[str, int]) -> bool:
    figures = [(release.components[c], n) for c, n in items.items()]
    provided = sum(Fraction(c.provides.get("power", 0)) * n for c, n in figures)
    return provided >= sum(Fraction(c.consumes.get("power", 0)) * n for c, n in figures)


@dataclass(frozen=True)
class Bid:
    """A valid bid: its totals, what each site has in their order, and what they share."""

    items: dict[str, int]
    at_sites: tuple[dict[str, int], ...]
    shared: dict[str, int]


def every_bid(case: Case) -> list[dict[str, int]]:
    """The totals of all valid bids within the budget; the same totals may come more than once."""
    return [found.items for found in every_placed_bid(case)]


def every_placed_bid(case: Case) -> list[Bid]:
    """All valid bids within the budget."""
    budget = case.requirements.budget
    return [
        found
        for found in _every_bid(case.requirements)
        if all(charges(found.items, case.amounts)[limit] <= most for limit, most in budget.items())
    ]


def _every_bid(bid: Requirements) -> Iterator[Bid]:
    """All valid bids, without looking at budgets."""
    release, slots = bid.release, bid.offering.slots
    own = {family for family, slot in slots.items() if slot.per_site}
    shared = set(slots) - own
    rules = (*release.rules, *bid.offering.rules)
    needs = {name for name, need in bid.offering.needs.items() if need.per_site}
    wide = [
        rule
        for rule in rules
        if rule.over_bid
        or _families_of(rule, release) & shared
        or not (_families_of(rule, release) & own or _needs_of(rule) & needs)
    ]
    local = [rule for rule in rules if rule not in wide]
    pooled = any("power" in {*c.provides, *c.consumes} for c in release.components.values() if c.family in shared)
    at_site = [
        [
            items
            for items in _combinations(release, own)
            if _fits_slots(bid, items, own)
            and (pooled or _is_balanced(release, items))
            and all(items.get(c, 0) == n if n else items.get(c, 0) > 0 for c, n in site.pins.items())
            and not any(c in items for c in site.exclusions)
            and _all_hold(local, release, {**bid.answers, **site.answers}, items)
        ]
        for site in bid.sites
    ]
    common = [items for items in _combinations(release, shared) if _fits_slots(bid, items, shared)]
    assume(len(common) * len(at_site[0]) * len(at_site[1]) <= MOST_BIDS)
    for first, second, rest in product(*at_site, common):
        items = {c: first.get(c, 0) + second.get(c, 0) + rest.get(c, 0) for c in {**first, **second, **rest}}
        if _is_possible(bid, items) and _all_hold(wide, release, bid.answers, items):
            yield Bid(items, (first, second), rest)


def _all_hold(rules: list[Rule], release: Release, answers: Mapping[str, object], items: Mapping[str, int]) -> bool:
    choice = Choice(release=release, answers=answers, items=items)  # type: ignore[arg-type]  # answers of any kind
    return all(holds(rule.expression, choice) for rule in rules)


def _is_possible(bid: Requirements, items: dict[str, int]) -> bool:
    def has(name: str) -> bool:
        return any(name in {c, c.split(".")[0]} for c in items)

    return (
        all(n <= bid.release.components[c].max_quantity for c, n in items.items())
        and all(items.get(c, 0) == n if n else c in items for c, n in bid.pins.items())
        and not any(c in items for c in bid.exclusions)
        and all(has(name) for effect in bid.bespoke for name in effect.requires)
        and not any(has(name) for effect in bid.bespoke for name in effect.forbids)
        and not undeliverable(bid, items)
        and not scarce_centres(bid, items)
        and _is_balanced(bid.release, items)
    )


@st.composite
def demanding_bids(draw: st.DrawFn) -> Case:
    """Bids that would be possible if nothing were said of the bid as a whole, of which much is said."""
    case = draw(sited_cases())
    said, components = case.requirements, sorted(case.requirements.release.components)
    sites = tuple(replace(site, pins={}, exclusions=()) for site in said.sites)
    free = replace(said, pins={}, exclusions=(), bespoke=(), budget={}, sites=sites)
    valid = every_bid(replace(case, requirements=free))
    assume(valid)
    few = st.lists(st.sampled_from(components), max_size=2)
    bid = replace(
        free,
        pins={c: draw(st.integers(0, said.release.components[c].max_quantity)) for c in draw(few)},
        exclusions=tuple(sorted(set(draw(few)))),
        bespoke=said.bespoke,
    )
    if draw(st.booleans()):
        limit = draw(st.sampled_from(LIMITS))
        values = sorted({charges(items, case.amounts)[limit] for items in valid})
        bid = replace(bid, budget={limit: draw(st.sampled_from([values[0] - 4, values[0] - 1, *values[:3]]))})
    return replace(case, requirements=bid)
