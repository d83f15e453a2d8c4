"""Events of quotes and contracts: past tense, for machines, and never with text that somebody typed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from bidwright.core.enum_words import enum_word
from bidwright.quoting.states import PARTICIPLES, Move
from bidwright.storage.changes import EventEntry
from bidwright.storage.messages import encoded
from bidwright.v1.event_pb2 import Event
from bidwright.v1.quote_pb2 import Contract, Quote, QuoteState

SYSTEM = "principals/system"
"""The actor of what happens by itself, such as the end of a day."""


def quote_created(quote: Quote, *, actor: str, now: dt.datetime) -> EventEntry:
    """Say that a quote was created."""
    return _entry("quote.created", quote.name, actor, now, _quote_facts(quote))


def quote_moved(quote: Quote, move: Move, *, actor: str, now: dt.datetime) -> EventEntry:
    """Say that a move was made.

    Args:
        quote: As it is after the move.
        move: Gives the event its type, for example ``quote.submitted``.
        actor: Who made it: principals/{principal}.
        now: When.
    """
    return _entry(f"quote.{PARTICIPLES[move]}", quote.name, actor, now, _quote_facts(quote))


def contract_signed(contract: Contract, *, actor: str, now: dt.datetime) -> EventEntry:
    """Say that a contract was signed and its order written."""
    facts = {
        "quote": contract.quote,
        "revision": str(contract.quote_revision),
        "order": contract.order,
        "signed_digest": contract.signed_digest,
    }
    return _entry("contract.signed", contract.name, actor, now, facts)


def _quote_facts(quote: Quote) -> dict[str, str]:
    return {
        "bid": quote.bid,
        "state": enum_word(QuoteState, quote.state),
        "revision": str(quote.revision),
        "offer_digest": quote.offer_digest,
    }


def _entry(kind: str, subject: str, actor: str, now: dt.datetime, facts: Mapping[str, str]) -> EventEntry:
    event = Event(type=kind, subject=subject, actor=actor, facts=facts)
    event.time.FromDatetime(now)
    return EventEntry(encoded(event))
