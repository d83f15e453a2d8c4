"""Checks and publishes portfolios for the ``bidwright`` command."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from pathlib import Path

import click

from bidwright.catalog.reader import check_report
from bidwright.catalog.release import pack
from bidwright.catalog.releases import Releases
from bidwright.core.counts import counted
from bidwright.core.errors import Faults
from bidwright.server.role_faults import role_faults
from bidwright.storage.records import Store


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
        said = counted(len(faults), "fault") if faults else "no faults"
        click.secho(f"{directory}: {said}", fg="red" if faults else "green")
    return not faults


def require_apart(directory: Path, state_dir: Path) -> None:
    """Refuse to keep the state inside of a portfolio: it would start an engine there, and no release could be made.

    Raises:
        click.BadParameter: The state directory lies in the portfolio's.
    """
    if state_dir.resolve().is_relative_to(directory.resolve()):
        raise click.BadParameter(
            f"{state_dir} lies in the portfolio {directory}: name the state directory of the installation, "
            "or run this where `bidwright up` was run.",
            param_hint="--state-dir",
        )


async def publish_if_new(store: Store, directory: Path) -> str:
    """Make a portfolio the current release where it is not already; the release's name.

    Raises:
        InvalidInput: With every fault of the portfolio.
    """
    archive = await asyncio.to_thread(pack, directory)
    faults = Faults(found=await asyncio.to_thread(role_faults, directory))
    faults.raise_if_any(f"The portfolio {directory}")
    return (await Releases(store).publish(archive)).name
