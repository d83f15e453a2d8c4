"""Random ramps, free months and rates for cases to be priced."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from random import Random

from random_books import Case, random_case

from bidwright.catalog.model import Package
from bidwright.catalog.price_entry import PriceEntry
from bidwright.catalog.price_offers import Period, Promotion
from bidwright.v1.configuration_pb2 import CommercialTerms, RampPhase, RampQuantity


def random_term(seed: int, *, with_ramp: bool = True) -> Case:
    """The case with this number, with what may happen in the months of its term."""
    case, random = random_case(seed), Random(seed)  # noqa: S311  # test data, not a secret
    terms = CommercialTerms()
    terms.CopyFrom(case.terms)
    terms.free_months = random.choice([0, 0, 1, 3, random.randint(0, terms.term_months)])
    if random.random() < 0.7:
        terms.present_value_rate_percent.value = random.choice(["0", "6", "7.1234", "100"])
    promotions = {
        id_: replace(
            promotion,
            free_months=random.choice([0, 1, 2, 5, 84]),
            charges=promotion.charges | {random.choice(["quarterly", "yearly", "hourly"])},
            percent=promotion.percent if promotion.amounts or random.random() < 0.5 else None,
        )
        for id_, promotion in sorted(case.release.promotions.items())
    }
    case = Case(replace(case.release, promotions=promotions), case.configuration, terms)
    if with_ramp and random.random() < 0.8:
        terms.ramp.extend(_ramp(random, case))
    return case


def two_packages(seed: int) -> Case | None:
    """A case with two packages that share a component; a promotion makes the other part of one of them free for long.

    None where the case with this number has too few components that can be parts.
    """
    case = random_term(seed, with_ramp=False)
    book = case.release.price_books["XX"]
    parts = sorted(component for component, charge in book.entries if charge == "monthly")
    if len(parts) < 2:
        return None
    first, shared = parts[:2]
    always = dt.date(2000, 1, 1)
    plain = {
        (id_, "monthly"): (
            PriceEntry(
                component=id_,
                charge="monthly",
                unit="piece",
                unit_cost=Decimal(1),
                price=Decimal(price),
                model="per_unit",
                valid_from=always,
                valid_to=None,
            ),
        )
        for id_, price in ((first, 3), (shared, 4))
    }
    book = replace(book, entries={**book.entries, **plain})
    common = {"title": "P", "monthly": {"XX": Decimal(2)}, "because": ""}
    packages = {
        "together": Package(id="together", components={first: 1, shared: 1}, **common),
        "alone": Package(id="alone", components={shared: 1}, **common),
    }
    promotion = Promotion(
        id="free",
        title="Free",
        components=frozenset({first}),
        charges=frozenset({"monthly"}),
        free_months=Random(seed).choice([1, 3, 5]),  # noqa: S311  # test data, not a secret
        markets=frozenset({"XX"}),
        period=Period(valid_from=always),
    )
    terms = CommercialTerms(term_months=case.terms.term_months)
    release = replace(
        case.release,
        price_books={"XX": book},
        packages=packages,
        promotions={**case.release.promotions, "free": promotion},
    )
    return Case(release, case.configuration, terms)


def _ramp(random: Random, case: Case) -> list[RampPhase]:
    months = case.terms.term_months
    starts = sorted(random.sample(range(1, months + 1), random.randint(1, min(4, months))))
    return [_phase(random, case, start) for start in starts]


def _phase(random: Random, case: Case, start: int) -> RampPhase:
    phase = RampPhase(from_month=start)
    for item in case.configuration.items:
        if random.random() < 0.6:
            units = random.choice([0, item.quantity, random.randint(0, item.quantity)])
            phase.quantities.append(RampQuantity(component=item.component, quantity=units))
    if random.random() < 0.6:
        phase.discount_percent.value = str(
            random.choice([Decimal(0), Decimal("20.3333"), Decimal("-12.550881"), Decimal(100)])
        )
    return phase
