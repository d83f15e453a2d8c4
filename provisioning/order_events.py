"""Events of orders and services: what happened, to what, by whom. They hold no secrets and no text of customers."""

from __future__ import annotations

import datetime as dt

from bidwright.core.enum_words import enum_word
from bidwright.provisioning.order import timestamp
from bidwright.storage.changes import EventEntry
from bidwright.storage.messages import encoded
from bidwright.v1.event_pb2 import Event
from bidwright.v1.order_pb2 import Order, OrderKind

WORKER = "principals/provisioning"
"""Who did what no caller asked for directly."""


def order_event(type_: str, order: Order, now: dt.datetime, *, actor: str = WORKER, **facts: str) -> EventEntry:
    """Make an event of an order, for example ``order.completed``."""
    kind = enum_word(OrderKind, order.kind)
    return event(type_, order.name, now, actor=actor, contract=order.contract, kind=kind, **facts)


def step_event(type_: str, order: Order, step_id: str, now: dt.datetime, **facts: str) -> EventEntry:
    """Make an event of a step done by a worker, for example ``step.failed``."""
    return event(type_, f"{order.name}/steps/{step_id}", now, contract=order.contract, **facts)


def event(type_: str, subject: str, now: dt.datetime, *, actor: str = WORKER, **facts: str) -> EventEntry:
    """Make an event.

    Args:
        type_: Past tense: ``service.activated``.
        subject: Resource name of what it happened to.
        now: Present moment.
        actor: ``principals/{principal}``.
        facts: More, for machines.
    """
    written = Event(type=type_, subject=subject, actor=actor, time=timestamp(now), facts=facts)
    return EventEntry(encoded(written))
