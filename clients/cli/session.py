"""What every command of ``bid`` shares: options, connection, exit codes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import grpc

from bidwright.clients.cli.output import Output
from bidwright.clients.cli.settings import load_profile
from bidwright.clients.sdk import Bidwright, RequestRefused

EXIT_CODES = {
    1: "the request was refused",
    2: "the command line is wrong",
    3: "no configuration is valid, or the one given is not",
    4: "the key is not accepted or lacks the role",
    5: "the server cannot be reached, or the time was up",
    6: "the order failed",
}
NOT_VALID, NO_ACCESS, UNREACHABLE, ORDER_FAILED = 3, 4, 5, 6
_EXIT_OF = {
    grpc.StatusCode.UNAUTHENTICATED: NO_ACCESS,
    grpc.StatusCode.PERMISSION_DENIED: NO_ACCESS,
    grpc.StatusCode.UNAVAILABLE: UNREACHABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED: UNREACHABLE,
}


@dataclass
class Session:
    """One run of ``bid``: where to call, and how to print."""

    config: Path | None
    profile: str
    timeout_s: float
    output: Output
    connection: Bidwright | None = None

    def server(self) -> Bidwright:
        """The connection, opened when first needed, so that ``--help`` needs no server."""
        if self.connection is None:
            profile = load_profile(self.config, self.profile)
            roots = Path(profile.root_certificates).read_bytes() if profile.root_certificates else None
            self.connection = Bidwright(
                profile.address, profile.key, root_certificates=roots, tls=profile.tls, timeout_s=self.timeout_s
            )
        return self.connection


def command(
    group: click.Group, name: str, *, epilog: str | None = None
) -> Callable[[Callable[..., Any]], click.Command]:
    """Register a command that takes the session first, understands ``--json``, and explains refusals."""

    def register(function: Callable[..., Any]) -> click.Command:
        @functools.wraps(function)
        def run(session: Session, /, *, as_json: bool, **options: Any) -> None:
            session.output.as_json = session.output.as_json or as_json
            try:
                function(session, **options)
            except RequestRefused as refusal:
                session.output.refusal(refusal)
                raise SystemExit(_EXIT_OF.get(refusal.code, 1)) from None

        json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
        return group.command(name, epilog=epilog)(json_option(click.pass_obj(run)))

    return register
