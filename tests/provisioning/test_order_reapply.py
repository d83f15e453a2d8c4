"""A finished delivery is repeated: drift is repaired, certificates are renewed, and one order a contract is open."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import signal
import urllib.request
import uuid
from dataclasses import replace
from pathlib import Path

import pytest
from orders import ACCOUNT, ADA, Site, bespoke, configuration, contract, site

from bidwright.core.clock import utc_now
from bidwright.core.errors import InvalidInput, NotAllowedNow, NotFound
from bidwright.provisioning.authority import Authority
from bidwright.provisioning.directory_processes import processes_working_below
from bidwright.provisioning.inventory import inventory_of
from bidwright.provisioning.order_records import order_job, order_put
from bidwright.storage.changes import Change, Put
from bidwright.v1.order_pb2 import (
    ORDER_KIND_PROVISION,
    ORDER_STATE_ACKNOWLEDGED,
    ORDER_STATE_CANCELLED,
    ORDER_STATE_COMPLETED,
    ORDER_STATE_FAILED,
    ORDER_STATE_HELD,
    ORDER_STATE_IN_PROGRESS,
    SERVICE_STATE_ACTIVE,
    SERVICE_STATE_TERMINATED,
    STEP_STATE_FAILED,
    STEP_STATE_PENDING,
    STEP_STATE_SKIPPED,
    STEP_STATE_SUCCEEDED,
    Order,
)
from bidwright.v1.provisioning_pb2 import (
    CancelOrderRequest,
    CompleteTaskRequest,
    ReapplyContractRequest,
    ResumeOrderRequest,
    WithdrawContractRequest,
)

__all__ = ["site"]

REAPPLY = ReapplyContractRequest(name="contracts/c-1")
WITHDRAW = WithdrawContractRequest(name="contracts/c-1")
FIRST, SECOND = "orders/c-1-reapply-1", "orders/c-1-reapply-2"
FULL = ("cache.valkey_small", "compute.small", "database.postgresql_small", "os.debian", "web.nginx_site")


def page_of(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as reply:
        return str(reply.read().decode())


async def registered(site: Site, id_: str = "c-1", order: str = "o-1") -> None:
    """A delivery of a task only, completed: what is tested of it needs no role."""
    await site.sign(contract(configuration("support.standard"), id_=id_, order=order))
    await site.work(f"orders/{order}")
    await site.commands.complete_task(ADA, CompleteTaskRequest(name=f"orders/{order}/steps/service_desk"))
    assert (await site.work(f"orders/{order}")).state == ORDER_STATE_COMPLETED


async def stored(site: Site, kind: str, id_: str) -> bytes:
    record = await site.store.get(ACCOUNT, kind, id_)
    assert record is not None
    return record.body


async def test_reapplying_a_healthy_contract_changes_nothing_and_asks_nobody(site: Site) -> None:
    await site.sign(contract(configuration(*FULL, "support.standard", bespoke=(bespoke("till", "web"),))))
    assert (await site.work()).state == ORDER_STATE_HELD
    for step in ("service_desk", "bespoke-till"):
        await site.commands.complete_task(ADA, CompleteTaskRequest(name=f"orders/o-1/steps/{step}"))
    made = await site.work()
    assert made.state == ORDER_STATE_COMPLETED
    services, credential = await site.services(), await stored(site, "credential", "c-1-postgresql_database")

    ordered = await site.commands.reapply_contract(ADA, REAPPLY)
    assert (ordered.name, ordered.kind, ordered.state) == (FIRST, ORDER_KIND_PROVISION, ORDER_STATE_ACKNOWLEDGED)
    assert (ordered.contract, list(ordered.targets)) == ("contracts/c-1", ["local"])
    assert {step.plan_step.id: step.state for step in ordered.steps} == {
        "server": STEP_STATE_PENDING,
        "postgresql_database": STEP_STATE_PENDING,
        "service_desk": STEP_STATE_SUCCEEDED,
        "valkey_cache": STEP_STATE_PENDING,
        "website": STEP_STATE_PENDING,
        "bespoke-till": STEP_STATE_SUCCEEDED,
    }
    tasks = [step for step in ordered.steps if not step.plan_step.role]
    assert [step.completed_by for step in tasks] == ["principals/ada"] * 2
    assert tasks == [step for step in made.steps if not step.plan_step.role]

    again = await site.work(FIRST)
    assert again.state == ORDER_STATE_COMPLETED, [step.message for step in again.steps]
    roles = [step for step in again.steps if step.plan_step.role]
    assert [(step.attempts, step.changed_tasks) for step in roles] == [(1, 0)] * 4
    endpoints = {step.plan_step.id: step.endpoint for step in made.steps}
    assert {step.plan_step.id: step.endpoint for step in again.steps} == endpoints
    assert await site.services() == services
    assert await stored(site, "credential", "c-1-postgresql_database") == credential
    assert await site.order() == made
    events = await site.event_types()
    assert events.count("service.activated") == 4
    assert events.count("task.opened") == 2
    assert events[events.index("contract.reapply_requested") :][:2] == ["contract.reapply_requested", "order.started"]
    assert events[-1] == "order.completed"


async def test_what_differs_on_the_target_is_repaired_and_can_be_withdrawn_afterwards(
    site: Site, tmp_path: Path
) -> None:
    await site.sign(contract(configuration("web.nginx_site", "compute.small")))
    port = (await site.work()).steps[1].endpoint.port
    service = tmp_path / "target" / "contracts" / "c-1" / "website"
    (index,) = service.rglob("index.html")
    index.write_text("<h1>Owned</h1>")
    for configured in service.rglob("*.conf"):
        configured.write_text("nonsense")
    for process in processes_working_below(service):
        os.kill(process, signal.SIGKILL)

    await site.commands.reapply_contract(ADA, REAPPLY)
    with pytest.raises(NotAllowedNow, match=f"cannot be withdrawn while {FIRST} is acknowledged"):
        await site.commands.withdraw_contract(ADA, WITHDRAW)
    repaired = await site.work(FIRST)
    assert repaired.state == ORDER_STATE_COMPLETED, [step.message for step in repaired.steps]
    assert [(step.plan_step.id, step.changed_tasks > 0) for step in repaired.steps] == [
        ("server", False),
        ("website", True),
    ]
    assert repaired.steps[1].endpoint.port == port
    assert "<h1>Welcome</h1>" in page_of(port)

    taken_back = await site.commands.withdraw_contract(ADA, WITHDRAW)
    assert [step.plan_step.id for step in taken_back.steps] == ["website", "server"]
    done = await site.work(taken_back.name)
    assert done.state == ORDER_STATE_COMPLETED, [step.message for step in done.steps]
    assert [service.state for service in await site.services()] == [SERVICE_STATE_TERMINATED] * 2
    assert list((tmp_path / "target" / "contracts").iterdir()) == []
    with pytest.raises(NotAllowedNow) as refused:
        await site.commands.reapply_contract(ADA, REAPPLY)
    assert refused.value.reason == "CONTRACT_TERMINATED"
    assert (await site.commands.withdraw_contract(ADA, WITHDRAW)).name == taken_back.name


async def test_services_whose_directories_were_removed_are_made_anew(site: Site, tmp_path: Path) -> None:
    await site.sign(contract(configuration("cache.valkey_small", "web.nginx_site")))
    made = await site.work()
    gone = tmp_path / "target" / "contracts" / "c-1"
    for process in processes_working_below(gone):
        os.kill(process, signal.SIGKILL)
    gone.rename(tmp_path / "gone")  # at once: the supervisor starts servers again meanwhile

    await site.commands.reapply_contract(ADA, REAPPLY)
    anew = await site.work(FIRST)
    assert anew.state == ORDER_STATE_COMPLETED, [step.message for step in anew.steps]
    assert [step.endpoint for step in anew.steps] == [step.endpoint for step in made.steps]
    assert "<h1>Welcome</h1>" in page_of(anew.steps[1].endpoint.port)


@pytest.mark.parametrize(
    ("days_old", "is_renewed"),
    [
        (794, False),  # 31 days left
        (796, True),  # 29 days left
    ],
)
async def test_a_certificate_in_its_last_month_is_renewed(
    site: Site, tmp_path: Path, days_old: int, *, is_renewed: bool
) -> None:
    await site.sign(contract(configuration("database.postgresql_small")))
    await site.work()
    cipher, authority = site.workshop.cipher, Authority.in_directory(tmp_path, utc_now())
    old = authority.issue(["127.0.0.1"], utc_now() - dt.timedelta(days=days_old))
    record = await site.store.get(ACCOUNT, "certificate", "c-1-postgresql_database")
    assert record is not None
    sealed = cipher.seal({"certificate": old.certificate, "private_key": old.private_key})
    await site.store.commit(ACCOUNT, Change((Put("certificate", "c-1-postgresql_database", sealed, record.version),)))

    await site.commands.reapply_contract(ADA, REAPPLY)
    assert (await site.work(FIRST)).state == ORDER_STATE_COMPLETED
    found = cipher.reveal(await stored(site, "certificate", "c-1-postgresql_database"))["certificate"]
    assert (found != old.certificate) == is_renewed
    assert authority.has_issued(found, ["127.0.0.1"], utc_now() + dt.timedelta(days=790)) == is_renewed


async def test_only_a_contract_that_was_delivered_completely_can_be_reapplied(site: Site) -> None:
    with pytest.raises(NotFound, match="There is no contracts/c-1"):
        await site.commands.reapply_contract(ADA, REAPPLY)
    await site.sign(contract(configuration("support.standard")))
    with pytest.raises(NotAllowedNow, match="cannot be reapplied while orders/o-1 is acknowledged") as refused:
        await site.commands.reapply_contract(ADA, REAPPLY)
    assert refused.value.reason == "ORDER_IN_PROGRESS"
    await site.work()
    with pytest.raises(NotAllowedNow, match="cannot be reapplied while orders/o-1 is held"):
        await site.commands.reapply_contract(ADA, REAPPLY)
    await site.commands.cancel_order(ADA, CancelOrderRequest(name="orders/o-1"))
    with pytest.raises(NotAllowedNow, match="orders/o-1 is cancelled, not completed") as refused:
        await site.commands.reapply_contract(ADA, REAPPLY)
    assert refused.value.reason == "ORDER_NOT_COMPLETED"
    assert "contract.reapply_requested" not in await site.event_types()


async def test_the_same_request_answers_the_same_order_and_another_one_is_refused_while_it_is_open(site: Site) -> None:
    await registered(site)
    once = ReapplyContractRequest(name="contracts/c-1", request_id=str(uuid.uuid4()))
    first = await site.commands.reapply_contract(ADA, once)
    assert await site.commands.reapply_contract(ADA, once) == first
    with pytest.raises(NotAllowedNow, match=f"cannot be reapplied while {FIRST} is acknowledged") as refused:
        await site.commands.reapply_contract(ADA, REAPPLY)
    assert (refused.value.reason, refused.value.facts) == ("ORDER_IN_PROGRESS", {"order": FIRST})
    assert (await site.work(FIRST)).state == ORDER_STATE_COMPLETED
    assert (await site.commands.reapply_contract(ADA, once)).name == FIRST
    other = ReapplyContractRequest(name="contracts/c-2", request_id=once.request_id)
    with pytest.raises(InvalidInput) as reused:
        await site.commands.reapply_contract(ADA, other)
    assert reused.value.reason == "REQUEST_ID_REUSED"
    assert (await site.commands.reapply_contract(ADA, REAPPLY)).name == SECOND


async def test_of_commands_given_at_once_one_opens_an_order(site: Site) -> None:
    await registered(site)
    answers = await asyncio.gather(
        *(site.commands.reapply_contract(ADA, REAPPLY) for _ in range(4)),
        *(site.commands.withdraw_contract(ADA, WITHDRAW) for _ in range(4)),
        return_exceptions=True,
    )
    opened = {answer.name for answer in answers if isinstance(answer, Order)}
    refusals = {one.reason for one in answers if isinstance(one, NotAllowedNow)}
    assert len(opened) == 1
    assert len(refusals) == 1
    assert (opened, refusals) in [
        ({FIRST}, {"ORDER_IN_PROGRESS"}),
        ({"orders/c-1-withdraw"}, {"CONTRACT_TERMINATED"}),
    ]
    page = await site.store.list(ACCOUNT, "order", index="open")
    assert {f"orders/{record.id}" for record in page.records} == opened


async def test_a_reapplication_without_its_job_is_found_and_carried_out(site: Site) -> None:
    await registered(site)
    await site.commands.reapply_contract(ADA, REAPPLY)
    for key in await site.engine.run("KEYS", "*@jobs"):
        await site.engine.run("DEL", key)
    assert (await site.work(FIRST)).state == ORDER_STATE_COMPLETED


async def test_a_failed_reapplication_leaves_the_services_and_can_be_resumed(site: Site) -> None:
    await site.sign(contract(configuration("web.nginx_site")))
    port = (await site.work()).steps[0].endpoint.port
    await site.commands.reapply_contract(ADA, REAPPLY)
    elsewhere = replace(site.place, name="elsewhere")
    lost = replace(site, workshop=replace(site.workshop, inventory=inventory_of([elsewhere])))
    failed = await lost.work(FIRST)
    assert failed.state == ORDER_STATE_FAILED
    assert [step.state for step in failed.steps] == [STEP_STATE_FAILED]
    assert [service.state for service in await site.services()] == [SERVICE_STATE_ACTIVE]
    assert "Welcome" in page_of(port)

    assert (await site.commands.resume_order(ADA, ResumeOrderRequest(name=FIRST))).state == ORDER_STATE_IN_PROGRESS
    with pytest.raises(NotAllowedNow, match="is in progress"):
        await site.commands.withdraw_contract(ADA, WITHDRAW)
    assert (await site.work(FIRST)).state == ORDER_STATE_COMPLETED
    assert [service.order for service in await site.services()] == ["orders/o-1"]


async def test_a_cancelled_reapplication_ends_for_good_with_the_next_one_or_with_the_contract(site: Site) -> None:
    await site.sign(contract(configuration("compute.small")))
    assert (await site.work()).state == ORDER_STATE_COMPLETED
    await site.commands.reapply_contract(ADA, REAPPLY)
    cancel, resume = CancelOrderRequest(name=FIRST), ResumeOrderRequest(name=FIRST)
    await site.commands.cancel_order(ADA, cancel)
    await site.commands.resume_order(ADA, resume)
    assert (await site.work(FIRST)).state == ORDER_STATE_COMPLETED

    await site.commands.reapply_contract(ADA, REAPPLY)
    await site.commands.cancel_order(ADA, CancelOrderRequest(name=SECOND))
    third = (await site.commands.reapply_contract(ADA, REAPPLY)).name
    assert third == "orders/c-1-reapply-3"
    with pytest.raises(NotAllowedNow, match=f"{third} has repeated the delivery since") as refused:
        await site.commands.resume_order(ADA, ResumeOrderRequest(name=SECOND))
    assert refused.value.reason == "ORDER_SUPERSEDED"

    await site.commands.cancel_order(ADA, CancelOrderRequest(name=third))
    taken_back = await site.commands.withdraw_contract(ADA, WITHDRAW)
    ended = await site.order(third)
    assert ended.state == ORDER_STATE_CANCELLED
    assert [step.state for step in ended.steps] == [STEP_STATE_SKIPPED]
    with pytest.raises(NotAllowedNow) as refused:
        await site.commands.resume_order(ADA, ResumeOrderRequest(name=third))
    assert refused.value.reason == "CONTRACT_TERMINATED"
    assert (await site.work(taken_back.name)).state == ORDER_STATE_COMPLETED


async def test_a_reapplication_to_other_targets_is_refused(site: Site) -> None:
    await site.sign(contract(configuration("compute.small")))
    await site.work()
    order = await site.commands.reapply_contract(ADA, REAPPLY)
    order.targets[0] = "elsewhere"
    await site.store.commit(ACCOUNT, Change((order_put(order, 1),), jobs=(order_job(order),)))
    refused = await site.work(FIRST)
    assert refused.state == ORDER_STATE_FAILED
    assert refused.steps[0].message.startswith(f"{FIRST} has not the targets of orders/o-1")


async def test_a_secret_that_a_role_gained_later_is_made_beside_those_the_service_has(site: Site) -> None:
    await site.sign(contract(configuration("database.postgresql_small")))
    assert (await site.work()).state == ORDER_STATE_COMPLETED
    key = (ACCOUNT, "credential", "c-1-postgresql_database")
    record = await site.store.get(*key)
    assert record is not None
    cipher = site.workshop.cipher
    made = dict(cipher.reveal(record.body))
    lost = "postgresql_database_reader_password"
    assert len(made) > 1
    kept = {name: secret for name, secret in made.items() if name != lost}
    await site.store.commit(ACCOUNT, Change((Put("credential", key[2], cipher.seal(kept), record.version),)))

    await site.commands.reapply_contract(ADA, REAPPLY)
    assert (await site.work(FIRST)).state == ORDER_STATE_COMPLETED
    now = cipher.reveal(await stored(site, "credential", key[2]))
    assert now.keys() == made.keys()
    assert {name: now[name] for name in kept} == kept
    assert now[lost] != made[lost]
