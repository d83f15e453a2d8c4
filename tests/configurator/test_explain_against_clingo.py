"""Conflicts and the weights of repairs, held against an engine that we do not ship, on random offerings.

Each rule is written twice: in our rule language, and by hand as an answer set program.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from random import Random

import clingo
import pytest
from small_release import small_release

from bidwright.catalog.model import Component, Family, Need, Offering, Release, Rule, Slot
from bidwright.catalog.rule_parser import parse
from bidwright.configurator.conflict_search import ConflictSearch
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.members import EXCLUSION, NEED, PIN, RULE, SLOT, Member
from bidwright.configurator.repair import RepairSearch
from bidwright.configurator.repair_changes import Asked, Changes
from bidwright.configurator.request import Requirements
from bidwright.core.amount_table import AmountTable

FAMILIES = ("disk", "node", "tool")
FLAGS = ("fast", "safe")
FREE = AmountTable(
    currency="EUR", term_months=1, one_time={}, monthly={}, packages={}, bespoke_one_time=0, bespoke_monthly=0
)
KINDS = {NEED: "need", PIN: "pin", EXCLUSION: "exclusion", RULE: "rule", SLOT: "slot"}


@dataclass(frozen=True)
class Drawn:
    """A request, and the same as an answer set program with an atom ``on(kind, id)`` for each member."""

    requirements: Requirements
    program: str


def _drawn(seed: int) -> Drawn:
    random = Random(seed)  # noqa: S311  # test data, not a secret
    template = small_release().components["os.debian"]
    components: dict[str, Component] = {}
    for index in range(9):
        family = FAMILIES[index % 3]
        id_ = f"{family}.c{index}"
        components[id_] = replace(
            template, id=id_, family=family, max_quantity=random.choice([1, 1, 2, 3]), competence="unix"
        )
    rules = [_rule(random, sorted(components)) for _ in range(random.randint(5, 10))]
    slots = {family: Slot(family=family, minimum=random.randint(0, 1), maximum=2) for family in FAMILIES}
    offering = Offering(
        id="offer",
        title="Offer",
        description="",
        approach="configured",
        residency_need="",
        needs={flag: Need(name=flag, question=f"{flag}?", kind="boolean") for flag in FLAGS},
        slots=slots,
        rules=tuple(
            Rule(id=f"r{n}", source=source, because="So.", expression=parse(source))
            for n, (source, _) in enumerate(rules)
        ),
    )
    release = replace(
        small_release(),
        families={f: Family(id=f, title=f, unit="piece") for f in FAMILIES},
        attributes={},
        components=components,
        offerings={"offer": offering},
        rules=(),
        tables={},
        packages={},
        digest=f"clingo {seed}",
    )
    names = sorted(components)
    random.shuffle(names)
    requirements = Requirements(
        release=release,
        offering=offering,
        market=release.markets["DE"],
        answers={flag: random.random() < 0.5 for flag in FLAGS},
        pins={c: random.randint(0, components[c].max_quantity) for c in sorted(names[:3])},
        exclusions=tuple(sorted(names[3:6])),
    )
    return Drawn(requirements, "\n".join(_program(release, requirements, [asp for _, asp in rules])))


def _rule(random: Random, names: list[str]) -> tuple[str, str]:
    """A rule and the bodies of the constraints that say it; ``R`` stands for its atom."""
    one, two, three = random.sample(names, 3)
    flag, bound = random.choice(FLAGS), random.randint(1, 4)
    return random.choice(
        [
            (f'implies(selected("{one}"), selected("{two}"))', f':- R, s("{one}"), not s("{two}").'),
            (f'not (selected("{one}") and selected("{two}"))', f':- R, s("{one}"), s("{two}").'),
            (
                f'implies(need.{flag}, selected("{one}") or selected("{two}"))',
                f':- R, {flag}, not s("{one}"), not s("{two}").',
            ),
            (f'implies(not need.{flag}, not selected("{one}"))', f':- R, not {flag}, s("{one}").'),
            (
                f'2 * quantity("{one}") + quantity("{two}") <= {bound} + quantity("{three}")',
                f':- R, q("{one}",A), q("{two}",B), q("{three}",C), 2*A+B > {bound}+C.',
            ),
            (
                f'quantity("disk") + quantity("node") >= {bound}',
                f':- R, #sum {{ N,C : q(C,N), fam(C,"disk") ; N,C : q(C,N), fam(C,"node") }} < {bound}.',
            ),
            (
                f'implies(selected("{one}"), quantity("tool") == {bound})',
                f':- R, s("{one}"), #sum {{ N,C : q(C,N), fam(C,"tool") }} != {bound}.',
            ),
        ]
    )


def _program(release: Release, requirements: Requirements, rules: list[str]) -> Iterator[str]:
    for component in release.components.values():
        yield f'fam("{component.id}","{component.family}"). 1 {{ q("{component.id}",0..{component.max_quantity}) }} 1.'
    yield "s(C) :- q(C,N), N > 0."
    for number, rule in enumerate(rules):
        yield f'{{ on(rule,"r{number}") }}. ' + rule.replace("R", f'on(rule,"r{number}")', 1)
    for family, slot in requirements.offering.slots.items():
        kinds = f'#count {{ C : s(C), fam(C,"{family}") }}'
        yield f'{{ on(slot,"{family}") }}. :- on(slot,"{family}"), not {slot.minimum} <= {kinds} <= {slot.maximum}.'
    for flag, answer in requirements.answers.items():
        yield f'{{ {flag} }}. {{ on(need,"{flag}") }}. :- on(need,"{flag}"), {"not " if answer else ""}{flag}.'
    for component, units in requirements.pins.items():
        met = f'q("{component}",{units})' if units else f's("{component}")'
        yield f'{{ on(pin,"{component}") }}. :- on(pin,"{component}"), not {met}.'
    for component in requirements.exclusions:
        yield f'{{ on(exclusion,"{component}") }}. :- on(exclusion,"{component}"), s("{component}").'


def _said(requirements: Requirements) -> list[Member]:
    return [
        *(Member(NEED, name) for name in requirements.answers),
        *(Member(PIN, component) for component in requirements.pins),
        *(Member(EXCLUSION, component) for component in requirements.exclusions),
    ]


def _fixed(requirements: Requirements) -> list[Member]:
    rules = [Member(RULE, rule.id) for rule in requirements.offering.rules]
    return [*rules, *(Member(SLOT, family) for family in requirements.offering.slots)]


def _atom(member: Member) -> clingo.Symbol:
    return clingo.Function("on", [clingo.Function(KINDS[member.kind]), clingo.String(member.id)])


def _control(program: str) -> clingo.Control:
    control = clingo.Control(["--warn=none"])
    control.add("base", [], program)
    control.ground([("base", [])])
    return control


def _can_hold(drawn: Drawn, members: Collection[Member]) -> bool:
    everything = [*_said(drawn.requirements), *_fixed(drawn.requirements)]
    assumptions = [(_atom(member), member in members) for member in everything]
    return bool(_control(drawn.program).solve(assumptions=assumptions).satisfiable)


def _least_weight(drawn: Drawn, weights: dict[Member, int]) -> int | None:
    """The least weight of what must be given up; None where nothing that was said mends it."""
    lost = "".join(f":~ not {_atom(member)}. [{weight},{_atom(member)}]\n" for member, weight in weights.items())
    control = _control(f"{drawn.program}\n{lost}")
    costs: list[int] = []
    control.solve(
        assumptions=[(_atom(member), True) for member in _fixed(drawn.requirements)],
        on_model=lambda model: costs.append(model.cost[0]),
    )
    return costs[-1] if costs else None


@pytest.mark.parametrize("seed", range(60))
def test_a_conflict_is_one_for_clingo_and_none_without_any_one_member(seed: int) -> None:
    drawn = _drawn(seed)
    clash = ConflictSearch(drawn.requirements, FREE, Deadline(20)).clash()
    everything = [*_said(drawn.requirements), *_fixed(drawn.requirements)]
    assert (clash is None) == _can_hold(drawn, everything)
    if clash is None:
        return
    assert clash.minimal
    assert not _can_hold(drawn, clash.members)
    for member in clash.members:
        assert _can_hold(drawn, set(clash.members) - {member}), member


@pytest.mark.parametrize("seed", range(60))
def test_the_lightest_repair_is_as_light_as_that_of_clingo(seed: int) -> None:
    drawn = _drawn(seed)
    deadline, random = Deadline(20), Random(f"weights {seed}")  # noqa: S311  # test data, not a secret
    weights = {member: random.randint(1, 4) for member in _said(drawn.requirements)}
    conflicts = ConflictSearch(drawn.requirements, FREE, deadline)
    clash = conflicts.clash()
    if clash is None:
        return
    search = RepairSearch(conflicts=conflicts, repaired=_unchanged, weights=weights, deadline=deadline)
    first = next(search.correction_sets(clash), None)
    assert (first and first.weight) == _least_weight(drawn, weights)
    if first:
        assert _can_hold(drawn, {*_said(drawn.requirements), *_fixed(drawn.requirements)} - {*first.members})


def _unchanged(_changes: Changes) -> Asked:
    raise AssertionError("only sets of members are asked for")
