"""Random small portfolios, requests and amounts, small enough to try every configuration."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from itertools import combinations, product
from math import floor

from hypothesis import strategies as st
from random_free_months import spared_of, times_due, with_free_months
from small_release import small_release

from bidwright.catalog.model import Attribute, Component, DeliveryCentre, Family, Need, Offering, Release, Rule, Slot
from bidwright.catalog.rule_language import (
    AllOf,
    AnyOf,
    Arithmetic,
    Comparison,
    Constant,
    Expression,
    InTable,
    Kinds,
    Name,
    Not,
    Quantity,
    Selected,
    Sum,
)
from bidwright.configurator.check import check
from bidwright.configurator.request import LIMITS, BespokeEffect, Requirements
from bidwright.core.amount_table import AmountTable, CommitmentAmount, PackageAmount, PercentageAmount

FAMILIES = ("disk", "node", "tool")
MOST_CONFIGURATIONS = 150
D = Decimal

PLACES = {"here": "Here", "there": "There", "any": "Anywhere"}

NEEDS = {
    "users": Need(name="users", question="How many?", kind="integer", unit="users", minimum=D(0), maximum=D(3)),
    "level": Need(name="level", question="Which?", kind="decimal", places=1, minimum=D("0.0"), maximum=D("0.2")),
    "flag": Need(name="flag", question="Flag?", kind="boolean"),
    "place": Need(name="place", question="Where?", kind="choice", options=PLACES),
    "title": Need(name="title", question="Title?", kind="text", max_length=9, default="T"),
}
NEED_VALUES: Mapping[str, tuple[bool | int | Decimal | str, ...]] = {
    "users": (0, 1, 2, 3),
    "level": (D("0.0"), D("0.1"), D("0.2")),
    "flag": (False, True),
    "place": ("here", "there", "any"),
}


@dataclass(frozen=True)
class Case:
    """One request with what it costs."""

    requirements: Requirements
    amounts: AmountTable


def _numbers(components: tuple[str, ...]) -> st.SearchStrategy[Expression]:
    subjects = st.sampled_from((*components, *FAMILIES))
    families = st.sampled_from(("", *FAMILIES))
    constants = st.sampled_from([Fraction(n) for n in (0, 1, 2, 3)] + [Fraction(1, 4), Fraction(3, 10)]).map(Constant)
    needs = st.sampled_from([Name("need", "users"), Name("need", "level")])
    sums = st.one_of(
        st.builds(Sum, st.just("total"), st.just("ram"), families),
        st.builds(Sum, st.sampled_from(["provided", "consumed"]), st.just("power"), families),
    )
    figures = st.one_of(st.builds(Quantity, subjects), st.builds(Kinds, st.sampled_from(FAMILIES)), sums)
    products = st.one_of(
        st.builds(Arithmetic, st.just("*"), figures, st.one_of(constants, needs)),
        st.builds(Arithmetic, st.just("*"), st.one_of(constants, needs), needs),
    )
    leaves = st.one_of(figures, figures, needs, constants, products)
    return st.one_of(leaves, leaves, st.builds(Arithmetic, st.sampled_from("+-"), leaves, leaves))


def _conditions(components: tuple[str, ...], *, tables: bool) -> st.SearchStrategy[Expression]:
    numbers = _numbers(components)
    operators = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
    same = st.sampled_from(["==", "!="])
    leaves = st.one_of(
        st.builds(Selected, st.sampled_from((*components, *FAMILIES))),
        st.builds(Comparison, operators, numbers, numbers),
        st.builds(Comparison, same, st.just(Name("need", "place")), st.sampled_from(["here", "there"]).map(Constant)),
        st.just(Name("need", "flag")),
        st.booleans().map(Constant),
        *([st.sampled_from([InTable(("node", "disk"), "pairs"), InTable(FAMILIES, "triples")])] if tables else []),
    )
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(Not, inner),
            st.lists(inner, min_size=1, max_size=3).map(lambda found: AllOf(tuple(found))),
            st.lists(inner, min_size=1, max_size=3).map(lambda found: AnyOf(tuple(found))),
            st.builds(Comparison, same, inner, inner),
        ),
        max_leaves=5,
    )


@st.composite
def _components(draw: st.DrawFn) -> dict[str, Component]:
    template = small_release().components["os.debian"]
    components: dict[str, Component] = {}
    space = 1
    for index in range(draw(st.integers(2, 6))):
        family = FAMILIES[index % 3]
        most = draw(st.sampled_from([1, 1, 2, 3]))
        if space * (most + 1) > MOST_CONFIGURATIONS:
            break
        space *= most + 1
        figure = st.sampled_from([D(1), D(2), D("0.5"), D("1.3")])
        components[f"{family}.c{index}"] = replace(
            template,
            id=f"{family}.c{index}",
            family=family,
            name=f"C{index}",
            max_quantity=most,
            attributes=draw(st.dictionaries(st.just("ram"), figure)),
            provides=draw(st.dictionaries(st.just("power"), figure)),
            competence=draw(st.sampled_from(["unix", "unix", "database"])),
            consumes=draw(st.dictionaries(st.just("power"), figure)),
            one_time_hours=draw(st.sampled_from([D(0), D(1), D("2.5")])),
            monthly_hours=draw(st.sampled_from([D(0), D(0), D("1.5")])),
        )
    return dict(sorted(components.items()))


@st.composite
def _centres(draw: st.DrawFn) -> dict[str, DeliveryCentre]:
    """One centre knows everything; without the others, residency may leave components that nobody can deliver."""
    brno, leeds = small_release().centres["brno"], small_release().centres["leeds"]
    centres = {
        "brno": replace(brno, region="here"),
        "leeds": replace(leeds, region="there", rates={"unix": leeds.rates["unix"]}),
        "porto": replace(leeds, id="porto", region="there", rates={"database": leeds.rates["database"]}),
    }
    some = draw(st.integers(1, 3))
    hours = st.sampled_from([D(1000), D(1000), D(0), D(2), D("3.5")])
    return {id_: replace(centre, capacity_hours=draw(hours)) for id_, centre in sorted(centres.items())[:some]}


@st.composite
def _release(draw: st.DrawFn) -> Release:
    components = draw(_components())
    by_family = {family: sorted(c for c in components if c.startswith(family)) for family in FAMILIES}
    pairs = [(a, b) for a in by_family["node"] for b in by_family["disk"]]
    triples = list(product(*(by_family[family] for family in FAMILIES)))
    tables = {
        "pairs": (("disk", "node"), frozenset((b, a) for a, b in pairs if draw(st.booleans()))),
        "triples": (FAMILIES, frozenset(row for row in triples if draw(st.booleans()))),
    }
    conditions = draw(st.lists(_conditions(tuple(components), tables=True), max_size=3))
    rules = tuple(
        Rule(id=f"rule_{index}", source=f"rule {index}", because=f"Reason {index}.", expression=condition)
        for index, condition in enumerate(conditions)
    )
    slots = {}
    for family in FAMILIES:
        if not by_family[family] or draw(st.integers(0, 9)) == 0:
            continue
        least = draw(st.integers(0, 1))
        most = draw(st.integers(least, 2))
        slots[family] = Slot(
            family=family, minimum=least, maximum=most, max_quantity=draw(st.sampled_from([None, None, 1, 2]))
        )
    offering = Offering(
        id="offer",
        title="Offer",
        description="",
        approach="configured",
        residency_need=draw(st.sampled_from(["", "place"])),
        needs=NEEDS,
        slots=slots,
        rules=rules[1:],
    )
    release = replace(
        small_release(),
        families={f: Family(id=f, title=f.title(), unit="piece") for f in FAMILIES},
        attributes={a: Attribute(id=a, title=a, unit="u", places=1) for a in ("power", "ram")},
        components=components,
        offerings={"offer": offering},
        rules=rules[:1],
        markets={"DE": replace(small_release().markets["DE"], delivery_regions=("here", "there"))},
        centres=draw(_centres()),
        tables=tables,
        packages={},
    )
    return digested(release)


def digested(release: Release) -> Release:
    """The release with a digest of all of it: what is kept between requests is kept by digest."""
    return replace(release, digest=sha256(repr(release).encode()).hexdigest())


@st.composite
def _amounts(draw: st.DrawFn, release: Release) -> AmountTable:
    def column(most: int) -> tuple[int, ...]:
        if draw(st.booleans()):
            price = draw(st.integers(0, 9))
            return tuple(price * n for n in range(most + 1))
        return (0, *draw(st.lists(st.integers(0, 30), min_size=most, max_size=most)))

    units = st.dictionaries(st.sampled_from(sorted(release.components)), st.integers(1, 2), min_size=1, max_size=2)
    packages = {
        f"package_{index}": PackageAmount(components=dict(sorted(draw(units).items())), monthly=(0, -2, -5))
        for index in range(draw(st.integers(0, 2)))
    }
    limits = {c: component.max_quantity for c, component in release.components.items()}
    return AmountTable(
        currency="EUR",
        term_months=draw(st.sampled_from([1, 12, 14, 36])),
        one_time={c: column(most) for c, most in limits.items() if draw(st.booleans())},
        monthly={c: column(most) for c, most in limits.items()},
        hourly={c: column(most) for c, most in limits.items() if _rarely(draw)},
        quarterly={c: column(most) for c, most in limits.items() if _rarely(draw)},
        yearly={c: column(most) for c, most in limits.items() if _rarely(draw)},
        packages=packages,
        percentages=tuple(draw(_percentages(sorted(release.components)))),
        commitments=draw(_commitments(sorted(release.components))),
        bespoke_one_time=draw(st.integers(0, 5)),
        bespoke_monthly=draw(st.integers(0, 5)),
    )


@st.composite
def _percentages(draw: st.DrawFn, components: list[str]) -> list[PercentageAmount]:
    """At most two, the second one perhaps of the first; each may come beside a column of its own."""
    if not _rarely(draw) or len(components) < 2:
        return []
    ordered = draw(st.permutations(components))
    charges = ["one_time", "monthly", "quarterly", "yearly"]
    charge = draw(st.sampled_from(charges))
    place = draw(st.sampled_from([1, 1, 5]))
    found = []
    for position in range(draw(st.integers(1, min(2, len(components) - 1)))):
        others = [*ordered[:position], *ordered[2:]] or list(ordered[1:])
        limits = [draw(st.sampled_from([None, None, 5])), draw(st.sampled_from([None, None, 10]))]
        found.append(
            PercentageAmount(
                component=ordered[position],
                charge=charge,
                of=tuple(sorted(others[: draw(st.integers(1, len(others)))])),
                of_charge=charge if draw(st.booleans()) else draw(st.sampled_from(charges)),
                share=draw(st.sampled_from([Fraction(1, 2), Fraction(3, 20), Fraction(7, 4)])),
                half_even=draw(st.booleans()),
                minimum=limits[0],
                maximum=limits[1],
                rounding_to=place,
            )
        )
    return found


@st.composite
def _commitments(draw: st.DrawFn, components: list[str]) -> dict[str, CommitmentAmount]:
    """None, or one or two that share no component."""
    cut = draw(st.integers(0, len(components)))
    parts = {"first": tuple(components[:cut]), "second": tuple(components[cut:])}
    return {
        id_: CommitmentAmount(components=members, monthly=draw(st.integers(0, 40)))
        for id_, members in parts.items()
        if members and _rarely(draw)
    }


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A request against a portfolio, with answers, wishes, budgets and amounts; about two of three can be met."""
    case = draw(_any_cases())
    return draw(_met(case)) if draw(st.integers(0, 2)) else case


