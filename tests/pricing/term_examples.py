"""A price book of round figures, with which the months of a term can be followed in the head."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from google.protobuf.json_format import ParseDict
from google.type.money_pb2 import Money
from small_release import small_release, web_hosting

from bidwright.catalog.model import Release
from bidwright.catalog.price_charges import ChargeName
from bidwright.catalog.price_entry import Commitment, PriceEntry, Tier
from bidwright.catalog.price_offers import Period, Promotion
from bidwright.pricing.price import price
from bidwright.v1.configuration_pb2 import CommercialTerms
from bidwright.v1.price_pb2 import Price, PriceLine, PriceStepKind

TODAY = dt.date(2026, 11, 22)
ALWAYS = Period(valid_from=dt.date(2026, 1, 1))


def row(component: str, charge: ChargeName, figure: str, *tiers: Tier) -> PriceEntry:
    return PriceEntry(
        component=component,
        charge=charge,
        unit="piece",
        unit_cost=Decimal(1),
        price=Decimal(figure),
        model="volume" if tiers else "per_unit",
        tiers=tiers,
        valid_from=ALWAYS.valid_from,
        valid_to=None,
    )


def release_of(
    *rows: PriceEntry, commitments: Mapping[str, Commitment] | None = None, promotions: tuple[Promotion, ...] = ()
) -> Release:
    """The small release with these rows alone, without packages and work, for terms of 1 to 84 months."""
    small = small_release()
    book = replace(
        small.price_books["DE"],
        entries={(one.component, one.charge): (one,) for one in rows},
        terms={months: Decimal(0) for months in range(1, 85)},
        commitments=commitments or {},
    )
    components = {
        id_: replace(component, one_time_hours=Decimal(0), monthly_hours=Decimal(0))
        for id_, component in small.components.items()
    }
    return replace(
        small,
        components=components,
        price_books={"DE": book},
        packages={},
        promotions={promotion.id: promotion for promotion in promotions},
    )


def promotion(**stated: object) -> Promotion:
    found = {"id": "free", "title": "Free", "charges": frozenset({"monthly"}), "markets": frozenset({"DE"})}
    return Promotion(**{**found, "period": ALWAYS, **stated})  # type: ignore[arg-type]  # stated by each test


def priced(release: Release, items: Mapping[str, int], **terms: object) -> Price:
    """Price some components; terms by the names of their fields."""
    configuration = web_hosting(release.name, items)
    return price(release, configuration, ParseDict(terms, CommercialTerms()), TODAY)


def phase(from_month: int, percent: str = "", **units: int) -> dict[str, object]:
    """A phase as JSON; ``compute_small=2`` are 2 units of compute.small."""
    quantities = [{"component": name.replace("_", ".", 1), "quantity": count} for name, count in units.items()]
    found: dict[str, object] = {"from_month": from_month, "quantities": quantities}
    return found | ({"discount_percent": {"value": percent}} if percent else {})


def euros(amount: Money) -> str:
    return f"{Decimal(amount.units) + Decimal(amount.nanos).scaleb(-9):.2f}"


def flow(found: Price) -> list[tuple[int, int, str]]:
    """First month, months and value of each run of months."""
    return [(run.first_month, run.months, euros(run.value)) for run in found.cash_flow]


def paid(found: Price) -> dict[int, str]:
    """What is due in each month in which anything is."""
    due = {run.first_month + n: euros(run.value) for run in found.cash_flow for n in range(run.months)}
    return {month: amount for month, amount in due.items() if amount != "0.00"}


def costed(found: Price) -> dict[int, str]:
    """What each month costs us that costs anything."""
    due = {run.first_month + n: euros(run.cost) for run in found.cash_flow for n in range(run.months)}
    return {month: amount for month, amount in due.items() if amount != "0.00"}


def phases(found: Price) -> list[tuple[int, int, dict[str, str]]]:
    """First month, months and nets by subject of each phase."""
    return [
        (one.first_month, one.months, {line.subject: euros(line.net) for line in one.lines}) for one in found.phases
    ]


def kinds(line: PriceLine) -> list[tuple[str, str]]:
    """Kind and amount of each step."""
    return [(PriceStepKind.Name(step.kind).removeprefix("PRICE_STEP_KIND_"), step.amount.value) for step in line.steps]
