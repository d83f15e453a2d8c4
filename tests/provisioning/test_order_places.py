"""One contract on two targets: its services are given where the others answer, and the secrets they share."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import json
import shutil
from pathlib import Path

import pytest
from orders import ACCOUNT, ADA, PORTS, Site, configuration, contract, site
from small_release import small_release

from bidwright.catalog.model import DeliverySecret, DeliveryVariable, Release, VariableOrigin
from bidwright.core.clock import utc_now
from bidwright.provisioning import ansible, ansible_roles
from bidwright.provisioning.directory_target import DirectoryTarget
from bidwright.provisioning.inventory import Place, inventory_of
from bidwright.provisioning.journal import Journal
from bidwright.provisioning.service_records import termination
from bidwright.provisioning.service_secrets import secrets_of
from bidwright.provisioning.withdrawal import withdrawal
from bidwright.server.layout import CHECKOUT
from bidwright.storage.changes import Change, Put
from bidwright.v1.order_pb2 import ORDER_STATE_COMPLETED, STEP_STATE_SUCCEEDED, Order, OrderStep
from bidwright.v1.plan_pb2 import STEP_KIND_ROLE, PlanStep, SharedSecret
from bidwright.v1.provisioning_pb2 import WithdrawContractRequest

__all__ = ["site"]

SPECS = """\
argument_specs:
  apply:
    short_description: A file that says what the role was given
    options: &options
      listener_cache: {type: dict, required: true, description: Where the cache answers.}
      listener_sites: {type: list, elements: dict, required: true, description: Where the sites answer.}
      listener_address: {type: str, required: true, description: Where the cache runs.}
      listener_addresses: {type: list, elements: str, required: true, description: Where the sites run.}
      listener_password: {type: str, required: true, no_log: true, description: That of the cache.}
      listener_key: {type: str, required: true, no_log: true, description: Of its own.}
  verify:
    short_description: Nothing
    options: *options
  withdraw:
    short_description: No file
    options: {}
"""
APPLY = """\
- name: Write what the role was given
  ansible.builtin.copy:
    dest: "{{ directory_target }}/{{ delivery_id }}.json"
    mode: "0600"
    content: "{{ {'cache': listener_cache, 'sites': listener_sites, 'address': listener_address,
      'addresses': listener_addresses, 'password': listener_password | hash('sha256'),
      'key': listener_key | hash('sha256')} | to_json }}"

"""
WITHDRAW = """\
- name: Remove the file
  ansible.builtin.file:
    path: "{{ directory_target }}/{{ delivery_id }}.json"
    state: absent
"""


def release() -> Release:
    """The small release with a delivery that supports the cache, on another target, and listens to all others."""
    small = small_release()
    references: tuple[tuple[str, VariableOrigin, str], ...] = (
        ("listener_cache", "endpoint", "valkey_cache"),
        ("listener_sites", "endpoints", "website"),
        ("listener_address", "address", "valkey_cache"),
        ("listener_addresses", "addresses", "website"),
    )
    listener = dataclasses.replace(
        small.deliveries["valkey_cache"],
        id="listener",
        components=frozenset(),
        supports=("valkey_cache",),
        role="listener",
        after=("valkey_cache", "website"),
        apart_from=("valkey_cache",),
        variables=tuple(DeliveryVariable(name=n, origin=o, deliveries=(d,)) for n, o, d in references),
        secrets=(DeliverySecret(name="listener_password", delivery="valkey_cache", option="valkey_cache_password"),),
    )
    return dataclasses.replace(small, deliveries={**small.deliveries, "listener": listener})


@pytest.fixture
def roles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The roles, and one that writes down what it is given."""
    playbooks = shutil.copytree(CHECKOUT / "playbooks", tmp_path / "playbooks")
    role = playbooks / "roles" / "listener"
    (role / "meta").mkdir(parents=True)
    (role / "tasks" / "directory").mkdir(parents=True)
    (role / "meta" / "argument_specs.yml").write_text(SPECS)
    for action, tasks in (("apply", APPLY), ("verify", "[]\n"), ("withdraw", WITHDRAW)):
        (role / "tasks" / f"{action}.yml").write_text(f"- ansible.builtin.include_tasks: directory/{action}.yml\n")
        (role / "tasks" / "directory" / f"{action}.yml").write_text(tasks)
    for module in (ansible, ansible_roles):
        monkeypatch.setattr(module, "PLAYBOOKS", playbooks)


@pytest.fixture
def wide(site: Site, tmp_path: Path) -> Site:
    """The site with two targets."""
    more = Place("other", DirectoryTarget(path=tmp_path / "other"), range(PORTS[-1] + 1, PORTS[-1] + 50))
    return dataclasses.replace(
        site, workshop=dataclasses.replace(site.workshop, inventory=inventory_of([site.place, more]))
    )


