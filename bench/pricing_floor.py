"""The same sums as pricing's in plain Python over prepared numbers, with nothing told about how they came about.

Everything that can be looked up beforehand is: which row holds, its tiers, the percentages, the rate of an hour. What
is left is arithmetic: every step of every line with the amount reached, its cost, rounding, packages, a discount in
money, and all sums. `net_sums` leaves the steps out and computes what the bid comes to, no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import prod
from typing import NamedTuple

from bench.pricing_bids import MARKET, Bid
from bidwright.v1.configuration_pb2 import CHARGE_MONTHLY, CHARGE_ONE_TIME, Charge
from bidwright.v1.price_pb2 import (
    PRICE_STEP_KIND_DISCRETIONARY,
    PRICE_STEP_KIND_LIST,
    PRICE_STEP_KIND_PACKAGE,
    PRICE_STEP_KIND_ROUNDING,
    PRICE_STEP_KIND_TERM,
    PRICE_STEP_KIND_VOLUME,
    Price,
    PriceStepKind,
)

_CENT, _NOTHING = Decimal("0.01"), Decimal(0)
_ALL = (PRICE_STEP_KIND_TERM, PRICE_STEP_KIND_DISCRETIONARY)
_RATE = Decimal("38.00")  # of the cheapest centre that has Unix engineers and may serve the market

Shares = Sequence[tuple[PriceStepKind, Decimal]]
"""Kind of a discount, and what it adds to 1 of the amount before it: -0.06 for 6 %."""


Waterfall = list[tuple[Decimal, Decimal]]
"""What each step of a line adds, and the amount reached."""


class Line(NamedTuple):
    """Numbers of a line; tiers by quantity, the highest first."""

    quantity: Decimal
    price: Decimal
    tiers: Sequence[tuple[Decimal, Decimal]]
    changes: Shares
    unit_cost: Decimal
    hours: Decimal


class Part(NamedTuple):
    """A part of a package, or the package as a whole: price in one application, discounts, and how often it fits."""

    price: Decimal
    changes: Shares
    times: int = 0


class Offer(NamedTuple):
    """A package and its parts."""

    whole: Part
    parts: Sequence[Part]


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """The numbers of a bid; ``pairs`` are packages of which both take as many units of what they have in common."""

    once: Sequence[Line]
    monthly: Sequence[Line]
    pairs: Sequence[tuple[Offer, Offer]]
    monthly_discount: int
    term_months: int


class Sums(NamedTuple):
    """What both must agree about; the last one by charge and kind of step, empty where it was not computed."""

    one_time: Decimal
    monthly: Decimal
    contract_value: Decimal
    contract_cost: Decimal
    by_kind: Mapping[tuple[Charge, PriceStepKind], Decimal]


def prepare(bid: Bid) -> Prepared:
    """Look everything up."""
    release, terms = bid.release, bid.terms
    book = release.price_books[MARKET]
    overall = (PRICE_STEP_KIND_DISCRETIONARY, -Decimal(terms.discretionary_discount_percent.value) / 100)
    term = (PRICE_STEP_KIND_TERM, -book.terms[terms.term_months] / 100)
    discounts = {
        one.component: ((PRICE_STEP_KIND_DISCRETIONARY, -Decimal(one.percent.value) / 100), overall)
        for one in terms.line_discounts
    }
    once: list[Line] = []
    monthly: list[Line] = []
    for item in bid.configuration.items:
        component, own = release.components[item.component], discounts.get(item.component, (overall,))
        for row in (*book.entries[item.component, "one_time"], *book.entries[item.component, "monthly"]):
            is_monthly = row.charge == "monthly"
            line = Line(
                Decimal(item.quantity),
                row.price,
                tuple((Decimal(tier.from_quantity), tier.price) for tier in reversed(row.tiers)),
                (term, *own) if is_monthly else own,
                row.unit_cost,
                component.monthly_hours if is_monthly else component.one_time_hours,
            )
            (monthly if is_monthly else once).append(line)
    quantities = {item.component: item.quantity for item in bid.configuration.items}
    offers = [
        Offer(
            Part(package.monthly[MARKET], (term, overall)),
            [
                Part(
                    book.entries[id_, "monthly"][0].price * units,
                    (term, *discounts.get(id_, (overall,))),
                    quantities[id_] // units,
                )
                for id_, units in package.components.items()
            ],
        )
        for package in release.packages.values()
        if package.components.keys() <= quantities.keys()
    ]
    return Prepared(
        once=once,
        monthly=monthly,
        pairs=list(zip(offers[::2], offers[1::2], strict=True)),
        monthly_discount=terms.monthly_discount.units * 100,
        term_months=terms.term_months,
    )


def sums_of(price: Price) -> Sums:
    """What pricing says."""
    totals = price.totals
    amounts = (totals.one_time, totals.monthly, totals.contract_value, totals.contract_cost)
    by_kind = {(one.charge, one.kind): Decimal(one.amount.value) for one in price.waterfall}
    one_time, monthly, value, cost = (one.units + Decimal(one.nanos).scaleb(-9) for one in amounts)
    return Sums(one_time, monthly, value, cost, by_kind)


def all_sums(prepared: Prepared) -> Sums:
    """Compute every step and every sum."""
    once_by_kind: dict[PriceStepKind, Decimal] = {}
    by_kind: dict[PriceStepKind, Decimal] = {}
    once, once_cost = _lines(prepared.once, once_by_kind)
    monthly, monthly_cost = _lines(prepared.monthly, by_kind)
    saved = sum((_pair(first, second, by_kind) for first, second in prepared.pairs), _NOTHING)
    shares = _shares([int(waterfall[-1][1] * 100) for waterfall in monthly], prepared.monthly_discount)
    for waterfall, share in zip(monthly, shares, strict=True):
        amount = -share * _CENT
        waterfall.append((amount, waterfall[-1][1] + amount))
        by_kind[PRICE_STEP_KIND_DISCRETIONARY] += amount
    a_month = sum((waterfall[-1][1] for waterfall in monthly), _NOTHING) - saved
    one_time = sum((waterfall[-1][1] for waterfall in once), _NOTHING)
    return Sums(
        one_time,
        a_month,
        one_time + prepared.term_months * a_month,
        once_cost + prepared.term_months * monthly_cost,
        {(CHARGE_ONE_TIME, kind): amount for kind, amount in once_by_kind.items()}
        | {(CHARGE_MONTHLY, kind): amount for kind, amount in by_kind.items()},
    )


def net_sums(prepared: Prepared) -> Sums:
    """Compute nets, costs and totals alone."""
    (once, once_cost), (monthly, monthly_cost) = _nets(prepared.once), _nets(prepared.monthly)
    saved = sum((_pair(first, second, {}) for first, second in prepared.pairs), _NOTHING)
    cents = [int(net * 100) for net in monthly]
    shares = _shares(cents, prepared.monthly_discount)
    a_month = sum(cent - share for cent, share in zip(cents, shares, strict=True)) * _CENT - saved
    one_time = sum(once, _NOTHING)
    return Sums(
        one_time,
        a_month,
        one_time + prepared.term_months * a_month,
        once_cost + prepared.term_months * monthly_cost,
        {},
    )


def _lines(
    lines: Iterable[Line], by_kind: dict[PriceStepKind, Decimal]
) -> tuple[list[list[tuple[Decimal, Decimal]]], Decimal]:
    """The steps of lines, each with the amount reached, and the sum of costs."""
    found, costs = [], _NOTHING
    for quantity, price, tiers, changes, unit_cost, hours in lines:
        running = price * quantity
        steps = [(running, running)]
        by_kind[PRICE_STEP_KIND_LIST] = by_kind.get(PRICE_STEP_KIND_LIST, _NOTHING) + running
        for start, lower in tiers:
            if quantity >= start:
                amount = (lower - price) * quantity
                running += amount
                steps.append((amount, running))
                by_kind[PRICE_STEP_KIND_VOLUME] = by_kind.get(PRICE_STEP_KIND_VOLUME, _NOTHING) + amount
                break
        for kind, share in changes:
            amount = running * share
            running += amount
            steps.append((amount, running))
            by_kind[kind] = by_kind.get(kind, _NOTHING) + amount
        net = running.quantize(_CENT, ROUND_HALF_UP)
        if net != running:
            steps.append((net - running, net))
            by_kind[PRICE_STEP_KIND_ROUNDING] = by_kind.get(PRICE_STEP_KIND_ROUNDING, _NOTHING) + net - running
        found.append(steps)
        costs += ((unit_cost + hours * _RATE) * quantity).quantize(_CENT, ROUND_HALF_UP)
    return found, costs


def _nets(lines: Iterable[Line]) -> tuple[list[Decimal], Decimal]:
    """Net amounts, and the sum of costs."""
    nets, costs = [], _NOTHING
    for quantity, price, tiers, changes, unit_cost, hours in lines:
        each = next((lower for start, lower in tiers if quantity >= start), price)
        net = each * quantity
        for _, share in changes:
            net += net * share
        nets.append(net.quantize(_CENT, ROUND_HALF_UP))
        costs += ((unit_cost + hours * _RATE) * quantity).quantize(_CENT, ROUND_HALF_UP)
    return nets, costs


def _pair(first: Offer, second: Offer, by_kind: dict[PriceStepKind, Decimal]) -> Decimal:
    """What two packages save that compete for the units of their first part: that which saves more comes first."""
    by_saving = sorted(((_rounded(_saving(one)), one) for one in (first, second)), key=lambda pair: -pair[0])
    left, saved = first.parts[0].times, _NOTHING
    for saving, offer in by_saving:
        times = min(left, offer.parts[1].times)
        if saving > 0 and times:
            saved += saving * times
            left -= times
            reached = _NOTHING
            for kind, kinds in (
                (PRICE_STEP_KIND_PACKAGE, ()),
                (PRICE_STEP_KIND_TERM, (PRICE_STEP_KIND_TERM,)),
                (PRICE_STEP_KIND_DISCRETIONARY, (PRICE_STEP_KIND_TERM, PRICE_STEP_KIND_DISCRETIONARY)),
            ):
                after = -_saving(offer, kinds) * times
                by_kind[kind] = by_kind.get(kind, _NOTHING) + after - reached
                reached = after
            rounding = -saving * times - reached
            by_kind[PRICE_STEP_KIND_ROUNDING] = by_kind.get(PRICE_STEP_KIND_ROUNDING, _NOTHING) + rounding
    return saved


def _saving(
    offer: Offer, kinds: Sequence[PriceStepKind] = (PRICE_STEP_KIND_TERM, PRICE_STEP_KIND_DISCRETIONARY)
) -> Decimal:
    """What one application saves after discounts of some kinds."""
    return sum((_left(part, kinds) for part in offer.parts), -_left(offer.whole, kinds))


def _left(part: Part, kinds: Sequence[PriceStepKind]) -> Decimal:
    return part.price * prod((1 + share for kind, share in part.changes if kind in kinds), start=Decimal(1))


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)


def _shares(cents: Sequence[int], discount: int) -> list[int]:
    """Share out a discount by largest remainder."""
    whole = sum(cents)
    shares = [discount * one // whole for one in cents]
    order = sorted(range(len(cents)), key=lambda index: (-(discount * cents[index] % whole), index))
    for index in order[: discount - sum(shares)]:
        shares[index] += 1
    return shares
