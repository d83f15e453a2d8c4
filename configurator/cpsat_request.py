"""One request as a CP-SAT model: a copy of its offering's model with needs, wishes and limits added."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model import Domain

from bidwright.configurator.cpsat_amounts import Charges, add_charges
from bidwright.configurator.cpsat_columns import Columns, narrowed_model
from bidwright.configurator.cpsat_compact import Written
from bidwright.configurator.cpsat_model import OfferingModel, PricedKey, offering_key, offering_model, partial_model
from bidwright.configurator.cpsat_narrow import Narrow
from bidwright.configurator.cpsat_shape import shape_of
from bidwright.configurator.cpsat_variables import answer_number
from bidwright.configurator.delivery import undeliverable
from bidwright.configurator.members import BESPOKE, BUDGET, DELIVERY_CENTRE, EXCLUSION, NEED, PIN, Member
from bidwright.configurator.request import BespokeEffect, Requirements
from bidwright.configurator.touched import touched_components, touched_needs
from bidwright.core.amount_table import AmountTable

_SOME = Domain.greater_or_equal(1)
_NONE = Domain(0, 0)


@dataclass(frozen=True, kw_only=True)
class RequestModel:
    """A request ready to be solved.

    Attributes:
        units: Component id -> index of the variable that counts its units; others are not chosen.
        selected: Component id -> whether there is any unit of it.
        needs: Need -> its answer as a whole number; not for text needs.
        codes: Option of a choice -> the number that stands for it.
        switches: Member -> index of the literal that turns it on; empty where every member always holds.
    """

    model: cp_model.CpModel
    units: Mapping[str, int]
    selected: Mapping[str, cp_model.IntVar]
    needs: Mapping[str, cp_model.IntVar]
    codes: Mapping[str, int]
    charges: Charges
    switches: Mapping[Member, int]

    @property
    def quantities(self) -> Mapping[str, cp_model.IntVar]:
        """Component id -> its units."""
        return _Wrapped(self.model, self.units)


class _Wrapped(Mapping[str, cp_model.IntVar]):
    """Variables of a model by name; few of many are looked at, and each costs a wrapper."""

    def __init__(self, model: cp_model.CpModel, indices: Mapping[str, int]) -> None:
        self._model = model
        self._indices = indices

    def __getitem__(self, name: str) -> cp_model.IntVar:
        return self._model.get_int_var_from_proto_index(self._indices[name])

    def __contains__(self, name: object) -> bool:
        return name in self._indices

    def __iter__(self) -> Iterator[str]:
        return iter(self._indices)

    def __len__(self) -> int:
        return len(self._indices)


@dataclass(frozen=True, kw_only=True)
class _Base:
    """What is there before a request adds to it."""

    offering: OfferingModel
    units: Mapping[str, int]
    model: cp_model.CpModel
    charges: Charges


def request_model(
    requirements: Requirements, amounts: AmountTable, *, switchable: bool, priced: bool = True
) -> RequestModel:
    """Build the model of a request.

    Args:
        requirements: The request; needs that it has no answer to may have any.
        amounts: What quantities cost.
        switchable: Whether each member can be turned off. A need that is off may have any answer. Charges are then
            in the model only where there is a budget.
        priced: Whether charges are in the model even where there is no budget.
    """
    if (switchable or not priced) and not requirements.budget:
        kept = _base(offering_model(offering_key(requirements), switchable=switchable), amounts, priced=False)
    else:
        bespoke = (amounts.bespoke_one_time, amounts.bespoke_monthly)
        kept = _priced_base(PricedKey.of(requirements, amounts), bespoke, switchable=switchable)
    base = replace(kept, model=kept.model.clone())
    return _Builder(requirements, base, switchable=switchable).build()


def narrowed_request(requirements: Requirements, amounts: AmountTable, narrow: Narrow) -> tuple[RequestModel, Written]:
    """Build the model of a request with only the units that are left to be looked at, and how it is written out."""
    key = offering_key(requirements)
    offering, shape = offering_model(key, switchable=False), shape_of(key)
    model, columns = narrowed_model(offering, shape, narrow), Columns(shape, narrow)
    units = {component: index for component, index in offering.quantities.items() if narrow.high[index]}
    charges = add_charges(model, dict(_Wrapped(model, units)), amounts, columns)
    written = columns.written(shape, narrow)
    base = _Base(offering=offering, units=units, model=model, charges=charges)
    return _Builder(requirements, base, switchable=False).build(), written


def members_model(
    requirements: Requirements, amounts: AmountTable, members: Collection[Member], *, beside: Collection[str] = ()
) -> RequestModel:
    """Build the model of some members of a request alone, each of which can be turned off.

    Components that make no difference to these members are not in it, unless they are among the components and needs
    that are wanted ``beside``; nothing of them is a solution with them.
    """
    components = touched_components(requirements, amounts, members)
    components |= requirements.release.components.keys() & set(beside)
    needs = touched_needs(requirements, members) | (requirements.offering.needs.keys() & set(beside))
    offering = partial_model(offering_key(requirements), members, components=components, needs=needs)
    limits = {limit: most for limit, most in requirements.budget.items() if Member(BUDGET, limit) in members}
    asked = replace(requirements, budget=limits)
    return _Builder(asked, _base(offering, amounts, priced=bool(limits)), switchable=True, only=members).build()


@lru_cache(maxsize=64)
def _priced_base(key: PricedKey, bespoke: tuple[int, int], *, switchable: bool) -> _Base:
    amounts = replace(key.amounts, bespoke_one_time=bespoke[0], bespoke_monthly=bespoke[1])
    return _base(offering_model(key.offering, switchable=switchable), amounts, priced=True)


def _base(offering: OfferingModel, amounts: AmountTable, *, priced: bool) -> _Base:
    model: cp_model.CpModel = offering.model.clone() if priced else offering.model
    # Of no components there are no charges, and nothing is added for them.
    charges = add_charges(model, dict(_Wrapped(model, offering.quantities)) if priced else {}, amounts)
    return _Base(offering=offering, units=offering.quantities, model=model, charges=charges)


class _Builder:
    """Adds the members of one request to a model of its offering."""

    def __init__(
        self, requirements: Requirements, base: _Base, *, switchable: bool, only: Collection[Member] | None = None
    ) -> None:
        """Take what is there before; ``only`` are the members that are added, all where None."""
        self._requirements = requirements
        self._offering = base.offering
        self._charges = base.charges
        self._switchable = switchable
        self._only = only
        self._model = base.model
        self._units_of = base.units
        self._quantities = _Wrapped(self._model, base.units)
        self._switches = dict(self._offering.active)

    def build(self) -> RequestModel:
        """Add everything that a request adds."""
        requirements = self._requirements
        for name, index in self._offering.needs.items():
            if name not in requirements.answers:
                continue
            number = answer_number(requirements.offering.needs[name], requirements.answers[name], self._offering.codes)
            self._require(Member(NEED, name), self._variable(index), Domain(number, number))
        for component_id, units in requirements.pins.items():
            self._require(
                Member(PIN, component_id), self._units(component_id), Domain(units, units) if units else _SOME
            )
        for component_id in requirements.exclusions:
            self._require(Member(EXCLUSION, component_id), self._units(component_id), _NONE)
        for effect in requirements.bespoke:
            self._add_bespoke(effect)
        self._add_delivery()
        for limit, most in requirements.budget.items():
            self._require(Member(BUDGET, limit), self._charges.of(limit), Domain.lower_or_equal(most))
        return RequestModel(
            model=self._model,
            units=self._units_of,
            selected=_Wrapped(self._model, {one: self._offering.selected[one] for one in self._units_of}),
            needs=_Wrapped(self._model, self._offering.needs),
            codes=self._offering.codes,
            charges=self._charges,
            switches=self._switches,
        )

    def _variable(self, index: int) -> cp_model.IntVar:
        return self._model.get_int_var_from_proto_index(index)

    def _require(
        self,
        member: Member,
        expression: cp_model.LinearExpr,
        allowed: Domain,
        *,
        when: Sequence[cp_model.IntVar] = (),
    ) -> None:
        if self._only is not None and member not in self._only:
            return
        conditions = list(when)
        if self._switchable:
            if member not in self._switches:
                self._switches[member] = self._model.new_bool_var(f"active {member.id}").index
            conditions.append(self._model.get_bool_var_from_proto_index(self._switches[member]))
        self._model.add_linear_expression_in_domain(expression, allowed).only_enforce_if(*conditions)

    def _add_bespoke(self, effect: BespokeEffect) -> None:
        member = Member(BESPOKE, effect.id)
        for name in effect.requires:
            self._require(member, self._units(name), _SOME)
        for name in effect.forbids:
            self._require(member, self._units(name), _NONE)

    def _add_delivery(self) -> None:
        """Leave out what no centre can deliver; where the residency need is open, for each answer it may have."""
        requirements, need = self._requirements, self._requirements.offering.residency_need
        if need and need not in self._offering.needs:
            return  # no member that is looked at is about it
        if not need or (need in requirements.answers and not self._switchable):
            self._leave_out(undeliverable(requirements, self._quantities))
            return
        residency = self._variable(self._offering.needs[need])
        for option in requirements.offering.needs[need].options:
            code = self._offering.codes[option]
            is_answer = self._model.new_bool_var(f"{need} is {option}")
            self._model.add(residency != code).only_enforce_if(~is_answer)
            answered = replace(requirements, answers={**requirements.answers, need: option})
            self._leave_out(undeliverable(answered, self._quantities), when=(is_answer,))

    def _leave_out(self, components: Mapping[str, Sequence[str]], *, when: Sequence[cp_model.IntVar] = ()) -> None:
        for family, members in components.items():
            for component_id in members:
                self._require(Member(DELIVERY_CENTRE, family), self._quantities[component_id], _NONE, when=when)

    def _units(self, name: str) -> cp_model.LinearExpr:
        members = [m for m in self._requirements.release.members(name) if m in self._quantities]
        return cp_model.LinearExpr.weighted_sum([self._quantities[m] for m in members], [1] * len(members))
