"""Starts and ends what runs: from the options of ``up``, ``down``, ``serve`` and ``work`` to processes."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from bidwright.core.bound import bound_to_us
from bidwright.core.errors import InvalidInput, Unavailable
from bidwright.provisioning.directory_target import DirectoryTarget
from bidwright.provisioning.inventory import Inventory, read_inventory
from bidwright.server import processes
from bidwright.server import up as everything_here
from bidwright.server.children import last_words
from bidwright.server.layout import SHIPPED_PORTFOLIOS, StateDirectory
from bidwright.server.listening import Listening
from bidwright.server.store_access import with_engine


def up(state_dir: Path, address: str, *, detach: bool, **options: Any) -> None:
    """Run everything, in the foreground or detached from the terminal."""
    state = StateDirectory.at(state_dir)
    if detach:
        _detach(state, address, options)
        return
    settings = everything_here.UpSettings(
        state=state,
        address=address,
        portfolios=options["portfolios"] or SHIPPED_PORTFOLIOS,
        redis_url=options["redis_url"],
        account=options["account"],
        service_user=options["service_user"],
    )
    asyncio.run(everything_here.up(settings))


def _detach(state: StateDirectory, address: str, options: dict[str, Any]) -> None:
    if everything_here.owner(state) is None:
        command = [sys.executable, "-m", "bidwright.server.main", "up", "--state-dir", str(state.path)]
        command += ["--address", address or "127.0.0.1:0"]
        for option in ("redis_url", "account", "service_user"):
            command += [f"--{option.replace('_', '-')}={options[option]}"]
        for directory in options["portfolios"]:
            command += ["--portfolio", str(directory)]
        with os.fdopen(os.open(state.log("up"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as log:
            told_before = log.tell()
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        _wait(state, process, told_before)
    click.echo(f"Bidwright serves on {everything_here.wait_until_serving(state)}; keys are in {state.client_settings}.")


def _wait(state: StateDirectory, process: subprocess.Popen[bytes], told_before: int) -> None:
    """Wait until the server answers; when it ends instead, show what it has told since the given place in its log."""
    while True:
        try:
            everything_here.wait_until_serving(state, timeout_s=1)
        except Unavailable:
            if process.poll() is None:
                continue
            said = (
                last_words(state.log("up"), told_before) or "it ended without a word; there may be no room for its log."
            )
            raise Unavailable(
                f"Bidwright did not start: {said}", fix=f"The whole story is in {state.log('up')}."
            ) from None
        return


def down(state_dir: Path, *, everything: bool) -> None:
    """End what runs in a state directory."""
    if not state_dir.exists():
        click.echo(f"There is no {state_dir}: nothing to stop.")
        return
    state = StateDirectory.at(state_dir)
    click.echo("Bidwright is stopped." if everything_here.down(state) else "Bidwright was not running.")
    if everything and state.inventory.exists():
        for place in read_inventory(state.inventory).places.values():
            if isinstance(place.target, DirectoryTarget):
                place.target.stop()
                kept = f"Their data are kept in {place.target.path}."
                click.echo(f"The services of target {place.name} are stopped. {kept}")


def serve(state_dir: Path, **options: Any) -> None:
    """Serve, in one process or in several that share the address."""
    state = StateDirectory.at(state_dir)
    listening = Listening(
        address=options["address"], certificate=options["tls_certificate"], private_key=options["tls_key"]
    )
    listening.credentials()  # refuse before anything is started
    if options["processes"] > 1:
        _serve_many(options["processes"])
        return
    inventory = _inventory(state, options["inventory"])
    with_engine(
        state.path,
        options["redis_url"],
        lambda url: processes.run_server(url, state, listening, inventory=inventory, volatile=options["volatile"]),
    )


def _serve_many(number: int) -> None:
    """Start the same command so often with one process each; end when the first ends."""
    if "--redis-url" not in " ".join(sys.argv) and not os.environ.get("BIDWRIGHT_REDIS_URL"):
        raise InvalidInput("Several processes need one engine.", fix="Give --redis-url; `bidwright up` shows its own.")
    command = [sys.executable, "-m", "bidwright.server.main", *sys.argv[1:], "--processes", "1"]
    children = [subprocess.Popen(bound_to_us(command)) for _ in range(number)]
    try:
        os.wait()
    except KeyboardInterrupt:
        click.echo("Stopping.", err=True)
    for child in children:
        child.terminate()
    for child in children:
        child.wait()


def work(state_dir: Path, **options: Any) -> None:
    """Carry out orders until SIGTERM."""
    state = StateDirectory.at(state_dir)
    inventory = _inventory(state, options["inventory"])
    with_engine(
        state.path,
        options["redis_url"],
        lambda url: processes.run_worker(
            url, state, inventory=inventory, steps_at_once=options["steps"], volatile=options["volatile"]
        ),
    )


def _inventory(state: StateDirectory, given: Path | None) -> Inventory:
    path = given or state.inventory
    if not path.exists():
        raise InvalidInput(
            f"There is no inventory {path}.",
            fix="Give --inventory FILE; docs/operations.md shows one. `bidwright up` makes one for this machine.",
        )
    return read_inventory(path)
