"""An offering of a release as a CP-SAT model, compiled once; a request works on a copy."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache

from ortools.sat.python import cp_model

from bidwright.catalog.model import Offering, Release, Slot
from bidwright.catalog.rule_language import Expression
from bidwright.configurator.capacity import capacity_conditions
from bidwright.configurator.cpsat_new import NewModel
from bidwright.configurator.cpsat_rules import RuleCompiler, When
from bidwright.configurator.cpsat_variables import Calculated, Linear, Variables, new_variables, row
from bidwright.configurator.members import CAPACITY, RESOURCE, RULE, SLOT, Member
from bidwright.configurator.request import Requirements
from bidwright.configurator.rule_index import rules_by_id
from bidwright.core.amount_table import AmountTable


@dataclass(frozen=True)
class OfferingKey:
    """An offering of a release; equal where digest and ids are, as a release never changes.

    ``market``: Where it is sold, where the hours of delivery centres limit it there; empty where they do not.
    """

    digest: str
    offering_id: str
    release: Release = field(compare=False)
    market: str = ""

    @property
    def offering(self) -> Offering:
        """The offering itself."""
        return self.release.offerings[self.offering_id]

    @property
    def capacities(self) -> Mapping[str, Expression]:
        """What the hours of delivery centres ask for, by id."""
        if not self.market:
            return {}
        return capacity_conditions(self.release, self.offering, self.release.markets[self.market])


@dataclass(frozen=True)
class PricedKey:
    """An offering with what its components cost; equal where they are, as amount tables are kept by pricing.

    It holds the table, so that no other one can have the identity of its columns meanwhile. The bespoke layer and our
    costs may differ between equal ones.
    """

    offering: OfferingKey
    amounts: AmountTable = field(compare=False)
    columns: int

    @staticmethod
    def of(requirements: Requirements, amounts: AmountTable) -> PricedKey:
        """The offering of a request at such amounts."""
        return PricedKey(offering_key(requirements), amounts, id(amounts.monthly))


def offering_key(requirements: Requirements) -> OfferingKey:
    """The offering of a request."""
    release, offering, market = requirements.release, requirements.offering, requirements.market
    limited = market.id if capacity_conditions(release, offering, market) else ""
    return OfferingKey(release.digest, offering.id, release, limited)


@dataclass(frozen=True, kw_only=True)
class OfferingModel:
    """A compiled offering. Not to be changed: take ``model.clone()``.

    Attributes:
        quantities, selected, needs: Id -> index of its variable; ``selected`` is whether there is any unit.
        codes: Option -> the number that stands for it.
        active: Member -> index of the literal that turns it on; empty where every member always holds.
        availabilities: How much of the time some families work, as far as rules speak of it.
    """

    model: cp_model.CpModel
    quantities: Mapping[str, int]
    selected: Mapping[str, int]
    needs: Mapping[str, int]
    codes: Mapping[str, int]
    active: Mapping[Member, int]
    availabilities: Sequence[Calculated]


@lru_cache(maxsize=128)
def offering_model(key: OfferingKey, *, switchable: bool) -> OfferingModel:
    """Compile an offering.

    Args:
        key: The offering.
        switchable: Whether each member (slot, rule, resource) can be turned off; searching an optimum is faster
            where it cannot, explaining a conflict needs it.
    """
    slots = all_slots(key.release, key.offering) if switchable else key.offering.slots
    variables = new_variables(NewModel(), key.release, key.offering, families=slots)
    return compiled(key, variables, slots, switchable=switchable)


def partial_model(
    key: OfferingKey, members: Collection[Member], *, components: Collection[str], needs: Collection[str]
) -> OfferingModel:
    """Compile some members of an offering alone, each of which can be turned off.

    Args:
        key: The offering.
        members: What is compiled.
        components: Those that the members speak of, or more.
        needs: Likewise.
    """
    families = [member.id for member in members if member.kind == SLOT]
    slots = {family: _slot(key.offering, family) for family in families}
    variables = new_variables(
        NewModel(),
        key.release,
        replace(key.offering, needs={name: key.offering.needs[name] for name in sorted(needs)}),
        families=key.release.families,
        components=components,
    )
    return compiled(key, variables, slots, switchable=True, only=members)


def compiled(
    key: OfferingKey,
    variables: Variables,
    slots: Mapping[str, Slot],
    *,
    switchable: bool,
    only: Collection[Member] | None = None,
) -> OfferingModel:
    """Add the slots, rules and resources of an offering to the model that its variables are in.

    Args:
        key: The offering.
        variables: Its variables.
        slots: What there may be of each family.
        switchable: Whether each member can be turned off.
        only: The members that are added; all where None.
    """
    compiler = RuleCompiler(variables)
    active: dict[Member, int] = {}

    def when(member: Member) -> When:
        if not switchable:
            return ()
        literal = variables.model.new_bool_var(f"active {member.id}")
        active[member] = literal.index
        return (literal,)

    for family in sorted(slots):
        _add_slot(variables, slots[family], when(Member(SLOT, family)))
    rules = rules_by_id(key.release, key.offering)
    for rule_id in sorted(rules if only is None else (member.id for member in only if member.kind == RULE)):
        compiler.enforce(rules[rule_id].expression, when=when(Member(RULE, rule_id)))
    for condition, expression in key.capacities.items():
        if only is None or (CAPACITY, condition) in only:
            compiler.enforce(expression, when=when(Member(CAPACITY, condition)))
    for resource in _resources(variables):
        if only is None or (RESOURCE, resource) in only:
            _add_resource(variables, resource, when(Member(RESOURCE, resource)))
    return OfferingModel(
        model=variables.model,
        quantities={c: variable.index for c, variable in variables.quantities.items()},
        selected={c: variable.index for c, variable in variables.selected.items()},
        needs={name: variable.index for name, variable in variables.needs.items()},
        codes=dict(variables.codes),
        active=active,
        availabilities=tuple(variables.availabilities),
    )


def all_slots(release: Release, offering: Offering) -> dict[str, Slot]:
    """A slot for every family; one that holds nothing where the offering has none."""
    return {family: _slot(offering, family) for family in release.families}


def _slot(offering: Offering, family: str) -> Slot:
    return offering.slots.get(family) or Slot(family=family, minimum=0, maximum=0)


def _add_slot(variables: Variables, slot: Slot, when: When) -> None:
    members = variables.members(slot.family)
    kinds = cp_model.LinearExpr.weighted_sum([variables.selected[member] for member in members], [1] * len(members))
    variables.model.add_linear_constraint(kinds, slot.minimum, slot.maximum).only_enforce_if(*when)
    if slot.max_quantity is not None:
        units = cp_model.LinearExpr.weighted_sum(
            [variables.quantities[member] for member in members], [1] * len(members)
        )
        variables.model.add_linear_constraint(units, 0, slot.max_quantity).only_enforce_if(*when)


def _resources(variables: Variables) -> list[str]:
    components = [variables.release.components[component_id] for component_id in variables.quantities]
    return sorted({name for component in components for name in component.consumes})


def _add_resource(variables: Variables, resource: str, when: When) -> None:
    balance: Linear = variables.sum("provided", resource).plus(variables.sum("consumed", resource), Fraction(-1))
    expression, constant = row(variables.model, balance)
    variables.model.add_linear_expression_in_domain(
        expression, cp_model.Domain.greater_or_equal(-constant)
    ).only_enforce_if(*when)
