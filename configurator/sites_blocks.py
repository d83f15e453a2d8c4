"""Parts of a site that are chosen apart from each other, and for each part the sites that have the same choice.

Families that no rule and no resource of a site joins are blocks of their own: what a site has is one pattern of each
block. Sites whose answers and wishes leave a block the same patterns are one group, however many they are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from bidwright.catalog.model import Answer, Offering, Release, Rule
from bidwright.catalog.rule_language import (
    AllOf,
    Comparison,
    Constant,
    Expression,
    Kinds,
    Name,
    Not,
    Quantity,
    Selected,
)
from bidwright.catalog.rule_language import Sum as FigureSum
from bidwright.catalog.scopes import spoken_of
from bidwright.configurator.request import Requirements
from bidwright.configurator.rule_check import parts
from bidwright.configurator.sites import Site
from bidwright.configurator.sites_conditions import FALSE, TRUE, Conditions, answered
from bidwright.configurator.sites_patterns import Pattern, Steps, TooManyPatterns, patterns

_MOST_STEPS = 15_000
"""So many steps the patterns of one block may take, of all sites together: a fraction of a second."""

_MOST_PATTERNS = 3_000
"""So many patterns of one block are still quickly counted out."""


@dataclass(frozen=True)
class SiteView:
    """A site, and what must hold there whatever is at the others."""

    site: Site
    requirements: Requirements


@dataclass(frozen=True, kw_only=True)
class Group:
    """Sites with the same choice in a block.

    Attributes:
        sites: Their ids, ascending.
        conditions: What must hold at each, with the answers put in; at the first site, where others have the same
            patterns for other reasons.
        patterns: What each of them can have; None where there are too many to list.
        reasons: What must hold at sites of which that differs from the first.
    """

    sites: tuple[str, ...]
    conditions: tuple[Expression, ...]
    patterns: tuple[Pattern, ...] | None
    reasons: Mapping[str, tuple[Expression, ...]] = field(default_factory=dict)

    def conditions_at(self, site: str) -> tuple[Expression, ...]:
        """What must hold at a site, by id: more than patterns say, where these leave out what is more than enough."""
        return self.reasons.get(site, self.conditions)


@dataclass(frozen=True, kw_only=True)
class Block:
    """Families of a site that are chosen together.

    Attributes:
        components: In the order of patterns.
        most: Units of each that a site has at most.
        conditions: Makes tests of conditions about them.
        release, offering: As a site sees them; without needs, as conditions have their answers put in.
        groups: Every site is in one.
    """

    components: tuple[str, ...]
    most: tuple[int, ...]
    conditions: Conditions
    release: Release
    offering: Offering
    groups: tuple[Group, ...]


def blocks_of(
    views: Sequence[SiteView],
    *,
    unavailable: Collection[str],
    spare: Collection[str],
    installed: Mapping[str, Mapping[str, int]] | None = None,
) -> list[Block]:
    """Find blocks and groups.

    Args:
        views: The sites by id, at least one, all of one offering.
        unavailable: Components that no site can have.
        spare: Components of which fewer units are never worse for the bid.
        installed: Site -> component -> units. Where it is given, the sites of a group also have the same installed, and
            no patterns are listed.
    """
    release, offering = views[0].requirements.release, views[0].requirements.offering
    without_needs = replace(offering, needs={})
    found = []
    for families in _joined_families(release, offering):
        reader = _Reader(release, offering, families)
        wanted = [(view.site.id, reader.conditions(view)) for view in views]
        available = [c for family in families for c in release.members(family) if c not in unavailable]
        order = _order(release, available, wanted[0][1])
        components = tuple(sorted(available, key=lambda c: (c in spare, order[c.partition(".")[0]], c)))
        most = tuple(_most(release, offering, component) for component in components)
        limits = _Limits(most, sum(c not in spare for c in components), Conditions(release, components))
        groups = _groups(wanted, limits) if installed is None else _groups_by_installed(wanted, components, installed)
        found.append(
            Block(
                components=components,
                most=most,
                conditions=limits.conditions,
                release=release,
                offering=without_needs,
                groups=groups,
            )
        )
    return found


def _order(release: Release, components: Sequence[str], expressions: Iterable[Expression]) -> Mapping[str, int]:
    """Families by place: those that use something come before those that have it, which is then known to be enough."""
    tests = Conditions(release, components)
    families = sorted({component.partition(".")[0] for component in components})
    before: dict[str, set[str]] = {family: set() for family in families}
    for expression in expressions:
        condition = tests.condition(expression)
        users = {components[place].partition(".")[0] for place in condition.hurts - condition.helps}
        for place in condition.helps - condition.hurts:
            family = components[place].partition(".")[0]
            before[family] |= users - {family}
    order: dict[str, int] = {}
    while before:
        # Families that wait for each other in a circle come by name.
        following = next((family for family in before if not before[family]), next(iter(before)))
        order[following] = len(order)
        del before[following]
        for waiting in before.values():
            waiting.discard(following)
    return order


def _joined_families(release: Release, offering: Offering) -> list[tuple[str, ...]]:
    """Families by block. Rules that speak of needs alone are a block without families, which comes first."""
    blocks = [frozenset({family}) for family in sorted(offering.slots)]
    rules = (*release.rules, *offering.rules)
    joints = [frozenset(spoken_of(rule, offering, release.components).site_families) for rule in rules]
    for resource in _resources(release):
        users = [c.family for c in release.components.values() if resource in {*c.provides, *c.consumes}]
        joints.append(frozenset(users) & offering.slots.keys())
    for joint in joints:
        together = frozenset[str]().union(*(block for block in blocks if block & joint))
        blocks = [*(block for block in blocks if not block & joint), *([together] if together else [])]
    return [(), *sorted(tuple(sorted(block)) for block in blocks)]


def _resources(release: Release) -> list[str]:
    return sorted({name for component in release.components.values() for name in component.consumes})


def _most(release: Release, offering: Offering, component_id: str) -> int:
    component = release.components[component_id]
    limit = offering.slots[component.family].max_quantity
    return component.max_quantity if limit is None else min(limit, component.max_quantity)


@dataclass
class _Reader:
    """Says what must hold at a site of the families of one block."""

    release: Release
    offering: Offering
    families: tuple[str, ...]
    _answered: dict[tuple[str, tuple[Answer, ...]], tuple[Expression, ...]] = field(default_factory=dict)
    _always: list[Expression] = field(init=False)
    _rules: list[tuple[Rule, tuple[str, ...]]] = field(init=False)

    def __post_init__(self) -> None:
        own = frozenset(self.families)
        self._always = list(self._of_slots())
        for resource in _resources(self.release):
            users = {c.family for c in self.release.components.values() if resource in {*c.provides, *c.consumes}}
            if users & own:
                balance = (FigureSum("provided", resource), FigureSum("consumed", resource))
                self._always.append(Comparison(">=", *balance))
        self._rules = []
        for rule in (*self.release.rules, *self.offering.rules):
            families = spoken_of(rule, self.offering, self.release.components).site_families
            if own.issuperset(families) and bool(own) == bool(families):
                needs = {part.name for part in parts(rule.expression) if isinstance(part, Name)}
                self._rules.append((rule, tuple(sorted(needs))))

    def conditions(self, view: SiteView) -> tuple[Expression, ...]:
        """All conditions, the answers put in, without those that always hold."""
        found = list(self._always)
        answers = view.requirements.answers
        for rule, needs in self._rules:
            key = (rule.id, tuple(answers[name] for name in needs))
            if key not in self._answered:
                whole = answered(rule.expression, answers, self.release)
                self._answered[key] = whole.operands if isinstance(whole, AllOf) else (whole,)
            found += self._answered[key]
        wished = [(c, units) for c, units in view.requirements.pins.items() if c.partition(".")[0] in self.families]
        for component_id, units in wished:
            exactly = Comparison("==", Quantity(component_id), _number(units))
            found.append(exactly if units else Selected(component_id))
        found += [Not(Selected(c)) for c in view.requirements.exclusions if c.partition(".")[0] in self.families]
        return tuple(condition for condition in dict.fromkeys(found) if condition != TRUE)

    def _of_slots(self) -> Iterator[Expression]:
        for family in self.families:
            slot = self.offering.slots[family]
            yield Comparison(">=", Kinds(family), _number(slot.minimum))
            yield Comparison("<=", Kinds(family), _number(slot.maximum))
            if slot.max_quantity is not None:
                yield Comparison("<=", Quantity(family), _number(slot.max_quantity))


def _number(number: int) -> Constant:
    return Constant(Fraction(number))


@dataclass(frozen=True)
class _Limits:
    most: tuple[int, ...]
    first_spare: int
    conditions: Conditions


def _groups(sites: Sequence[tuple[str, tuple[Expression, ...]]], limits: _Limits) -> tuple[Group, ...]:
    """Sites by what they can have, in the order of their first; by their conditions, where that is too much."""
    by_conditions: dict[tuple[Expression, ...], list[str]] = {}
    for site_id, expressions in sites:
        by_conditions.setdefault(expressions, []).append(site_id)
    listed = _all_listed(by_conditions, limits)
    if listed is None:
        return tuple(
            Group(sites=tuple(ids), conditions=expressions, patterns=None) for expressions, ids in by_conditions.items()
        )
    found: dict[tuple[Pattern, ...], dict[str, tuple[Expression, ...]]] = {}
    for (expressions, ids), choice in zip(by_conditions.items(), listed, strict=True):
        found.setdefault(choice, {}).update(dict.fromkeys(ids, expressions))
    return tuple(_alike(choice, conditions) for choice, conditions in found.items())


def _alike(choice: tuple[Pattern, ...], conditions: Mapping[str, tuple[Expression, ...]]) -> Group:
    first = next(iter(conditions.values()))
    return Group(
        sites=tuple(sorted(conditions)),
        conditions=first,
        patterns=choice,
        reasons={site: own for site, own in conditions.items() if own != first},
    )


def _groups_by_installed(
    sites: Sequence[tuple[str, tuple[Expression, ...]]],
    components: Sequence[str],
    installed: Mapping[str, Mapping[str, int]],
) -> tuple[Group, ...]:
    """Sites by their conditions and by what they have, in the order of their first."""
    found: dict[tuple[tuple[Expression, ...], Pattern], list[str]] = {}
    for site_id, expressions in sites:
        at_site = installed.get(site_id, {})
        pattern = tuple(at_site.get(component, 0) for component in components)
        found.setdefault((expressions, pattern), []).append(site_id)
    return tuple(
        Group(sites=tuple(ids), conditions=expressions, patterns=None) for (expressions, _), ids in found.items()
    )


def _all_listed(choices: Iterable[tuple[Expression, ...]], limits: _Limits) -> list[tuple[Pattern, ...]] | None:
    """The patterns of each choice; None where there are too many."""
    steps = Steps(_MOST_STEPS)
    try:
        listed = [_listed(expressions, limits, steps) for expressions in choices]
    except TooManyPatterns:
        return None
    return listed if sum(map(len, listed)) <= _MOST_PATTERNS else None


def _listed(expressions: Sequence[Expression], limits: _Limits, steps: Steps) -> tuple[Pattern, ...]:
    if FALSE in expressions:
        return ()
    conditions = [limits.conditions.condition(expression) for expression in expressions]
    return patterns(limits.most, limits.first_spare, conditions, steps)
