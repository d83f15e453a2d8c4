"""Availability of parts in series and side by side: the law by hand, and the solver held against the checker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import prod

import pytest
from draws import drawn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from ortools.sat.python import cp_model
from random_portfolios import FAMILIES, Case, cases, digested, every_configuration, valid_values
from small_release import small_release

from bidwright.catalog.availability import availability_faults
from bidwright.catalog.model import Attribute, Family, Offering, Release, Rule
from bidwright.catalog.rule_language import Arithmetic, Availability, Comparison, Constant, Expression, Name
from bidwright.catalog.rule_parser import parse
from bidwright.configurator.check import check
from bidwright.configurator.configure import configure
from bidwright.configurator.cpsat_availability import availability
from bidwright.configurator.cpsat_variables import new_variables
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.guide import Wishes, guide
from bidwright.configurator.rule_check import Choice, value_of
from bidwright.v1.configuration_pb2 import Conflict
from bidwright.v1.configurator_pb2 import OPTION_STATE_EXCLUDED, OPTION_STATE_FORCED, OPTION_STATE_OPEN

_FIGURES = ("0", "50", "90.1234567", "99.9", "99.99", "100")

_settings = settings(
    max_examples=drawn(40),
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def _release(figures: Mapping[str, str], *redundant: str) -> Release:
    """Components of given uptime, up to 50 units of each, in families of which some are redundant."""
    template = small_release().components["os.debian"]
    components = {
        one: replace(
            template,
            id=one,
            family=one.split(".")[0],
            max_quantity=50,
            attributes={"uptime": Decimal(figure)} if figure else {},
        )
        for one, figure in sorted(figures.items())
    }
    return replace(
        small_release(),
        components=components,
        families={f: Family(id=f, title=f, unit="u", redundant=f in redundant) for f in ("disk", "node", "tool")},
        attributes={"uptime": Attribute(id="uptime", title="Uptime", unit="percent", places=7)},
    )


def _availability(release: Release, families: tuple[str, ...], items: Mapping[str, int]) -> Fraction:
    value = value_of(Availability(families), Choice(release=release, answers={}, items=items))
    assert isinstance(value, Fraction)
    return value


@pytest.mark.parametrize(
    ("items", "redundant", "expected"),
    [
        # one part: its own figure
        ({"node.a": 1}, (), "99.9"),
        # two that both are needed: 0.999 x 0.999
        ({"node.a": 2}, (), "99.8001"),
        # two that stand in for each other: 1 - 0.001 x 0.001
        ({"node.a": 2}, ("node",), "99.9999"),
        # three fail together for a billionth of the time
        ({"node.a": 3}, ("node",), "99.9999999"),
        # four for a part of that, which counts as a billionth
        ({"node.a": 4}, ("node",), "99.9999999"),
        # two kinds side by side: 1 - 0.001 x 0.05
        ({"node.a": 1, "node.b": 1}, ("node",), "99.995"),
        # two kinds in series: 0.999 x 0.95
        ({"node.a": 1, "node.b": 1}, (), "94.905"),
        # families are in series: (1 - 0.001 x 0.001) x 0.95
        ({"node.a": 2, "disk.c": 1}, ("node",), "94.999905"),
        # rounded down after each unit: 0.666666667 ** 2 is 0.44444444488..., and 0.29629630 after the third
        ({"disk.d": 3}, (), "29.6296296"),
        # nothing chosen: nothing that can fail
        ({}, ("node",), "100"),
        # what states no uptime does not count
        ({"node.silent": 3}, ("node",), "100"),
        # nothing that works never does
        ({"node.broken": 1}, ("node",), "0"),
        ({"node.broken": 2, "node.a": 1}, ("node",), "99.9"),
    ],
)
def test_availability_is_the_product_of_parts_in_series_and_of_failures_side_by_side(
    items: Mapping[str, int], redundant: tuple[str, ...], expected: str
) -> None:
    figures = {"node.a": "99.9", "node.b": "95", "node.silent": "", "node.broken": "0", "disk.c": "95"}
    release = _release({**figures, "disk.d": "66.6666667"}, *redundant)
    assert _availability(release, ("node", "disk"), items) == Fraction(expected)


@given(
    units=st.lists(st.integers(0, 4), min_size=4, max_size=4),
    figures=st.lists(st.sampled_from(_FIGURES), min_size=4, max_size=4),
    redundant=st.sets(st.sampled_from(["node", "disk"])),
)
@settings(max_examples=drawn(200))
def test_rounding_takes_less_than_a_hair_from_the_exact_availability(
    units: list[int], figures: list[str], redundant: set[str]
) -> None:
    ids = ("disk.a", "disk.b", "node.a", "node.b")
    release = _release(dict(zip(ids, figures, strict=True)), *redundant)
    items = {one: number for one, number in zip(ids, units, strict=True) if number}
    shares = {one: Fraction(figure) / 100 for one, figure in zip(ids, figures, strict=True)}
    exact = Fraction(1)
    for family in ("node", "disk"):
        chosen = [shares[one] for one in items if one.startswith(family) for _ in range(items[one])]
        if chosen:
            exact *= 1 - prod(1 - share for share in chosen) if family in redundant else prod(chosen)
    counted = _availability(release, ("node", "disk"), items) / 100
    assert exact - Fraction(1, 10**7) < counted <= exact


@st.composite
def _cases(draw: st.DrawFn) -> Case:
    """Random cases with figures, redundant families, and a rule that asks for availability."""
    case = draw(cases())
    release = case.requirements.release
    figure = st.one_of(st.none(), st.sampled_from(_FIGURES))
    components = {
        one: replace(part, attributes=dict(part.attributes) | ({"uptime": Decimal(f)} if (f := draw(figure)) else {}))
        for one, part in release.components.items()
    }
    families = draw(st.lists(st.sampled_from(FAMILIES), min_size=1, max_size=3, unique=True))
    asked: Expression = draw(
        st.one_of(
            st.sampled_from([Constant(Fraction(n)) for n in ("30", "90", "99.99", "99.9999")]),
            # 0, 50 or 100 percent
            st.just(Arithmetic("*", Name("need", "level"), Constant(Fraction(500)))),
        )
    )
    operator = draw(st.sampled_from([">=", ">=", ">", "<", "==", "!="]))
    rule = Comparison(operator, Availability(tuple(families)), asked)
    offering = release.offerings["offer"]
    known: Release = replace(
        release,
        components=components,
        families={f: replace(one, redundant=draw(st.booleans())) for f, one in release.families.items()},
    )
    wanted: Offering = replace(
        offering,
        rules=(*offering.rules, Rule(id="works", source="works", because="It works.", expression=rule)),
    )
    known = digested(replace(known, offerings={"offer": wanted}))
    return Case(replace(case.requirements, release=known, offering=wanted), case.amounts)


@_settings
@given(_cases())
def test_what_is_available_enough_is_the_cheapest_of_all_that_is_or_there_is_none(case: Case) -> None:
    outcome = configure(case.requirements, case.amounts, Deadline(20))
    values = valid_values(case)
    if isinstance(outcome, Conflict):
        assert not values
        return
    assert check(case.requirements, outcome.items) == []
    assert outcome.amounts.contract_value == outcome.bound == min(values)


@_settings
@given(_cases(), st.integers(0, 10**6))
def test_each_configuration_is_as_available_to_the_solver_as_to_the_checker(case: Case, number: int) -> None:
    release = case.requirements.release
    every = list(every_configuration(release))
    items = every[number % len(every)]
    model = cp_model.CpModel()
    variables = new_variables(model, release, release.offerings["offer"], families=FAMILIES)
    counted = availability(variables, FAMILIES)
    for component, units in variables.quantities.items():
        model.add(units == items.get(component, 0))
    solver = cp_model.CpSolver()
    solver.parameters.cp_model_presolve = number % 2 == 0
    solver.parameters.num_workers = 1
    assert solver.solve(model) == cp_model.OPTIMAL
    found = counted.constant + sum(
        factor * solver.value(model.get_int_var_from_proto_index(index)) for index, factor in counted.terms.items()
    )
    assert found == _availability(release, FAMILIES, items)


def test_parts_in_series_that_are_too_many_to_count_are_refused_and_redundant_ones_are_not() -> None:
    release = _release({"node.a": "99.9"})
    components = [replace(release.components["node.a"], max_quantity=5000)]
    rule = parse('availability("node") >= 99')
    family = release.families["node"]
    told = "there may be 5000 units of 'node' that all are needed, and 1000 can be counted"
    assert [what for what, _ in availability_faults(rule, {"node": family}, components)] == [told]
    assert list(availability_faults(rule, {"node": replace(family, redundant=True)}, components)) == []


@_settings
@given(_cases())
def test_the_guide_knows_what_availability_leaves_open(case: Case) -> None:
    requirements = replace(case.requirements, budget={})
    valid = [items for items in every_configuration(requirements.release) if not check(requirements, items)]
    outcome = guide(requirements, case.amounts, Wishes(), Deadline(20))
    if isinstance(outcome, Conflict):
        assert valid == []
        return
    for option, state in outcome.states.items():
        taken = {option.value in items for items in valid}
        if not option.need and option.value not in requirements.pins:
            expected = {(True,): OPTION_STATE_FORCED, (False,): OPTION_STATE_EXCLUDED}
            assert state == expected.get(tuple(taken), OPTION_STATE_OPEN)
