"""The portfolio that ships, planned: what it gives to roles is what the roles take."""

from __future__ import annotations

from pathlib import Path

import pytest

from bidwright.catalog.model import Release
from bidwright.catalog.reader import read_portfolio
from bidwright.provisioning.ansible_roles import role_interface
from bidwright.provisioning.plan import plan
from bidwright.v1.configuration_pb2 import Configuration, ConfigurationItem
from bidwright.v1.plan_pb2 import STEP_KIND_MANUAL, STEP_KIND_ROLE

PORTFOLIO = Path(__file__).parents[2] / "portfolios" / "managed_hosting"


@pytest.fixture(scope="module")
def release() -> Release:
    return read_portfolio(PORTFOLIO)


def test_every_role_takes_the_variables_and_serves_the_targets_of_its_delivery(release: Release) -> None:
    for delivery in release.deliveries.values():
        if delivery.role:
            interface = role_interface(delivery.role)
            assert {variable.name for variable in delivery.variables} <= interface.variables.keys()
            assert set(delivery.targets) <= interface.kinds


def test_everything_that_is_sold_can_be_planned_at_once(release: Release) -> None:
    items = [ConfigurationItem(component=id_, quantity=1) for id_ in sorted(release.components)]
    made = plan(release, Configuration(items=items), ("directory",))
    sold = {id_ for id_, delivery in release.deliveries.items() if delivery.components}
    assert {step.delivery for step in made.steps} == sold
    assert sum(len(step.items) for step in made.steps) == len(release.components)
    assert not [step.id for step in made.steps if step.kind == STEP_KIND_MANUAL and not step.instructions]


# Places: the database beside the cache and the first site, the second site and the standby apart from them.
ON_HOSTS = {
    "server-1": 1, "server-2": 2, "server-3": 3,
    "postgresql_database": 2, "postgresql_standby": 1, "valkey_cache": 2,
    "website-1": 2, "website-2": 3, "load_balancer": 1,
    "dns_zone": 2, "dns_secondary": 1,
    "backup_store": 1, "backup-1": 2, "backup-2": 3,
    "monitoring_agent-1": 1, "monitoring_agent-2": 2, "monitoring_agent-3": 3, "monitoring_server": 1,
}  # fmt: skip


def test_a_web_site_with_all_that_keeps_it_up_takes_three_hosts(release: Release) -> None:
    made = plan(release, SITE, ("host",) * 3)
    assert (made.target_kind, made.places) == ("host", 3)
    assert {step.id: step.place for step in made.steps if step.kind == STEP_KIND_ROLE} == ON_HOSTS


@pytest.mark.parametrize(
    "changed",
    [
        {"os.debian_12": 0, "os.rhel_9": 1},  # roles are for Debian 12
        {"web.nginx_site": 0, "web.apache_site": 2},  # people set it up, so nothing knows where it answers
    ],
)
def test_people_do_what_roles_cannot_know(release: Release, changed: dict[str, int]) -> None:
    wanted = {item.component: item.quantity for item in SITE.items} | changed
    items = [ConfigurationItem(component=id_, quantity=count) for id_, count in sorted(wanted.items()) if count]
    steps = plan(release, Configuration(offering="web_hosting", items=items), ("host",) * 3).steps
    assert {step.kind for step in steps if step.delivery in ("load_balancer", "backup_store")} == {STEP_KIND_MANUAL}
    assert not [step.id for step in steps if step.delivery == "backup"]


SITE = Configuration(
    offering="web_hosting",
    items=[
        ConfigurationItem(component=component, quantity=quantity)
        for component, quantity in (
            ("backup.daily_14_100", 1),
            ("cache.valkey_small", 1),
            ("compute.large", 1),
            ("database.postgresql_small", 1),
            ("database_option.postgresql_standby", 1),
            ("dns.zone", 1),
            ("load_balancer.haproxy_small", 1),
            ("monitoring.basic", 1),
            ("os.debian_12", 1),
            ("storage.standard_100", 1),
            ("web.nginx_site", 2),
        )
    ],
)
