"""Repeating a delivery on a host: what is served afterwards is the renewed certificate, or the one that was given."""

from __future__ import annotations

import dataclasses
import datetime as dt
import ssl
from pathlib import Path

import pytest
from certificates import TestAuthority
from cryptography import x509
from lab_hosts import Host
from orders import ACCOUNT, ADA, Site, configuration, contract, site
from small_release import small_release

from bidwright.catalog.model import Release
from bidwright.core.clock import utc_now
from bidwright.provisioning.authority import Authority
from bidwright.provisioning.inventory import Place, inventory_of
from bidwright.storage.changes import Change, Put
from bidwright.storage.messages import message_digest
from bidwright.v1.order_pb2 import ORDER_STATE_COMPLETED, Order
from bidwright.v1.plan_pb2 import Variable
from bidwright.v1.provisioning_pb2 import ReapplyContractRequest, WithdrawContractRequest
from bidwright.v1.quote_pb2 import Contract

__all__ = ["site"]

NAME = "cache.example.org"
PORTS = range(24500, 24510)
pytestmark = pytest.mark.slow


def release() -> Release:
    """The small release, for hosts."""
    small = small_release()
    deliveries = {id_: dataclasses.replace(one, targets=("host",)) for id_, one in small.deliveries.items()}
    return dataclasses.replace(small, deliveries=deliveries)


def signed() -> Contract:
    """A contract of a cache with a name of its own."""
    made = contract(configuration("cache.valkey_small"), release=release())
    made.offer.plan.steps[0].variables.append(Variable(name="delivery_names", text=NAME))
    made.signed_digest = message_digest(made.offer)
    return made


def served(order: Order) -> x509.Certificate:
    """The certificate that the cache presents, seen from outside."""
    endpoint = order.steps[0].endpoint
    return x509.load_pem_x509_certificate(
        ssl.get_server_certificate((endpoint.host, endpoint.port), timeout=10).encode()
    )


async def reapplied(site: Site) -> Order:
    ordered = await site.commands.reapply_contract(ADA, ReapplyContractRequest(name="contracts/c-1"))
    done = await site.work(ordered.name)
    assert done.state == ORDER_STATE_COMPLETED, [step.message for step in done.steps]
    return done


async def test_a_cache_serves_its_renewed_certificate_and_then_the_one_that_was_given(
    site: Site, host: Host, tmp_path: Path
) -> None:
    host.prepare("valkey_cache")
    before = host.state()
    place = Place("h1", host.target, PORTS)
    on_host = dataclasses.replace(
        site, place=place, workshop=dataclasses.replace(site.workshop, inventory=inventory_of([place]))
    )
    await on_host.sign(signed())
    made = await on_host.work()
    assert made.state == ORDER_STATE_COMPLETED, [step.message for step in made.steps]
    first = served(made)
    healthy = await reapplied(on_host)
    assert [step.changed_tasks for step in healthy.steps] == [0]
    assert served(healthy) == first

    authority = Authority.in_directory(tmp_path, utc_now())
    old = authority.issue([host.address, NAME], utc_now() - dt.timedelta(days=796))  # 29 days left
    sealed = on_host.workshop.cipher.seal({"certificate": old.certificate, "private_key": old.private_key})
    await on_host.store.commit(ACCOUNT, Change((Put("certificate", "c-1-valkey_cache", sealed, 1),)))
    host.shell("systemctl stop '*valkey_cache*' && rm /etc/bidwright/c-1.valkey_cache/tls.pem")
    renewed = served(await reapplied(on_host))
    assert renewed.serial_number not in {
        first.serial_number,
        x509.load_pem_x509_certificate(old.certificate.encode()).serial_number,
    }
    assert renewed.not_valid_after_utc > utc_now() + dt.timedelta(days=824)

    given, folder = TestAuthority(), tmp_path / "certificates"
    pair = given.issue(NAME)
    folder.mkdir()
    (folder / f"{NAME}.pem").write_text(pair.certificate + given.certificate)
    (folder / f"{NAME}.key").touch(mode=0o600)
    (folder / f"{NAME}.key").write_text(pair.private_key)
    bought = await reapplied(on_host)
    assert served(bought) == x509.load_pem_x509_certificate(pair.certificate.encode())
    assert bought.steps[0].endpoint.port == made.steps[0].endpoint.port

    ordered = await on_host.commands.withdraw_contract(ADA, WithdrawContractRequest(name="contracts/c-1"))
    assert (await on_host.work(ordered.name)).state == ORDER_STATE_COMPLETED
    assert host.changes_since(before) == {}
