"""Prices a configuration. The law of prices, from which this can be recomputed by hand, is docs/pricing.md."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from bidwright.catalog.amount_messages import amount_of
from bidwright.catalog.bespoke_places import check_places
from bidwright.catalog.centres import regions_for
from bidwright.catalog.model import Release
from bidwright.catalog.price_percentages import Key
from bidwright.core.days import day_message
from bidwright.core.errors import Faults, InvalidInput
from bidwright.core.money import add, plain, share_percent
from bidwright.core.nearest import advice
from bidwright.pricing.allocation import take_off
from bidwright.pricing.bespoke import CostedItem, bespoke_line, read_bespoke_items
from bidwright.pricing.bespoke_share import bespoke_hours, bespoke_value_percent, standard_hours
from bidwright.pricing.cash_flow import cash_flow, years
from bidwright.pricing.changes import Changes
from bidwright.pricing.characteristics import read_answers
from bidwright.pricing.commitments import commitment_lines
from bidwright.pricing.cost import Labour
from bidwright.pricing.entries import Entries, entries_on_date, percentages_in_order
from bidwright.pricing.flow import flow_of
from bidwright.pricing.lines import Wanted, component_line, package_line, percentage_line
from bidwright.pricing.models import check_quantities
from bidwright.pricing.numbers import PERCENT, read_number
from bidwright.pricing.packages import chosen_packages, package_offers
from bidwright.pricing.priced_line import PricedLine, write_lines
from bidwright.pricing.ramp import Phase, read_ramp
from bidwright.pricing.sale import Sale, read_sale
from bidwright.pricing.schedule import Part, schedule
from bidwright.pricing.totals import totals, waterfall
from bidwright.pricing.usage import read_usage, with_free_usage
from bidwright.v1.configuration_pb2 import CHARGE_ONE_TIME, Charge, CommercialTerms, Configuration
from bidwright.v1.price_pb2 import Price, PricePhase


def price(release: Release, configuration: Configuration, terms: CommercialTerms, today: dt.date) -> Price:
    """Price a configuration with its waterfall, cost and margin.

    The configuration need not be valid. The order of its items does not matter; the same input always gives the same
    bytes.

    Args:
        release: The release the configuration was made from.
        configuration: Components with quantities, and the bespoke layer.
        terms: Term, discount and price date.
        today: The day it is in the market; its prices apply where the terms give no price date.

    Raises:
        InvalidInput: Unknown ids, duplicates, quantities below 1, a term, percentage, date or amount that is not
            allowed (all at once); ``PRICE_MISSING``, ``CHARACTERISTIC_MISSING`` or ``NO_DELIVERY_CENTRE`` (all
            components at once); ``DISCOUNT_TOO_LARGE``; ``AMOUNT_TOO_LARGE``; ``PACKAGES_TOO_INTERWOVEN``.
    """
    request = _read(release, configuration, terms, today)
    agreement, book = request.sale.agreement, request.sale.book
    date, currency = agreement.price_date, book.currency
    lines = _lines(request, Changes(request.sale))
    take_off(request.sale, lines)
    phases = [Part(phase.first_month, phase.months, _phase_lines(request, phase)) for phase in request.phases]
    parts = phases or [Part(1, agreement.term_months, lines)]
    due = list(schedule(lines, parts))
    flow = flow_of(due, agreement.term_months, currency)
    sums = totals(lines, flow, currency, rate_percent=request.rate_percent)
    hours = bespoke_hours(request.bespoke_items, book.hours_per_day, agreement.term_months)
    all_hours = add(hours, standard_hours(lines, parts, release.components)) if hours else hours
    sums.bespoke_effort_percent.value = plain(share_percent(hours, all_hours))
    sums.bespoke_value_percent.value = plain(bespoke_value_percent(due, amount_of(sums.contract_value)))
    found = Price(
        currency=currency,
        price_book=book.id,
        release=release.name,
        price_date=day_message(date),
        term_months=agreement.term_months,
        waterfall=waterfall(lines),
        totals=sums,
        phases=[_phase(phase, currency) for phase in phases],
        years=years(flow, currency),
        cash_flow=cash_flow(flow, currency),
    )
    write_lines(lines, currency, found.lines)
    return found


@dataclass(frozen=True, kw_only=True)
class _Request:
    """A configuration to be priced, checked.

    Attributes:
        quantities: By component id, in order of id; in a phase, those of the phase.
        configured: Those of the whole configuration.
        metered: Component id -> units a month that are expected to be used.
        phases: Of the ramp; none where there is no ramp.
        rate_percent: At which later payments are worth less; None where it is not asked for.
    """

    sale: Sale
    quantities: Mapping[str, int]
    configured: Mapping[str, int]
    metered: Mapping[str, Decimal]
    bespoke_items: tuple[CostedItem, ...]
    regions: frozenset[str]
    phases: tuple[Phase, ...]
    rate_percent: Decimal | None


def _lines(request: _Request, changes: Changes) -> list[PricedLine]:
    """All lines, before discounts in money."""
    bespoke = (bespoke_line(request.sale, item, changes) for item in request.bespoke_items)
    return [*_component_lines(request, changes), *bespoke]


def _phase_lines(request: _Request, phase: Phase) -> list[PricedLine]:
    """The recurring and usage lines of a phase, as those of a bid of its own."""
    sale = replace(request.sale, agreement=replace(request.sale.agreement, one_time_discount=Decimal(0)))
    alone = replace(request, sale=sale, quantities=phase.quantities)
    try:
        lines = [line for line in _lines(alone, Changes(sale, phase)) if line.charge != CHARGE_ONE_TIME]
        take_off(sale, lines)
    except InvalidInput as refusal:
        raise InvalidInput(
            f"In {phase.title} of the ramp: {refusal.message}",
            fix=refusal.fix,
            reason=refusal.reason,
            facts=refusal.facts,
            faults=[replace(fault, what=f"in {phase.title} of the ramp, {fault.what}") for fault in refusal.faults],
        ) from refusal
    return lines


def _phase(part: Part[PricedLine], currency: str) -> PricePhase:
    found = PricePhase(first_month=part.first_month, months=part.months, waterfall=waterfall(part.lines))
    write_lines(part.lines, currency, found.lines)
    return found


def _component_lines(request: _Request, changes: Changes) -> list[PricedLine]:
    sale, quantities = request.sale, request.quantities
    components = sale.release.components
    entries = with_free_usage(entries_on_date(sale, quantities), quantities)
    wanted = {
        id_: Wanted(components[id_], quantity, request.metered.get(id_, Decimal(0)))
        for id_, quantity in quantities.items()
    }
    check_quantities((entry, wanted[id_].units(charge)) for (id_, charge), entry in entries.items() if entry.bands)
    labour = Labour(sale, request.regions, entries)
    labour.check([components[id_] for id_ in quantities])
    labour.share_out(quantities)
    found = {
        key: component_line(sale, wanted[key[0]], entry, labour, changes=changes)
        for key, entry in entries.items()
        if entry.model != "percentage"
    }
    if len(found) < len(entries):
        _add_percentages(sale, wanted, entries, labour, found=found)
    if changes.give_free_months:
        for (id_, charge), line in found.items():
            line.free_months = changes.free_months(entries[id_, charge], request.configured[id_])
    lines = [found[key] for key in entries]
    offers = package_offers(sale, quantities, entries, changes)
    packages = [package_line(sale, offer, count) for offer, count in chosen_packages(sale, offers, quantities)]
    return [*lines, *packages, *commitment_lines(sale, lines)]


def _add_percentages(
    sale: Sale,
    wanted: Mapping[str, Wanted],
    entries: Entries,
    labour: Labour,
    *,
    found: dict[Key, PricedLine],
) -> None:
    """Add the lines that are percentages of others, each after those that it is taken of."""
    nets: dict[tuple[str, Charge], Decimal] = {}
    for line in found.values():
        _add_net(nets, line)
    for key, entry in percentages_in_order(entries):
        found[key] = percentage_line(sale, wanted[key[0]], entry, labour, nets=nets)
        _add_net(nets, found[key])


def _add_net(nets: dict[tuple[str, Charge], Decimal], line: PricedLine) -> None:
    key = (line.subject, line.charge)
    nets[key] = add(nets.get(key, Decimal(0)), line.net)


def _read(release: Release, configuration: Configuration, terms: CommercialTerms, today: dt.date) -> _Request:
    faults = Faults()
    if configuration.release != release.name:
        faults.add("release", f"{configuration.release!r} is not {release.name}", f"Price it from {release.name}.")
    sale = read_sale(release, configuration.market, terms, today=today, faults=faults)
    quantities = _quantities(release, configuration, faults)
    offering = release.offerings.get(configuration.offering)
    if offering is None:
        known = ", ".join(release.offerings)
        what = f"{configuration.offering!r} is not an offering of {release.name}"
        faults.add("offering", what, f"Choose one of: {known}.")
    book = release.price_book(configuration.market, terms.segment, terms.channel)
    bespoke_items = read_bespoke_items(configuration.bespoke_items, book, faults) if book is not None else ()
    metered = read_usage(configuration, book, faults) if book is not None else {}
    phases = read_ramp(terms.ramp, quantities, terms.term_months, faults)
    rate_percent = _rate(terms, faults)
    faults.raise_if_any("The configuration to be priced")
    if sale is None or offering is None:
        raise AssertionError("a sale or an offering was refused without a fault")
    answers = read_answers(offering, configuration.needs, sale.book.needs, faults) if sale.book.needs else {}
    regions = regions_for(sale.market, offering, {answer.name: answer.text for answer in configuration.needs})
    check_places(configuration.bespoke_items, release.centres, regions, faults)
    faults.raise_if_any("The configuration to be priced")
    return _Request(
        sale=replace(sale, answers=answers),
        quantities=quantities,
        configured=quantities,
        metered=metered,
        bespoke_items=bespoke_items,
        regions=regions,
        phases=phases,
        rate_percent=rate_percent,
    )


def _rate(terms: CommercialTerms, faults: Faults) -> Decimal | None:
    if not terms.present_value_rate_percent.value:
        return None
    where = "terms.present_value_rate_percent"
    return read_number(terms.present_value_rate_percent, where, within=PERCENT, faults=faults)


def _quantities(release: Release, configuration: Configuration, faults: Faults) -> dict[str, int]:
    found: dict[str, int] = {}
    for index, item in enumerate(configuration.items):
        component, quantity = item.component, item.quantity
        if component not in release.components:
            what = f"{component!r} is not a component of {release.name}"
            faults.add(f"items[{index}].component", what, advice(component, release.components))
        elif component in found:
            faults.add(f"items[{index}].component", f"{component} is given twice", "Give each component once.")
        if quantity < 1:
            faults.add(f"items[{index}].quantity", f"{quantity} is below 1", "Give at least 1, or leave it out.")
        found[component] = quantity
    return {component: found[component] for component in sorted(found)}