@st.composite
def _met(draw: st.DrawFn, case: Case) -> Case:
    """A case that can be met: rules that stand in the way are turned into their opposite, and wishes left out."""
    asked, configurations = case.requirements, list(every_configuration(case.requirements.release))

    def meeting(requirements: Requirements) -> list[dict[str, int]]:
        return [items for items in configurations if not check(requirements, items)]

    kept = _with_rules(replace(asked, pins={}, exclusions=(), bespoke=(), budget={}), ())
    if not meeting(kept):
        return case
    for rule in (*asked.release.rules, *asked.offering.rules):
        rules = (*kept.release.rules, *kept.offering.rules)
        tried = _with_rules(kept, (*rules, rule))
        opposite = replace(rule, expression=Not(rule.expression))
        kept = tried if meeting(tried) else _with_rules(kept, (*rules, opposite))
    for component, units in asked.pins.items():
        tried = replace(kept, pins={**kept.pins, component: units})
        kept = tried if meeting(tried) else kept
    for component in asked.exclusions:
        tried = replace(kept, exclusions=(*kept.exclusions, component))
        kept = tried if meeting(tried) else kept
    for effect in asked.bespoke:
        tried = replace(kept, bespoke=(*kept.bespoke, effect))
        kept = tried if meeting(tried) else kept
    prices = {effect.id: case.amounts.bespoke[effect.id] for effect in kept.bespoke}
    found = Case(kept, with_bespoke_prices(case.amounts, prices))
    costs = [charges(items, found.amounts) for items in meeting(kept)]
    for limit in asked.budget:
        most = draw(st.sampled_from(sorted({cost[limit] for cost in costs})[:4]))
        costs = [cost for cost in costs if cost[limit] <= most]
        found = replace(
            found, requirements=replace(found.requirements, budget={**found.requirements.budget, limit: most})
        )
    return found


