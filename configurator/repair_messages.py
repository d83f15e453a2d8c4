"""Changes to a request from and to the messages of the wire."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bidwright.catalog.amount_messages import money
from bidwright.catalog.answers import answer_to_proto
from bidwright.configurator.conflict_search import CHANGEABLE
from bidwright.configurator.members import (
    BESPOKE,
    BUDGET,
    EXCLUSION,
    NEED,
    PIN,
    Member,
    amount_text,
    answer_text,
    member_text,
    name_text,
)
from bidwright.configurator.repair_changes import Changes
from bidwright.configurator.request import LIMITS, Requirements
from bidwright.core.counts import counted
from bidwright.core.errors import Faults
from bidwright.core.money import from_minor
from bidwright.core.nearest import advice
from bidwright.v1.configuration_pb2 import ConflictKind, ConflictMember
from bidwright.v1.configurator_pb2 import ChangeWeight, ConfigureRequest, RepairChange

_USUAL_WEIGHT = 1


def weights_of(given: Iterable[ChangeWeight], requirements: Requirements) -> dict[Member, int]:
    """How unwelcome it is to give up each thing that the customer said; an id counts before its whole kind.

    What is said of sites weighs as much at each of them. What is frozen is never given up.

    Raises:
        InvalidInput: With every fault at once: kinds that cannot be given up, ids that the request does not have,
            weights told twice.
    """
    said = {kind: dict.fromkeys(ids) for kind, ids in _said(requirements).items()}
    told: dict[tuple[ConflictKind, str], int] = {}
    faults = Faults()
    for index, weight in enumerate(given):
        where = f"weights[{index}]"
        if weight.kind not in said:
            names = ", ".join(ConflictKind.Name(kind) for kind in CHANGEABLE)
            what = f"{ConflictKind.Name(weight.kind)} is nothing that can be changed"
            faults.add(f"{where}.kind", what, f"Use one of {names}.")
        elif weight.id and weight.id not in said[weight.kind]:
            faults.add(
                f"{where}.id", f"the request says nothing of {weight.id!r}", advice(weight.id, said[weight.kind])
            )
        elif (weight.kind, weight.id) in told:
            faults.add(where, "this weight is told twice", "Give each weight once.")
        told[weight.kind, weight.id] = weight.weight
    faults.raise_if_any("The request")
    return {
        Member(kind, id_): told.get((kind, id_), told.get((kind, ""), _USUAL_WEIGHT))
        for kind, ids in said.items()
        for id_ in ids
    }


def _said(requirements: Requirements) -> dict[ConflictKind, tuple[str, ...]]:
    return {
        NEED: tuple(requirements.offering.needs),
        BUDGET: tuple(requirements.budget),
        PIN: (
            *(component for component in requirements.pins if component not in requirements.frozen),
            *(component for site in requirements.sites for component in site.pins),
        ),
        EXCLUSION: (*requirements.exclusions, *(one for site in requirements.sites for one in site.exclusions)),
        BESPOKE: tuple(effect.id for effect in requirements.bespoke),
    }


def changed_request(request: ConfigureRequest, changes: Changes, currency: str) -> ConfigureRequest:
    """The request with changes made to it."""
    given_up: dict[ConflictKind, set[str]] = {kind: set() for kind in CHANGEABLE}
    for member in changes.members:
        given_up[member.kind].add(member.id)
    changed = ConfigureRequest()
    changed.CopyFrom(request)
    _keep(changed, request, given_up)
    answered = [answer for answer in request.needs if answer.name not in changes.answers]
    del changed.needs[:]
    changed.needs.extend([*answered, *(answer_to_proto(name, changes.answers[name]) for name in changes.answers)])
    for limit, most in changes.limits.items():
        getattr(changed.budget, limit).CopyFrom(money(from_minor(most, currency), currency))
    return changed


def _keep(changed: ConfigureRequest, request: ConfigureRequest, given_up: Mapping[ConflictKind, set[str]]) -> None:
    """Leave out the wishes and bespoke items that are given up."""
    del changed.pins[:], changed.exclusions[:], changed.bespoke_items[:]
    changed.pins.extend(pin for pin in request.pins if pin.component not in given_up[PIN])
    changed.exclusions.extend(one for one in request.exclusions if one not in given_up[EXCLUSION])
    changed.bespoke_items.extend(item for item in request.bespoke_items if item.id not in given_up[BESPOKE])


def change_messages(changes: Changes, requirements: Requirements) -> Iterator[RepairChange]:
    """Each change with its words, in the order in which a conflict names its members."""
    currency = requirements.market.currency
    for member in sorted(changes.members, key=lambda member: (CHANGEABLE.index(member.kind), member.id)):
        record = ConflictMember(kind=member.kind, id=member.id, text=member_text(member, requirements))
        change = RepairChange(member=record, text=_text(member, changes, requirements))
        if member.kind == NEED:
            change.answer.CopyFrom(answer_to_proto(member.id, changes.answers[member.id]))
        for limit, most in changes.limits.items():
            if member == Member(BUDGET, limit):
                change.limit.CopyFrom(money(from_minor(most, currency), currency))
        yield change


def _text(member: Member, changes: Changes, requirements: Requirements) -> str:
    """A change in words, as what to do."""
    currency = requirements.market.currency
    if member.kind == NEED:
        need, old = requirements.offering.needs[member.id], requirements.answers[member.id]
        told = answer_text(need, changes.answers[member.id])
        return f'answer {told} instead of {answer_text(need, old)} to "{need.question}" ({need.name})'
    if member.kind == PIN:
        units = requirements.pins[member.id]
        wanted = f"exactly {counted(units, 'unit')} of " if units else ""
        return f"do not ask for {wanted}{name_text(requirements, member.id)}"
    if member.kind == EXCLUSION:
        return f"do not rule out {name_text(requirements, member.id)}"
    if member.kind == BESPOKE:
        title = next(effect.title for effect in requirements.bespoke if effect.id == member.id)
        return f'leave out the bespoke item "{title}"'
    limit = next(limit for limit in LIMITS if limit == member.id)
    old_limit, new_limit = requirements.budget[limit], changes.limits[limit]
    return f"allow {amount_text(new_limit, currency, limit)} instead of {amount_text(old_limit, currency, limit)}"
