"""Random ramps, free months and rates for cases to be priced."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random

from random_books import Case, random_case

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
        phase.discount_percent.value = str(random.choice([Decimal(0), Decimal(20), Decimal("33.3333"), Decimal(100)]))
    return phase
