"""Every move from every state, against a table typed by hand."""

from __future__ import annotations

import pytest
from quoting_desk import MOVES, Desk, word

from bidwright.core.errors import NotAllowedNow
from bidwright.quoting.states import EXPIRED, OFFERED, TABLE, Move
from bidwright.v1.quote_pb2 import QuoteState

# state, move -> the state it leads to; whatever is not here is refused
ALLOWED = {
    # a draft without open approvals is approved at once
    ("draft", "revise"): "draft",
    ("draft", "submit"): "approved",
    ("draft", "withdraw"): "withdrawn",
    # waits for the sales director: the discount is 7.5 %
    ("in_approval", "revise"): "draft",
    ("in_approval", "approve"): "approved",
    ("in_approval", "refuse"): "draft",
    ("in_approval", "withdraw"): "withdrawn",
    # ready to go out
    ("approved", "revise"): "draft",
    ("approved", "offer"): "offered",
    ("approved", "withdraw"): "withdrawn",
    # in the customer's hands
    ("offered", "revise"): "draft",
    ("offered", "accept"): "accepted",
    ("offered", "decline"): "declined",
    ("offered", "withdraw"): "withdrawn",
    # agreed
    ("accepted", "sign"): "signed",
    # signed again with the same digest: the same contract, and nothing happens
    ("signed", "sign"): "signed",
    # a no or a missed date can be followed by a better offer
    ("declined", "revise"): "draft",
    ("expired", "revise"): "draft",
}
STATES = (
    "draft",
    "in_approval",
    "approved",
    "offered",
    "accepted",
    "signed",
    "declined",
    "withdrawn",
    "expired",
    "superseded",
)


@pytest.mark.parametrize("state", STATES)
async def test_a_state_allows_exactly_the_moves_of_the_table(desk: Desk, state: str) -> None:
    for move in MOVES:
        quote = await desk.in_state(state)
        assert word(quote.state) == state
        if (state, move) in ALLOWED:
            await desk.make(move, quote.name)
            assert word((await desk.read(quote.name)).state) == ALLOWED[state, move], move
            continue
        with pytest.raises(NotAllowedNow) as refusal:
            await desk.make(move, quote.name)
        assert refusal.value.reason == "QUOTE_STATE_FORBIDS_MOVE"
        assert await desk.read(quote.name) == quote, f"a refused {move} changes nothing"


@pytest.mark.parametrize(
    ("state", "move", "message"),
    [
        # several moves are allowed: in alphabetical order
        ("draft", "sign", "A quote that is draft cannot be signed. Allowed from here: revise, submit, withdraw."),
        # two words in a state's name
        (
            "in_approval",
            "offer",
            "A quote that is in approval cannot be offered. Allowed from here: approve, refuse, revise, withdraw.",
        ),
        # what expires by itself is not something to ask for
        (
            "offered",
            "submit",
            "A quote that is offered cannot be submitted. Allowed from here: accept, decline, revise, withdraw.",
        ),
        # the end
        ("withdrawn", "revise", "A quote that is withdrawn cannot be revised. Nothing is allowed from here any more."),
    ],
)
async def test_a_refusal_lists_what_is_allowed(desk: Desk, state: str, move: str, message: str) -> None:
    quote = await desk.in_state(state)
    with pytest.raises(NotAllowedNow) as refusal:
        await desk.make(move, quote.name)
    assert refusal.value.message == message
    assert refusal.value.facts["state"] == state


def test_the_table_names_every_state_and_only_offered_quotes_expire() -> None:
    assert set(TABLE) == set(QuoteState.values()) - {QuoteState.QUOTE_STATE_UNSPECIFIED}
    assert [state for state, moves in TABLE.items() if Move.EXPIRE in moves] == [OFFERED]
    assert TABLE[OFFERED][Move.EXPIRE] == {EXPIRED}
