"""Orders are carried out: real engine, real roles, real servers."""

from __future__ import annotations

import socket
import urllib.request
from pathlib import Path

import psycopg
from orders import ACCOUNT, ADA, PORTS, Site, configuration, contract, site

from bidwright.core.caller import serve_for
from bidwright.core.clock import utc_now
from bidwright.provisioning.grpc_api import ProvisioningApi
from bidwright.provisioning.order_records import order_job, order_put
from bidwright.storage.allocation import Pools
from bidwright.storage.changes import Change
from bidwright.v1.order_pb2 import (
    ORDER_STATE_COMPLETED,
    ORDER_STATE_FAILED,
    ORDER_STATE_IN_PROGRESS,
    SERVICE_STATE_ACTIVE,
    SERVICE_STATE_TERMINATED,
    STEP_STATE_FAILED,
    STEP_STATE_PENDING,
    STEP_STATE_SUCCEEDED,
    Endpoint,
    Order,
)
from bidwright.v1.provisioning_pb2 import (
    GetServiceCredentialsRequest,
    ResumeOrderRequest,
    ServiceCredentials,
    WithdrawContractRequest,
)
from bidwright.v1.quote_pb2 import CONTRACT_STATE_TERMINATED, Contract

__all__ = ["site"]

OWNED = Path("/var") / "tmp" / "owned"
HOSTILE = "{{ lookup('pipe','touch /var/tmp/owned') }} $(touch /var/tmp/owned) #{x} {% raw %}"
FULL = ("cache.valkey_small", "compute.small", "database.postgresql_small", "os.debian", "web.nginx_site")


