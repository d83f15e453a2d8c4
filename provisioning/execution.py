"""Carries out one order under a lease: begins what is ready, watches what runs, concludes when nothing can go on."""

from __future__ import annotations

import asyncio
import threading

from bidwright.core.errors import Conflicting
from bidwright.provisioning.equipment import Workshop, end_attempt
from bidwright.provisioning.journal import Journal, Writes
from bidwright.provisioning.order import (
    check_signed,
    check_targets,
    conclusion,
    due_time,
    ready_steps,
    step_of,
    timestamp,
)
from bidwright.provisioning.order_events import order_event, step_event
from bidwright.provisioning.order_records import read
from bidwright.provisioning.states import DONE, ENDED, move_order, move_step
from bidwright.provisioning.step_run import StepRun
from bidwright.provisioning.target_locks import TargetLocks
from bidwright.provisioning.withdrawal import withdrawal_steps
from bidwright.v1.order_pb2 import (
    ORDER_KIND_WITHDRAW,
    ORDER_STATE_ACKNOWLEDGED,
    ORDER_STATE_HELD,
    STEP_STATE_RUNNING,
    Order,
)
from bidwright.v1.plan_pb2 import STEP_KIND_MANUAL, STEP_KIND_ROLE
from bidwright.v1.quote_pb2 import Contract

_DEFER_S = 0.5  # until a step whose target is busy tries again; meanwhile its slot serves others
_LOOK_S = 0.5  # how often requests of people are looked for, and progress is written
_CONCLUDED_EVENTS = {
    "complete": "order.completed",
    "fail": "order.failed",
    "hold": "order.held",
    "cancel": "order.cancelled",
}


