"""The portfolio that ships, planned: what it gives to roles is what the roles take."""

from __future__ import annotations

from pathlib import Path

import pytest

from bidwright.catalog.model import Release
from bidwright.catalog.reader import read_portfolio
from bidwright.provisioning.ansible_roles import role_interface
from bidwright.provisioning.plan import plan
from bidwright.v1.configuration_pb2 import Configuration, ConfigurationItem

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
    made = plan(release, Configuration(items=items))
    assert sorted(step.id for step in made.steps) == sorted(release.deliveries)
    assert sum(len(step.items) for step in made.steps) == len(release.components)
