"""The analysis of random small portfolios, held against trying everything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise, product

from draws import drawn
from hypothesis import HealthCheck, Phase, given, settings
from random_portfolios import NEED_VALUES, Case, D, cases, digested, every_configuration

from bidwright.catalog.model import Answer, Release, Rule
from bidwright.catalog.rule_language import Name
from bidwright.configurator.check import check
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.portfolio_analysis import Scope, analyze_portfolio
from bidwright.configurator.portfolio_findings import OfferingFindings
from bidwright.configurator.request import Requirements
from bidwright.configurator.rule_check import parts

_TODAY = dt.date(2026, 7, 1)


def _settings(examples: int) -> settings:
    return settings(
        max_examples=drawn(examples),
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


@dataclass(frozen=True)
class _Valid:
    """A valid configuration."""

    answers: Mapping[str, Answer]
    items: Mapping[str, int]


def _valid(release: Release) -> list[_Valid]:
    """Every valid configuration with every combination of answers."""
    offering, market = release.offerings["offer"], release.markets["DE"]
    configurations = list(every_configuration(release))
    asked = {name: values for name, values in NEED_VALUES.items() if name in offering.needs}
    found = []
    for values in product(*asked.values()):
        answers = {**dict(zip(asked, values, strict=True)), "title": "T"}
        told = Requirements(release=release, offering=offering, market=market, answers=answers)
        found += [_Valid(answers, items) for items in configurations if not check(told, items)]
    return found


def _changed(release: Release) -> Release:
    """The release under a digest of its own."""
    return digested(release)


def _few_values(case: Case) -> Release:
    """The portfolio with few components, as all answers are tried too."""
    release = case.requirements.release
    kept = dict(sorted(release.components.items())[:4])
    components = {
        name: replace(component, max_quantity=min(component.max_quantity, 2)) for name, component in kept.items()
    }
    rows = {
        name: (columns, frozenset(row for row in rows if set(row) <= kept.keys()))
        for name, (columns, rows) in release.tables.items()
    }
    return _changed(replace(release, components=components, tables=rows))


def _plain(release: Release) -> Release:
    """The portfolio without numbers: one unit of everything, and no need that asks for how many."""
    offering = release.offerings["offer"]

    def kept(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        asked = {rule.id: {part.name for part in parts(rule.expression) if isinstance(part, Name)} for rule in rules}
        return tuple(rule for rule in rules if not asked[rule.id] & {"users", "level"})

    needs = {name: need for name, need in offering.needs.items() if name not in {"users", "level"}}
    slots = {family: replace(slot, max_quantity=None) for family, slot in offering.slots.items()}
    return _changed(
        replace(
            release,
            components={name: replace(component, max_quantity=1) for name, component in release.components.items()},
            rules=kept(release.rules),
            offerings={"offer": replace(offering, needs=needs, slots=slots, rules=kept(offering.rules))},
        )
    )


def _with_twins(release: Release) -> Release:
    """The portfolio with a component that is like another, and one that is like another and provides more."""
    components = dict(release.components)
    disks = sorted(name for name in components if name.startswith("disk"))
    nodes = sorted(name for name in components if name.startswith("node"))
    for like, other in pairwise(disks):
        components[other] = replace(components[like], id=other, attributes={"ram": D(1)})
        components[like] = replace(components[like], attributes={"ram": D(1)})
    for like, other in pairwise(nodes):
        more = components[like].provides.get("power", D(0)) + 1
        components[other] = replace(components[like], id=other, provides={"power": more})
    return _changed(replace(release, components=components))


def _findings(release: Release) -> OfferingFindings:
    scope = Scope(
        release=release,
        offerings=list(release.offerings.values()),
        markets=list(release.markets.values()),
        prices=[],
        today=_TODAY,
    )
    found = analyze_portfolio(scope, Deadline(60))
    assert found.is_complete
    return found.offerings[0]


def _without(release: Release, rule: str) -> Release:
    def kept(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        return tuple(each for each in rules if each.id != rule)

    offering = release.offerings["offer"]
    offerings = {"offer": replace(offering, rules=kept(offering.rules))}
    return _changed(replace(release, rules=kept(release.rules), offerings=offerings))


def _told(answer: Answer) -> str:
    return {True: "yes", False: "no"}[answer] if isinstance(answer, bool) else str(answer)


@_settings(15)
@given(cases())
def test_findings_are_those_of_trying_every_answer_with_every_configuration(case: Case) -> None:
    _compare(_few_values(case))


@_settings(40)
@given(cases())
def test_findings_without_numbers_are_those_of_trying_every_answer_with_every_configuration(case: Case) -> None:
    _compare(_plain(case.requirements.release))


def _compare(release: Release) -> None:
    found, valid = _findings(release), _valid(release)
    assert found.configurations == len(valid)
    assert found.void == (not valid)
    if not valid:
        return
    placed = [
        name for name, component in release.components.items() if component.family in release.offerings["offer"].slots
    ]
    assert list(found.components) == placed
    assert set(found.dead) == {name for name in placed if not any(name in each.items for each in valid)}
    assert set(found.core) == {name for name in placed if all(name in each.items for each in valid)}
    for name in ("flag", "place"):
        met = {_told(each.answers[name]) for each in valid}
        unmet = {each.answer for each in found.unmet_answers if each.need == name}
        assert unmet == {_told(value) for value in NEED_VALUES[name]} - met
    ranges = {each.need: each.met for each in found.unmet_ranges}
    for name in {"users", "level"} & release.offerings["offer"].needs.keys():
        met_numbers = [float(str(each.answers[name])) for each in valid]
        whole = (float(str(NEED_VALUES[name][0])), float(str(NEED_VALUES[name][-1])))
        told = tuple(map(float, ranges[name])) if name in ranges else whole
        assert told == (min(met_numbers), max(met_numbers))
    offering = release.offerings["offer"]
    for rule in (*release.rules, *offering.rules):
        assert (rule.id in found.redundant) == (len(_valid(_without(release, rule.id))) == len(valid))


@_settings(12)
@given(cases())
def test_overlapping_components_change_places_in_every_configuration(case: Case) -> None:
    release = _with_twins(_few_values(case))
    found = _findings(release)
    if found.void:
        return
    valid = {(tuple(each.answers.items()), tuple(sorted(each.items.items()))) for each in _valid(release)}
    for group in found.overlapping:
        first, second, *_ = group
        swap = {first: second, second: first}
        turned = {
            (answers, tuple(sorted((swap.get(name, name), units) for name, units in items))) for answers, items in valid
        }
        assert turned == valid
    for worse, by in found.dominated.items():
        for answers, items in valid:
            units = dict(items)
            if worse in units:
                units[by] = units.get(by, 0) + units.pop(worse)
                assert (answers, tuple(sorted(units.items()))) in valid
