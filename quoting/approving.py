"""Asks for approvals, grants and refuses them. Nobody approves what they have written themselves."""

from __future__ import annotations

from collections.abc import Collection

from bidwright.core.caller import Caller
from bidwright.core.errors import Fault, Forbidden, InvalidInput
from bidwright.quoting.offers import approvals_of
from bidwright.quoting.states import APPROVED, DRAFT, IN_APPROVAL, Move
from bidwright.quoting.surroundings import Surroundings
from bidwright.quoting.turns import Turn, make_move
from bidwright.v1.quote_pb2 import Approval, ApprovalState, Quote, QuoteState
from bidwright.v1.quoting_pb2 import ApproveQuoteRequest, RefuseQuoteRequest, SubmitQuoteRequest

_PENDING = ApprovalState.APPROVAL_STATE_PENDING
_GRANTED = ApprovalState.APPROVAL_STATE_GRANTED
_REFUSED = ApprovalState.APPROVAL_STATE_REFUSED


async def submit_quote(surroundings: Surroundings, caller: Caller, request: SubmitQuoteRequest) -> Quote:
    """Ask for the approvals that a quote needs today; without any open it is approved at once."""

    async def change(turn: Turn) -> QuoteState:
        approvals = await approvals_of(surroundings, turn.quote.offer, turn.before.quote.approvals, turn.now)
        turn.quote.ClearField("approvals")
        turn.quote.ClearField("state_reason")
        turn.quote.approvals.extend(approvals)
        return IN_APPROVAL if _pending(turn.quote) else APPROVED

    return await make_move(surroundings, caller, request, Move.SUBMIT, change=change)


async def approve_quote(surroundings: Surroundings, caller: Caller, request: ApproveQuoteRequest) -> Quote:
    """Grant pending approvals, all of them where none is named; with the last one the quote is approved.

    Raises:
        Forbidden: The caller has created the quote or written its current revision (``OWN_QUOTE``).
        InvalidInput: A named approval is not pending.
    """

    async def change(turn: Turn) -> QuoteState:
        if caller.name in {turn.quote.creator, turn.quote.author}:
            raise _own_quote(turn.quote, caller)
        named = set(request.approvals) or {approval.id for approval in _pending(turn.quote)}
        _require_pending(turn.quote, named)
        for approval in _pending(turn.quote):
            if approval.id in named:
                _decide(approval, _GRANTED, turn, request.comment)
        return IN_APPROVAL if _pending(turn.quote) else APPROVED

    return await make_move(surroundings, caller, request, Move.APPROVE, change=change)


async def refuse_quote(surroundings: Surroundings, caller: Caller, request: RefuseQuoteRequest) -> Quote:
    """Refuse all pending approvals; the quote is a draft again and says why."""

    async def change(turn: Turn) -> QuoteState:
        for approval in _pending(turn.quote):
            _decide(approval, _REFUSED, turn, request.reason)
        turn.quote.state_reason = request.reason
        return DRAFT

    return await make_move(surroundings, caller, request, Move.REFUSE, change=change)


def _pending(quote: Quote) -> list[Approval]:
    return [approval for approval in quote.approvals if approval.state == _PENDING]


def _decide(approval: Approval, state: ApprovalState, turn: Turn, comment: str) -> None:
    approval.state = state
    approval.decided_by = turn.caller.name
    approval.decide_time.FromDatetime(turn.now)
    approval.comment = comment


def _require_pending(quote: Quote, named: Collection[str]) -> None:
    pending = [approval.id for approval in _pending(quote)]
    unknown = sorted(set(named).difference(pending))
    if not unknown:
        return
    fix = f"Name some of {', '.join(pending)}, or none for all of them."
    faults = [Fault("approvals", f"{one!r} is not a pending approval", fix) for one in unknown]
    raise InvalidInput(
        f"{quote.name} does not wait for {', '.join(unknown)}.", fix=fix, reason="APPROVAL_NOT_PENDING", faults=faults
    )


def _own_quote(quote: Quote, caller: Caller) -> Forbidden:
    did = "created it" if caller.name == quote.creator else "written its current revision"
    return Forbidden(
        f"{caller.name} cannot approve {quote.name}, having {did}.",
        fix="Ask another approver.",
        reason="OWN_QUOTE",
        facts={"quote": quote.name, "creator": quote.creator, "author": quote.author},
    )
