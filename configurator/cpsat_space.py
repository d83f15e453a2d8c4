"""All configurations of an offering as one CP-SAT model: needs and the market are open, members can be turned off.

Whatever is said to be impossible comes from a search without presolve, as presolve can be wrong; whatever is said to be
possible comes with a configuration, which the caller gives to the solver-free check.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal as OneOf
from typing import NamedTuple

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model_helper import Literal

from bidwright.catalog.model import Answer, Market, Need, Offering, Release
from bidwright.configurator.capacity import capacity_conditions
from bidwright.configurator.cpsat_new import NewModel
from bidwright.configurator.cpsat_rules import RuleCompiler
from bidwright.configurator.cpsat_variables import new_variables
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.delivery import undeliverable
from bidwright.configurator.members import CAPACITY, DELIVERY_CENTRE, Member
from bidwright.configurator.portfolio_conditions import conditions_of
from bidwright.configurator.request import Requirements


class Fact(NamedTuple):
    """Something that is the case in some configurations.

    Attributes:
        kind: ``chosen`` and ``absent`` of a component, ``empty`` of a family, ``market``, ``answer`` (an option,
            ``yes`` or ``no``), ``least`` and ``most`` (a number is its limit).
        id: Of the component, family, market or need.
        value: Of an answer.
        market: Of an answer about the place of delivery, the market in which it is given; empty where any will do.
    """

    kind: OneOf["chosen", "absent", "empty", "market", "answer", "least", "most"]
    id: str
    value: str = ""
    market: str = ""


@dataclass(frozen=True, kw_only=True)
class Witness:
    """A configuration that the solver calls valid."""

    market: str
    answers: Mapping[str, Answer]
    items: Mapping[str, int]


class OfferingSpace:
    """The configurations of one offering in some markets.

    Attributes:
        release, offering: What it is of.
        deadline: When every question about it is given up.
        model: The model; questions work on copies.
        variables: Units and answers.
        facts: All facts there are to be asked about, with literals that imply them.
        switches: What can be turned off, with the literals that turn it on.
        broken: Conditions, with literals that make them false.
        needless: Conditions that follow from the others, also when all of these are left out together; none at first.
        undelivered: Components that nobody can deliver in a market under an answer to the residency need.
    """

    def __init__(self, release: Release, offering: Offering, markets: Sequence[Market], deadline: Deadline) -> None:
        self.release, self.offering, self.deadline = release, offering, deadline
        self.model = NewModel()
        self.variables = new_variables(self.model, release, offering, families=offering.slots)
        self._markets = {market.id: self.model.new_bool_var(f"market {market.id}") for market in markets}
        self.model.add_exactly_one(self._markets.values())
        self.facts: dict[Fact, Literal] = {}
        self._add_facts()
        self.conditions = conditions_of(release, offering)
        self.switches = {member: self._switch(member) for member in self.conditions}
        compiler = RuleCompiler(self.variables)
        for member, condition in self.conditions.items():
            compiler.enforce(condition, when=(self.switches[member],))
        self.broken = {
            member: compiler.literal(condition, wanted=False) for member, condition in self.conditions.items()
        }
        self.needless: frozenset[Member] = frozenset()
        self.undelivered: dict[tuple[str, str], frozenset[str]] = {}
        for market in markets:
            self._add_delivery(market)
            for name, condition in capacity_conditions(release, offering, market).items():
                member = Member(CAPACITY, name)
                switch = self.switches.setdefault(member, self._switch(member))
                compiler.enforce(condition, when=(switch, self._markets[market.id]))

    def active(self) -> cp_model.CpModel:
        """A copy of the model in which everything holds."""
        model: cp_model.CpModel = self.model.clone()
        for switch in self.switches.values():
            model.add_bool_or(switch)
        return model

    @property
    def has_scarce_hours(self) -> bool:
        """Whether the hours of delivery centres limit configurations."""
        return any(member.kind == CAPACITY for member in self.switches)

    def witness(self, solver: cp_model.CpSolver) -> Witness:
        """The configuration that a solver has found."""
        units = {component: solver.value(variable) for component, variable in self.variables.quantities.items()}
        return Witness(
            market=next(market for market, variable in self._markets.items() if solver.value(variable)),
            answers={name: self._answer(need, solver) for name, need in self.offering.needs.items()},
            items={component: number for component, number in units.items() if number},
        )

    def _switch(self, member: Member) -> cp_model.IntVar:
        return self.model.new_bool_var(f"active {member.id}")

    def _add_facts(self) -> None:
        for component, variable in self.variables.selected.items():
            self.facts[Fact("chosen", component)] = variable
            self.facts[Fact("absent", component)] = ~variable
        for family in sorted(self.offering.slots):
            chosen = [self.variables.selected[member] for member in self.variables.members(family)]
            empty = self.facts[Fact("empty", family)] = self.model.new_bool_var("")
            self.model.add_bool_and(*(~each for each in chosen)).only_enforce_if(empty)
        for market, variable in self._markets.items():
            self.facts[Fact("market", market)] = variable
        for name, variable in self.variables.needs.items():
            self._add_answers(self.offering.needs[name], variable)

    def _add_answers(self, need: Need, variable: cp_model.IntVar) -> None:
        if need.kind == "boolean":
            self.facts[Fact("answer", need.name, "yes")] = variable
            self.facts[Fact("answer", need.name, "no")] = ~variable
            return
        if need.kind == "choice":
            known = {Fact("answer", need.name, option): self.variables.codes[option] for option in need.options}
        else:
            limits = variable.domain
            known = {Fact("least", need.name): limits.min(), Fact("most", need.name): limits.max()}
        for fact, number in known.items():
            literal = self.facts[fact] = self.model.new_bool_var("")
            self.model.add_linear_constraint(variable, number, number).only_enforce_if(literal)

    def _add_delivery(self, market: Market) -> None:
        """Leave out what nobody can deliver in a market under an answer to the residency need."""
        name = self.offering.residency_need
        for option in self.offering.needs[name].options if name else ("",):
            place: list[Literal] = [self._markets[market.id]]
            if name:
                answered = self.facts[Fact("answer", name, option)]
                place.append(self._exactly(name, self.variables.codes[option]))
                both = self.facts[Fact("answer", name, option, market.id)] = self.model.new_bool_var("")
                self.model.add_bool_and(answered, self._markets[market.id]).only_enforce_if(both)
            self._forbid(market, option, place)

    def _exactly(self, need: str, number: int) -> Literal:
        """A literal that holds wherever a need has a value; not only there."""
        literal = self.model.new_bool_var("")
        others = cp_model.Domain(number, number).complement()
        self.model.add_linear_expression_in_domain(self.variables.needs[need], others).only_enforce_if(~literal)
        return literal

    def _forbid(self, market: Market, option: str, place: Sequence[Literal]) -> None:
        name = self.offering.residency_need
        answers = {name: option} if name else {}
        told = Requirements(release=self.release, offering=self.offering, market=market, answers=answers)
        found = undeliverable(told, self.variables.quantities)
        self.undelivered[market.id, option] = frozenset(one for components in found.values() for one in components)
        for family, components in found.items():
            member = Member(DELIVERY_CENTRE, family)
            switch = self.switches.setdefault(member, self._switch(member))
            for component in components:
                chosen = self.variables.selected[component]
                self.model.add_bool_or(~chosen, ~switch, *(~each for each in place))

    def _answer(self, need: Need, solver: cp_model.CpSolver) -> Answer:
        if need.kind == "text":
            return need.default or ""
        number = solver.value(self.variables.needs[need.name])
        if need.kind == "boolean":
            return bool(number)
        if need.kind == "choice":
            return next(option for option in need.options if self.variables.codes[option] == number)
        return number if need.kind == "integer" else Decimal(number).scaleb(-need.places)
