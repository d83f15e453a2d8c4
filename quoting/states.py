"""The states of a quote and the moves between them, as a table; docs/quote-lifecycle.md tells the story."""

from __future__ import annotations

import enum
from collections.abc import Mapping

from bidwright.core.enum_words import enum_word, spoken
from bidwright.core.errors import NotAllowedNow
from bidwright.v1.quote_pb2 import QuoteState

DRAFT = QuoteState.QUOTE_STATE_DRAFT
IN_APPROVAL = QuoteState.QUOTE_STATE_IN_APPROVAL
APPROVED = QuoteState.QUOTE_STATE_APPROVED
OFFERED = QuoteState.QUOTE_STATE_OFFERED
ACCEPTED = QuoteState.QUOTE_STATE_ACCEPTED
SIGNED = QuoteState.QUOTE_STATE_SIGNED
DECLINED = QuoteState.QUOTE_STATE_DECLINED
WITHDRAWN = QuoteState.QUOTE_STATE_WITHDRAWN
EXPIRED = QuoteState.QUOTE_STATE_EXPIRED
SUPERSEDED = QuoteState.QUOTE_STATE_SUPERSEDED


class Move(enum.Enum):
    """Something that changes the state of a quote; the value is how a refusal calls it."""

    REVISE = "revise"
    SUBMIT = "submit"
    APPROVE = "approve"
    REFUSE = "refuse"
    OFFER = "offer"
    ACCEPT = "accept"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    SIGN = "sign"
    EXPIRE = "expire"
    SUPERSEDE = "supersede"


PARTICIPLES: Mapping[Move, str] = {
    Move.REVISE: "revised",
    Move.SUBMIT: "submitted",
    Move.APPROVE: "approved",
    Move.REFUSE: "refused",
    Move.OFFER: "offered",
    Move.ACCEPT: "accepted",
    Move.DECLINE: "declined",
    Move.WITHDRAW: "withdrawn",
    Move.SIGN: "signed",
    Move.EXPIRE: "expired",
    Move.SUPERSEDE: "superseded",
}
"""What a quote has been once the move is made; also the second half of the event's type."""

BY_NOBODY = frozenset({Move.EXPIRE, Move.SUPERSEDE})
"""Moves that happen to a quote; nobody asks for them, so no refusal names them."""

TABLE: Mapping[QuoteState, Mapping[Move, frozenset[QuoteState]]] = {
    DRAFT: {
        Move.REVISE: frozenset({DRAFT}),  # new content, next revision
        Move.SUBMIT: frozenset({IN_APPROVAL, APPROVED}),  # approved at once where nobody has to agree
        Move.WITHDRAW: frozenset({WITHDRAWN}),
        Move.SUPERSEDE: frozenset({SUPERSEDED}),
    },
    IN_APPROVAL: {
        Move.REVISE: frozenset({DRAFT}),  # nobody approves what has been replaced
        Move.APPROVE: frozenset({IN_APPROVAL, APPROVED}),  # approved with the last approval
        Move.REFUSE: frozenset({DRAFT}),  # to be revised, or submitted again with better reasons
        Move.WITHDRAW: frozenset({WITHDRAWN}),
        Move.SUPERSEDE: frozenset({SUPERSEDED}),
    },
    APPROVED: {
        Move.REVISE: frozenset({DRAFT}),  # what was approved stays as it is: the change is another revision
        Move.OFFER: frozenset({OFFERED}),
        Move.WITHDRAW: frozenset({WITHDRAWN}),
        Move.SUPERSEDE: frozenset({SUPERSEDED}),
    },
    OFFERED: {
        Move.REVISE: frozenset({DRAFT}),  # the customer can no longer accept the earlier revision
        Move.ACCEPT: frozenset({ACCEPTED}),
        Move.DECLINE: frozenset({DECLINED}),
        Move.WITHDRAW: frozenset({WITHDRAWN}),
        Move.EXPIRE: frozenset({EXPIRED}),  # at its expire time, whether or not the sweep has written it
        Move.SUPERSEDE: frozenset({SUPERSEDED}),
    },
    ACCEPTED: {
        Move.SIGN: frozenset({SIGNED}),  # both sides have said yes: nothing else is left to do
    },
    SIGNED: {},  # a contract; changes to it are quotes of their own
    DECLINED: {
        Move.REVISE: frozenset({DRAFT}),  # a no is often answered with a better offer
    },
    WITHDRAWN: {},  # we took it back for good
    EXPIRED: {
        Move.REVISE: frozenset({DRAFT}),  # with the prices of the day on which it is revised, if these are asked for
    },
    SUPERSEDED: {},  # the customer has chosen another alternative
}
"""State -> the moves allowed from it -> the states each may lead to."""

LIVE = frozenset(state for state, moves in TABLE.items() if Move.SUPERSEDE in moves)
"""States in which a quote may still be accepted some day; accepting another alternative of its bid closes it."""


def allowed_from(state: QuoteState) -> tuple[str, ...]:
    """The moves that somebody may ask for in a state, by name."""
    return tuple(sorted(move.value for move in TABLE[state] if move not in BY_NOBODY))


def require(name: str, state: QuoteState, move: Move) -> None:
    """Refuse a move that the table does not have.

    Args:
        name: Resource name of the quote.
        state: Where it stands now.
        move: What is asked for.

    Raises:
        NotAllowedNow: The move is not allowed from this state; the message lists what is.
    """
    if move in TABLE[state]:
        return
    allowed = ", ".join(allowed_from(state))
    raise NotAllowedNow(
        f"A quote that is {spoken(QuoteState, state)} cannot be {PARTICIPLES[move]}. "
        + (f"Allowed from here: {allowed}." if allowed else "Nothing is allowed from here any more."),
        fix=f"Do one of: {allowed}." if allowed else "Create a new quote.",
        reason="QUOTE_STATE_FORBIDS_MOVE",
        facts={"quote": name, "state": enum_word(QuoteState, state), "move": move.value, "allowed": allowed},
    )
