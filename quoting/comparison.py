"""Says what differs between two offers, place by place, as text that people can read side by side."""

from __future__ import annotations

from collections.abc import Iterator

from google.type.decimal_pb2 import Decimal as DecimalMessage
from google.type.money_pb2 import Money

from bidwright.catalog.amount_messages import amount_of, decimal_of
from bidwright.core.days import day_text
from bidwright.core.enum_words import enum_word
from bidwright.core.money import MINOR_UNITS, plain
from bidwright.v1.configuration_pb2 import (
    BespokeItem,
    Charge,
    CommercialTerms,
    Configuration,
    ConfigurationSite,
    NeedAnswer,
)
from bidwright.v1.price_pb2 import PriceTotals
from bidwright.v1.quote_pb2 import Customer, Offer
from bidwright.v1.quoting_pb2 import QuoteDifference


def differences(base: Offer, other: Offer) -> list[QuoteDifference]:
    """List everything that differs, by path. Equal offers have no difference."""
    before, after = dict(_places(base)), dict(_places(other))
    return [
        QuoteDifference(path=path, base_value=before.get(path, ""), other_value=after.get(path, ""))
        for path in sorted(before.keys() | after.keys())
        if before.get(path, "") != after.get(path, "")
    ]


def _places(offer: Offer) -> Iterator[tuple[str, str]]:
    yield from _customer(offer.customer)
    yield from _configuration(offer.configuration)
    yield from _terms(offer.terms)
    yield from _totals(offer.price.totals)


def _customer(customer: Customer) -> Iterator[tuple[str, str]]:
    yield "customer.display_name", customer.display_name
    yield "customer.contact", customer.contact
    yield "customer.reference", customer.reference


def _configuration(configuration: Configuration) -> Iterator[tuple[str, str]]:
    yield "release", configuration.release
    yield "offering", configuration.offering
    yield "market", configuration.market
    for answer in configuration.needs:
        yield f"needs.{answer.name}", _answer(answer)
    for item in configuration.items:
        yield f"items.{item.component}", str(item.quantity)
    for site in configuration.sites:
        yield from _site(site)
    for estimate in configuration.usage:
        yield f"usage.{estimate.component}", _number(estimate.quantity)
    for bespoke in configuration.bespoke_items:
        yield from _bespoke(bespoke)


def _site(site: ConfigurationSite) -> Iterator[tuple[str, str]]:
    place = f"sites.{site.id}"
    yield f"{place}.title", site.title
    for answer in site.needs:
        yield f"{place}.needs.{answer.name}", _answer(answer)
    for item in site.items:
        yield f"{place}.items.{item.component}", str(item.quantity)


def _bespoke(item: BespokeItem) -> Iterator[tuple[str, str]]:
    place = f"bespoke.{item.id}"
    yield f"{place}.title", item.title
    yield f"{place}.description", item.description
    yield f"{place}.owner", item.owner
    yield f"{place}.charge", enum_word(Charge, item.charge)
    for number, effort in enumerate(item.effort, start=1):
        # A role may appear twice: the number keeps both places apart.
        where = f" in {effort.delivery_centre}" if effort.delivery_centre else ""
        yield f"{place}.effort.{number}.{effort.role}", f"{_number(effort.days)} days{where}"
    if item.HasField("material_cost"):
        yield f"{place}.material_cost", _amount(item.material_cost)
    if item.HasField("markup_percent"):
        yield f"{place}.markup_percent", _number(item.markup_percent)
    yield f"{place}.risk_class", item.risk_class
    yield f"{place}.requires", ", ".join(item.requires)
    yield f"{place}.forbids", ", ".join(item.forbids)


def _terms(terms: CommercialTerms) -> Iterator[tuple[str, str]]:
    yield "terms.term_months", str(terms.term_months)
    yield "terms.discretionary_discount_percent", _number(terms.discretionary_discount_percent)
    yield "terms.price_date", day_text(terms.price_date)
    for name in ("segment", "channel", "agreement"):
        yield f"terms.{name}", getattr(terms, name)
    yield "terms.promotion_codes", ", ".join(terms.promotion_codes)
    for discount in terms.line_discounts:
        yield f"terms.line_discounts.{discount.component}", _number(discount.percent)
    for name in ("one_time_discount", "monthly_discount"):
        if terms.HasField(name):
            yield f"terms.{name}", _amount(getattr(terms, name))
    for committed in terms.commitments:
        yield f"terms.commitments.{committed.commitment}", _amount(committed.monthly)
    if terms.free_months:
        yield "terms.free_months", str(terms.free_months)
    if terms.HasField("present_value_rate_percent"):
        yield "terms.present_value_rate_percent", _number(terms.present_value_rate_percent)
    for phase in terms.ramp:
        place = f"terms.ramp.{phase.from_month}"
        yield f"{place}.discount_percent", _number(phase.discount_percent)
        for quantity in phase.quantities:
            yield f"{place}.{quantity.component}", str(quantity.quantity)


def _totals(totals: PriceTotals) -> Iterator[tuple[str, str]]:
    amounts = {
        "one_time": totals.one_time,
        "monthly": totals.monthly,
        "contract_value": totals.contract_value,
        "first_year": totals.first_year,
        "one_time_cost": totals.one_time_cost,
        "monthly_cost": totals.monthly_cost,
        "contract_cost": totals.contract_cost,
    }
    if totals.usage.units or totals.usage.nanos:
        amounts |= {"usage": totals.usage, "estimated_contract_value": totals.estimated_contract_value}
    # A quote that was made before there were such sums has none.
    for name in ("annual_contract_value", "net_present_value", "net_present_cost"):
        if totals.HasField(name):
            amounts[name] = getattr(totals, name)
    for name, amount in amounts.items():
        yield f"totals.{name}", _amount(amount)
    yield "totals.margin_percent", _number(totals.margin_percent)


def _answer(answer: NeedAnswer) -> str:
    kind = answer.WhichOneof("value")
    if kind == "boolean":
        return "yes" if answer.boolean else "no"
    if kind == "integer":
        return str(answer.integer)
    if kind == "decimal":
        return _number(answer.decimal)
    return answer.text


def _amount(money: Money) -> str:
    """Write an amount with the digits of its currency, for example ``119.90 EUR``; more only where there are more."""
    amount = amount_of(money)
    places = max(MINOR_UNITS.get(money.currency_code, 0), -int(amount.normalize().as_tuple().exponent))
    return f"{amount:.{places}f} {money.currency_code}"


def _number(number: DecimalMessage) -> str:
    return plain(decimal_of(number, where="offer"))
