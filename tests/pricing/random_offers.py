"""Random price books for channels and segments, promotions, agreements, and terms that ask for them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from random import Random

from google.type.decimal_pb2 import Decimal as DecimalMessage
from google.type.money_pb2 import Money

from bidwright.catalog.model import Ancestry, PriceBook, Release
from bidwright.catalog.price_charges import CHARGES
from bidwright.catalog.price_entry import Adjustment
from bidwright.catalog.price_offers import AgreedPrice, CustomerAgreement, Period, Promotion
from bidwright.v1.configuration_pb2 import CommercialTerms, CommittedAmount, LineDiscount

_ALWAYS = Period(valid_from=dt.date(2000, 1, 1))
_PERIODS = (_ALWAYS, Period(valid_from=dt.date(2026, 1, 1), valid_to=dt.date(2026, 6, 15)))


def with_offers(random: Random, release: Release) -> Release:
    """The release with what may change its prices; in every third case with nothing."""
    if random.random() < 0.3:
        return release
    components = sorted(release.components)
    book = release.price_books["XX"]
    return replace(
        release,
        special_books={
            "XX": (
                _made_from(random, book, channel="partner", segment=""),
                _made_from(random, book, channel="", segment="public"),
                _made_from(random, book, channel="partner", segment="public"),
            )
        },
        promotions={f"p{n}": _promotion(random, f"p{n}", components) for n in range(random.choice([0, 1, 3]))},
        agreements={"acme": _agreement(random, components)},
    )


def add_terms(random: Random, release: Release, terms: CommercialTerms) -> None:
    """Ask for some of it. Discounts in money are small, so that they are never above the sum."""
    if not release.special_books:
        return
    terms.channel, terms.segment = random.choice(["", "partner"]), random.choice(["", "", "public"])
    terms.agreement = random.choice(["", "acme"])
    if random.random() < 0.4:
        chosen = random.sample(sorted(release.components), random.randint(1, len(release.components)))
        terms.line_discounts.extend(
            LineDiscount(component=id_, percent=DecimalMessage(value=str(Decimal(random.randint(0, 300)) / 8 // 1)))
            for id_ in chosen
        )
    for id_ in release.price_books["XX"].commitments:
        if random.random() < 0.5:
            amount = Money(currency_code=release.markets["XX"].currency, units=random.choice([300, 400, 999]))
            terms.commitments.append(CommittedAmount(commitment=id_, monthly=amount))


def _made_from(random: Random, book: PriceBook, *, channel: str, segment: str) -> PriceBook:
    """A book that inherits, its adjustments resolved as reading them does."""
    overall = Adjustment(percent=Decimal(random.randint(-300, 50)) / 10, rule="partner: on everything")
    special = Adjustment(percent=Decimal(random.randint(-20, 20)), rule="partner: on some")
    chosen = {component for component, _ in book.entries if random.random() < 0.3}
    entries = {
        key: tuple(
            entry
            if entry.model == "percentage"
            else replace(entry, book=book.id, adjustments=(special if key[0] in chosen else overall,))
            for entry in rows
        )
        for key, rows in book.entries.items()
    }
    ancestry = (Ancestry(key=f"{channel}{segment}", overall=overall), Ancestry(key="XX"))
    id_ = f"XX-{channel}{segment}"
    return replace(book, id=id_, channel=channel, segment=segment, entries=entries, ancestry=ancestry)


def _promotion(random: Random, id_: str, components: list[str]) -> Promotion:
    percent = random.choice([None, None, Decimal(1), Decimal("3.3333"), Decimal(100)])
    return Promotion(
        id=id_,
        title=id_,
        components=frozenset(random.sample(components, random.randint(1, len(components)))),
        charges=frozenset({"monthly", *random.sample(CHARGES, 2)}),
        percent=percent,
        of_list=percent is not None and random.random() < 0.5,
        amounts={"XX": Decimal(random.randint(0, random.choice([50, 3000]))) / 100} if percent is None else {},
        markets=frozenset({"XX"}),
        channels=random.choice([frozenset(), frozenset({"partner"})]),
        term_from=random.choice([1, 24]),
        from_quantity=random.choice([0, 1, 3]),
        period=random.choice(_PERIODS),
    )


def _agreement(random: Random, components: list[str]) -> CustomerAgreement:
    """One price for each of some components; of the first half fixed, of the others a percentage."""
    chosen = random.sample(components, random.randint(1, len(components)))
    half = (len(chosen) + 1) // 2
    charges = frozenset(random.sample(CHARGES, 3))
    prices = [
        AgreedPrice(
            components=frozenset(chosen[:half]),
            charges=charges,
            price=Decimal(random.randint(0, 4000)) / 100,
            period=random.choice(_PERIODS),
        ),
        AgreedPrice(
            components=frozenset(chosen[half:]),
            charges=charges,
            percent=Decimal("12.5"),
            of_list=random.random() < 0.5,
            period=_ALWAYS,
        ),
    ]
    return CustomerAgreement(id="acme", title="ACME", market="XX", prices=tuple(prices), period=_ALWAYS)