def _with_rules(requirements: Requirements, rules: tuple[Rule, ...]) -> Requirements:
    """A request against a portfolio with these rules: the first of all offerings, the others of one."""
    offering = replace(requirements.offering, rules=rules[1:])
    release = digested(replace(requirements.release, rules=rules[:1], offerings={offering.id: offering}))
    return replace(requirements, release=release, offering=offering)


@st.composite
def _any_cases(draw: st.DrawFn) -> Case:
    """The same, of which hardly any can be met."""
    release = draw(_release())
    amounts = draw(with_free_months(draw(_amounts(release))))
    components = sorted(release.components)
    bespoke, prices = draw(_bespoke(components))
    pins = {c: draw(st.integers(0, release.components[c].max_quantity)) for c in components if _rarely(draw)}
    requirements = Requirements(
        release=release,
        offering=release.offerings["offer"],
        market=release.markets["DE"],
        answers={**{name: draw(st.sampled_from(values)) for name, values in NEED_VALUES.items()}, "title": "T"},
        pins=pins,
        exclusions=tuple(c for c in components if _rarely(draw)),
        bespoke=bespoke,
        budget={limit: draw(st.integers(0, 60)) for limit in LIMITS if _rarely(draw)},
    )
    return Case(requirements, with_bespoke_prices(amounts, prices))


