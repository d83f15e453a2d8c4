"""Carries out one step that has a role: journals it, gives the role what it needs, judges how it ended."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bidwright.core.errors import BidwrightError, Conflicting, Unavailable
from bidwright.provisioning.ansible import run_role
from bidwright.provisioning.ansible_leftovers import end_leftovers
from bidwright.provisioning.ansible_roles import RoleInterface, role_interface
from bidwright.provisioning.ansible_run import Action, RoleResult, RoleRun, Status, TaskDone, Value
from bidwright.provisioning.credentials import CredentialCipher
from bidwright.provisioning.inventory import Inventory, Place
from bidwright.provisioning.journal import Journal, Writes
from bidwright.provisioning.order import step_of, timestamp
from bidwright.provisioning.order_events import step_event
from bidwright.provisioning.order_records import CREDENTIAL_KIND, id_of, service_id
from bidwright.provisioning.ports import Ports
from bidwright.provisioning.service_records import activation, endpoint_of, termination
from bidwright.provisioning.states import move_step
from bidwright.storage.changes import Put
from bidwright.v1.order_pb2 import ORDER_KIND_WITHDRAW, Order, OrderStep
from bidwright.v1.plan_pb2 import Variable

_HALT_POLL_S = 0.1


@dataclass(frozen=True)
class Workshop:
    """What a worker has to work with.

    Attributes:
        inventory: The targets.
        ports: Allocates ports.
        cipher: Encrypts credentials.
        runs: Directory of the runs of roles.
        role_timeout_s: Seconds after which a role is ended.
        retry_pauses_s: Seconds before each new attempt at a target that cannot be reached.
    """

    inventory: Inventory
    ports: Ports
    cipher: CredentialCipher
    runs: Path
    role_timeout_s: float = 900
    retry_pauses_s: tuple[float, ...] = (1, 4, 15)


def attempt_id(order: Order, step: OrderStep) -> str:
    """Name the present attempt at a step; it marks the processes of the attempt."""
    place = list(order.steps).index(step)
    return f"{id_of(order.name)[:40]}-{place}-{step.attempts}"


async def end_attempt(workshop: Workshop, order: Order, step: OrderStep) -> None:
    """End what is left of the present attempt at a step whose worker is gone."""
    await asyncio.to_thread(end_leftovers, workshop.runs, attempt_id(order, step))


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

    async def run(self) -> None:
        """Carry the step out and journal how it ended.

        Raises:
            Conflicting: The lease is lost.
        """
        for pause_s in (*self._workshop.retry_pauses_s, None):
            order = await self._begin()
            result = await self._attempt(order)
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

    async def _attempt(self, order: Order) -> RoleResult:
        """Run the role once. What goes wrong before it runs counts as how it ended."""
        step = _step(order, self._step_id)
        try:
            place = self._workshop.inventory.place(order.target)
            run = self._role_run(order, step, place)
            if run.action != Action.WITHDRAW:
                run = await self._equipped(run, order, place)
            return await asyncio.to_thread(_run_on, place, run)
        except Conflicting:
            raise
        except BidwrightError as error:
            status = Status.UNREACHABLE if isinstance(error, Unavailable) else Status.FAILED
            return RoleResult(status, -1, 0, {}, f"{error.message} {error.fix}", 0.0)

    def _role_run(self, order: Order, step: OrderStep, place: Place) -> RoleRun:
        attempt = attempt_id(order, step)
        withdraws = order.kind == ORDER_KIND_WITHDRAW
        return RoleRun(
            role=step.plan_step.role,
            action=Action.WITHDRAW if withdraws else Action.DELIVER,
            target=place.target,
            contract=id_of(order.contract),
            delivery=self._step_id,
            attempt=attempt,
            run_dir=self._workshop.runs / attempt,
            # Withdrawing must work even where a value is what made the role fail.
            variables={} if withdraws else {one.name: _value(one) for one in step.plan_step.variables},
            timeout_s=self._workshop.role_timeout_s,
            is_canceled=self._halt.is_set,
            on_task=self._note,
        )

    async def _equipped(self, run: RoleRun, order: Order, place: Place) -> RoleRun:
        """Add port and secrets, which stay the same over all attempts."""
        interface = role_interface(run.role)
        port = await self._workshop.ports.allocate(place, self._holder(order)) if interface.needs_port else None
        return replace(run, port=port, secrets=await self._secrets(order, interface))

    async def _secrets(self, order: Order, interface: RoleInterface) -> Mapping[str, str]:
        """Read the step's credentials, or generate and store them before the role can see them."""
        if not interface.secrets:
            return {}
        id_ = service_id(order.contract, self._step_id)
        record = await self._journal.store.get(self._journal.account, CREDENTIAL_KIND, id_)
        if record is not None and record.body:
            return self._workshop.cipher.reveal(record.body)
        encrypted = self._workshop.cipher.generate(interface.secrets)
        await self._journal.put(Put(CREDENTIAL_KIND, id_, encrypted, record.version if record else 0))
        return self._workshop.cipher.reveal(encrypted)

    async def _end(self, order: Order, result: RoleResult) -> None:
        if result.status == Status.SUCCESSFUL and order.kind == ORDER_KIND_WITHDRAW:
            # Before the journal says so: a crash in between repeats both, and both are harmless to repeat.
            await self._workshop.ports.release(self._workshop.inventory.place(order.target), self._holder(order))

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

    def _holder(self, order: Order) -> str:
        return f"{self._journal.account}/{service_id(order.contract, self._step_id)}"

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


def _value(variable: Variable) -> Value:
    """Give a role a variable's value; a number with digits after the point goes as text, exactly."""
    match variable.WhichOneof("value"):
        case "integer":
            return variable.integer
        case "boolean":
            return variable.boolean
        case "decimal":
            return str(variable.decimal.value)
        case _:
            return variable.text
