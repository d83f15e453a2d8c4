"""Random price books with configurations to be priced from them: small, and full of corner cases."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from random import Random
from zlib import crc32

from google.type.date_pb2 import Date
from google.type.decimal_pb2 import Decimal as DecimalMessage
from google.type.money_pb2 import Money
from random_offers import add_terms, with_offers
from small_release import small_release

from bidwright.catalog.model import (
    Component,
    DayRates,
    DeliveryCentre,
    Market,
    Package,
    PriceBook,
    Release,
    RiskClasses,
    Texts,
)
from bidwright.catalog.price_charges import CHARGES, ChargeName
from bidwright.catalog.price_entry import Band, Commitment, PriceEntry, Tier
from bidwright.catalog.price_formulas import read_formula
from bidwright.catalog.price_tables import Cell, PricedRow, PriceTable
from bidwright.catalog.rule_language import Name
from bidwright.v1.configuration_pb2 import (
    BespokeEffort,
    BespokeItem,
    CommercialTerms,
    Configuration,
    ConfigurationItem,
    NeedAnswer,
    UsageEstimate,
)

TODAY = dt.date(2026, 6, 15)
_TEXTS = Texts(service_specification="", statement_of_work="", delivery_description="")
_BASE = small_release()


@dataclass(frozen=True)
class Case:
    """Something to be priced."""

    release: Release
    configuration: Configuration
    terms: CommercialTerms


def random_case(seed: int) -> Case:
    """The case with this number. Every price exists; all work can be delivered."""
    random = Random(seed)  # noqa: S311  # test data, not a secret
    release = replace(_release(random), digest=f"{seed:064x}")  # what was looked up once of a digest holds
    release = with_offers(random, release)
    case = Case(release, _configuration(random, release), _terms(random, release))
    add_terms(random, case.release, case.terms)
    return case


def _release(random: Random) -> Release:
    currency = random.choice(["EUR", "EUR", "USD", "JPY", "KWD"])
    components = [_component(random, f"{'ab'[i % 2]}.c{i}") for i in range(random.randint(1, 5))]
    book = _book(random, components, currency)
    return replace(
        _BASE,
        markets={"XX": Market(id="XX", title="X", currency=currency, time_zone="UTC", delivery_regions=("EU", "UK"))},
        components={component.id: component for component in components},
        price_books={"XX": book},
        packages={package.id: package for package in _packages(random, components, book)},
        centres={centre.id: centre for centre in _centres(random, currency)},
    )


def _component(random: Random, id_: str) -> Component:
    return Component(
        id=id_,
        family=id_[0],
        name=id_.upper(),
        max_quantity=random.choice([1, 4, 9]),
        competence=random.choice(["unix", "database"]),
        unit="platform",
        attributes={"size": Decimal(random.randint(1, 9))},
        one_time_hours=_number(random, 4, 2),
        monthly_hours=_number(random, 2, 3),
        certifications=random.choice([(), (), ("iso27001",)]),
        texts=_TEXTS,
    )


def _book(random: Random, components: list[Component], currency: str) -> PriceBook:
    entries: dict[tuple[str, ChargeName], tuple[PriceEntry, ...]] = {}
    for component in components:
        charges: list[ChargeName] = random.choice([["monthly"], ["one_time"], ["one_time", "monthly"]])
        if random.random() < 0.3:
            charges = random.sample(CHARGES, random.randint(1, 3))
        for charge in charges:
            entries[component.id, charge] = _entries(random, component, charge)
    _make_percentage(random, entries)
    return PriceBook(
        id="XX-list",
        market="XX",
        currency=currency,
        rounding=random.choice(["half_up", "half_even"]),
        entries=entries,
        terms={12: Decimal(0), 24: _number(random, 20, 2), 6: _number(random, 5, 4), 37: Decimal(-20)},
        bespoke_rates={
            "engineer": DayRates(general=_number(random, 900, 2), by_centre={"z9": _number(random, 900, 2)}),
            "architect": DayRates(general=_number(random, 900, 6)),
            "tester": DayRates(by_centre={"z7": _number(random, 500, 1), "z9": Decimal(400)}),
        },
        risk_classes=random.choice(
            [
                None,
                RiskClasses(default="low", percents={"low": Decimal(0), "high": _number(random, 60, 4)}),
                RiskClasses(default="mean", percents={"mean": Decimal(15)}),
            ]
        ),
        default_markup=_number(random, 40, 1),
        commitments=_commitments(random, components),
        hours_per_month=random.choice([Decimal(730), Decimal("720.25")]),
        hours_per_day=Decimal("7.5"),
        needs=frozenset({"users", "data_residency"}),
        rounding_to=random.choice([*[1] * 7, 5, 20, 100]),
        minimum_markup=Decimal(0),
    )


def _make_percentage(random: Random, entries: dict[tuple[str, ChargeName], tuple[PriceEntry, ...]]) -> None:
    """Let the rows of some components be percentages of others, sometimes, also of such that are percentages."""
    possible = [key for key in entries if key[1] != "hourly"]
    if not possible or random.random() < 0.6:
        return
    for key in random.sample(possible, min(len(possible), random.choice([1, 1, 2]))):
        _make_one_percentage(random, entries, key)


def _make_one_percentage(
    random: Random, entries: dict[tuple[str, ChargeName], tuple[PriceEntry, ...]], key: tuple[str, ChargeName]
) -> None:
    """Only of components before it, so that there is no circle."""
    others = sorted({component for component, _ in entries if component < key[0]})
    if not others:
        return
    of = frozenset(random.sample(others, random.randint(1, len(others))))
    bases: list[ChargeName | None] = [None, "one_time", "monthly", "quarterly", "yearly"]
    # not by the generator: so cases of other tests stay what they were
    of_charge = None if key[1] == "usage" else bases[crc32(f"{key} {sorted(of)}".encode()) % len(bases)]
    entries[key] = tuple(
        replace(
            entry,
            model="percentage",
            price=_number(random, 120, random.choice([0, 1, 4])),
            tiers=(),
            bands=(),
            included=Decimal(0),
            included_each=Decimal(0),
            block_size=None,
            table=None,
            formula=None,
            of=of,
            of_charge=of_charge,
        )
        for entry in entries[key]
    )


def _commitments(random: Random, components: list[Component]) -> dict[str, Commitment]:
    if random.random() < 0.6:
        return {}
    half = random.sample([component.id for component in components], (len(components) + 1) // 2)
    return {
        "least": Commitment(
            id="least",
            title="Least",
            components=frozenset(half),
            monthly=Decimal(random.randint(0, 300)),
            bands=random.choice([(), ((Decimal(100), Decimal("2.5")), (Decimal(400), Decimal(7)))]),
        )
    }


def _entries(random: Random, component: Component, charge: ChargeName) -> tuple[PriceEntry, ...]:
    """Three periods that touch, so that the days of change are tried."""
    days = [dt.date(2026, 1, 1), dt.date(2026, 6, 15), dt.date(2026, 9, 1), None]
    found = []
    for start, end in pairwise(days):
        plain = PriceEntry(
            component=component.id,
            charge=charge,
            unit="piece",
            unit_cost=_number(random, 30, 3),
            price=_number(random, 60, random.choice([0, 2, 2, 6])),
            valid_from=start or dt.date.min,
            valid_to=end,
        )
        if charge == "one_time" and random.random() < 0.2:
            plain = replace(plain, waived_from=random.choice([12, 24, 36]))
        found.append(_modelled(random, plain, component.max_quantity))
    return tuple(found)


def _modelled(random: Random, plain: PriceEntry, most: int) -> PriceEntry:
    """The same row with one of the models; half of them plain, as only those can be parts of packages."""
    model = random.choice(
        [*["per_unit", "volume"] * 3, "flat", "volume up to", "graduated", "stairstep", "block", "table", "formula"]
    )
    entry = replace(plain, model=model.partition(" ")[0])
    if model == "volume":
        starts = sorted(random.sample(range(2, 8), random.choice([1, 2])))
        tiers = [Tier(from_quantity=n, price=plain.price * (9 - index) / 10) for index, n in enumerate(starts)]
        entry = replace(entry, tiers=tuple(tiers))
    if model == "block" or (model in _IN_BLOCKS and random.random() < 0.3):
        entry = replace(entry, block_size=random.choice([Decimal(1), Decimal(4), Decimal("2.5")]))
    if model == "table":
        entry = replace(entry, price=Decimal(0), table=_table(random))
    if model == "formula":
        entry = replace(entry, price=Decimal(0), formula=read_formula(random.choice(_FORMULAS))[0])
    if model in {"volume up to", "graduated", "stairstep"}:
        entry = replace(entry, price=Decimal(0), bands=_bands(random, most, has_prices=model != "stairstep"))
    if model not in {"flat", "per_unit", "volume", "formula"} and random.random() < 0.4:
        entry = replace(entry, included=random.choice([Decimal(2), Decimal(5), Decimal("0.5")]))
    if plain.charge == "usage" and model not in {"flat", "formula"} and random.random() < 0.4:
        entry = replace(entry, included_each=random.choice([Decimal(1), Decimal("2.5")]))
    if model not in {"per_unit", "volume"} and plain.waived_from is None and random.random() < 0.4:
        minimum = _number(random, 90, random.choice([2, 6]))
        entry = replace(entry, minimum=minimum, maximum=random.choice([None, minimum, minimum + 60]))
    return entry


_IN_BLOCKS = {"volume up to", "graduated", "stairstep", "table"}
_FORMULAS = (
    "component.quantity * 3.125",
    "10 - component.quantity * 4",  # nothing from 3 units on
    "need.users * 0.05 + component.size * component.quantity * component.quantity",
    "-(component.size - 2.5) * (component.quantity - 4) * 1.37",
)


def _table(random: Random) -> PriceTable:
    """By size and residency; the last row is for all else."""
    rows = ((Cell("<=", Decimal(4)), Cell("==", "EU")), (Cell("==", Decimal(7)), Cell("*")), (Cell("*"), Cell("*")))
    return PriceTable(
        "sizes",
        (Name("component", "size"), Name("need", "data_residency")),
        tuple(PricedRow(cells, _number(random, 60, random.choice([2, 6]))) for cells in rows),
    )


def _bands(random: Random, most: int, *, has_prices: bool) -> tuple[Band, ...]:
    """Tiers up to, the last one open or closed where it reaches at least ``most``."""
    ends = sorted(random.sample(range(8), random.choice([0, 1, 2])))
    last = random.choice([None, Decimal(most + 10)])
    return tuple(
        Band(
            up_to=end,
            price=_number(random, 40, random.choice([2, 6])) if has_prices else Decimal(0),
            fee=_number(random, 40, 2) if not has_prices or random.random() < 0.5 else Decimal(0),
        )
        for end in (*map(Decimal, ends), last)
    )


def _packages(random: Random, every: list[Component], book: PriceBook) -> list[Package]:
    """Packages of components whose units have a monthly price, or none."""
    components = [c for c in every if all(entry.is_plain for entry in book.entries.get((c.id, "monthly"), ()))]
    found = []
    for number in range(random.choice([0, 2, 4, 5]) if components else 0):
        parts = random.sample(components, random.randint(1, min(3, len(components))))
        price = _number(random, random.choice([20, 20, 90]), 2)
        found.append(
            Package(
                id=f"p{number}",
                title=f"Package {number}",
                components={part.id: random.randint(1, min(2, part.max_quantity)) for part in parts},
                monthly={"XX": price} if random.random() < 0.9 else {"YY": price},
                because="",
            )
        )
    random.shuffle(found)
    return found


def _centres(random: Random, currency: str) -> list[DeliveryCentre]:
    """One that can do all in each region, and some that cannot."""
    found = []
    for number, region in enumerate(["EU", "UK", "EU", "US"]):
        rate = {currency: Decimal(random.randint(20, 24))}
        found.append(
            DeliveryCentre(
                id=f"z{9 - number}",
                title="Z",
                country="ZZ",
                region=region,
                certifications=("iso27001",) if number < 2 else (),
                capacity_hours=Decimal(10**9),
                rates={"unix": rate, "database": rate}
                if number < 2
                else {"unix": rate, "database": {"CHF": Decimal(1)}},
            )
        )
    return found


def _configuration(random: Random, release: Release) -> Configuration:
    count = len(release.components) if random.random() < 0.6 else random.randint(0, len(release.components))
    chosen = random.sample(list(release.components.values()), count)
    metered = [c for c in chosen if (c.id, "usage") in release.price_books["XX"].entries and random.random() < 0.8]
    usage = [
        UsageEstimate(component=c.id, quantity=DecimalMessage(value=str(_number(random, c.max_quantity + 9, 4))))
        for c in metered
    ]
    return Configuration(
        usage=usage,
        release=release.name,
        offering="web_hosting",
        market="XX",
        needs=random.choice([[], [NeedAnswer(name="data_residency", text=random.choice(["any", "EU"]))]]),
        items=[ConfigurationItem(component=c.id, quantity=random.randint(1, c.max_quantity)) for c in chosen],
        bespoke_items=[
            _bespoke(random, f"b{n}", release.price_books["XX"])
            for n in random.sample(range(9), random.choice([0, 1, 2]))
        ],
    )


def _bespoke(random: Random, id_: str, book: PriceBook) -> BespokeItem:
    item = BespokeItem(id=id_, title="Made for you", owner="ada", charge=random.choice([1, 2]))
    for _ in range(random.choice([0, 1, 2])):
        days = DecimalMessage(value=str(_number(random, 9, 4)))
        role, rates = random.choice(list(book.bespoke_rates.items()))
        centre = random.choice([*rates.by_centre, *([""] if rates.general is not None else [])])
        item.effort.append(BespokeEffort(role=role, days=days, delivery_centre=centre))
    if book.risk_classes is not None and random.random() < 0.6:
        item.risk_class = random.choice(list(book.risk_classes.percents))
    if random.random() < 0.6:
        amount = Money(currency_code=book.currency, units=random.randint(0, 99), nanos=random.choice([0, 5_000_000]))
        item.material_cost.CopyFrom(amount)
    if random.random() < 0.6:
        item.markup_percent.value = str(_number(random, 30, 4))
    return item


def _terms(random: Random, release: Release) -> CommercialTerms:
    terms = CommercialTerms(term_months=random.choice(list(release.price_books["XX"].terms)))
    if random.random() < 0.7:
        percent = random.choice([Decimal(100), Decimal(50), _number(random, 30, 4)])
        terms.discretionary_discount_percent.value = str(percent)
    if random.random() < 0.7:
        day = random.choice([dt.date(2026, 1, 1), dt.date(2026, 6, 14), dt.date(2026, 6, 15), dt.date(2030, 1, 1)])
        terms.price_date.CopyFrom(Date(year=day.year, month=day.month, day=day.day))
    return terms


def _number(random: Random, top: int, places: int) -> Decimal:
    """A number from 0 to ``top``, every fourth one with fewer digits."""
    if random.random() < 0.25:
        return Decimal(random.randint(0, top))
    return Decimal(random.randint(0, top * 10**places)).scaleb(-places)
