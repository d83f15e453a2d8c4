"""What people ask of orders: complete a task, cancel, resume, reapply, withdraw. Tables decide what is allowed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bidwright.core.caller import Caller
from bidwright.core.clock import Clock
from bidwright.core.errors import NotFound
from bidwright.core.resource_names import resource_ids, resource_name
from bidwright.provisioning.contract_orders import demand_purpose, reapplied, withdrawn
from bidwright.provisioning.order import step_of, timestamp
from bidwright.provisioning.order_events import event, order_event
from bidwright.provisioning.order_records import Stored, order_job, order_put, read
from bidwright.provisioning.states import move_order, move_step
from bidwright.storage.changes import EventEntry
from bidwright.storage.records import Store
from bidwright.storage.writes import Outcome, write
from bidwright.v1.order_pb2 import (
    ORDER_STATE_HELD,
    ORDER_STATE_IN_PROGRESS,
    STEP_STATE_FAILED,
    Order,
)
from bidwright.v1.provisioning_pb2 import (
    CancelOrderRequest,
    CompleteTaskRequest,
    ReapplyContractRequest,
    ResumeOrderRequest,
    WithdrawContractRequest,
)


@dataclass(frozen=True)
class Commands:
    """Changes orders on request.

    Attributes:
        store: Keeps the records.
        clock: Tells the time.
    """

    store: Store
    clock: Clock

    async def complete_task(self, caller: Caller, request: CompleteTaskRequest) -> Order:
        """Record that people have done their step; a held order goes on.

        Raises:
            NotFound: There is no such order or step.
            NotAllowedNow: The step does not wait for people, or the contract was withdrawn.
        """
        order_id, step_id = resource_ids(request.name, "orders", "steps")

        async def decide() -> Outcome[Order]:
            stored = await self._order(caller, resource_name("orders", order_id))
            order, now = stored.value, self.clock()
            step = step_of(order, step_id)
            if step is None:
                steps = ", ".join(one.plan_step.id for one in order.steps)
                raise NotFound(
                    f"There is no {request.name}.", fix=f"Name one of its steps: {steps}.", reason="STEP_NOT_FOUND"
                )
            move_step(step, "complete")
            step.completed_by, step.message = caller.name, request.comment
            step.end_time.CopyFrom(timestamp(now))
            facts = {"contract": order.contract, "order": order.name}
            completed = event("task.completed", request.name, now, actor=caller.name, **facts)
            if order.state != ORDER_STATE_HELD:
                return self._changed(stored, (completed,))
            move_order(order, "continue")
            return self._changed(stored, (completed,), is_work=True)

        return await write(self.store, caller, request, decide, answer=Order)

    async def resume_order(self, caller: Caller, request: ResumeOrderRequest) -> Order:
        """Continue a failed or cancelled order: failed steps are tried again, finished ones are left alone.

        Raises:
            NotFound: There is no such order.
            NotAllowedNow: It has neither failed nor been cancelled, its contract ended, or a newer order repeats it.
        """

        async def decide() -> Outcome[Order]:
            stored = await self._order(caller, request.name)
            order = stored.value
            guards = await demand_purpose(self.store, caller, order)
            move_order(order, "resume")
            order.cancel_requested = False
            order.ClearField("end_time")
            for step in order.steps:
                if step.state == STEP_STATE_FAILED:
                    move_step(step, "retry")
            outcome = self._changed(stored, (self._event("order.resumed", order, caller),), is_work=True)
            return replace(outcome, guards=guards)

        return await write(self.store, caller, request, decide, answer=Order)

    async def cancel_order(self, caller: Caller, request: CancelOrderRequest) -> Order:
        """Stop an order: at once where no worker has it, else as soon as its running steps have ended.

        Raises:
            NotFound: There is no such order.
            NotAllowedNow: It has ended already.
        """

        async def decide() -> Outcome[Order]:
            stored = await self._order(caller, request.name)
            order = stored.value
            if order.state == ORDER_STATE_IN_PROGRESS:
                order.cancel_requested = True
                return self._changed(stored, (self._event("order.cancel_requested", order, caller),))
            move_order(order, "cancel")
            order.end_time.CopyFrom(timestamp(self.clock()))
            return self._changed(stored, (self._event("order.cancelled", order, caller),))

        return await write(self.store, caller, request, decide, answer=Order)

    async def reapply_contract(self, caller: Caller, request: ReapplyContractRequest) -> Order:
        """Order the delivery of a contract to be repeated on the same targets; its services stay what they are.

        Raises:
            NotFound: There is no such contract.
            NotAllowedNow: It was withdrawn, was never delivered completely, or is just being delivered.
        """

        async def decide() -> Outcome[Order]:
            return await reapplied(self.store, caller, request.name, self.clock())

        return await write(self.store, caller, request, decide, answer=Order)

    async def withdraw_contract(self, caller: Caller, request: WithdrawContractRequest) -> Order:
        """Terminate a contract and order everything it made to be taken back; asked again, answer the same order.

        Raises:
            NotFound: There is no such contract.
            NotAllowedNow: Its services are just being provisioned.
        """

        async def decide() -> Outcome[Order]:
            return await withdrawn(self.store, caller, request.name, self.clock())

        return await write(self.store, caller, request, decide, answer=Order)

    async def _order(self, caller: Caller, name: str) -> Stored[Order]:
        return await read(self.store, caller.account, Order, name)

    def _changed(
        self, stored: Stored[Order], events: tuple[EventEntry, ...], *, is_work: bool = False
    ) -> Outcome[Order]:
        order = stored.value
        order.update_time.CopyFrom(timestamp(self.clock()))
        order.etag = str(stored.version + 1)
        jobs = (order_job(order),) if is_work else ()
        return Outcome(order, (order_put(order, stored.version),), events=events, jobs=jobs)

    def _event(self, type_: str, order: Order, caller: Caller) -> EventEntry:
        return order_event(type_, order, self.clock(), actor=caller.name)
