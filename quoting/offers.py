"""Makes an offer out of what a seller sends: completed, checked, priced and planned, or refused with every fault."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bidwright.catalog.amount_messages import decimal_of
from bidwright.catalog.answers import answers_to_proto
from bidwright.catalog.days import today_in
from bidwright.catalog.model import Market, Release
from bidwright.configurator.check import check
from bidwright.configurator.request import Requirements, requirements_and_items
from bidwright.configurator.sites_request import site_messages
from bidwright.core.days import day_message
from bidwright.core.enum_words import enum_word
from bidwright.core.errors import Faults
from bidwright.core.money import plain
from bidwright.pricing.price import price
from bidwright.quoting.approval import needed_approvals
from bidwright.quoting.facts import facts_of
from bidwright.quoting.surroundings import Delivery, Surroundings
from bidwright.storage.messages import message_digest
from bidwright.v1.configuration_pb2 import (
    CommercialTerms,
    Configuration,
    ConfigurationItem,
    ConflictKind,
)
from bidwright.v1.quote_pb2 import Approval, Customer, Offer, Quote


@dataclass(frozen=True)
class Draft:
    """What a seller sends: for whom, what, on which terms."""

    customer: Customer
    configuration: Configuration
    terms: CommercialTerms


async def make_offer(surroundings: Surroundings, draft: Draft, now: dt.datetime) -> Offer:
    """Make an offer of a draft.

    Needs without an answer take their default, and terms without a price date take the day it is in the market, so
    that an offer says everything that its price depends on.

    Raises:
        InvalidInput: With every fault and every violated rule at once.
        NotFound: The release does not exist.
    """
    release = await surroundings.find_release(draft.configuration.release)
    # Hundreds of components take a while to check and to price: other calls go on meanwhile.
    return await asyncio.to_thread(_make, release, draft, now, surroundings.delivery)


def _make(release: Release, draft: Draft, now: dt.datetime, delivery: Delivery) -> Offer:
    requirements, items = requirements_and_items(draft.configuration, release)
    faults = Faults()
    for violation in check(requirements, items):
        kind = enum_word(ConflictKind, violation.kind)
        faults.add(f"configuration.{kind}.{violation.id}", violation.text, violation.fix)
    faults.raise_if_any("The configuration")
    configuration = _completed(draft.configuration, requirements, items)
    today = today_in(requirements.market, now)
    terms = _dated(draft.terms, today)
    # Pricing refuses what is no number, and names its place as it was sent.
    priced = price(release, configuration, terms, today)
    _put_in_one_form(configuration, terms)
    return Offer(
        customer=draft.customer,
        configuration=configuration,
        terms=terms,
        price=priced,
        plan=delivery.plan(release, configuration),
    )


async def approvals_of(
    surroundings: Surroundings, offer: Offer, earlier: Iterable[Approval], now: dt.datetime
) -> list[Approval]:
    """List who has to agree to an offer today, with what is granted already."""
    release = await surroundings.find_release(offer.configuration.release)
    facts = facts_of(offer, release, today_in(market_of(release, offer), now))
    return needed_approvals(release, facts, earlier)


def market_of(release: Release, offer: Offer) -> Market:
    """The market an offer is made in; the release is the one it was made from."""
    return release.markets[offer.configuration.market]


def put_offer(quote: Quote, offer: Offer) -> None:
    """Set what a quote offers, and the digest that a signature fixes."""
    quote.offer.CopyFrom(offer)
    quote.offer_digest = message_digest(offer)


def _completed(configuration: Configuration, requirements: Requirements, items: Mapping[str, int]) -> Configuration:
    """The configuration with every need answered, by name, its items by id, and its sites likewise."""
    completed = Configuration(
        release=configuration.release,
        offering=configuration.offering,
        market=configuration.market,
        needs=answers_to_proto(requirements.answers),
        items=[ConfigurationItem(component=component, quantity=items[component]) for component in sorted(items)],
        sites=site_messages(requirements.sites),
    )
    completed.bespoke_items.extend(configuration.bespoke_items)
    completed.usage.extend(sorted(configuration.usage, key=lambda estimate: estimate.component))
    return completed


def _put_in_one_form(configuration: Configuration, terms: CommercialTerms) -> None:
    """Order bespoke items by id and spell numbers plainly, so that equal offers have equal digests."""
    configuration.bespoke_items.sort(key=lambda item: item.id)
    terms.promotion_codes.sort()
    terms.line_discounts.sort(key=lambda discount: discount.component)
    terms.commitments.sort(key=lambda committed: committed.commitment)
    numbers = [terms.discretionary_discount_percent, *(discount.percent for discount in terms.line_discounts)]
    if terms.present_value_rate_percent.value:
        numbers.append(terms.present_value_rate_percent)
    else:
        terms.ClearField("present_value_rate_percent")
    for phase in terms.ramp:
        phase.quantities.sort(key=lambda quantity: quantity.component)
        numbers.append(phase.discount_percent)
    numbers += [effort.days for item in configuration.bespoke_items for effort in item.effort]
    for item in configuration.bespoke_items:
        if item.markup_percent.value:
            numbers.append(item.markup_percent)
        else:
            item.ClearField("markup_percent")
    numbers += [estimate.quantity for estimate in configuration.usage]
    answers = [*configuration.needs, *(need for site in configuration.sites for need in site.needs)]
    numbers += [need.decimal for need in answers if need.HasField("decimal")]
    for number in numbers:
        number.value = plain(decimal_of(number, where="configuration"))


def _dated(terms: CommercialTerms, today: dt.date) -> CommercialTerms:
    dated = CommercialTerms()
    dated.CopyFrom(terms)
    if not dated.HasField("price_date"):
        dated.price_date.CopyFrom(day_message(today))
    return dated
