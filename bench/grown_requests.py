"""Requests to try on a grown portfolio. Whether one is possible follows from how it is drawn, without a solver."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Literal

from bench.grown_draft import TODAY, Plan, plan_of
from bench.grown_files import OFFERING
from bench.grown_plan import Line, Reference, seeded
from bidwright.catalog.amount_messages import money
from bidwright.catalog.answers import answers_to_proto
from bidwright.catalog.model import Release
from bidwright.catalog.rule_language import AnyOf, Expression, Not, Selected
from bidwright.core.money import from_minor
from bidwright.pricing.price import price
from bidwright.v1 import configuration_pb2 as configuration
from bidwright.v1 import configurator_pb2 as configurator
from bidwright.v1.configurator_pb2 import ConfigureRequest

Kind = Literal["valid", "partial", "conflicting", "numeric_conflict", "budget"]
MARKET = "DE"
TERMS = configuration.CommercialTerms(term_months=36)


def requests(release: Release, kind: Kind, count: int, seed: int = 1) -> list[ConfigureRequest]:
    """Draw requests; the same for the same seed.

    Args:
        release: From ``grown``.
        kind: ``valid``: all needs answered, some pins and exclusions, always possible. ``partial``: likewise with a
            few answers only, for the guide: where the rest stays open it is possible. ``conflicting``: a valid one
            with a pin whose rule is broken by exclusions. ``numeric_conflict``: a valid one with more seats than the
            packs that are left can serve. ``budget``: a valid one with a limit on the contract value that some
            configuration keeps, and the most quality wanted.
        count: How many.
        seed: Another seed gives others.
    """
    random, plan = seeded(f"{kind} {seed}"), plan_of(release)
    drawers: Mapping[Kind, Callable[[Random, Release, Plan], ConfigureRequest]] = {
        "valid": _valid,
        "partial": _partial,
        "conflicting": _conflicting,
        "numeric_conflict": _numeric_conflict,
        "budget": _within_budget,
    }
    return [drawers[kind](random, release, plan) for _ in range(count)]


def changes(release: Release, count: int, seed: int = 1) -> list[configurator.ChangeConfigurationRequest]:
    """Draw installed bases with new needs: three lines grow by a fifth, and a few components are frozen."""
    random, plan = seeded(f"changes {seed}"), plan_of(release)
    return [_change(random, release, plan) for _ in range(count)]


def _valid(random: Random, release: Release, plan: Plan) -> ConfigureRequest:
    reference = random.choice(plan.references)
    request = _request(release, {**reference.answers, **_fewer_seats(random, reference)})
    _wish(random, request, plan, reference, (4, 8))
    return request


def _partial(random: Random, release: Release, plan: Plan) -> ConfigureRequest:
    reference = random.choice(plan.references)
    some = random.sample(sorted(reference.answers), len(reference.answers) // 4)
    request = _request(release, {name: reference.answers[name] for name in some})
    _wish(random, request, plan, reference, (6, 6))
    return request


def _conflicting(random: Random, release: Release, plan: Plan) -> ConfigureRequest:
    request = _valid(random, release, plan)
    pinned, excluded = {pin.component for pin in request.pins}, set(request.exclusions)
    subject, able = random.choice(
        [
            (subject, able)
            for rule in release.offerings[OFFERING].rules
            for subject, able in _requirements_of(rule.expression)
            if subject not in pinned | excluded and pinned.isdisjoint(able)
        ]
    )
    request.pins.add(component=subject)
    request.exclusions.extend(one for one in able if one not in request.exclusions)
    return request


def _numeric_conflict(random: Random, release: Release, plan: Plan) -> ConfigureRequest:
    reference = random.choice(plan.references)
    line = random.choice(plan.lines)
    smallest, *larger = line.packs
    most = int(smallest.attributes[f"{line.id}_seats"]) * smallest.max_quantity
    request = _request(release, {**reference.answers, f"{line.id}_seats": most + random.randint(1, 100)})
    request.exclusions.extend(pack.id for pack in larger)
    return request


def _within_budget(random: Random, release: Release, plan: Plan) -> ConfigureRequest:
    reference = random.choice(plan.references)
    request = _request(release, reference.answers)
    found = price(release, _configuration(request, release, reference.items), TERMS, TODAY)
    cents = found.totals.contract_value.units * random.randint(100, 130)
    request.budget.contract_value.CopyFrom(money(from_minor(max(cents, 1), found.currency), found.currency))
    request.objectives.add(attribute="quality", direction=configurator.OBJECTIVE_DIRECTION_MAXIMIZE)
    return request


def _change(random: Random, release: Release, plan: Plan) -> configurator.ChangeConfigurationRequest:
    reference = random.choice(plan.references)
    served = [line for line in plan.lines if reference.answers[f"{line.id}_seats"]]
    grown = {f"{line.id}_seats": int(reference.answers[f"{line.id}_seats"]) * 6 // 5 for line in _three(random, served)}
    touched = {name.removesuffix("_seats") for name in grown}
    stable = [one for one in sorted(reference.items) if one.split("_")[0] not in touched and "_" in one.split(".")[0]]
    return configurator.ChangeConfigurationRequest(
        request=_request(release, {**reference.answers, **grown}),
        installed=_items(reference.items),
        frozen=sorted(random.sample(stable, min(5, len(stable)))),
    )


def _three(random: Random, lines: list[Line]) -> list[Line]:
    return random.sample(lines, min(3, len(lines)))


def _request(release: Release, answers: Mapping[str, bool | int | str]) -> ConfigureRequest:
    return ConfigureRequest(
        portfolio=release.name, offering=OFFERING, market=MARKET, needs=answers_to_proto(answers), terms=TERMS
    )


def _configuration(
    request: ConfigureRequest, release: Release, items: Mapping[str, int]
) -> configuration.Configuration:
    return configuration.Configuration(
        release=release.name, offering=OFFERING, market=MARKET, needs=request.needs, items=_items(items)
    )


def _items(items: Mapping[str, int]) -> list[configuration.ConfigurationItem]:
    return [configuration.ConfigurationItem(component=one, quantity=units) for one, units in sorted(items.items())]


def _fewer_seats(random: Random, reference: Reference) -> dict[str, int]:
    """Fewer seats keep every rule of a reference, as long as some are left."""
    return {
        name: random.randint(1, answer)
        for name, answer in reference.answers.items()
        if name.endswith("_seats") and isinstance(answer, int) and answer and random.random() < 0.5
    }


def _wish(random: Random, request: ConfigureRequest, plan: Plan, reference: Reference, counts: tuple[int, int]) -> None:
    """So many pins and exclusions that the reference keeps."""
    pins, exclusions = counts
    for one in sorted(random.sample(sorted(reference.items), min(pins, len(reference.items)))):
        request.pins.add(component=one)
    others = sorted({one.id for line in plan.lines for one in line.components} - reference.items.keys())
    request.exclusions.extend(sorted(random.sample(others, min(exclusions, len(others)))))


def _requirements_of(rule: Expression) -> Iterator[tuple[str, tuple[str, ...]]]:
    """A component and those of which it requires one, where a rule says only that."""
    match rule:
        case AnyOf((Not(Selected(subject)), Selected(able))) if "." in subject and "." in able and subject != able:
            yield subject, (able,)
        case AnyOf((Not(Selected(subject)), AnyOf(operands))):
            able = tuple(one.subject for one in operands if isinstance(one, Selected))
            if len(able) == len(operands) and all("." in one for one in (subject, *able)) and subject not in able:
                yield subject, able
