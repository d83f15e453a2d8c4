"""In which states orders and steps can be, and which moves lead from one to another."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from bidwright.core.enum_words import spoken
from bidwright.core.errors import NotAllowedNow
from bidwright.v1.order_pb2 import (
    ORDER_STATE_ACKNOWLEDGED,
    ORDER_STATE_CANCELLED,
    ORDER_STATE_COMPLETED,
    ORDER_STATE_FAILED,
    ORDER_STATE_HELD,
    ORDER_STATE_IN_PROGRESS,
    STEP_STATE_FAILED,
    STEP_STATE_PENDING,
    STEP_STATE_RUNNING,
    STEP_STATE_SKIPPED,
    STEP_STATE_SUCCEEDED,
    STEP_STATE_WAITING,
    Order,
    OrderState,
    OrderStep,
    StepState,
)

ORDER_MOVES: Final[Mapping[OrderState, Mapping[str, OrderState]]] = {
    # Written with the contract; its job is in the queue.
    ORDER_STATE_ACKNOWLEDGED: {
        "begin": ORDER_STATE_IN_PROGRESS,  # a worker has its lease
        "cancel": ORDER_STATE_CANCELLED,  # nothing was begun, so nothing has to end first
    },
    # A worker has it, or will have: its job is in the queue, or the reconciler puts it there.
    ORDER_STATE_IN_PROGRESS: {
        "begin": ORDER_STATE_IN_PROGRESS,  # another worker takes over from one that is gone
        "hold": ORDER_STATE_HELD,  # only people's tasks are left to wait for
        "complete": ORDER_STATE_COMPLETED,  # every step is done
        "fail": ORDER_STATE_FAILED,  # a step failed and no other can go on
        "cancel": ORDER_STATE_CANCELLED,  # asked for, and no step runs any more
    },
    # No worker has it and no job exists: somebody has to complete a task.
    ORDER_STATE_HELD: {
        "continue": ORDER_STATE_IN_PROGRESS,  # a task was completed
        "cancel": ORDER_STATE_CANCELLED,  # nothing runs, so it is cancelled at once
    },
    # Nothing happens until somebody resumes it or withdraws the contract.
    ORDER_STATE_FAILED: {
        "resume": ORDER_STATE_IN_PROGRESS,  # failed steps are tried again
    },
    # As failed, but on request.
    ORDER_STATE_CANCELLED: {
        "resume": ORDER_STATE_IN_PROGRESS,  # somebody changed their mind
    },
    # The end.
    ORDER_STATE_COMPLETED: {},
}

STEP_MOVES: Final[Mapping[StepState, Mapping[str, StepState]]] = {
    # Steps before it are not done yet, or it is about to begin.
    STEP_STATE_PENDING: {
        "begin": STEP_STATE_RUNNING,  # its role is about to run
        "wait": STEP_STATE_WAITING,  # people may begin
        "refuse": STEP_STATE_FAILED,  # the order must not be carried out as it stands
        "skip": STEP_STATE_SKIPPED,  # the contract was withdrawn before it began
    },
    # Its role runs, or ran when its worker died.
    STEP_STATE_RUNNING: {
        "begin": STEP_STATE_RUNNING,  # again, as the target could not be reached
        "succeed": STEP_STATE_SUCCEEDED,  # verified
        "fail": STEP_STATE_FAILED,  # the role or its verification failed
        "stop": STEP_STATE_PENDING,  # ended on request, with its worker, or when its worker died
        "refuse": STEP_STATE_FAILED,  # the order must not be carried out as it stands
        "skip": STEP_STATE_SKIPPED,
    },
    # A task of people.
    STEP_STATE_WAITING: {
        "complete": STEP_STATE_SUCCEEDED,  # they said so
        "refuse": STEP_STATE_FAILED,
        "skip": STEP_STATE_SKIPPED,  # the contract was withdrawn before they did it
    },
    # Its role failed.
    STEP_STATE_FAILED: {
        "retry": STEP_STATE_PENDING,  # the order was resumed
        "refuse": STEP_STATE_FAILED,  # the order must not be carried out as it stands
        "skip": STEP_STATE_SKIPPED,
    },
    # Done and verified.
    STEP_STATE_SUCCEEDED: {},
    # Not needed any more.
    STEP_STATE_SKIPPED: {},
}

ENDED: Final = frozenset({ORDER_STATE_COMPLETED, ORDER_STATE_FAILED, ORDER_STATE_CANCELLED})
"""States in which no worker has an order and nobody's task is awaited."""

DONE: Final = frozenset({STEP_STATE_SUCCEEDED, STEP_STATE_SKIPPED})
"""States of a step after which the steps behind it may begin."""


def move_order(order: Order, move: str) -> None:
    """Change the state of an order by a move of the table.

    Raises:
        NotAllowedNow: The move does not lead from its state.
    """
    moves = ORDER_MOVES[order.state]
    if move not in moves:
        raise _refused(order.name, spoken(OrderState, order.state), move, moves.keys() & {"cancel", "resume"})
    order.state = moves[move]


def move_step(step: OrderStep, move: str) -> None:
    """Change the state of a step by a move of the table.

    Raises:
        NotAllowedNow: The move does not lead from its state.
    """
    moves = STEP_MOVES[step.state]
    if move not in moves:
        raise _refused(f"steps/{step.plan_step.id}", spoken(StepState, step.state), move, moves.keys() & {"complete"})
    step.state = moves[move]


def _refused(name: str, state: str, move: str, open_to_people: Collection[str]) -> NotAllowedNow:
    """The refusal of a move; of those that are allowed, it lists what somebody can ask for: workers make the others."""
    allowed = ", ".join(sorted(open_to_people)) or "nothing"
    return NotAllowedNow(
        f"{name} is {state}: {move} is not possible. Allowed from here: {allowed}.",
        fix=f"Do one of: {allowed}." if open_to_people else "Nobody has to do anything with it as it is.",
        reason="MOVE_NOT_ALLOWED",
        facts={"name": name, "state": state, "move": move, "allowed": allowed},
    )
