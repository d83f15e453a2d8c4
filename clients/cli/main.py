"""The ``bid`` command: configure, quote, sign, follow the delivery. Everything happens on the server."""

from __future__ import annotations

from pathlib import Path

import click
from click.shell_completion import get_completion_class

from bidwright.clients.cli import (
    alternatives_commands,
    catalog_commands,
    change_commands,
    contract_commands,
    design_commands,
    examples,
    explain_commands,
    order_commands,
    price_command,
    quote_commands,
)
from bidwright.clients.cli.output import Output
from bidwright.clients.cli.session import EXIT_CODES, Session, command
from bidwright.core.command_line.locales import locale_option
from bidwright.core.command_line.text_arguments import TextGroup
from bidwright.v1 import access_pb2 as access

_EPILOG = "Exit codes: 0 done; " + "; ".join(f"{code} {meaning}" for code, meaning in EXIT_CODES.items()) + "."


@click.group(
    cls=TextGroup,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
)
@click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="BIDWRIGHT_CONFIG",
    help="Client settings; var/client.yaml or ~/.config/bidwright/client.yaml otherwise.",
)
@click.option(
    "--profile", default="default", envvar="BIDWRIGHT_PROFILE", show_default=True, help="Profile in the settings."
)
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(min=0.1),
    default=30.0,
    show_default=True,
    help="Seconds to wait for an answer.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
@locale_option
@click.version_option(package_name="bidwright")
@click.pass_context
def bid(context: click.Context, config: Path | None, profile: str, timeout_s: float, *, as_json: bool) -> None:
    """Configure, price and quote managed ICT services, sign, and follow the delivery."""
    context.obj = Session(config=config, profile=profile, timeout_s=timeout_s, output=Output(as_json=as_json))


design_commands.register(bid)
command(bid, "price")(price_command.price)
command(bid, "explain", epilog=examples.EXPLAIN)(explain_commands.explain)
command(bid, "alternatives", epilog=examples.ALTERNATIVES)(alternatives_commands.alternatives)
command(bid, "change", epilog=examples.CHANGE)(change_commands.change)
for group in (
    catalog_commands.offering,
    catalog_commands.component,
    quote_commands.quote,
    contract_commands.contract,
    order_commands.order,
    order_commands.task,
    order_commands.service,
):
    bid.add_command(group)
command(bid, "events")(contract_commands.events)


@command(bid, "whoami")
def whoami(session: Session) -> None:
    """Show who the server takes you for."""
    found = session.server().access.GetCaller(access.GetCallerRequest())
    if session.output.as_json:
        session.output.message(found)
    else:
        session.output.line(f"{found.name} of {found.account}: {', '.join(found.roles)}")


@bid.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell.

    Where it is to work: `eval "$(bid completion bash)"`.
    """
    completion_class = get_completion_class(shell)
    if completion_class is None:
        raise click.UsageError(f"There is no completion for {shell}.")
    click.echo(completion_class(bid, {}, "bid", "_BID_COMPLETE").source())


def main() -> None:
    """Entry point of the ``bid`` command."""
    bid(prog_name="bid")


if __name__ == "__main__":
    main()
