"""What a customer requires: a request that has been understood, with every name known and every answer resolved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

from google.type import money_pb2

from bidwright.catalog.amount_messages import amount_of
from bidwright.catalog.answers import answers_from_proto, resolve_answers
from bidwright.catalog.bespoke_places import check_places
from bidwright.catalog.centres import regions_for
from bidwright.catalog.model import Answer, Market, Offering, Release
from bidwright.configurator.objectives import Objective, objectives_of
from bidwright.configurator.sites import Site
from bidwright.configurator.sites_request import SiteMessage, SiteReader
from bidwright.core.errors import Faults, InvalidInput
from bidwright.core.money import MINOR_UNITS, plain
from bidwright.core.nearest import advice
from bidwright.v1 import configuration_pb2, configurator_pb2

Limit = Literal["monthly", "one_time", "contract_value"]
LIMITS: tuple[Limit, ...] = ("monthly", "one_time", "contract_value")
"""What a budget can limit, in the order conflicts name them."""

_LARGEST_BUDGET = Decimal(10) ** 15
"""More than anything costs, and its minor units are a number that the solver can hold."""


@dataclass(frozen=True, kw_only=True)
class BespokeEffect:
    """What a bespoke item means for the standard components; names are component or family ids."""

    id: str
    title: str
    requires: tuple[str, ...] = ()
    forbids: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Requirements:
    """What a configuration must meet, beside the rules of its offering.

    Attributes:
        answers: Every need of the offering with its answer, by name; of a partial choice only those that have one.
            Where there are sites, only needs of the whole bid: each site has its own answers to the others.
        pins: Component id -> exact units, or 0 for at least one; never above the component's ``max_quantity``.
        frozen: Pinned components that are there already and stay as they are, and excluded ones that are not added:
            nobody asked for that.
        exclusions: Component ids, ascending.
        bespoke: Effects of the bespoke layer; only items that have one.
        budget: Limit -> minor units of the market's currency.
        sites: The sites of the bid, by id; none where it has none.
        objectives: What is best, the first before the others; the least contract value where there is none.
    """

    release: Release
    offering: Offering
    market: Market
    answers: Mapping[str, Answer]
    pins: Mapping[str, int] = field(default_factory=dict)
    exclusions: tuple[str, ...] = ()
    bespoke: tuple[BespokeEffect, ...] = ()
    budget: Mapping[Limit, int] = field(default_factory=dict)
    frozen: frozenset[str] = frozenset()
    sites: tuple[Site, ...] = ()
    objectives: tuple[Objective, ...] = ()


def requirements_of(
    request: configurator_pb2.ConfigureRequest,
    release: Release,
    *,
    partial: bool = False,
    sites: Sequence[SiteMessage] | None = None,
) -> Requirements:
    """Understand a request against a release.

    Args:
        request: What a customer needs.
        release: What is sold.
        partial: Whether needs without an answer stay open; they take their default otherwise.
        sites: What is asked for each site; None for a bid without sites.

    Raises:
        InvalidInput: With every fault at once.
    """
    faults = Faults()
    offering, market = _place(release, request.offering, request.market, faults)
    pins = _pins(release, request.pins, faults)
    for index, component in enumerate(request.exclusions):
        _require_component(release, component, f"exclusions[{index}]", faults)
    bespoke = _bespoke(release, request.bespoke_items, faults)
    budget = _budget(request.budget, market, faults) if market else {}
    objectives = objectives_of(request.objectives, release, faults)
    answers: Mapping[str, Answer] = {}
    found: tuple[Site, ...] = ()
    if offering and sites is not None:
        reader = SiteReader(release=release, offering=offering, faults=faults, partial=partial)
        answers, found = _sited(reader, request.needs, sites)
    elif offering:
        answers = _answers(offering, request.needs, faults, partial=partial)
    if offering and market and (not partial or offering.residency_need in answers):
        check_places(request.bespoke_items, release.centres, regions_for(market, offering, answers), faults)
    faults.raise_if_any("The request")
    if offering is None or market is None:
        raise AssertionError("an unknown offering or market is a fault")
    return Requirements(
        release=release,
        offering=offering,
        market=market,
        answers=answers,
        pins=pins,
        exclusions=tuple(sorted(set(request.exclusions))),
        bespoke=bespoke,
        budget=budget,
        sites=found,
        objectives=objectives,
    )


def requirements_and_items(
    configuration: configuration_pb2.Configuration, release: Release
) -> tuple[Requirements, dict[str, int]]:
    """Understand a finished configuration: what it was made for, and component id -> units, by id.

    Raises:
        InvalidInput: With every fault at once: unknown ids, components or sites given twice, answers that do not fit.
    """
    faults = Faults()
    offering, market = _place(release, configuration.offering, configuration.market, faults)
    items: dict[str, int] = {}
    for index, item in enumerate(configuration.items):
        where = f"items[{index}].component"
        if _require_component(release, item.component, where, faults) and item.component in items:
            faults.add(where, f"{item.component} is given twice", "Give each component once, with its quantity.")
        items[item.component] = item.quantity
    bespoke = _bespoke(release, configuration.bespoke_items, faults)
    answers: Mapping[str, Answer] = {}
    sites: tuple[Site, ...] = ()
    if offering and configuration.sites:
        reader = SiteReader(release=release, offering=offering, faults=faults)
        answers, sites = _sited(reader, configuration.needs, configuration.sites)
    elif offering:
        answers = _answers(offering, configuration.needs, faults)
    faults.raise_if_any("The configuration")
    if offering is None or market is None:
        raise AssertionError("an unknown offering or market is a fault")
    requirements = Requirements(
        release=release, offering=offering, market=market, answers=answers, bespoke=bespoke, sites=sites
    )
    return requirements, dict(sorted(items.items()))


def _sited(
    reader: SiteReader, needs: Sequence[configuration_pb2.NeedAnswer], sites: Sequence[SiteMessage]
) -> tuple[Mapping[str, Answer], tuple[Site, ...]]:
    """The answers of the whole bid, and its sites; what the bid answers for sites holds where a site says nothing."""
    asked = {name: need for name, need in reader.offering.needs.items() if not need.per_site}
    of_sites = reader.offering.needs.keys() - asked.keys()
    own = [answer for answer in needs if answer.name not in of_sites]
    usual = [answer for answer in needs if answer.name in of_sites]
    answers = _answers(replace(reader.offering, needs=asked), own, reader.faults, partial=reader.partial)
    return answers, replace(reader, usual=usual).read(sites)


def _place(release: Release, offering_id: str, market_id: str, faults: Faults) -> tuple[Offering | None, Market | None]:
    offering, market = release.offerings.get(offering_id), release.markets.get(market_id)
    if offering is None:
        faults.add("offering", f"{offering_id!r} is not offered", advice(offering_id, release.offerings))
    if market is None:
        faults.add("market", f"{market_id!r} is not a market", advice(market_id, release.markets))
    return offering, market


def _answers(
    offering: Offering, answers: Iterable[configuration_pb2.NeedAnswer], faults: Faults, *, partial: bool = False
) -> Mapping[str, Answer]:
    try:
        return resolve_answers(offering, answers_from_proto(answers), partial=partial)
    except InvalidInput as refusal:
        faults.found.extend(refusal.faults)
        return {}


def _require_component(release: Release, component: str, where: str, faults: Faults) -> bool:
    if component in release.components:
        return True
    family = component.partition(".")[0]
    known = release.members(family)
    fix = advice(component, known) if known else advice(family, release.families)
    faults.add(where, f"{component!r} is not a component", fix)
    return False


def _pins(release: Release, pins: Iterable[configurator_pb2.Pin], faults: Faults) -> dict[str, int]:
    found: dict[str, int] = {}
    for index, pin in enumerate(pins):
        where = f"pins[{index}]"
        if not _require_component(release, pin.component, f"{where}.component", faults):
            continue
        most = release.components[pin.component].max_quantity
        if pin.component in found:
            faults.add(f"{where}.component", f"{pin.component} is pinned twice", "Pin each component once.")
        if pin.quantity > most:
            what = f"{pin.quantity} units of {pin.component} are more than one configuration may hold"
            faults.add(f"{where}.quantity", what, f"Ask for at most {most}.")
        found[pin.component] = pin.quantity
    return dict(sorted(found.items()))


def _bespoke(
    release: Release, items: Iterable[configuration_pb2.BespokeItem], faults: Faults
) -> tuple[BespokeEffect, ...]:
    effects: dict[str, BespokeEffect] = {}
    for index, item in enumerate(items):
        where = f"bespoke_items[{index}]"
        if item.id in effects:
            faults.add(f"{where}.id", f"{item.id!r} is given twice", "Give each bespoke item an id of its own.")
        for field_name, names in (("requires", item.requires), ("forbids", item.forbids)):
            for position, name in enumerate(names):
                if name not in release.families:
                    _require_component(release, name, f"{where}.{field_name}[{position}]", faults)
        effects[item.id] = BespokeEffect(
            id=item.id, title=item.title, requires=tuple(item.requires), forbids=tuple(item.forbids)
        )
    return tuple(effects.values())


def _budget(budget: configuration_pb2.Budget, market: Market, faults: Faults) -> dict[Limit, int]:
    found: dict[Limit, int] = {}
    for limit in LIMITS:
        if budget.HasField(limit):
            amount = _minor_units(getattr(budget, limit), market, f"budget.{limit}", faults)
            if amount is not None:
                found[limit] = amount
    return found


def _minor_units(money: money_pb2.Money, market: Market, where: str, faults: Faults) -> int | None:
    """A limit in minor units; a fraction of a minor unit cannot be paid and is cut off."""
    try:
        amount = amount_of(money, where=where, currency=market.currency)
    except InvalidInput as refusal:
        faults.found.extend(refusal.faults)
        return None
    if not 0 <= amount <= _LARGEST_BUDGET:
        faults.add(where, f"{plain(amount)} is out of range", f"Give 0 to {plain(_LARGEST_BUDGET)}.")
        return None
    return int(amount.scaleb(MINOR_UNITS[market.currency]))
