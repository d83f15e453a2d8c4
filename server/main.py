"""The ``bidwright`` command, for those who operate it."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import click

from bidwright.core.clock import utc_now
from bidwright.core.command_line.files import FILE, FOLDER
from bidwright.core.command_line.text_arguments import TextGroup
from bidwright.core.errors import BidwrightError
from bidwright.provisioning.authority import Authority
from bidwright.server import starting
from bidwright.server.demo import run_demo
from bidwright.server.demo_hosts import run_demo_hosts
from bidwright.server.feature_model_commands import portfolio_complete
from bidwright.server.key_commands import key
from bidwright.server.lab_commands import lab
from bidwright.server.layout import StateDirectory
from bidwright.server.portfolio_analyze_command import portfolio_analyze
from bidwright.server.portfolio_import_command import portfolio_import
from bidwright.server.portfolio_preview_command import portfolio_preview
from bidwright.server.price_command import price_by_hand
from bidwright.server.prices_commands import prices
from bidwright.server.publishing import publish_if_new, report, require_apart
from bidwright.server.store_access import with_store
from bidwright.server.store_options import redis_url_option, state_dir_option


class _Explaining(TextGroup):
    """Turns our errors into words, the fix and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BidwrightError as error:
            click.secho("Not done: ", fg="red", bold=True, nl=False, err=True)
            # The message names each fault; where they follow line by line, its first words are enough.
            click.echo(error.message.partition(": ")[0] if error.faults else error.message, err=True)
            for fault in error.faults:
                click.echo(f"  {fault.where}: {fault.told}", err=True)
            if not error.faults:
                click.echo(f"What to do: {error.fix}", err=True)
            raise SystemExit(1) from None


@click.group(
    cls=_Explaining, context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "BIDWRIGHT"}
)
@click.option("--verbose", "-v", is_flag=True, help="Say more.")
@click.version_option(package_name="bidwright")
def bidwright(*, verbose: bool) -> None:
    """Operate Bidwright: run it, publish portfolios, give keys."""
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    for chatty in ("grpc", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


@bidwright.command()
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


@bidwright.command()
@state_dir_option
@click.option("--all", "everything", is_flag=True, help="Also end the services provisioned on the embedded target.")
def down(state_dir: Path, *, everything: bool) -> None:
    """End what `bidwright up` runs; provisioned services go on unless --all."""
    starting.down(state_dir, everything=everything)


@bidwright.command()
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


@bidwright.command()
@state_dir_option
@redis_url_option
@click.option("--inventory", type=FILE, help="Ansible inventory; inventory.yml in the state directory otherwise.")
@click.option("--steps", default=2, show_default=True, help="Roles that run at the same time.")
@click.option("--volatile", is_flag=True, help="Accept an engine that may lose confirmed writes.")
def work(state_dir: Path, **options: Any) -> None:
    """Carry out orders; start it on as many machines as you like."""
    starting.work(state_dir, **options)


@bidwright.group()
def portfolio() -> None:
    """Check and publish what may be sold."""


@portfolio.command("check")
@click.argument("directory", type=FOLDER, default=starting.SHIPPED_PORTFOLIO)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def portfolio_check(directory: Path, *, as_json: bool) -> None:
    """Report every fault of a portfolio (the shipped one otherwise) at once; exit code 1 where there is one."""
    if not report(directory, as_json=as_json):
        raise SystemExit(1)


@portfolio.command("publish")
@click.argument("directory", type=FOLDER)
@state_dir_option
@redis_url_option
def portfolio_publish(directory: Path, state_dir: Path, redis_url: str) -> None:
    """Make a portfolio the current release, at once and without a restart."""
    if not redis_url:
        require_apart(directory, state_dir)
    name = with_store(state_dir, redis_url, lambda store: publish_if_new(store, directory))
    click.echo(f"Current release: {name}")


@bidwright.command()
@state_dir_option
def authority(state_dir: Path) -> None:
    """Print the certificate of the authority that services' certificates come from, for those who use them to trust."""
    click.echo(Authority.in_directory(StateDirectory.at(state_dir).path, utc_now()).certificate, nl=False)


@bidwright.command()
@state_dir_option
def demo(state_dir: Path) -> None:
    """From a customer's needs to running services, for real, below the state directory."""
    run_demo(state_dir)


@bidwright.command("demo-hosts")
@state_dir_option
@click.option("--keep", is_flag=True, help="Leave hosts and services running, instead of taking them back.")
def demo_hosts(state_dir: Path, *, keep: bool) -> None:
    """The same, larger, on three real hosts over SSH; then everything is taken back. Needs root."""
    run_demo_hosts(state_dir, keep=keep)


bidwright.add_command(key)
bidwright.add_command(lab)
portfolio.add_command(portfolio_analyze)
portfolio.add_command(portfolio_complete)
portfolio.add_command(portfolio_import)
portfolio.add_command(portfolio_preview)
bidwright.add_command(price_by_hand)
bidwright.add_command(prices)


def main() -> None:
    """Entry point of the ``bidwright`` command."""
    bidwright(prog_name="bidwright")


if __name__ == "__main__":
    main()
