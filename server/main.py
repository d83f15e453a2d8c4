"""The ``bidwright`` command, for those who operate it."""

from __future__ import annotations

import logging
import sys
from typing import Any

import click

from bidwright.core.command_line.lazy_group import CommandAt, LazyGroup
from bidwright.core.errors import BidwrightError
from bidwright.core.file_faults import in_words

_COMMANDS = {
    "authority": CommandAt("bidwright.server.run_commands:authority", "Print the certificate to trust services by."),
    "demo": CommandAt("bidwright.server.run_commands:demo", "From a customer's needs to running services, for real."),
    "demo-hosts": CommandAt(
        "bidwright.server.run_commands:demo_hosts", "The same on three real hosts over SSH. Needs root."
    ),
    "down": CommandAt("bidwright.server.run_commands:down", "End what `bidwright up` runs; services go on."),
    "key": CommandAt("bidwright.server.key_commands:key", "Make, list and revoke API keys."),
    "lab": CommandAt("bidwright.server.lab_commands:lab", "Debian 12 hosts on this machine, to try roles on."),
    "portfolio": CommandAt(
        "bidwright.server.portfolio_commands:portfolio", "Check, analyze, import and publish what may be sold."
    ),
    "price": CommandAt("bidwright.server.price_command:price_by_hand", "Price a configuration from files alone."),
    "prices": CommandAt("bidwright.server.prices_commands:prices", "Edit price books as spreadsheets."),
    "renew-key": CommandAt(
        "bidwright.server.renew_key_command:renew_key", "Encrypt stored passwords anew, with a new credentials.key."
    ),
    "serve": CommandAt("bidwright.server.run_commands:serve", "Serve the gRPC contract."),
    "up": CommandAt("bidwright.server.run_commands:up", "Run everything on this machine; makes keys for `bid`."),
    "work": CommandAt("bidwright.server.run_commands:work", "Carry out orders; on as many machines as you like."),
}


_log = logging.getLogger(__name__)


class _Explaining(LazyGroup):
    """Turns our errors, and those of files and disks, into words, the fix and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return self._invoke(ctx)
        except BidwrightError as error:
            click.secho("Not done: ", fg="red", bold=True, nl=False, err=True)
            # The message names each fault; where they follow line by line, its first words are enough.
            click.echo(error.message.partition(": ")[0] if error.faults else error.message, err=True)
            for fault in error.faults:
                click.echo(f"  {fault.where}: {fault.told}", err=True)
            if not error.faults:
                click.echo(f"What to do: {error.fix}", err=True)
            raise SystemExit(1) from None

    def _invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # nobody reads our output any more: click ends us without a word
            raise
        except OSError as error:
            _log.debug("where it happened", exc_info=error)  # --verbose
            raise in_words(error) from error


@click.group(
    cls=_Explaining,
    commands_at=_COMMANDS,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "auto_envvar_prefix": "BIDWRIGHT",
        "max_content_width": 120,
    },
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


def main() -> None:
    """Run the ``bidwright`` command; without ``bidwright[server]`` say how to get it, with exit code 1."""
    try:
        bidwright(prog_name="bidwright")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("bidwright"):
            raise
        sys.exit(
            f"`bidwright` needs bidwright[server] ({error.name} is not installed). "
            "Get it: pip install 'bidwright[server]'. For the thin client alone, use `bid`."
        )


if __name__ == "__main__":
    main()