def page_of(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as reply:
        return str(reply.read().decode())


def was_owned() -> bool:
    """Whether a command that a customer typed has run."""
    return OWNED.exists()


def reply_of_cache(endpoint: Endpoint, credentials: ServiceCredentials) -> bytes:
    with socket.create_connection((endpoint.host, endpoint.port), timeout=5) as connection:
        connection.sendall(f"AUTH {credentials.user} {credentials.password}\r\nPING\r\n".encode())
        with connection.makefile("rb") as reply:
            return reply.readline() + reply.readline()


async def credentials_of(site: Site, service: str) -> ServiceCredentials:
    serve_for(ADA)
    api = ProvisioningApi(site.store, site.workshop.cipher, utc_now)
    return await api.GetServiceCredentials(GetServiceCredentialsRequest(name=service), None)


def _reading(kind: bytes, key: bytes) -> tuple[str | bytes, ...]:
    """The command that reads the whole of a key."""
    return {
        b"hash": ("HGETALL", key),
        b"stream": ("XRANGE", key, "-", "+"),
        b"string": ("GET", key),
        b"zset": ("ZRANGE", key, 0, -1),
    }[kind]


async def repeat_all(site: Site) -> None:
    """Make a worker believe that nothing was done yet."""
    record = await site.store.get(ACCOUNT, "order", "o-1")
    order = Order.FromString(record.body)
    order.state = ORDER_STATE_IN_PROGRESS
    for step in order.steps:
        step.state = STEP_STATE_PENDING
    await site.store.commit(ACCOUNT, Change((order_put(order, record.version),), jobs=(order_job(order),)))


async def test_a_signed_order_becomes_services_that_answer_and_repeating_it_changes_nothing(site: Site) -> None:
    await site.sign(contract(configuration(*FULL, title=HOSTILE)))
    order = await site.work()

    assert [(step.plan_step.id, step.state, step.message) for step in order.steps] == [
        ("server", STEP_STATE_SUCCEEDED, ""),
        ("postgresql_database", STEP_STATE_SUCCEEDED, ""),
        ("valkey_cache", STEP_STATE_SUCCEEDED, ""),
        ("website", STEP_STATE_SUCCEEDED, ""),
    ]
    assert order.state == ORDER_STATE_COMPLETED
    services = {service.step: service for service in await site.services()}
    assert sorted(services) == ["postgresql_database", "server", "valkey_cache", "website"]
    assert all(service.state == SERVICE_STATE_ACTIVE for service in services.values())

    assert (
        "<h1>{{ lookup(&#39;pipe&#39;,&#39;touch /var/tmp/owned&#39;) }} $(touch /var/tmp/owned) #{x} {% raw %}</h1>"
    ) in page_of(services["website"].endpoint.port)
    assert not was_owned()
    database = services["postgresql_database"].endpoint
    opened = await credentials_of(site, "services/c-1-postgresql_database")
    async with await psycopg.AsyncConnection.connect(
        host=database.host, port=database.port, dbname=database.path, user=opened.user, password=opened.password
    ) as connection:
        assert await (await connection.execute("SELECT 6 * 7")).fetchone() == (42,)
    cache_opened = await credentials_of(site, "services/c-1-valkey_cache")
    assert reply_of_cache(services["valkey_cache"].endpoint, cache_opened) == b"+OK\r\n+PONG\r\n"

    events = await site.event_types()
    assert events[0] == "order.started"
    assert events.count("step.succeeded") == events.count("service.activated") == 4
    assert events[-3:] == ["order.completed", "service.credentials_read", "service.credentials_read"]

    await repeat_all(site)
    again = await site.work()
    assert again.state == ORDER_STATE_COMPLETED
    assert [(step.attempts, step.changed_tasks) for step in again.steps] == [(2, 0)] * 4
    assert {service.step: service for service in await site.services()} == services
    assert await credentials_of(site, "services/c-1-postgresql_database") == opened


async def test_no_password_is_in_any_record_or_event_or_file_of_a_run(site: Site, tmp_path: Path) -> None:
    await site.sign(contract(configuration("cache.valkey_small")))
    await site.work()
    password = (await credentials_of(site, "services/c-1-valkey_cache")).password.encode()
    assert len(password) == 32
    stored = [
        repr(await site.engine.run(*_reading(await site.engine.run("TYPE", key), key))).encode()
        for key in await site.engine.run("KEYS", "*")
    ]
    assert any(b"services/c-1-valkey_cache" in text for text in stored)
    assert not any(password in text for text in stored)
    assert not any(password in path.read_bytes() for path in (tmp_path / "runs").rglob("*") if path.is_file())


async def test_withdrawing_a_contract_leaves_no_service_port_or_file_and_happens_once(
    site: Site, tmp_path: Path
) -> None:
    await site.sign(contract(configuration("web.nginx_site", "compute.small")))
    await site.work()
    port = (await site.order()).steps[1].endpoint.port
    request = WithdrawContractRequest(name="contracts/c-1", reason="The customer leaves.")

    ordered = await site.commands.withdraw_contract(ADA, request)
    assert ordered.name == "orders/c-1-withdraw"
    assert [(step.plan_step.id, list(step.plan_step.after)) for step in ordered.steps] == [
        ("website", []),
        ("server", ["website"]),
    ]
    done = await site.work("orders/c-1-withdraw")
    assert done.state == ORDER_STATE_COMPLETED, [step.message for step in done.steps]
    assert (await site.commands.withdraw_contract(ADA, request)).name == "orders/c-1-withdraw"

    assert [service.state for service in await site.services()] == [SERVICE_STATE_TERMINATED] * 2
    assert list((tmp_path / "target" / "contracts").iterdir()) == []
    assert await Pools(site.engine).holders("ports:local") == {}
    with socket.socket() as connection:
        assert connection.connect_ex(("127.0.0.1", port)) != 0
    record = await site.store.get(ACCOUNT, "contract", "c-1")
    assert Contract.FromString(record.body).state == CONTRACT_STATE_TERMINATED
    assert (await site.event_types()).count("service.terminated") == 2


async def test_a_failed_order_is_resumed_from_its_first_unfinished_step(site: Site) -> None:
    await Pools(site.engine).allocate("ports:local", f"{ACCOUNT}/c-1-website", range(PORTS[50], PORTS[-1] + 1))
    await site.sign(contract(configuration("web.nginx_site", "compute.small")))
    with socket.create_server(("127.0.0.1", PORTS[50])):
        failed = await site.work()
    assert failed.state == ORDER_STATE_FAILED
    assert [step.state for step in failed.steps] == [STEP_STATE_SUCCEEDED, STEP_STATE_FAILED]
    assert "Port 23450 on 127.0.0.1 is in use by another process" in failed.steps[1].message

    resumed = await site.commands.resume_order(ADA, ResumeOrderRequest(name="orders/o-1"))
    assert resumed.state == ORDER_STATE_IN_PROGRESS
    completed = await site.work()
    assert completed.state == ORDER_STATE_COMPLETED
    assert [step.attempts for step in completed.steps] == [1, 2]
    assert completed.steps[1].message == ""
    assert "Welcome" in page_of(23450)
