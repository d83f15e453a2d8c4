"""Steps are given certificates: of the authority or given ones, the same ones again, told to no customer."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from certificates import TestAuthority
from cryptography import x509
from orders import ACCOUNT, Site, configuration, contract, site

from bidwright.core.clock import utc_now
from bidwright.core.errors import InvalidInput
from bidwright.provisioning.ansible_roles import role_interface
from bidwright.provisioning.equipment import equip, role_run
from bidwright.provisioning.journal import Journal
from bidwright.provisioning.service_records import termination
from bidwright.v1.order_pb2 import Order
from bidwright.v1.plan_pb2 import Variable

__all__ = ["site"]

CERTIFICATE = {"delivery_certificate", "delivery_private_key", "delivery_authority"}


async def journal_of(site: Site, *, days_later: int = 0) -> Journal:
    leases = site.storage.leases
    lease = await leases.holder(ACCOUNT, "o-1") or await leases.acquire(ACCOUNT, "o-1", "w-1", ttl_ms=60000)
    assert lease is not None
    return Journal(site.store, lease, lambda: utc_now() + dt.timedelta(days=days_later))


async def database(site: Site, *names: str) -> Order:
    order = await site.sign(contract(configuration("database.postgresql_small")))
    for name in names:
        order.steps[0].plan_step.variables.append(Variable(name="delivery_names", text=name))
    return order


def names_in(certificate: str) -> list[str]:
    leaf = x509.load_pem_x509_certificate(certificate.encode())
    return [str(name.value) for name in leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value]


def test_a_role_tells_that_it_takes_a_certificate_which_is_no_password() -> None:
    database = role_interface("postgresql_database")
    assert database.certificate == CERTIFICATE
    assert CERTIFICATE.isdisjoint(database.secrets | database.variables.keys())
    assert not role_interface("server").certificate


async def test_a_step_is_given_the_same_certificate_at_every_attempt(site: Site, tmp_path: Path) -> None:
    order, journal = await database(site, "Shop.example.org"), await journal_of(site)
    first = await equip(site.workshop, journal, order, order.steps[0])
    assert first.secrets.keys() > CERTIFICATE
    assert names_in(first.secrets["delivery_certificate"]) == ["127.0.0.1", "shop.example.org"]
    assert first.secrets["delivery_authority"] == (tmp_path / "authority.pem").read_text()
    assert (await equip(site.workshop, journal, order, order.steps[0])).secrets == first.secrets
    run = role_run(site.workshop, order, order.steps[0], first)
    assert run.variables["delivery_names"] == ["Shop.example.org"]
    assert first.secrets["delivery_private_key"] not in repr(run)


async def test_a_certificate_is_replaced_when_its_names_change_and_before_it_expires(site: Site) -> None:
    order, journal = await database(site), await journal_of(site)
    first = await equip(site.workshop, journal, order, order.steps[0])
    assert names_in(first.secrets["delivery_certificate"]) == ["127.0.0.1"]
    order.steps[0].plan_step.variables.append(Variable(name="delivery_names", text="shop.example.org"))
    second = await equip(site.workshop, journal, order, order.steps[0])
    assert names_in(second.secrets["delivery_certificate"]) == ["127.0.0.1", "shop.example.org"]
    assert first.secrets["delivery_private_key"] != second.secrets["delivery_private_key"]
    changed = CERTIFICATE - {"delivery_authority"}
    kept = {name: text for name, text in first.secrets.items() if name not in changed}
    assert kept == {name: text for name, text in second.secrets.items() if name not in changed}


@pytest.mark.parametrize(
    ("days_later", "replaced"),
    [
        (794, set()),  # 31 days left
        (796, {"delivery_certificate", "delivery_private_key"}),  # 29 days left
    ],
)
async def test_only_a_repetition_in_the_last_month_replaces_the_certificate(
    site: Site, days_later: int, replaced: set[str]
) -> None:
    order, journal = await database(site), await journal_of(site)
    first = await equip(site.workshop, journal, order, order.steps[0])
    later = await journal_of(site, days_later=days_later)
    again = await equip(site.workshop, later, order, order.steps[0])
    assert {name for name, text in first.secrets.items() if again.secrets[name] != text} == replaced


async def test_a_certificate_that_was_given_is_used_instead(site: Site, tmp_path: Path) -> None:
    order, journal, authority = await database(site, "Shop.example.org"), await journal_of(site), TestAuthority()
    pair, folder = authority.issue("shop.example.org"), tmp_path / "certificates"
    folder.mkdir()
    (folder / "shop.example.org.pem").write_text(pair.certificate + authority.certificate)
    (folder / "shop.example.org.key").touch(mode=0o600)
    (folder / "shop.example.org.key").write_text(pair.private_key)
    found = (await equip(site.workshop, journal, order, order.steps[0])).secrets
    assert (found["delivery_certificate"], found["delivery_private_key"], found["delivery_authority"]) == (
        pair.certificate,
        pair.private_key,
        authority.certificate,
    )
    assert await site.store.get(ACCOUNT, "certificate", "c-1-postgresql_database") is None


async def test_a_name_that_is_none_holds_the_step(site: Site) -> None:
    order, journal = await database(site, "shop.example.org; reboot"), await journal_of(site)
    with pytest.raises(InvalidInput, match="No certificate can be for 'shop"):
        await equip(site.workshop, journal, order, order.steps[0])


async def test_the_key_is_encrypted_apart_from_the_passwords_and_gone_with_the_service(site: Site) -> None:
    order, journal = await database(site), await journal_of(site)
    found = await equip(site.workshop, journal, order, order.steps[0])
    service = f"c-1-{order.steps[0].plan_step.id}"
    credential = await site.store.get(ACCOUNT, "credential", service)
    certificate = await site.store.get(ACCOUNT, "certificate", service)
    assert credential is not None
    assert certificate is not None
    assert set(site.workshop.cipher.reveal(credential.body)) == role_interface("postgresql_database").secrets
    assert found.secrets["delivery_private_key"].encode() not in certificate.body
    ended = await termination(site.store, ACCOUNT, order, order.steps[0])
    assert {put.kind for put in ended.puts if put.body == b""} == {"credential", "certificate"}
