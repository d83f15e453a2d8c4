"""What a customer is not told."""

from __future__ import annotations

from google.protobuf.descriptor import Descriptor
from google.type.money_pb2 import Money

from bidwright.core.caller import Caller
from bidwright.server.redaction import OURS_ALONE, redacted
from bidwright.v1 import configurator_pb2
from bidwright.v1.price_pb2 import CashFlow, LabourShare, Price, PriceLine, PricePhase, PriceTotals, PriceYear


def test_no_total_that_tells_our_cost_is_for_customers() -> None:
    told = {name for name in PriceTotals.DESCRIPTOR.fields_by_name if "cost" in name or "margin" in name}
    # the share of bespoke effort tells our hours to whoever knows the bespoke days
    assert set(OURS_ALONE[PriceTotals]) == told | {"bespoke_effort_percent"}


def test_no_line_year_or_month_tells_our_cost_to_customers() -> None:
    for message in (PriceLine, PriceYear, CashFlow):
        told = {name for name in message.DESCRIPTOR.fields_by_name if "cost" in name or "margin" in name}
        assert told <= set(OURS_ALONE[message])
    assert {"labour", "delivery_centre"} <= set(OURS_ALONE[PriceLine])


def test_whatever_the_configurator_answers_nothing_that_tells_our_cost_is_left_in_it() -> None:
    service = configurator_pb2.DESCRIPTOR.services_by_name["ConfiguratorService"]
    found = {told for method in service.methods for told in _telling(method.output_type, frozenset())}
    assert found == {"bidwright.v1.BespokeItem.material_cost"}  # which the request said


def _telling(message: Descriptor, above: frozenset[str]) -> set[str]:
    """Fields of a message, and of those in it, that tell a cost or margin and are not cleared for customers."""
    cleared = {kind.DESCRIPTOR.full_name: fields for kind, fields in OURS_ALONE.items()}.get(message.full_name, ())
    seen = above | {message.full_name}
    found = set[str]()
    for field in message.fields:
        if field.name not in cleared:
            if "cost" in field.name or "margin" in field.name:
                found.add(field.full_name)
            if field.message_type is not None and field.message_type.full_name not in seen:
                found |= _telling(field.message_type, seen)
    return found


def test_all_of_a_price_is_cleared_for_a_customer_and_nothing_for_us() -> None:
    cost = Money(currency_code="EUR", units=7)
    line = PriceLine(net=cost, cost=cost, delivery_centre="berlin", labour=[LabourShare(delivery_centre="berlin")])
    price = Price(
        lines=[line],
        phases=[PricePhase(lines=[line])],
        years=[PriceYear(value=cost, cost=cost)],
        cash_flow=[CashFlow(value=cost, cost=cost)],
        totals=PriceTotals(net_present_value=cost, net_present_cost=cost),
    )
    ours = Price()
    ours.CopyFrom(price)
    assert redacted(ours, Caller(account="a", principal="ada", roles=frozenset({"sales", "customer"}))) == price
    shown = Price(
        lines=[PriceLine(net=cost)],
        phases=[PricePhase(lines=[PriceLine(net=cost)])],
        years=[PriceYear(value=cost)],
        cash_flow=[CashFlow(value=cost)],
        totals=PriceTotals(net_present_value=cost),
    )
    assert redacted(price, Caller(account="a", principal="eve", roles=frozenset({"customer"}))) == shown
