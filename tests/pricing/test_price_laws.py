"""Laws that hold for every price book."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import product

from draws import drawn
from google.type.money_pb2 import Money
from hypothesis import example, given, settings
from hypothesis import strategies as st
from random_books import TODAY, Case, random_case

from bidwright.core.amount_table import AmountTable
from bidwright.core.money import MINOR_UNITS
from bidwright.pricing.amounts import amount_table
from bidwright.pricing.models import list_amount
from bidwright.pricing.price import price
from bidwright.v1.price_pb2 import (
    PRICE_BASIS_BASE,
    PRICE_LINE_KIND_BESPOKE,
    PRICE_LINE_KIND_COMPONENT,
    PRICE_STEP_KIND_LIST,
    PRICE_STEP_KIND_VOLUME,
    PRICE_STEP_KIND_WAIVER,
    Price,
)

cases = st.integers(0, 10**9).map(random_case)
few = settings(max_examples=drawn(150))


def fraction(amount: Money) -> Fraction:
    return Fraction(amount.units) + Fraction(amount.nanos, 10**9)


def priced(case: Case) -> Price:
    return price(case.release, case.configuration, case.terms, TODAY)


@few
@given(cases)
def test_the_steps_of_a_line_add_up_to_its_net_and_each_shows_what_was_reached(case: Case) -> None:
    for line in priced(case).lines:
        running = listed = Fraction(0)
        for step in line.steps:
            before, running = running, running + Fraction(step.amount.value)
            assert Fraction(step.running.value) == running
            if step.kind in {PRICE_STEP_KIND_LIST, PRICE_STEP_KIND_VOLUME, PRICE_STEP_KIND_WAIVER}:
                listed = running
            share = Fraction(step.percent.value) / 100 if step.HasField("percent") else None
            if share is not None and step.basis == PRICE_BASIS_BASE:
                assert Fraction(step.amount.value) == max(listed * share, -before)
            elif share is not None:
                assert Fraction(step.amount.value) == before * share
        assert fraction(line.net) == running
        if line.kind in {PRICE_LINE_KIND_COMPONENT, PRICE_LINE_KIND_BESPOKE}:
            net, cost = fraction(line.net), fraction(line.cost)
            assert Fraction(line.margin_percent.value) == (round((net - cost) / net * 100, 2) if net else 0)


@few
@given(cases)
def test_the_waterfall_adds_up_to_the_totals(case: Case) -> None:
    answer = priced(case)
    totals = answer.totals
    sums = (totals.one_time, totals.billed_monthly, totals.billed_quarterly, totals.billed_yearly, totals.usage)
    for charge, total in enumerate(sums, start=1):
        entries = [entry for entry in answer.waterfall if entry.charge == charge]
        assert sum((Fraction(entry.amount.value) for entry in entries), Fraction(0)) == fraction(total)
        assert [entry.kind for entry in entries] == sorted(entry.kind for entry in entries)


@few
@given(cases, st.randoms(use_true_random=False))
def test_the_order_of_items_does_not_matter_and_repricing_gives_the_same_bytes(case: Case, random: object) -> None:
    first = priced(case).SerializeToString(deterministic=True)
    assert priced(case).SerializeToString(deterministic=True) == first
    for field in (case.configuration.items, case.configuration.bespoke_items):
        shuffled = sorted(field, key=lambda _: random.random())  # type: ignore[attr-defined]  # hypothesis' Random
        del field[:]
        field.extend(shuffled)
    assert priced(case).SerializeToString(deterministic=True) == first


def _percentages_of(components: set[str], case: Case) -> set[str]:
    """Components that are priced by a percentage of some of these."""
    return {
        component
        for (component, _), entries in case.release.price_books["XX"].entries.items()
        if any(entry.of & components for entry in entries)
    }


@few
@given(cases)
@example(random_case(74))  # a percentage of one that is a percentage of the removed one
def test_removing_a_component_leaves_the_lines_of_the_others_as_they_were(case: Case) -> None:
    before = {(line.subject, line.charge, line.HasField("hours")): line for line in priced(case).lines}
    if not case.configuration.items:
        return
    removed = case.configuration.items.pop().component
    percentages: set[str] = set()
    while more := _percentages_of({removed, *percentages}, case) - percentages:  # also those of percentages
        percentages |= more
    kept = [estimate for estimate in case.configuration.usage if estimate.component != removed]
    del case.configuration.usage[:]
    case.configuration.usage.extend(kept)
    after = {(line.subject, line.charge, line.HasField("hours")): line for line in priced(case).lines}
    packages = {*case.release.packages, *case.release.price_books["XX"].commitments, *percentages}
    assert removed not in {subject for subject, *_ in after}
    assert {key: line for key, line in before.items() if key[0] not in {removed, *packages}} == {
        key: line for key, line in after.items() if key[0] not in packages
    }
    applied = [package for id_, package in case.release.packages.items() if id_ in {subject for subject, *_ in after}]
    assert not [package for package in applied if removed in package.components]


@few
@given(cases)
def test_amount_tables_and_prices_are_the_same_numbers(case: Case) -> None:
    defaults = {name: need.default for name, need in case.release.offerings["web_hosting"].needs.items()}
    answers = defaults | {answer.name: answer.text for answer in case.configuration.needs}
    table = amount_table(
        case.release,
        "XX",
        case.terms,
        bespoke_items=list(case.configuration.bespoke_items),
        answers=answers,
        today=TODAY,
    )
    answer = priced(case)
    scale = 10 ** MINOR_UNITS[table.currency]
    quantities = {item.component: item.quantity for item in case.configuration.items}
    due: dict[str, dict[str, int]] = {"one_time": {}, "monthly": {}, "quarterly": {}, "yearly": {}}
    for charge, column in (*((name, getattr(table, name)) for name in due), ("monthly", table.hourly)):
        for id_, n in quantities.items():
            due[charge][id_] = due[charge].get(id_, 0) + (column[id_][n] if id_ in column else 0)
    for percentage in table.percentages:
        if percentage.component in quantities:
            net = percentage.net(sum(due[percentage.of_charge].get(id_, 0) for id_ in percentage.of))
            due[percentage.charge][percentage.component] += net
    missing = 0
    for commitment in table.commitments.values():
        own = [due["monthly"][id_] for id_ in quantities if id_ in commitment.components]
        missing += max(0, commitment.monthly - sum(own)) if own else 0
    monthly = sum(due["monthly"].values()) + table.bespoke_monthly + missing
    assert fraction(answer.totals.one_time) * scale == sum(due["one_time"].values()) + table.bespoke_one_time
    assert fraction(answer.totals.billed_monthly) * scale == monthly + cheapest_packages(table, quantities)
    assert fraction(answer.totals.billed_quarterly) * scale == sum(due["quarterly"].values())
    assert fraction(answer.totals.billed_yearly) * scale == sum(due["yearly"].values())
    for id_, component in case.release.components.items():
        assert len(table.one_time[id_]) == len(table.monthly[id_]) == component.max_quantity + 1
        assert table.one_time[id_][0] == table.monthly[id_][0] == 0
    for package in table.packages.values():
        assert list(package.monthly) == sorted(package.monthly, reverse=True)
        assert package.monthly[0] == 0


def cheapest_packages(table: AmountTable, quantities: Mapping[str, int]) -> int:
    """The least sum of package amounts that the units allow, by trying all."""
    packages = list(table.packages.values())
    return min(
        sum(package.monthly[n] for package, n in zip(packages, counts, strict=True))
        for counts in product(*(range(len(package.monthly)) for package in packages))
        if all(
            sum(package.components.get(id_, 0) * n for package, n in zip(packages, counts, strict=True))
            <= quantities.get(id_, 0)
            for id_ in table.monthly
        )
    )


@few
@given(cases)
def test_two_equal_halves_cost_no_less_than_the_whole_where_unit_prices_fall(case: Case) -> None:
    book = case.release.price_books["XX"]
    falling = [
        entry
        for entries in book.entries.values()
        for entry in entries
        if entry.is_plain and entry.tiers and entry.price > entry.tiers[0].price
    ]
    for entry in falling:
        for half in range(1, 12):
            # before rounding: half a cent twice may be nothing, or a cent
            assert 2 * list_amount(book, entry, Decimal(half)) >= list_amount(book, entry, Decimal(2 * half))


@few
@given(cases)
def test_no_price_is_below_nothing_and_limits_hold_whatever_the_discounts(case: Case) -> None:
    rows = {
        (entry.component, entry.charge, entry.valid_from.isoformat()): entry
        for entries in case.release.price_books["XX"].entries.values()
        for entry in entries
    }
    book = case.release.price_books["XX"]
    cent = Fraction(book.rounding_to, 10 ** MINOR_UNITS[book.currency])
    for line in priced(case).lines:
        if line.kind != PRICE_LINE_KIND_COMPONENT:
            continue
        _, component, charge, _, valid_from = line.steps[0].rule.partition(",")[0].split()
        entry = rows[component, charge, valid_from]  # type: ignore[index]  # the name of a charge
        assert fraction(line.net) >= 0
        if entry.minimum is not None:
            assert fraction(line.net) >= Fraction(entry.minimum) - cent / 2
        if entry.maximum is not None:
            assert fraction(line.net) <= Fraction(entry.maximum) + cent / 2
