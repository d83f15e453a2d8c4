"""The commands of ``bidwright`` that run a Bidwright, end it and show it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bidwright.core.clock import utc_now
from bidwright.core.command_line.files import FILE, FOLDER
from bidwright.provisioning.authority import Authority
from bidwright.server import starting
from bidwright.server.demo import run_demo
from bidwright.server.demo_hosts import run_demo_hosts
from bidwright.server.layout import StateDirectory
from bidwright.server.store_options import redis_url_option, state_dir_option


@click.command()
@state_dir_option
@redis_url_option
@click.option(
    "--address", default="127.0.0.1:7443", show_default=True, help="Where to listen; port 0 for any free one."
)
@click.option(
    "--portfolio", "portfolios", type=FOLDER, multiple=True, help="Portfolio to publish; the shipped ones otherwise."
)
@click.option("--account", default="local", show_default=True, help="Tenant of the local keys.")
@click.option(
    "--service-user", default="nobody", show_default=True, help="Account that runs services, where we are root."
)
@click.option("--detach", is_flag=True, help="Return when it serves; `bidwright down` ends it.")
def up(state_dir: Path, address: str, *, detach: bool, **options: Any) -> None:
    """Run everything on this machine: engine, server, worker. Makes keys for `bid`."""
    starting.up(state_dir, "" if address.endswith(":0") else address, detach=detach, **options)


@click.command()
@state_dir_option
@click.option("--all", "everything", is_flag=True, help="Also end the services provisioned on the embedded target.")
def down(state_dir: Path, *, everything: bool) -> None:
    """End what `bidwright up` runs; provisioned services go on unless --all."""
    starting.down(state_dir, everything=everything)


@click.command()
@state_dir_option
@redis_url_option
@click.option("--address", default="127.0.0.1:7443", show_default=True, help="Where to listen.")
@click.option("--tls-certificate", type=FILE, help="PEM; needed off loopback.")
@click.option("--tls-key", type=FILE, help="PEM; needed off loopback.")
@click.option("--inventory", type=FILE, help="Ansible inventory; inventory.yml in the state directory otherwise.")
@click.option("--processes", default=1, show_default=True, help="Processes that share the address.")
@click.option("--volatile", is_flag=True, help="Accept an engine that may lose confirmed writes.")
def serve(state_dir: Path, **options: Any) -> None:
    """Serve the gRPC contract."""
    starting.serve(state_dir, **options)


@click.command()
@state_dir_option
@redis_url_option
@click.option("--inventory", type=FILE, help="Ansible inventory; inventory.yml in the state directory otherwise.")
@click.option("--steps", default=2, show_default=True, help="Roles that run at the same time.")
@click.option("--volatile", is_flag=True, help="Accept an engine that may lose confirmed writes.")
def work(state_dir: Path, **options: Any) -> None:
    """Carry out orders; start it on as many machines as you like."""
    starting.work(state_dir, **options)


@click.command()
@state_dir_option
def authority(state_dir: Path) -> None:
    """Print the certificate of the authority that services' certificates come from, for those who use them to trust."""
    click.echo(Authority.in_directory(StateDirectory.at(state_dir).path, utc_now()).certificate, nl=False)


@click.command()
@state_dir_option
def demo(state_dir: Path) -> None:
    """From a customer's needs to running services, for real, below the state directory."""
    run_demo(state_dir)


@click.command("demo-hosts")
@state_dir_option
@click.option("--keep", is_flag=True, help="Leave hosts and services running, instead of taking them back.")
def demo_hosts(state_dir: Path, *, keep: bool) -> None:
    """The same, larger, on three real hosts over SSH; then everything is taken back. Needs root."""
    run_demo_hosts(state_dir, keep=keep)
