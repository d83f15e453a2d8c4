"""Checks and publishes portfolios for the ``bidwright`` command."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import re
from pathlib import Path

import click

from bidwright.catalog.model import Delivery
from bidwright.catalog.reader import check_report, read_portfolio
from bidwright.catalog.release import pack
from bidwright.catalog.releases import Releases
from bidwright.core.errors import Fault, Faults
from bidwright.provisioning.ansible_roles import role_interface, role_names
from bidwright.storage.records import Store

_DELIVERIES = "provisioning.yaml"


def report(directory: Path, *, as_json: bool) -> bool:
    """Print every fault of a portfolio; whether there is none."""
    faults = check_report(directory) or role_faults(directory)
    if as_json:
        click.echo(
            json.dumps({"faults": [dataclasses.asdict(fault) for fault in faults]}, indent=2, ensure_ascii=False)
        )
    else:
        for fault in faults:
            click.echo(f"{fault.where}: {fault.what}\n    {fault.fix}")
        said = f"{len(faults)} fault{'s' if len(faults) != 1 else ''}" if faults else "no faults"
        click.secho(f"{directory}: {said}", fg="red" if faults else "green")
    return not faults


def role_faults(directory: Path) -> list[Fault]:
    """What the deliveries of a sound portfolio ask of roles that these do not have: role, kind of target, variable."""
    release = read_portfolio(directory)
    lines = (directory / _DELIVERIES).read_text(encoding="utf-8").splitlines()
    faults = Faults()
    for delivery in release.deliveries.values():
        if delivery.role:
            stated = re.compile(rf"\s*-?\s*id:\s*{delivery.id}\s*$")
            line = next((number for number, text in enumerate(lines, 1) if stated.match(text)), 1)
            _check_role(delivery, f"{_DELIVERIES}:{line}", faults)
    return faults.found


def _check_role(delivery: Delivery, where: str, faults: Faults) -> None:
    if delivery.role not in role_names():
        fix = f"Use one of: {', '.join(role_names())}; or write the role (docs/roles.md)."
        faults.add(where, f"there is no role {delivery.role!r}", fix)
        return
    role = role_interface(delivery.role)
    for kind in sorted(set(delivery.targets) - role.kinds):
        fix = f"It serves: {', '.join(sorted(role.kinds))}."
        faults.add(where, f"role {role.role} does not serve targets of kind {kind}", fix)
    for name in sorted({variable.name for variable in delivery.variables} - role.variables):
        fix = f"It takes: {', '.join(sorted(role.variables)) or 'none'}."
        faults.add(where, f"role {role.role} has no variable {name}", fix)


async def publish_if_new(store: Store, directory: Path) -> str:
    """Make a portfolio the current release where it is not already; the release's name.

    Raises:
        InvalidInput: With every fault of the portfolio.
    """
    archive = await asyncio.to_thread(pack, directory)
    faults = Faults(found=await asyncio.to_thread(role_faults, directory))
    faults.raise_if_any(f"The portfolio {directory}")
    return (await Releases(store).publish(archive)).name
