"""People steer orders: tasks, cancel, resume; and what goes wrong with records and jobs is found."""

from __future__ import annotations

import asyncio
import uuid

import pytest
from orders import ACCOUNT, ADA, Site, bespoke, configuration, contract, site, until

from bidwright.core.errors import InvalidInput, NotAllowedNow, NotFound
from bidwright.provisioning.order_records import order_job, order_put
from bidwright.provisioning.worker import Worker, WorkerSettings
from bidwright.storage.changes import Change, JobEntry, Put
from bidwright.v1.order_pb2 import (
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
)
from bidwright.v1.provisioning_pb2 import (
    CancelOrderRequest,
    CompleteTaskRequest,
    ResumeOrderRequest,
    WithdrawContractRequest,
)
from bidwright.v1.quote_pb2 import Contract

__all__ = ["site"]

DESK = CompleteTaskRequest(name="orders/o-1/steps/service_desk", comment="Entered as case 4711.")
CANCEL = CancelOrderRequest(name="orders/o-1")
RESUME = ResumeOrderRequest(name="orders/o-1")
WITHDRAW = WithdrawContractRequest(name="contracts/c-1")


async def test_an_order_waits_for_people_and_goes_on_when_they_are_done(site: Site) -> None:
    item = bespoke("till", "support")
    await site.sign(contract(configuration("support.standard", bespoke=(item,))))
    held = await site.work()
    assert held.state == ORDER_STATE_HELD
    assert [step.state for step in held.steps] == [STEP_STATE_WAITING, STEP_STATE_PENDING]
    assert held.steps[0].due_time.seconds > held.steps[0].start_time.seconds

    continued = await site.commands.complete_task(ADA, DESK)
    assert continued.state == ORDER_STATE_IN_PROGRESS
    assert continued.steps[0].completed_by == "principals/ada"
    assert continued.steps[0].message == "Entered as case 4711."
    assert (await site.work()).state == ORDER_STATE_HELD

    await site.commands.complete_task(ADA, CompleteTaskRequest(name="orders/o-1/steps/bespoke-till"))
    assert (await site.work()).state == ORDER_STATE_COMPLETED
    assert await site.event_types() == [
        "order.started",
        "task.opened",
        "order.held",
        "task.completed",
        "task.opened",
        "order.held",
        "task.completed",
        "order.completed",
    ]
    assert await site.services() == []


async def test_roles_run_while_people_are_waited_for(site: Site) -> None:
    await site.sign(contract(configuration("support.standard", "compute.small")))
    held = await site.work()
    assert held.state == ORDER_STATE_HELD
    assert {step.plan_step.id: step.state for step in held.steps} == {
        "server": STEP_STATE_SUCCEEDED,
        "service_desk": STEP_STATE_WAITING,
    }


async def test_a_task_is_completed_once_and_only_while_it_waits(site: Site) -> None:
    await site.sign(contract(configuration("support.standard")))
    with pytest.raises(NotAllowedNow, match=r"service_desk is pending: complete is not possible\..*: nothing"):
        await site.commands.complete_task(ADA, DESK)
    await site.work()
    once = CompleteTaskRequest(name=DESK.name, request_id=str(uuid.uuid4()))
    first = await site.commands.complete_task(ADA, once)
    assert await site.commands.complete_task(ADA, once) == first
    with pytest.raises(NotAllowedNow, match="service_desk is succeeded"):
        await site.commands.complete_task(ADA, DESK)
    with pytest.raises(InvalidInput) as caught:
        await site.commands.complete_task(ADA, CompleteTaskRequest(**{**_fields(once), "comment": "else"}))
    assert caught.value.reason == "REQUEST_ID_REUSED"
    with pytest.raises(NotFound, match="There is no orders/o-1/steps/none"):
        await site.commands.complete_task(ADA, CompleteTaskRequest(name="orders/o-1/steps/none"))


def _fields(request: CompleteTaskRequest) -> dict[str, str]:
    return {field.name: value for field, value in request.ListFields()}


async def test_an_order_nobody_works_on_is_cancelled_at_once_and_can_be_resumed(site: Site) -> None:
    await site.sign(contract(configuration("support.standard")))
    assert (await site.commands.cancel_order(ADA, CANCEL)).state == ORDER_STATE_CANCELLED
    with pytest.raises(NotAllowedNow, match="Allowed from here: resume"):
        await site.commands.cancel_order(ADA, CANCEL)
    assert (await site.commands.resume_order(ADA, RESUME)).state == ORDER_STATE_IN_PROGRESS
    assert (await site.work()).state == ORDER_STATE_HELD
    with pytest.raises(NotAllowedNow, match=r"is held: resume is not possible\. Allowed from here: cancel"):
        await site.commands.resume_order(ADA, RESUME)


async def test_cancel_ends_the_running_role_and_resume_completes_the_order(site: Site) -> None:
    await site.sign(contract(configuration("web.nginx_site")))
    asked = False

    async def is_cancelled() -> bool:
        nonlocal asked
        order = await site.order()
        if order.steps[0].current_task and not asked:
            asked = True
            assert (await site.commands.cancel_order(ADA, CANCEL)).cancel_requested
        return order.state == ORDER_STATE_CANCELLED

    await site.work_until(is_cancelled)
    cancelled = await site.order()
    assert [step.state for step in cancelled.steps] == [STEP_STATE_PENDING]
    assert await site.services() == []
    await site.commands.resume_order(ADA, RESUME)
    completed = await site.work()
    assert completed.state == ORDER_STATE_COMPLETED
    assert not completed.cancel_requested
    assert len(await site.services()) == 1