@st.composite
def _bespoke(draw: st.DrawFn, components: list[str]) -> tuple[tuple[BespokeEffect, ...], dict[str, tuple[int, int]]]:
    """None, one or two items, some of which require or forbid something, and what each costs once and a month."""
    names = st.lists(st.sampled_from((*components, *FAMILIES)), max_size=1).map(tuple)
    items = tuple(
        BespokeEffect(id=id_, title=id_.title(), requires=draw(names), forbids=draw(names))
        for id_ in ("extra", "more")
        if _rarely(draw)
    )
    prices = st.sampled_from([(0, 0), (4, 0), (0, 3), (20, 0), (0, 20)])
    return items, {item.id: draw(prices) for item in items}


def with_bespoke_prices(amounts: AmountTable, prices: Mapping[str, tuple[int, int]]) -> AmountTable:
    """Amounts in which bespoke items cost so much, in place of what they cost before."""
    before = amounts.bespoke.values()
    return replace(
        amounts,
        bespoke_one_time=amounts.bespoke_one_time - sum(p[0] for p in before) + sum(p[0] for p in prices.values()),
        bespoke_monthly=amounts.bespoke_monthly - sum(p[1] for p in before) + sum(p[1] for p in prices.values()),
        bespoke=prices,
    )


def at_prices_of(items: Collection[str], amounts: AmountTable) -> AmountTable:
    """Amounts in which of the bespoke items only some cost anything."""
    return with_bespoke_prices(amounts, {id_: price for id_, price in amounts.bespoke.items() if id_ in items})


def _rarely(draw: st.DrawFn) -> bool:
    return draw(st.integers(0, 5)) == 0


