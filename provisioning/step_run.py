"""Carries out one step that has a role: journals it, gives the role what it needs, judges how it ended."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace

from bidwright.core.errors import BidwrightError, Conflicting, Unavailable
from bidwright.core.file_faults import in_words
from bidwright.provisioning.ansible import run_role
from bidwright.provisioning.ansible_run import RoleResult, RoleRun, Status, TaskDone
from bidwright.provisioning.equipment import Workshop, equip, port_holder, role_run
from bidwright.provisioning.inventory import Place
from bidwright.provisioning.journal import Journal, Writes
from bidwright.provisioning.order import step_of, target_of, timestamp
from bidwright.provisioning.order_events import step_event
from bidwright.provisioning.service_records import activation, endpoint_of, termination
from bidwright.provisioning.states import move_step
from bidwright.provisioning.target_locks import Hold, TargetLocks
from bidwright.v1.order_pb2 import ORDER_KIND_WITHDRAW, Order, OrderStep

_HALT_POLL_S = 0.1


class StepRun:
    """One step, from its begin to its end, with new attempts while the target cannot be reached."""

    def __init__(
        self,
        workshop: Workshop,
        journal: Journal,
        step_id: str,
        *,
        halt: threading.Event,
        on_task: Callable[[str, str], None],
    ) -> None:
        self._workshop = workshop
        self._journal = journal
        self._step_id = step_id
        self._halt = halt
        self._on_task = on_task

    async def run(self, locks: TargetLocks) -> bool:
        """Carry the step out and journal how it ended; false, with nothing done, if the target is busy.

        Raises:
            Conflicting: The lease is lost.
        """
        order = await self._journal.read()
        target = target_of(order, _step(order, self._step_id))
        async with locks.held(self._workshop.inventory.places.get(target)) as hold:
            if hold is not None:
                await self._carry_out(hold)
        return hold is not None

    async def _carry_out(self, hold: Hold) -> None:
        for pause_s in (*self._workshop.retry_pauses_s, None):
            order = await self._begin()
            result = await self._attempt(order, hold)
            if result.status == Status.UNREACHABLE and pause_s is not None:
                if await self._paused(pause_s):
                    continue
                result = replace(result, status=Status.CANCELED)
            await self._end(order, result)
            return

    async def _begin(self) -> Order:
        async def begin(order: Order) -> Writes:
            step = _step(order, self._step_id)
            move_step(step, "begin")
            step.attempts += 1
            step.start_time.CopyFrom(timestamp(self._journal.now()))
            for field in ("end_time", "message", "changed_tasks", "endpoint", "current_task"):
                step.ClearField(field)
            started = step_event("step.started", order, self._step_id, self._journal.now(), attempt=str(step.attempts))
            return Writes(events=(started,))

        return await self._journal.change(begin)

    async def _attempt(self, order: Order, hold: Hold) -> RoleResult:
        """Run the role once. What goes wrong before it runs counts as how it ended."""
        step = _step(order, self._step_id)
        try:
            place = self._workshop.inventory.place(target_of(order, step))
            equipment = await equip(self._workshop, self._journal, order, step)
            run = replace(
                role_run(self._workshop, order, step, equipment),
                fence=hold.fence,
                installation=self._workshop.cipher.installation,
                is_canceled=lambda: self._halt.is_set() or hold.lost.is_set(),
                on_task=self._note,
            )
            return await asyncio.to_thread(_run_on, place, run)
        except Conflicting:
            raise
        except BidwrightError as error:
            status = Status.UNREACHABLE if isinstance(error, Unavailable) else Status.FAILED
            return RoleResult(status, -1, 0, {}, f"{error.message} {error.fix}", 0.0)
        except OSError as error:
            fault = in_words(error)
            words = f"The worker's own machine fails: {fault.message} {fault.fix}"
            return RoleResult(Status.UNREACHABLE, -1, 0, {}, words, 0.0)

    async def _end(self, order: Order, result: RoleResult) -> None:
        if result.status == Status.SUCCESSFUL and order.kind == ORDER_KIND_WITHDRAW:
            # Before the journal says so: a crash in between repeats both, and both are harmless to repeat.
            place = self._workshop.inventory.place(target_of(order, _step(order, self._step_id)))
            await self._workshop.ports.release(place, port_holder(self._journal.account, order, self._step_id))

        async def end(present: Order) -> Writes:
            step = _step(present, self._step_id)
            step.end_time.CopyFrom(timestamp(self._journal.now()))
            step.changed_tasks = result.changed
            step.ClearField("current_task")
            return await self._judge(present, step, result)

        await self._journal.change(end)

    async def _judge(self, order: Order, step: OrderStep, result: RoleResult) -> Writes:
        match result.status:
            case Status.SUCCESSFUL:
                move_step(step, "succeed")
                if order.kind == ORDER_KIND_WITHDRAW:
                    return await termination(self._journal.store, self._journal.account, order, step)
                if result.endpoint:  # a prepared server, for example, answers nowhere
                    step.endpoint.CopyFrom(endpoint_of(result.endpoint))
                return await activation(self._journal.store, self._journal.account, order, step)
            case Status.CANCELED:
                move_step(step, "stop")
                step.message = "Stopped before it was done; it will be repeated."
                return Writes(events=(step_event("step.stopped", order, self._step_id, self._journal.now()),))
            case _:
                move_step(step, "fail")
                step.message = result.message or f"The role ended with {result.status}."
                facts = {"status": result.status.value, "return_code": str(result.return_code)}
                return Writes(events=(step_event("step.failed", order, self._step_id, self._journal.now(), **facts),))

    async def _paused(self, pause_s: float) -> bool:
        """Wait; false if the work is to be halted meanwhile."""
        for _ in range(max(1, round(pause_s / _HALT_POLL_S))):
            if self._halt.is_set():
                return False
            await asyncio.sleep(_HALT_POLL_S)
        return True

    def _note(self, task: TaskDone) -> None:
        self._on_task(self._step_id, task.task)


def _run_on(place: Place, run: RoleRun) -> RoleResult:
    place.target.ensure_running()
    return run_role(run)


def _step(order: Order, step_id: str) -> OrderStep:
    step = step_of(order, step_id)
    if step is None:
        raise ValueError(f"{order.name} has no step {step_id}")
    return step