async def test_a_held_order_can_be_withdrawn_and_then_neither_resumed_nor_completed(site: Site) -> None:
    await site.sign(contract(configuration("support.standard")))
    with pytest.raises(NotAllowedNow, match="cannot be withdrawn while orders/o-1 is acknowledged"):
        await site.commands.withdraw_contract(ADA, WITHDRAW)
    await site.work()
    ordered = await site.commands.withdraw_contract(ADA, WITHDRAW)
    assert list(ordered.steps) == []
    made = await site.order()
    assert made.state == ORDER_STATE_CANCELLED
    assert [step.state for step in made.steps] == [STEP_STATE_SKIPPED]
    with pytest.raises(NotAllowedNow, match="was withdrawn"):
        await site.commands.resume_order(ADA, RESUME)
    with pytest.raises(NotAllowedNow, match="service_desk is skipped"):
        await site.commands.complete_task(ADA, DESK)
    assert (await site.work(ordered.name)).state == ORDER_STATE_COMPLETED


async def test_what_people_did_is_taken_back_by_people(site: Site) -> None:
    await site.sign(contract(configuration("support.standard")))
    await site.work()
    await site.commands.complete_task(ADA, DESK)
    await site.work()
    ordered = await site.commands.withdraw_contract(ADA, WITHDRAW)
    assert [step.plan_step.title for step in ordered.steps] == ["Take back: Register the support level."]
    assert "Enter the contract" in ordered.steps[0].plan_step.instructions
    assert (await site.work(ordered.name)).state == ORDER_STATE_HELD


async def test_an_order_that_lost_its_job_is_found_and_carried_out(site: Site) -> None:
    await site.sign(contract(configuration("support.standard")))
    for key in await site.engine.run("KEYS", "*@jobs"):
        await site.engine.run("DEL", key)
    assert await site.storage.queue.queued() == frozenset()
    assert (await site.work()).state == ORDER_STATE_HELD


async def test_a_job_given_out_again_does_nothing(site: Site) -> None:
    await site.sign(contract(configuration("support.standard")))
    await site.work()
    before = await site.store.get(ACCOUNT, "order", "o-1")
    await site.storage.queue.enqueue(ACCOUNT, JobEntry("order", "o-1"))

    async def is_taken() -> bool:
        return not await site.storage.queue.queued()

    await site.work_until(is_taken)
    assert await site.store.get(ACCOUNT, "order", "o-1") == before


@pytest.mark.parametrize("whose", ["order", "contract", "both"])
async def test_an_order_that_is_not_what_was_signed_is_refused(site: Site, whose: str) -> None:
    signed = contract(configuration("support.standard"))
    await site.sign(signed)
    if whose in {"order", "both"}:
        record = await site.store.get(ACCOUNT, "order", "o-1")
        order = Order.FromString(record.body)
        order.steps[0].plan_step.title = "Something else"
        await site.store.commit(ACCOUNT, Change((order_put(order, record.version),), jobs=(order_job(order),)))
    if whose in {"contract", "both"}:
        changed = Contract()
        changed.CopyFrom(signed)
        changed.offer.plan.steps[0].title = "Something else"
        await site.store.commit(ACCOUNT, Change((Put("contract", "c-1", changed.SerializeToString(), 1),)))
    refused = await site.work()
    assert refused.state == ORDER_STATE_FAILED
    assert refused.steps[0].state == STEP_STATE_FAILED
    assert "is not what was signed in contracts/c-1" in refused.steps[0].message


async def test_an_order_of_another_account_does_not_exist_for_a_caller(site: Site) -> None:
    await site.sign(contract(configuration("support.standard")))
    eve = type(ADA)(account="other", principal="eve", roles=ADA.roles)
    with pytest.raises(NotFound):
        await site.commands.cancel_order(eve, CANCEL)
    with pytest.raises(NotFound):
        await site.commands.withdraw_contract(eve, WITHDRAW)


async def test_cancelling_does_not_wait_for_the_roles_of_other_orders(site: Site) -> None:
    """One slot, two orders: the one that waits for the slot is cancelled while the other's role runs."""
    for number in (1, 2):
        await site.sign(contract(configuration("web.nginx_site"), id_=f"c-{number}", order=f"o-{number}"))
    stop = asyncio.Event()
    worker = Worker(site.storage, site.workshop, WorkerSettings(name="w-1", steps_at_once=1))
    working = asyncio.create_task(worker.run(stop))

    async def both_begun() -> bool:
        orders = [await site.order(f"orders/o-{number}") for number in (1, 2)]
        return all(order.state == ORDER_STATE_IN_PROGRESS for order in orders) and any(
            order.steps[0].current_task for order in orders
        )

    await until(both_begun)
    runs, waits = ("o-1", "o-2") if (await site.order()).steps[0].attempts else ("o-2", "o-1")
    await site.commands.cancel_order(ADA, CancelOrderRequest(name=f"orders/{waits}"))

    async def is_cancelled() -> bool:
        return (await site.order(f"orders/{waits}")).state == ORDER_STATE_CANCELLED

    await until(is_cancelled)
    assert (await site.order(f"orders/{waits}")).steps[0].attempts == 0
    assert (await site.order(f"orders/{runs}")).steps[0].state == STEP_STATE_RUNNING
    stop.set()
    await working
