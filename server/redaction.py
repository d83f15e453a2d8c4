"""Our cost and margin are not for customers: what is left out of answers to them."""

from __future__ import annotations

from typing import TypeVar

from google.protobuf.message import Message

from bidwright.core.caller import Caller
from bidwright.v1.price_pb2 import CashFlow, PriceLine, PriceTotals, PriceYear

_Answer = TypeVar("_Answer", bound=Message)

OURS_ALONE: dict[type[Message], tuple[str, ...]] = {
    PriceTotals: (
        "one_time_cost",
        "monthly_cost",
        "contract_cost",
        "usage_cost",
        "net_present_cost",
        "margin_percent",
        "bespoke_effort_percent",  # it tells our hours
    ),
    PriceLine: ("cost", "margin_percent", "delivery_centre", "labour"),
    PriceYear: ("cost", "margin_percent"),
    CashFlow: ("cost",),
}
"""Fields that only our own people see."""


def redacted(message: _Answer, caller: Caller) -> _Answer:
    """The message, cleared of cost and margin wherever they are, for a caller who is nothing but a customer."""
    if caller.roles <= {"customer"}:
        _clear(message)
    return message


def _clear(message: Message) -> None:
    for name in OURS_ALONE.get(type(message), ()):
        message.ClearField(name)
    for field, value in message.ListFields():
        if field.message_type is not None:
            for one in value if field.is_repeated else [value]:
                if isinstance(one, Message):
                    _clear(one)