async def credentials(site: Site, service: str) -> dict[str, str]:
    record = await site.store.get(ACCOUNT, "credential", f"c-1-{service}")
    return dict(site.workshop.cipher.reveal(record.body)) if record is not None and record.body else {}


@pytest.mark.usefixtures("roles")
async def test_services_of_one_contract_on_two_targets_know_each_other(wide: Site) -> None:
    configured = configuration("cache.valkey_small", "web.nginx_site")
    await wide.sign(contract(configured, release=release()))
    try:
        order = await wide.work()
        assert [(step.plan_step.id, step.state, step.message) for step in order.steps] == [
            ("valkey_cache", STEP_STATE_SUCCEEDED, ""),
            ("website", STEP_STATE_SUCCEEDED, ""),
            ("listener", STEP_STATE_SUCCEEDED, ""),
        ]
        await check(wide, order)
        taking_back = await wide.commands.withdraw_contract(ADA, WithdrawContractRequest(name="contracts/c-1"))
        assert list(taking_back.targets) == list(order.targets)
        ended = await wide.work("orders/c-1-withdraw")
        assert ended.state == ORDER_STATE_COMPLETED
        assert await credentials(wide, "valkey_cache") == await credentials(wide, "listener") == {}
        assert [place for place in wide.workshop.inventory.places.values() if written(place).exists()] == []
    finally:
        for place in wide.workshop.inventory.places.values():
            await asyncio.to_thread(place.target.stop)


async def check(wide: Site, order: Order) -> None:
    """The listener ran on the other target and was given what the cache's and the site's steps have told."""
    assert sorted(order.targets) == ["local", "other"]
    cache, site, listener = order.steps
    assert (cache.plan_step.place, site.plan_step.place, listener.plan_step.place) == (2, 1, 1)
    services = {service.step: service for service in await wide.services()}
    assert services["valkey_cache"].target != services["listener"].target == order.targets[0]
    told = json.loads(written(wide.workshop.inventory.place(order.targets[0])).read_text())
    assert (told["cache"]["scheme"], told["cache"]["host"], told["cache"]["user"]) == ("valkey", "127.0.0.1", "cache")
    assert told["cache"]["port"] == cache.endpoint.port
    assert [one["port"] for one in told["sites"]] == [site.endpoint.port]
    assert (told["address"], told["addresses"]) == ("127.0.0.1", ["127.0.0.1"])
    shared, own = await credentials(wide, "valkey_cache"), await credentials(wide, "listener")
    assert told["password"] == hashlib.sha256(shared["valkey_cache_password"].encode()).hexdigest()
    assert list(own) == ["listener_key"]
    assert told["key"] == hashlib.sha256(own["listener_key"].encode()).hexdigest()


def written(place: Place) -> Path:
    assert isinstance(place.target, DirectoryTarget)
    return place.target.path / "listener.json"


def sharing_order() -> Order:
    """A cache that was never begun, and two steps that have its password."""
    order = Order(name="orders/o-1", contract="contracts/c-1")
    cache = PlanStep(id="valkey_cache", kind=STEP_KIND_ROLE, role="valkey_cache")
    order.steps.append(OrderStep(plan_step=cache))
    for number in (1, 2):
        shared = SharedSecret(name="valkey_cache_password", step="valkey_cache", option="valkey_cache_password")
        step = PlanStep(id=f"mirror-{number}", kind=STEP_KIND_ROLE, role="valkey_cache", secrets=[shared])
        order.steps.append(OrderStep(plan_step=step, attempts=1))
    return order


async def test_steps_that_ask_at_once_for_a_secret_that_is_not_there_get_the_same(site: Site) -> None:
    lease = await site.storage.leases.acquire(ACCOUNT, "o-1", "w-1", ttl_ms=10_000)
    assert lease is not None
    journal, order = Journal(site.store, lease, utc_now), sharing_order()
    asked = [secrets_of(site.workshop.cipher, journal, order, step.plan_step) for step in order.steps]
    first, *others = await asyncio.gather(*asked)
    assert list(first) == ["valkey_cache_password"]
    assert others == [first, first]
    assert first == await credentials(site, "valkey_cache")
    assert await credentials(site, "mirror-1") == {}


async def test_a_secret_of_a_step_that_was_never_begun_ends_with_those_that_shared_it(site: Site) -> None:
    encrypted = site.workshop.cipher.generate(["valkey_cache_password"])
    await site.store.commit(ACCOUNT, Change((Put("credential", "c-1-valkey_cache", encrypted, 0),)))
    made = sharing_order()
    taking_back = withdrawal(made, utc_now())
    assert [step.plan_step.id for step in taking_back.steps] == ["mirror-1", "mirror-2"]
    for step in taking_back.steps:
        writes = await termination(site.store, ACCOUNT, taking_back, step)
        await site.store.commit(ACCOUNT, Change(writes.puts))
    assert await credentials(site, "valkey_cache") == {}
