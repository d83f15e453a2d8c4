"""Bespoke work outside the regions that a customer allows is refused before anything is searched."""

from __future__ import annotations

import pytest
from google.type.decimal_pb2 import Decimal as DecimalMessage
from small_release import small_release

from bidwright.configurator.request import requirements_of
from bidwright.core.errors import InvalidInput
from bidwright.v1.configuration_pb2 import BespokeEffort, BespokeItem, NeedAnswer
from bidwright.v1.configurator_pb2 import ConfigureRequest


def request(centre: str, *, market: str = "GB", residency: str = "") -> ConfigureRequest:
    effort = BespokeEffort(role="engineer", days=DecimalMessage(value="1"), delivery_centre=centre)
    return ConfigureRequest(
        offering="business_application",
        market=market,
        needs=[NeedAnswer(name="data_residency", text=residency)] if residency else [],
        bespoke_items=[BespokeItem(id="till", title="Till", owner="Ada", charge=1, effort=[effort])],
    )


@pytest.mark.parametrize(
    ("asked", "partial"),
    [
        (request("leeds"), False),
        (request("leeds", residency="any"), True),
        (request("brno", residency="EU"), True),
        (request(""), False),
        # pricing says that there is no rate for it
        (request("porto"), False),
        # what the customer will answer is not known yet
        (request("leeds", market="DE"), True),
    ],
)
def test_work_is_done_where_the_customer_allows_it(asked: ConfigureRequest, *, partial: bool) -> None:
    assert requirements_of(asked, small_release(), partial=partial).market.id == asked.market


@pytest.mark.parametrize(
    ("asked", "partial", "what"),
    [
        (request("leeds", residency="EU"), False, "leeds lies in UK, outside the regions allowed (EU)"),
        (request("leeds", residency="EU"), True, "leeds lies in UK, outside the regions allowed (EU)"),
        # the market itself is delivered from the EU only
        (request("leeds", market="DE"), False, "leeds lies in UK, outside the regions allowed (EU)"),
    ],
)
def test_work_elsewhere_is_refused(asked: ConfigureRequest, *, partial: bool, what: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        requirements_of(asked, small_release(), partial=partial)
    (fault,) = refused.value.faults
    assert (fault.where, fault.what) == ("bespoke_items[0].effort[0].delivery_centre", what)
