"""The commercial terms of a configuration that was written by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bidwright.catalog.amount_messages import money
from bidwright.catalog.document import Entry
from bidwright.catalog.figures import day, number
from bidwright.core.days import day_message
from bidwright.core.errors import Faults
from bidwright.core.money import plain
from bidwright.v1.configuration_pb2 import CommercialTerms


def hand_terms(whole: Entry, currency: str, faults: Faults) -> CommercialTerms:
    """Read the terms; what they may be is checked when something is priced on them.

    Args:
        whole: The file, sound.
        currency: Of its market; empty where there is no such market, which has its fault already.
        faults: Takes a day that does not exist.
    """
    value = whole.value
    terms = CommercialTerms(
        term_months=value.get("term_months", 0),
        segment=value.get("segment", ""),
        channel=value.get("channel", ""),
        agreement=value.get("agreement", ""),
        promotion_codes=value.get("promotion_codes", ()),
        free_months=value.get("free_months", 0),
    )
    if "discount_percent" in value:
        terms.discretionary_discount_percent.value = plain(number(value["discount_percent"]))
    for component, percent in value.get("line_discounts", {}).items():
        terms.line_discounts.add(component=component).percent.value = plain(number(percent))
    _put_months(terms, value)
    if currency:
        for name in ("one_time_discount", "monthly_discount"):
            if name in value:
                getattr(terms, name).CopyFrom(money(number(value[name]), currency))
        for commitment, amount in value.get("commitments", {}).items():
            terms.commitments.add(commitment=commitment).monthly.CopyFrom(money(number(amount), currency))
    if "price_date" in value:
        found = day(value["price_date"], whole.where("price_date"), faults)
        if found is not None:
            terms.price_date.CopyFrom(day_message(found))
    return terms


def _put_months(terms: CommercialTerms, value: Mapping[str, Any]) -> None:
    """What happens in the months of the term."""
    if "present_value_rate" in value:
        terms.present_value_rate_percent.value = plain(number(value["present_value_rate"]))
    for stated in value.get("ramp", ()):
        phase = terms.ramp.add(from_month=stated["from_month"])
        for component, units in stated.get("quantities", {}).items():
            phase.quantities.add(component=component, quantity=units)
        if "discount_percent" in stated:
            phase.discount_percent.value = plain(number(stated["discount_percent"]))
