"""``bidwright lab``: Debian hosts on this machine, to try roles on."""

from __future__ import annotations

import os
from pathlib import Path

import click

from bidwright.core.errors import NotFound
from bidwright.provisioning.lab import Lab, require_usable_machine
from bidwright.provisioning.lab_network import MOST_HOSTS
from bidwright.server.store_options import state_dir_option


def _lab(state_dir: Path) -> Lab:
    return Lab.at(state_dir / "lab", click.echo)


@click.group()
def lab() -> None:
    """Debian 12 hosts on this machine, to try roles on. Needs root."""


@lab.command("up")
@click.argument("count", type=click.IntRange(1, MOST_HOSTS), metavar="N")
@state_dir_option
def lab_up(count: int, state_dir: Path) -> None:
    """Have hosts h1 to hN running; the first time takes minutes, later seconds."""
    one = _lab(state_dir)
    for host in one.up(count):
        click.echo(f"{host.name:<4} {host.ip}")
    click.echo(f"Inventory: {one.inventory}")


@lab.command("list")
@state_dir_option
def lab_list(state_dir: Path) -> None:
    """List the hosts: name, address, on or off."""
    for host in _lab(state_dir).hosts:
        click.echo(f"{host.name:<4} {host.ip:<15} {'on' if host.is_on else 'off'}")


@lab.command("ssh", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@state_dir_option
@click.argument("host")
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[CMD]...")
def lab_ssh(host: str, words: tuple[str, ...], state_dir: Path) -> None:
    """Log in to a host as root, or run a command there; its exit code is ours.

    What follows HOST is the command; options come before it.
    """
    require_usable_machine()
    command = _lab(state_dir).ssh_command(host, words)
    os.execvp(command[0], command)  # noqa: S606 - becomes ssh, without a shell


@lab.command("reboot")
@click.argument("host")
@state_dir_option
def lab_reboot(host: str, state_dir: Path) -> None:
    """Have a host shut down and boot again; returns when it answers."""
    _lab(state_dir).reboot(host)


@lab.command("kill")
@click.argument("host")
@state_dir_option
def lab_kill(host: str, state_dir: Path) -> None:
    """Take the power from a host; its disk stays."""
    _lab(state_dir).kill(host)


@lab.command("start")
@click.argument("host")
@state_dir_option
def lab_start(host: str, state_dir: Path) -> None:
    """Switch a host on; returns when it answers."""
    _lab(state_dir).start(host)


@lab.command("inventory")
@state_dir_option
def lab_inventory(state_dir: Path) -> None:
    """Print the Ansible inventory of the hosts."""
    inventory = _lab(state_dir).inventory
    if not inventory.exists():
        raise NotFound(
            f"There is no lab in {inventory.parent}.", fix="Run `bidwright lab up 3` first.", reason="LAB_NOT_FOUND"
        )
    click.echo(inventory.read_text(encoding="utf-8"), nl=False)


@lab.command("down")
@click.option("--all", "everything", is_flag=True, help="Also remove the installed base and the package repository.")
@state_dir_option
def lab_down(state_dir: Path, *, everything: bool) -> None:
    """Remove all hosts with their disks; the base stays for the next time unless --all."""
    _lab(state_dir).down(everything=everything)