def every_configuration(release: Release) -> Iterator[dict[str, int]]:
    """All combinations of units."""
    components = sorted(release.components)
    ranges = [range(release.components[c].max_quantity + 1) for c in components]
    for units in product(*ranges):
        yield {c: n for c, n in zip(components, units, strict=True) if n}


def scarce_centres(requirements: Requirements, items: Mapping[str, int]) -> set[str]:
    """Sets of centres, joined by "+", that have fewer hours than what only they can do, trying every set."""
    release, place = requirements.release, requirements.answers["place"]
    regions = {"here", "there"} if place == "any" or not requirements.offering.residency_need else {place}
    centres = {c for c, centre in release.centres.items() if centre.region in regions}
    found = set()
    for some in (set(combination) for n in (1, 2, 3) for combination in combinations(sorted(centres), n)):
        for hours in ("one_time_hours", "monthly_hours"):
            own = [
                getattr(release.components[c], hours) * units
                for c, units in items.items()
                if (able := {id_ for id_ in centres if release.components[c].competence in release.centres[id_].rates})
                and able <= some
            ]
            if sum(own) > sum(release.centres[id_].capacity_hours for id_ in some):
                found.add("+".join(sorted(some)))
    return found


def charges(items: Mapping[str, int], table: AmountTable) -> dict[str, int]:
    """What a configuration costs, trying every way to apply packages."""
    due = _due(items, table)
    one_time = table.bespoke_one_time + sum(due["one_time"].values())
    monthly = sum(due["monthly"].values())
    savings = [0]
    for times in product(*(range(len(package.monthly)) for package in table.packages.values())):
        used: dict[str, int] = {}
        for package, count in zip(table.packages.values(), times, strict=True):
            for c, n in package.components.items():
                used[c] = used.get(c, 0) + n * count
        if all(n <= items.get(c, 0) for c, n in used.items()):
            savings.append(sum(p.monthly[k] for p, k in zip(table.packages.values(), times, strict=True)))
    for commitment in table.commitments.values():
        own = [due["monthly"][c] for c in items if c in commitment.components]
        monthly += max(0, commitment.monthly - sum(own)) if own else 0
    quarter, year = sum(due["quarterly"].values()), sum(due["yearly"].values())
    months, free_months = table.term_months, table.free_months
    package_months = max((package.free_months for package in table.packages.values()), default=0)
    value = one_time + months * table.bespoke_monthly + times_due(months, 1, free_months) * monthly
    value += times_due(months, 3, free_months) * quarter + times_due(months, 12, free_months) * year
    value += times_due(months, 1, package_months) * min(savings) - spared_of(items, table, due)
    average = floor(
        table.bespoke_monthly + monthly + min(savings) + Fraction(quarter, 3) + Fraction(year, 12) + Fraction(1, 2)
    )
    return {"one_time": one_time, "monthly": average, "contract_value": value}


def is_within_budget(case: Case, items: Mapping[str, int], limits: Collection[str]) -> bool:
    """Whether a configuration keeps some limits of a request's budget."""
    found = charges(items, case.amounts)
    return all(found[limit] <= most for limit, most in case.requirements.budget.items() if limit in limits)


def valid_values(case: Case) -> list[int]:
    """The contract values of all valid configurations."""
    return [
        charges(items, case.amounts)["contract_value"]
        for items in every_configuration(case.requirements.release)
        if not check(case.requirements, items) and is_within_budget(case, items, case.requirements.budget)
    ]


def _due(items: Mapping[str, int], table: AmountTable) -> dict[str, dict[str, int]]:
    """Charge -> component -> amount, with percentages."""
    columns = {
        "one_time": [table.one_time],
        "monthly": [table.monthly, table.hourly],
        "quarterly": [table.quarterly],
        "yearly": [table.yearly],
    }
    due = {
        charge: {c: sum(column[c][n] for column in found if c in column) for c, n in items.items()}
        for charge, found in columns.items()
    }
    for one in table.percentages:
        if one.component in items:
            due[one.charge][one.component] += one.net(sum(due[one.of_charge].get(c, 0) for c in one.of))
    return due
