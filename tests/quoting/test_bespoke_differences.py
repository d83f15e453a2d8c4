"""What differs between the bespoke items of two offers."""

from __future__ import annotations

import datetime as dt

from google.type.decimal_pb2 import Decimal as DecimalMessage
from small_release import small_release

from bidwright.pricing.price import price
from bidwright.quoting.comparison import differences
from bidwright.v1.configuration_pb2 import CHARGE_ONE_TIME, BespokeEffort, BespokeItem, CommercialTerms, Configuration
from bidwright.v1.quote_pb2 import Offer

RELEASE = small_release()


def offer(centre: str, risk: str) -> Offer:
    standard = Configuration(release=RELEASE.name, offering="web_hosting", market="DE")
    effort = BespokeEffort(role="engineer", days=DecimalMessage(value="2.50"), delivery_centre=centre)
    item = BespokeItem(id="till", title="Till", owner="Ada", charge=CHARGE_ONE_TIME, effort=[effort], risk_class=risk)
    priced = price(RELEASE, standard, CommercialTerms(term_months=12), dt.date(2026, 11, 22))
    return Offer(configuration=Configuration(bespoke_items=[item]), price=priced)


def test_another_centre_and_another_risk_class_are_told() -> None:
    told = {one.path: (one.base_value, one.other_value) for one in differences(offer("", ""), offer("brno", "high"))}
    assert told == {
        "bespoke.till.effort.1.engineer": ("2.5 days", "2.5 days in brno"),
        "bespoke.till.risk_class": ("", "high"),
    }


def test_equal_items_do_not_differ() -> None:
    assert differences(offer("brno", "high"), offer("brno", "high")) == []