class OrderExecution:
    """One worker's work on one order.

    Args:
        workshop: What there is to work with.
        journal: Of the order.
        locks: On targets that one run at a time may change.
        slots: Limits how many roles run at once, over all orders of a worker.
        halt: Set it to end the work early; running roles are ended.
    """

    def __init__(
        self,
        workshop: Workshop,
        journal: Journal,
        *,
        locks: TargetLocks,
        slots: asyncio.Semaphore,
        halt: threading.Event,
    ) -> None:
        self._workshop = workshop
        self._locks = locks
        self._journal = journal
        self._slots = slots
        self._halt = halt
        self._running: dict[str, asyncio.Task[None]] = {}
        self._has_slot: set[str] = set()
        self._current_task: dict[str, str] = {}

    async def run(self) -> bool:
        """Work until the order has ended or is held; false if halted before.

        Raises:
            Conflicting: The lease is lost.
        """
        if not await self._begin():
            return True
        try:
            while True:
                await self._look()
                if not self._running:
                    if await self._concluded():
                        return True
                    if self._halt.is_set():
                        return False
        finally:
            self._halt.set()
            self._drop_waiting()
            await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def refuse(self, message: str) -> None:
        """Fail the order without beginning anything; the first unfinished step says why."""

        async def refuse(order: Order) -> Writes | None:
            if order.state in ENDED or order.state == ORDER_STATE_HELD:
                return None
            unfinished = [step for step in order.steps if step.state not in DONE]
            for step in unfinished[:1]:
                move_step(step, "refuse")
                step.message = message
            if order.state == ORDER_STATE_ACKNOWLEDGED:
                move_order(order, "begin")
            return self._conclude(order, "fail")

        await self._journal.change(refuse)

    async def _begin(self) -> bool:
        """Take the order over; false if there is nothing to do."""
        order = await self._journal.read()
        if order.state in ENDED or order.state == ORDER_STATE_HELD:
            return False
        try:
            await self._check(order)
        except Conflicting as error:
            await self.refuse(error.message)
            return False
        for step in order.steps:
            if step.state == STEP_STATE_RUNNING:
                await end_attempt(self._workshop, order, step)
        await self._journal.change(self._taken_over)
        return True

    async def _check(self, order: Order) -> None:
        """Return if the order does what was signed, or takes back what was made of it."""
        contract = (await read(self._journal.store, self._journal.account, Contract, order.contract)).value
        made = (await read(self._journal.store, self._journal.account, Order, contract.order)).value
        if order.kind != ORDER_KIND_WITHDRAW:
            check_signed(order, contract)
            check_targets(order, made)
            return
        steps = [step.plan_step for step in order.steps]
        if steps != withdrawal_steps(made) or order.targets != made.targets:
            raise Conflicting(
                f"{order.name} does not take back what {made.name} has made.",
                fix="Find out who changed the records.",
                reason="NOT_AS_SIGNED",
            )

    async def _taken_over(self, order: Order) -> Writes:
        is_new = order.state == ORDER_STATE_ACKNOWLEDGED
        move_order(order, "begin")
        for step in order.steps:
            if step.state == STEP_STATE_RUNNING:
                move_step(step, "stop")
                step.message = f"The worker of attempt {step.attempts} ended before it; the step is repeated."
        return Writes(events=(order_event("order.started", order, self._journal.now()),) if is_new else ())

    async def _look(self) -> None:
        """Begin what is ready, then wait a little or until something ends."""
        order = await self._journal.read()
        if order.cancel_requested:
            self._halt.set()
        if self._halt.is_set():
            self._drop_waiting()
        else:
            await self._begin_ready(order)
        if not self._running:
            return
        await asyncio.wait(self._running.values(), timeout=_LOOK_S, return_when=asyncio.FIRST_COMPLETED)
        for step_id, task in list(self._running.items()):
            if task.done():
                del self._running[step_id]
                self._current_task.pop(step_id, None)
                if not task.cancelled():
                    task.result()
        await self._write_progress()

    async def _begin_ready(self, order: Order) -> None:
        ready = ready_steps(order)
        if any(step.plan_step.kind == STEP_KIND_MANUAL for step in ready):
            await self._journal.change(self._tasks_opened)
        for step in ready:
            id_ = step.plan_step.id
            if step.plan_step.kind == STEP_KIND_ROLE and id_ not in self._running:
                self._running[id_] = asyncio.create_task(self._run_step(id_))

    async def _run_step(self, step_id: str) -> None:
        if not await self._is_done(step_id):
            await asyncio.sleep(_DEFER_S)  # then the step is found ready again

    async def _is_done(self, step_id: str) -> bool:
        """Run a step as soon as a slot is free; false if its target is busy."""
        async with self._slots:
            self._has_slot.add(step_id)
            try:
                if self._halt.is_set():
                    return True
                note = self._current_task.__setitem__
                step = StepRun(self._workshop, self._journal, step_id, halt=self._halt, on_task=note)
                return await step.run(self._locks)
            finally:
                self._has_slot.discard(step_id)

    def _drop_waiting(self) -> None:
        """Give up steps that wait for a slot: the roles of other orders may take long."""
        for step_id, task in self._running.items():
            if step_id not in self._has_slot:
                task.cancel()

    async def _tasks_opened(self, order: Order) -> Writes | None:
        """Let people begin their steps that are ready."""
        now, opened = self._journal.now(), []
        for step in ready_steps(order):
            if step.plan_step.kind == STEP_KIND_MANUAL:
                move_step(step, "wait")
                step.start_time.CopyFrom(timestamp(now))
                step.due_time.CopyFrom(timestamp(due_time(now, step.plan_step.duration_minutes)))
                opened.append(step_event("task.opened", order, step.plan_step.id, now))
        return Writes(events=tuple(opened)) if opened else None

    async def _write_progress(self) -> None:
        """Write which task of each role runs, if that has changed."""

        async def note(order: Order) -> Writes | None:
            changed = False
            for step_id, task in self._current_task.items():
                step = step_of(order, step_id)
                if step is not None and step.state == STEP_STATE_RUNNING and step.current_task != task:
                    step.current_task, changed = task, True
            return Writes() if changed else None

        if self._current_task:
            await self._journal.change(note)

    async def _concluded(self) -> bool:
        """Conclude the order if nothing can go on; decided on what is stored at the moment of writing."""
        is_concluded = False

        async def conclude(order: Order) -> Writes | None:
            nonlocal is_concluded
            move = conclusion(order)
            if order.cancel_requested and move != "complete":
                move = "cancel"
            is_concluded = bool(move)
            return self._conclude(order, move) if move else None

        await self._journal.change(conclude)
        return is_concluded

    def _conclude(self, order: Order, move: str) -> Writes:
        now = self._journal.now()
        move_order(order, move)
        if order.state in ENDED:
            order.end_time.CopyFrom(timestamp(now))
        return Writes(events=(order_event(_CONCLUDED_EVENTS[move], order, now),))
