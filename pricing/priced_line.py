"""A line of a price as it is computed, and the message it becomes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from google.protobuf.internal.containers import RepeatedCompositeFieldContainer

from bidwright.catalog.amount_messages import money_fields
from bidwright.core.money import plain, share_percent, subtract
from bidwright.pricing.cost import LabourShare
from bidwright.pricing.waterfall import Step, Waterfall
from bidwright.v1.configuration_pb2 import Charge
from bidwright.v1.price_pb2 import (
    PRICE_BASIS_BASE,
    PRICE_BASIS_RUNNING,
    PRICE_LINE_KIND_BESPOKE,
    PRICE_LINE_KIND_COMPONENT,
    PriceLine,
    PriceLineKind,
)

_Fields = dict[str, Any]
_WITH_COST = {PRICE_LINE_KIND_COMPONENT, PRICE_LINE_KIND_BESPOKE}


@dataclass(kw_only=True, slots=True)
class PricedLine:
    """A line, with the meaning of ``bidwright.v1.PriceLine``.

    Attributes:
        waterfall: From list to net; discounts on the whole bid may still follow.
        metered: Units a month; only of usage lines.
        hours: Of a month; only of lines whose price is that of an hour.
        free_months: Months at the start of the term in which it is not due.
    """

    kind: PriceLineKind
    subject: str
    title: str
    charge: Charge
    quantity: int
    unit: str
    waterfall: Waterfall
    cost: Decimal = Decimal(0)
    delivery_centre: str = ""
    labour: tuple[LabourShare, ...] = ()
    metered: Decimal | None = None
    hours: Decimal | None = None
    free_months: int = 0

    @property
    def net(self) -> Decimal:
        """What the customer pays, rounded."""
        return self.waterfall.running

    def fields(self, currency: str) -> _Fields:
        """The fields of its ``PriceLine``."""
        found: _Fields = {
            "kind": self.kind,
            "subject": self.subject,
            "title": self.title,
            "charge": self.charge,
            "quantity": self.quantity,
            "unit": self.unit,
            "steps": [_step(step) for step in self.waterfall.steps],
            "net": money_fields(self.waterfall.running, currency),
            "cost": money_fields(self.cost, currency),
            "delivery_centre": self.delivery_centre,
        }
        if self.kind in _WITH_COST:
            found["margin_percent"] = {"value": plain(share_percent(subtract(self.net, self.cost), self.net))}
        if self.metered is not None:
            found["metered"] = {"value": plain(self.metered)}
        if self.hours is not None:
            found["hours"] = {"value": plain(self.hours)}
        if self.free_months:
            found["free_months"] = self.free_months
        if self.labour:
            found["labour"] = [_share(share) for share in self.labour]
        return found


def write_lines(
    lines: Iterable[PricedLine], currency: str, messages: RepeatedCompositeFieldContainer[PriceLine]
) -> None:
    """Add the messages of lines to those of a price.

    Protobuf makes a message with all that is in it out of its fields several times faster than out of messages, each of
    which it would copy.
    """
    add = messages.add
    for line in lines:
        add(**line.fields(currency))


def _share(share: LabourShare) -> _Fields:
    return {
        "delivery_centre": share.centre,
        "hours": {"value": plain(share.hours)},
        "rate": {"value": plain(share.rate)},
    }


def _step(step: Step) -> _Fields:
    kind, rule, amount, running, percent, of_list = step
    added = {"value": plain(amount)}
    reached = added if running is amount else {"value": plain(running)}
    if percent is None:
        return {"kind": kind, "rule": rule, "amount": added, "running": reached}
    basis = PRICE_BASIS_BASE if of_list else PRICE_BASIS_RUNNING
    part = {"value": plain(percent)}
    return {"kind": kind, "rule": rule, "basis": basis, "percent": part, "amount": added, "running": reached}
