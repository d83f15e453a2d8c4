"""The states and ranges of the guide, held against an engine that we do not ship, on random offerings.

Each rule is written twice: in our rule language, and by hand as an answer set program.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from random import Random

import clingo
import pytest
from small_release import small_release

from bidwright.catalog.model import Family, Need, Offering, Release, Rule, Slot
from bidwright.catalog.rule_parser import parse
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.guide import Wishes, guide
from bidwright.configurator.guide_facts import Option
from bidwright.configurator.request import Requirements
from bidwright.core.amount_table import AmountTable
from bidwright.v1.configuration_pb2 import Conflict
from bidwright.v1.configurator_pb2 import OPTION_STATE_EXCLUDED, OPTION_STATE_FORCED, OPTION_STATE_OPEN

FAMILIES = ("disk", "node", "pack", "tool")
FREE = AmountTable(
    currency="EUR", term_months=1, one_time={}, monthly={}, packages={}, bespoke_one_time=0, bespoke_monthly=0
)
NEEDS = {
    "safe": Need(name="safe", question="Safe?", kind="boolean"),
    "grade": Need(name="grade", question="Which?", kind="choice", options={"low": "Low", "mid": "Mid", "top": "Top"}),
    "users": Need(name="users", question="How many?", kind="integer", minimum=Decimal(0), maximum=Decimal(40)),
}


def _drawn(random: Random, seed: int) -> tuple[Release, str]:
    """An offering, and the same as an answer set program."""
    template = small_release().components["os.debian"]
    components = {
        id_: replace(template, id=id_, family=id_.partition(".")[0], max_quantity=random.choice([1, 1, 4, 9]))
        for id_ in sorted(f"{family}.c{n}" for family in FAMILIES for n in range(4))
    }
    rules = [_rule(random, sorted(components)) for _ in range(random.randint(8, 14))]
    most = {family: random.randint(1, 3) for family in FAMILIES}
    offering = Offering(
        id="offer",
        title="Offer",
        description="",
        approach="configured",
        residency_need="",
        needs=NEEDS,
        slots={family: Slot(family=family, minimum=0, maximum=most[family]) for family in FAMILIES},
        rules=tuple(
            Rule(id=f"r{n:02}", source=source, because="So.", expression=parse(source))
            for n, (source, _) in enumerate(rules)
        ),
    )
    release = replace(
        small_release(),
        families={family: Family(id=family, title=family, unit="piece") for family in FAMILIES},
        attributes={},
        components=components,
        offerings={"offer": offering},
        rules=(),
        tables={},
        packages={},
        digest=f"guide against clingo {seed}",
    )
    return release, "\n".join([*_program(release, most), *(asp for _, asp in rules)])


def _program(release: Release, most: dict[str, int]) -> Iterator[str]:
    for component in release.components.values():
        yield f'fam("{component.id}","{component.family}"). 1 {{ q("{component.id}",0..{component.max_quantity}) }} 1.'
    yield "s(C) :- q(C,N), N > 0. { safe }. 1 { grade(low;mid;top) } 1. 1 { users(0..40) } 1."
    yield 'balanced :- 0 = #sum { N,C : q(C,N), fam(C,"node") ; -N,C : q(C,N), fam(C,"disk") }.'
    for family, kinds in most.items():
        yield f':- #count {{ C : s(C), fam(C,"{family}") }} > {kinds}.'


def _rule(random: Random, names: list[str]) -> tuple[str, str]:
    one, two, three = random.sample(names, 3)
    grade, bound, per_unit = random.choice(["low", "mid", "top"]), random.randint(1, 6), random.randint(3, 9)
    return random.choice(
        [
            (f'implies(selected("{one}"), selected("{two}"))', f':- s("{one}"), not s("{two}").'),
            (
                f'implies(need.grade == "{grade}", selected("{one}") or selected("{two}"))',
                f':- grade({grade}), not s("{one}"), not s("{two}").',
            ),
            (
                f'implies(need.safe, quantity("{one}") >= {bound} or selected("{two}"))',
                f':- safe, q("{one}",N), N < {bound}, not s("{two}").',
            ),
            (
                f'{per_unit} * quantity("pack") >= need.users',
                f':- users(U), #sum {{ {per_unit}*N,C : q(C,N), fam(C,"pack") }} < U.',
            ),
            (
                f'2 * quantity("{one}") + quantity("{two}") <= {bound} + quantity("{three}")',
                f':- q("{one}",A), q("{two}",B), q("{three}",C), 2*A+B > {bound}+C.',
            ),
            (
                f'implies(need.users > {5 * bound}, quantity("node") == quantity("disk"))',
                f":- users(U), U > {5 * bound}, not balanced.",
            ),
            (
                f'implies(selected("{one}"), kinds("tool") != 1)',
                f':- s("{one}"), #count {{ C : s(C), fam(C,"tool") }} = 1.',
            ),
        ]
    )


class _Oracle:
    """The program with a partial choice."""

    def __init__(self, program: str, requirements: Requirements) -> None:
        said = [f":- not {_atom(Option(name, value))}." for name, value in requirements.answers.items()]
        said += [f':- not s("{component}").' for component in requirements.pins]
        said += [f':- s("{component}").' for component in requirements.exclusions]
        self._control = clingo.Control(["--warn=none"])
        self._control.add("base", [], "\n".join([program, *said]))
        self._control.ground([("base", [])])

    def can_hold(self, atom: str = "", *, value: bool = True) -> bool:
        assumptions = [(clingo.parse_term(atom), value)] if atom else []
        return bool(self._control.solve(assumptions=assumptions).satisfiable)


def _atom(option: Option) -> str:
    if not option.need:
        return f's("{option.value}")'
    if option.need == "safe":
        return "safe" if option.value else "not safe"
    return f"{option.need}({option.value})"


@pytest.mark.parametrize("seed", range(25))
def test_states_and_ranges_are_those_of_clingo(seed: int) -> None:
    random = Random(seed)  # noqa: S311  # test data, not a secret
    release, program = _drawn(random, seed)
    offering, names = release.offerings["offer"], sorted(release.components)
    for step in range(3):
        requirements = Requirements(
            release=release,
            offering=offering,
            market=release.markets["DE"],
            answers={"grade": "mid"} | ({"safe": True, "users": 17} if step else {}),
            pins=dict.fromkeys(random.sample(names, step), 0),
            exclusions=tuple(random.sample(names, 1)),
        )
        oracle = _Oracle(program, requirements)
        outcome = guide(requirements, FREE, Wishes(ranges=True), Deadline(20))
        assert isinstance(outcome, Conflict) != oracle.can_hold()
        if not isinstance(outcome, Conflict):
            assert {option: state for option, state in outcome.states.items() if not option.need} | {
                option: state for option, state in outcome.states.items() if option.need == "grade"
            } == {option: _state(oracle, option, requirements) for option in outcome.states if option.need != "safe"}
            for component, (least, most) in outcome.units.items():
                highest = release.components[component].max_quantity
                found = [n for n in range(1, highest + 1) if oracle.can_hold(f'q("{component}",{n})')]
                assert (least, most) == (found[0], found[-1])
            found = [n for n in range(41) if oracle.can_hold(f"users({n})")]
            assert outcome.ranges == {"users": (found[0], found[-1])}


def _state(oracle: _Oracle, option: Option, requirements: Requirements) -> int:
    if option.value in requirements.pins or requirements.answers.get(option.need) == option.value:
        return 1
    if not oracle.can_hold(_atom(option)):
        return OPTION_STATE_EXCLUDED
    return OPTION_STATE_OPEN if oracle.can_hold(_atom(option), value=False) else OPTION_STATE_FORCED
