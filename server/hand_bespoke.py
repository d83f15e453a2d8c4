"""The bespoke layer of a configuration that was written by hand."""

from __future__ import annotations

from collections.abc import Iterator

from bidwright.catalog.amount_messages import money
from bidwright.catalog.document import Entry
from bidwright.catalog.figures import number
from bidwright.core.command_line.bespoke_effort import efforts
from bidwright.core.money import plain
from bidwright.v1.configuration_pb2 import CHARGE_MONTHLY, CHARGE_ONE_TIME, BespokeItem

_CHARGES = {"one_time": CHARGE_ONE_TIME, "monthly": CHARGE_MONTHLY}


def hand_bespoke(whole: Entry, currency: str) -> Iterator[BespokeItem]:
    """Read the bespoke items; what they may be is checked when they are priced.

    Args:
        whole: The file, sound.
        currency: Of its market; empty where there is no such market, which has its fault already.
    """
    for stated in whole.value.get("bespoke", ()):
        item = BespokeItem(
            id=stated["id"],
            title=stated.get("title", stated["id"]),
            charge=_CHARGES[stated["charge"]],
            risk_class=stated.get("risk_class", ""),
        )
        for role, centre, days in efforts(stated.get("effort", {})):
            item.effort.add(role=role, delivery_centre=centre).days.value = plain(number(days))
        if currency and "material_cost" in stated:
            item.material_cost.CopyFrom(money(number(stated["material_cost"]), currency))
        if "markup_percent" in stated:
            item.markup_percent.value = plain(number(stated["markup_percent"]))
        yield item
